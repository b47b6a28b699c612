using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// The fee lines of a visit: translated and split by the province's own catalogue of the fee date, stored all or none, withdrawn, refunded.
/// Nothing here leaves the province.
/// </summary>
internal sealed class FeeLineBook(TimeProvider time)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Translates and splits; stores nothing.</summary>
    public static HisResult Translate(HisCaller caller, TranslateFeeLines operation, TransactionId id)
    {
        var lines = new List<HisSplitLine>(operation.Lines.Count);
        foreach (var (index, line) in operation.Lines.Index())
        {
            if (!TryTranslate(caller, line, out var translated, out var fault))
                return fault!.ToRefusal(id.Text, index);
            lines.Add(ToSplitLine(line.LineSerial, translated!));
        }
        return new FeeLinesTranslated { TransactionId = id.Text, Lines = lines };
    }

    public HisResult Upload(Session session, HisCaller caller, UploadFeeLines operation, TransactionId id)
    {
        if (operation.Lines.Count == 0)
            return TreatmentRefusals.NoFeeLines();
        if (!TryOpenVisit(session, caller, operation.Visit, out var visit, out var refused))
            return refused!;
        // Everything is checked before anything is stored: a message is taken as a whole or not at all.
        var lines = new Dictionary<string, FeeLineRow>(operation.Lines.Count);
        var fresh = new List<(FeeLineRow Row, bool Unmapped)>();
        foreach (var (index, line) in operation.Lines.Index())
        {
            if (RefuseDate(visit!, line, index) is { } outside)
                return outside;
            var known = lines.GetValueOrDefault(line.LineSerial) ?? FeeLineStore.BySerial(session, visit!.Id, line.LineSerial);
            if (known is not null && !known.ContentHash.AsSpan().SequenceEqual(HashOf(line)))
                return TreatmentRefusals.LineConflict(index, line.LineSerial);
            if (known is null)
            {
                if (!TryTranslate(caller, line, out var translated, out var fault))
                    return fault!.ToRefusal(id.Text, index);
                known = ToRow(visit!.Id, id, line, translated!);
                fresh.Add((known, translated!.Unmapped));
            }
            lines[line.LineSerial] = known;
        }
        foreach (var (row, unmapped) in fresh)
        {
            FeeLineStore.Insert(session, row);
            if (unmapped)
                FeeLineStore.RecordUnmapped(session, caller.Institution.Code, row.LocalCode, row.LocalName, row.AmountFen, time.NowMs());
        }
        if (fresh.Count > 0)
            VisitStore.FeesChanged(session, visit!.Id);
        return new FeeLinesStored
        {
            TransactionId = id.Text,
            Lines = [.. operation.Lines.Select(line => ToSplitLine(lines[line.LineSerial]))],
            VisitTotalFen = FeeLineStore.TotalFen(session, visit!.Id),
        };
    }

    /// <summary>Codes that blocked a message are remembered although nothing of the message is stored, so that they can be mapped before the next try.</summary>
    public void RecordBlocked(Session session, HisCaller caller, IEnumerable<HisFeeLine> lines)
    {
        foreach (var line in lines)
        {
            if (!TryTranslate(caller, line, out _, out var fault) && fault!.Code == "UNMAPPED_CODE")
                FeeLineStore.RecordUnmapped(session, caller.Institution.Code, line.LocalCode, line.LocalName, line.AmountFen, time.NowMs());
        }
    }

    public static HisResult Withdraw(Session session, HisCaller caller, WithdrawFeeLines operation, TransactionId id)
    {
        if (!TryOpenVisit(session, caller, operation.Visit, out var visit, out var refused))
            return refused!;
        foreach (var (index, serial) in (operation.LineSerials ?? []).Index())
        {
            if (FeeLineStore.BySerial(session, visit!.Id, serial) is null)
                return TreatmentRefusals.LineNotFound($"line_serials[{index}]");
        }
        var count = operation.LineSerials is null
            ? FeeLineStore.WithdrawAll(session, visit!.Id)
            : operation.LineSerials.Sum(serial => FeeLineStore.Withdraw(session, visit!.Id, serial));
        if (count > 0)
            VisitStore.FeesChanged(session, visit!.Id);
        return new FeeLinesWithdrawn { TransactionId = id.Text, LineCount = count };
    }

    /// <summary>Takes back part of one line by a negative line that keeps the original's price, class, ratio and limit.</summary>
    public static HisResult Refund(Session session, HisCaller caller, RefundFeeLine operation, TransactionId id)
    {
        if (!TryOpenVisit(session, caller, operation.Visit, out var visit, out var refused))
            return refused!;
        if (!Quantity.TryFromDecimal(operation.Quantity, out var quantity) || quantity.Hundredths <= 0)
            return TreatmentRefusals.InvalidRefund("quantity", "退费数量应为正数，最多两位小数。", "the refunded quantity is positive with at most two decimals.");
        if (operation.AmountFen <= 0)
            return TreatmentRefusals.InvalidRefund("amount_fen", "退费金额应为正数。", "the refunded amount is positive.");
        var original = HisInbox.Resolve(session, caller.Institution.Code, operation.OriginalTransactionId) is { } transaction
            ? FeeLineStore.ByTransaction(session, visit!.Id, transaction)
            : [];
        if (original.Count != 1 || original[0].QuantityE2 < 0)
            return TreatmentRefusals.LineNotFound("original_transaction_id");
        return Refund(session, visit!, original[0], quantity, new Fen(operation.AmountFen), id);
    }

    public static HisResult LookUp(HisCaller caller, LookUpItem operation, TransactionId id, DateOnly today)
    {
        var item = operation.Code is { Length: > 0 } code && caller.Adapter.Catalogue.FindMapping(code, today) is not null
            ? caller.Adapter.Catalogue.Find(code, today)
            : null;
        return new ItemLookedUp
        {
            TransactionId = id.Text,
            UsableUnitPrice = operation.UnitPrice,
            ItemClass = item is null ? "03" : caller.Adapter.Catalogue.Codes.ToExchange(CodeSystem.ItemClass, item.ItemClass, today) ?? "03",
        };
    }

    private static HisResult Refund(Session session, VisitRow visit, FeeLineRow original, Quantity quantity, Fen amount, TransactionId id)
    {
        var earlier = FeeLineStore.RefundsOf(session, original.Id);
        var remaining = earlier.Aggregate(SplitOf(original), (split, refund) => split + SplitOf(refund));
        var remainingQuantity = new Quantity(original.QuantityE2 + earlier.Sum(refund => refund.QuantityE2));
        if (quantity.Hundredths > remainingQuantity.Hundredths)
            return TreatmentRefusals.RefundTooLarge("quantity", quantity.ToString(), remainingQuantity.ToString());
        if (amount > remaining.Amount)
            return TreatmentRefusals.RefundTooLarge("amount_fen", amount.ToString(), remaining.Amount.ToString());
        if (quantity == remainingQuantity && amount != remaining.Amount)
        {
            return TreatmentRefusals.InvalidRefund("amount_fen",
                $"退完全部数量时金额应为剩余金额 {remaining.Amount}。", $"taking back the whole quantity takes back the whole amount, {remaining.Amount}.");
        }
        var split = FeeLineSplit.RefundOf(remaining, new UnitPrice(original.UnitPriceE4), quantity, amount, ItemClassCode.Parse(original.ItemClass),
            new BasisPoints(original.SelfPayBasisPoints), original.LimitE4 is { } limit ? new UnitPrice(limit) : null);
        FeeLineStore.Insert(session, RefundRow(original, id, quantity, split));
        VisitStore.FeesChanged(session, visit.Id);
        return new FeeLineRefunded
        {
            TransactionId = id.Text,
            RemainingQuantity = new Quantity(remainingQuantity.Hundredths - quantity.Hundredths).ToDecimal(),
            RemainingAmountFen = (remaining.Amount - amount).Value,
        };
    }

    private static FeeLineRow RefundRow(FeeLineRow original, TransactionId id, Quantity quantity, LineSplit split) => new()
    {
        VisitId = original.VisitId,
        TransactionId = id.Text,
        LineSerial = $"{original.LineSerial}/{id.Text}",
        ContentHash = SHA256.HashData(Encoding.UTF8.GetBytes(id.Text)),
        LocalCode = original.LocalCode,
        LocalName = original.LocalName,
        ExchangeCode = original.ExchangeCode,
        ExchangeName = original.ExchangeName,
        FeeCategory = original.FeeCategory,
        ItemClass = original.ItemClass,
        SelfPayBasisPoints = original.SelfPayBasisPoints,
        UnitPriceE4 = original.UnitPriceE4,
        LimitE4 = original.LimitE4,
        QuantityE2 = -quantity.Hundredths,
        AmountFen = split.Amount.Value,
        FullSelfPayFen = split.FullSelfPay.Value,
        OverLimitFen = split.OverLimit.Value,
        PreSelfPayFen = split.PreSelfPay.Value,
        InScopeFen = split.InScope.Value,
        FeeDate = original.FeeDate,
        CatalogueVersion = original.CatalogueVersion,
        RefundOf = original.Id,
        Details = original.Details,
    };

    private static bool TryOpenVisit(Session session, HisCaller caller, HisVisitReference reference, out VisitRow? visit, out HisRefusal? refusal)
    {
        visit = VisitStore.Find(session, caller.Institution.Code, reference);
        refusal = visit is null ? TreatmentRefusals.VisitNotFound()
            : VisitMachine.AllowsFeeChanges(visit.State) ? null
            : TreatmentRefusals.VisitState(visit.State, "在院或已出院未结算", "admitted, or discharged and not settled");
        return refusal is null;
    }

    private HisRefusal? RefuseDate(VisitRow visit, HisFeeLine line, int index)
    {
        var last = visit.DischargeDate ?? time.Today().Iso();
        var date = line.FeeDate.Iso();
        return string.CompareOrdinal(date, visit.AdmissionDate) < 0 || string.CompareOrdinal(date, last) > 0
            ? TreatmentRefusals.DateOutsideStay($"lines[{index}].fee_date", date, visit.AdmissionDate, last)
            : null;
    }

    private static bool TryTranslate(HisCaller caller, HisFeeLine line, out TranslatedLine? translated, out LineFault? fault) =>
        LineTranslation.TryTranslate(line, caller.Institution.Level, caller.Adapter.Catalogue, caller.Adapter.Unmapped, out translated, out fault);

    private static byte[] HashOf(HisFeeLine line) => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(line));

    private static LineSplit SplitOf(FeeLineRow row) =>
        new(new Fen(row.FullSelfPayFen), new Fen(row.OverLimitFen), new Fen(row.PreSelfPayFen), new Fen(row.InScopeFen));

    private static FeeLineRow ToRow(long visitId, TransactionId id, HisFeeLine line, TranslatedLine translated) => new()
    {
        VisitId = visitId,
        TransactionId = id.Text,
        LineSerial = line.LineSerial,
        ContentHash = HashOf(line),
        LocalCode = translated.LocalCode,
        LocalName = translated.LocalName,
        ExchangeCode = translated.ExchangeCode,
        ExchangeName = translated.ExchangeName,
        FeeCategory = translated.FeeCategory,
        ItemClass = translated.ItemClass.Code(),
        SelfPayBasisPoints = translated.SelfPay.Value,
        UnitPriceE4 = translated.Price.TenThousandths,
        LimitE4 = translated.Limit?.TenThousandths,
        QuantityE2 = translated.Quantity.Hundredths,
        AmountFen = translated.Split.Amount.Value,
        FullSelfPayFen = translated.Split.FullSelfPay.Value,
        OverLimitFen = translated.Split.OverLimit.Value,
        PreSelfPayFen = translated.Split.PreSelfPay.Value,
        InScopeFen = translated.Split.InScope.Value,
        FeeDate = translated.FeeDate.Iso(),
        CatalogueVersion = translated.CatalogueVersion,
        Details = JsonSerializer.Serialize(
            new { line.PrescriptionNumber, line.DeclaredCode, line.Unit, line.Specification, line.DoseForm, line.Department, line.Doctor, line.ApprovalNumber }, Readable),
    };

    private static HisSplitLine ToSplitLine(FeeLineRow row) => new()
    {
        LineSerial = row.LineSerial,
        LocalCode = row.LocalCode,
        LocalName = row.LocalName,
        ExchangeCode = row.ExchangeCode,
        ExchangeName = row.ExchangeName,
        ItemClass = row.ItemClass,
        SelfPayBasisPoints = row.SelfPayBasisPoints,
        UnitPrice = new UnitPrice(row.UnitPriceE4).ToDecimal(),
        Quantity = new Quantity(row.QuantityE2).ToDecimal(),
        AmountFen = row.AmountFen,
        FullSelfPayFen = row.FullSelfPayFen,
        OverLimitFen = row.OverLimitFen,
        PreSelfPayFen = row.PreSelfPayFen,
        InScopeFen = row.InScopeFen,
    };

    private static HisSplitLine ToSplitLine(string serial, TranslatedLine line) => new()
    {
        LineSerial = serial,
        LocalCode = line.LocalCode,
        LocalName = line.LocalName,
        ExchangeCode = line.ExchangeCode,
        ExchangeName = line.ExchangeName,
        ItemClass = line.ItemClass.Code(),
        SelfPayBasisPoints = line.SelfPay.Value,
        UnitPrice = line.Price.ToDecimal(),
        Quantity = line.Quantity.ToDecimal(),
        AmountFen = line.Split.Amount.Value,
        FullSelfPayFen = line.Split.FullSelfPay.Value,
        OverLimitFen = line.Split.OverLimit.Value,
        PreSelfPayFen = line.Split.PreSelfPay.Value,
        InScopeFen = line.Split.InScope.Value,
    };
}
