using System.Security.Cryptography;
using System.Text;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// The fee lines of a visit: translated and split by the province's own catalogue of the fee date, stored all or none, withdrawn, refunded.
/// Nothing here leaves the province.
/// </summary>
internal sealed class FeeLineBook(HeldUploads held, TimeProvider time)
{
    /// <summary>Translates and splits; stores nothing.</summary>
    public static HisResult Translate(Session session, HisCaller caller, TranslateFeeLines operation, TransactionId id)
    {
        // A hospital may ask before the admission: then nothing is known of the person.
        var personClass = VisitStore.Find(session, caller.Institution.Code, operation.Visit)?.PersonClass;
        var lines = new List<HisSplitLine>(operation.Lines.Count);
        foreach (var (index, line) in operation.Lines.Index())
        {
            if (!TryTranslate(caller, personClass, line, out var translated, out var fault))
                return fault!.ToRefusal(id.Text, index);
            lines.Add(ToSplitLine(line.LineSerial, translated!));
        }
        return new FeeLinesTranslated { TransactionId = id.Text, Lines = lines };
    }

    /// <summary>Stores the lines, or keeps the message waiting when the province blocks a code without mapping.</summary>
    public HisResult Upload(Session session, HisCaller caller, UploadedLines uploaded, TransactionId id)
    {
        var operation = uploaded.Operation;
        if (operation.Lines.Count == 0)
            return TreatmentRefusals.NoFeeLines();
        if (!TryOpenVisit(session, caller, operation.Visit, out var visit, out var refused))
            return refused!;
        if (RefuseWaiting(session, visit!, operation) is { } waits)
            return waits;
        var result = Store(session, caller, visit!, uploaded.For(caller, visit!.PersonClass), id, out var blocked);
        RecordUnmapped(session, caller, blocked);
        return result ?? held.Hold(session, caller, visit!, operation, id, CodesOf(blocked));
    }

    /// <summary>Takes a waiting message up again; what comes of it is final unless it still waits.</summary>
    /// <returns>The result, or null while it waits.</returns>
    public HisResult? Resume(Session session, HisCaller caller, HeldUpload upload)
    {
        var id = TransactionId.Parse(upload.TransactionId);
        IReadOnlyList<HisFeeLine> blocked = [];
        var result = TryOpenVisit(session, caller, upload.Operation.Visit, out var visit, out var refused)
            ? Store(session, caller, visit!, UploadedLines.Of(caller, visit!.PersonClass, upload.Operation), id, out blocked)
            : refused;
        if (result is null)
            HeldUploads.SetCodes(session, upload.TransactionId, CodesOf(blocked));
        else
            held.Finish(session, upload.TransactionId, result);
        return result;
    }

    public HisResult Withdraw(Session session, HisCaller caller, WithdrawFeeLines operation, TransactionId id)
    {
        if (!TryOpenVisit(session, caller, operation.Visit, out var visit, out var refused))
            return refused!;
        var waiting = held.Of(session, visit!);
        var waitingSerials = waiting.SelectMany(upload => upload.Operation.Lines).Select(line => line.LineSerial).ToHashSet(StringComparer.Ordinal);
        foreach (var (index, serial) in (operation.LineSerials ?? []).Index())
        {
            var line = FeeLineStore.BySerial(session, visit!.Id, serial);
            if (line is null && !waitingSerials.Contains(serial))
                return TreatmentRefusals.LineNotFound($"line_serials[{index}]");
            if (line?.SettlementNumber is { } settlement)
                return TreatmentRefusals.LineSettled($"line_serials[{index}]", settlement);
        }
        var stored = operation.LineSerials is null
            ? FeeLineStore.WithdrawAll(session, visit!.Id, id.Text)
            : operation.LineSerials.Sum(serial => FeeLineStore.Withdraw(session, visit!.Id, serial, id.Text));
        if (stored > 0)
            VisitStore.FeesChanged(session, visit!.Id);
        var wanted = operation.LineSerials?.ToHashSet(StringComparer.Ordinal);
        var waited = WithdrawWaiting(session, caller, waiting, line => wanted is null || wanted.Contains(line.LineSerial));
        if (stored + waited > 0)
            FeeLineStore.InsertWithdrawal(session, id.Text, visit!.Id, stored, waited);
        return new FeeLinesWithdrawn { TransactionId = id.Text, LineCount = stored + waited };
    }

    /// <summary>Takes lines out of the messages that wait; without its blocked lines the rest of a message need not wait any more.</summary>
    private int WithdrawWaiting(Session session, HisCaller caller, IReadOnlyList<HeldUpload> waiting, Func<HisFeeLine, bool> isWithdrawn)
    {
        var count = 0;
        foreach (var upload in waiting)
        {
            if (upload.Operation.Lines.Count(isWithdrawn) is var withdrawn && withdrawn == 0)
                continue;
            count += withdrawn;
            if (held.Withdraw(session, upload, isWithdrawn) is { } rest)
                Resume(session, caller, rest);
        }
        return count;
    }

    /// <summary>What is said of an upload that waits already, and of one that holds a line which waits; null when neither does.</summary>
    private HisResult? RefuseWaiting(Session session, VisitRow visit, UploadFeeLines operation)
    {
        if (held.Of(session, visit) is not { Count: > 0 } waiting)
            return null;
        if (HeldUploads.Repeated(session, visit, operation) is { } same)
            return same;
        var serials = waiting.SelectMany(upload => upload.Operation.Lines).Select(line => line.LineSerial).ToHashSet(StringComparer.Ordinal);
        foreach (var (index, line) in operation.Lines.Index())
        {
            if (serials.Contains(line.LineSerial))
                return TreatmentRefusals.LineWaits(index, line.LineSerial);
        }
        return null;
    }

    /// <summary>All lines or none. Null when nothing but missing mappings stands in the way, which <paramref name="blocked"/> then names.</summary>
    private HisResult? Store(Session session, HisCaller caller, VisitRow visit, UploadedLines uploaded, TransactionId id, out IReadOnlyList<HisFeeLine> blocked)
    {
        var waits = new List<HisFeeLine>();
        blocked = waits;
        // Everything is checked before anything is stored: a message is taken as a whole or not at all.
        var lines = FeeLineStore.BySerials(session, visit.Id, uploaded.Operation.Lines.Select(line => line.LineSerial)).ToDictionary(line => line.LineSerial, StringComparer.Ordinal);
        var fresh = new List<FeeLineRow>(uploaded.Lines.Count);
        var unmapped = new List<HisFeeLine>();
        var stay = (First: ChinaTime.ParseIso(visit.AdmissionDate), Last: visit.DischargeDate is { } discharged ? ChinaTime.ParseIso(discharged) : time.Today());
        foreach (var (index, line) in uploaded.Lines.Index())
        {
            if (line.Line.FeeDate < stay.First || line.Line.FeeDate > stay.Last)
                return TreatmentRefusals.DateOutsideStay($"lines[{index}].fee_date", line.Line.FeeDate.Iso(), stay.First.Iso(), stay.Last.Iso());
            if (lines.TryGetValue(line.Line.LineSerial, out var known))
            {
                if (!known.ContentHash.AsSpan().SequenceEqual(line.ContentHash))
                    return TreatmentRefusals.LineConflict(index, line.Line.LineSerial);
                continue;
            }
            if (line.Fault is { Code: not LineFault.UnmappedCode } fault)
                return fault.ToRefusal(id.Text, index);
            if (line.Translated is not { } translated)
            {
                waits.Add(line.Line);
                continue;
            }
            var row = ToRow(visit.Id, id, line, translated);
            fresh.Add(row);
            lines.Add(row.LineSerial, row);
            if (translated.Unmapped)
                unmapped.Add(line.Line);
        }
        if (waits.Count > 0)
            return null;
        FeeLineStore.Insert(session, fresh);
        RecordUnmapped(session, caller, unmapped);
        if (fresh.Count > 0)
            VisitStore.FeesChanged(session, visit.Id);
        return new FeeLinesStored
        {
            TransactionId = Storing(lines.Values, id),
            Lines = [.. uploaded.Lines.Select(line => ToSplitLine(lines[line.Line.LineSerial]))],
            VisitTotalFen = FeeLineStore.TotalFen(session, visit.Id),
        };
    }

    private void RecordUnmapped(Session session, HisCaller caller, IEnumerable<HisFeeLine> lines)
    {
        foreach (var code in lines.GroupBy(line => line.LocalCode, StringComparer.Ordinal))
        {
            FeeLineStore.RecordUnmapped(session, new UnmappedSighting(
                caller.Institution.Code, code.Key, code.Last().LocalName, code.Count(), code.Sum(line => line.AmountFen)), time.NowMs());
        }
    }

    private static IReadOnlyList<string> CodesOf(IReadOnlyList<HisFeeLine> blocked) =>
        [.. blocked.Select(line => line.LocalCode).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

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
        var content = ContentOf(operation, quantity, id);
        var known = operation.LineSerial is { } serial ? FeeLineStore.BySerial(session, visit!.Id, serial) : null;
        if (known is not null && !known.ContentHash.AsSpan().SequenceEqual(content))
            return TreatmentRefusals.LineConflict(0, known.LineSerial);
        if (known is not null)
            return Refunded(known, Remaining(session, original[0]));
        if (original[0].SettlementNumber is { } settlement)
            return TreatmentRefusals.LineSettled("original_transaction_id", settlement);
        return Refund(session, visit!, original[0], quantity, operation, content, id);
    }

    /// <summary>A page of the stored lines, in the order in which they were stored.</summary>
    public static HisResult Query(Session session, HisCaller caller, QueryFeeLines operation, TransactionId id) =>
        VisitStore.Find(session, caller.Institution.Code, operation.Visit) is not { } visit
            ? TreatmentRefusals.VisitNotFound()
            : new FeeLinesFound
            {
                TransactionId = id.Text,
                Lines = [.. FeeLineStore.Page(session, visit.Id, operation.Skip, operation.PageSize).Select(ToSplitLine)],
                LineCount = FeeLineStore.Count(session, visit.Id),
                VisitTotalFen = FeeLineStore.TotalFen(session, visit.Id),
            };

    public static HisResult LookUp(HisCaller caller, LookUpItem operation, TransactionId id, DateOnly today)
    {
        var tier = InstitutionTiers.OfLevel(caller.Institution.LimitLevel) ?? throw new InvalidOperationException("An institution is stored with a level that is none.");
        var terms = LineTerms.Of(caller.Adapter.Catalogue.At(today), caller.Adapter.Unmapped, operation.Code ?? "", default, today, new LineSetting(tier, PersonClass: null));
        return new ItemLookedUp
        {
            TransactionId = id.Text,
            UsableUnitPrice = operation.UnitPrice,
            ItemClass = terms.ItemClass.Code(),
        };
    }

    private static HisResult Refund(
        Session session, VisitRow visit, FeeLineRow original, Quantity quantity, RefundFeeLine operation, byte[] content, TransactionId id)
    {
        var amount = new Fen(operation.AmountFen);
        var (remainingQuantity, remaining) = Remaining(session, original);
        // A refund line of its own is priced like any line. Parts are rounded one by one, so what is left can differ by fen, and is what goes.
        if (operation.LineSerial is not null && quantity == remainingQuantity && amount == new UnitPrice(original.UnitPriceE4).Times(quantity) && remaining.Amount > Fen.Zero)
            amount = remaining.Amount;
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
        var refund = RefundRow(original, operation.LineSerial ?? $"{original.LineSerial}/{id.Text}", content, id, quantity, split);
        FeeLineStore.Insert(session, refund);
        VisitStore.FeesChanged(session, visit.Id);
        return Refunded(refund, Remaining(session, original));
    }

    private static FeeLineRefunded Refunded(FeeLineRow refund, (Quantity Quantity, LineSplit Split) remaining) => new()
    {
        TransactionId = refund.TransactionId,
        RemainingQuantity = remaining.Quantity.ToDecimal(),
        RemainingAmountFen = remaining.Split.Amount.Value,
        Line = ToSplitLine(refund),
    };

    /// <summary>What earlier refunds have left of a line.</summary>
    private static (Quantity Quantity, LineSplit Split) Remaining(Session session, FeeLineRow original)
    {
        var earlier = FeeLineStore.RefundsOf(session, original.Id);
        return (new Quantity(original.QuantityE2 + earlier.Sum(refund => refund.QuantityE2)),
            earlier.Aggregate(SplitOf(original), (split, refund) => split + SplitOf(refund)));
    }

    // A refund without a serial of its own is a new one each time.
    private static byte[] ContentOf(RefundFeeLine operation, Quantity quantity, TransactionId id) => SHA256.HashData(Encoding.UTF8.GetBytes(
        operation.LineSerial is null ? id.Text : $"{operation.OriginalTransactionId}|{quantity.Hundredths}|{operation.AmountFen}"));

    /// <summary>Lines that are all stored already are named by the transaction that stored them: that is the one an undo finds them by.</summary>
    private static string Storing(IReadOnlyCollection<FeeLineRow> lines, TransactionId id) =>
        lines.Select(line => line.TransactionId).Distinct().Take(2).ToList() is [var only] ? only : id.Text;

    private static FeeLineRow RefundRow(FeeLineRow original, string serial, byte[] content, TransactionId id, Quantity quantity, LineSplit split) => new()
    {
        VisitId = original.VisitId,
        TransactionId = id.Text,
        LineSerial = serial,
        ContentHash = content,
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
        MappingQuality = original.MappingQuality,
        CatalogueKind = original.CatalogueKind,
        CatalogueVersion = original.CatalogueVersion,
        RefundOf = original.Id,
        Details = original.Details,
    };

    private static bool TryOpenVisit(Session session, HisCaller caller, HisVisitReference reference, out VisitRow? visit, out HisRefusal? refusal)
    {
        visit = VisitStore.Find(session, caller.Institution.Code, reference);
        refusal = visit is null ? TreatmentRefusals.VisitNotFound()
            : visit.AllowsFeeChanges ? null
            : TreatmentRefusals.NotOpen(visit);
        return refusal is null;
    }

    private static bool TryTranslate(HisCaller caller, string? personClass, HisFeeLine line, out TranslatedLine? translated, out LineFault? fault) =>
        LineTranslation.TryTranslate(line, caller.Institution.LimitLevel, personClass, caller.Adapter.Catalogue, caller.Adapter.Unmapped, out translated, out fault);

    private static LineSplit SplitOf(FeeLineRow row) =>
        new(new Fen(row.FullSelfPayFen), new Fen(row.OverLimitFen), new Fen(row.PreSelfPayFen), new Fen(row.InScopeFen));

    private static FeeLineRow ToRow(long visitId, TransactionId id, UploadedLine line, TranslatedLine translated) => new()
    {
        VisitId = visitId,
        TransactionId = id.Text,
        LineSerial = line.Line.LineSerial,
        ContentHash = line.ContentHash,
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
        MappingQuality = translated.Quality,
        CatalogueKind = translated.CatalogueKind,
        CatalogueVersion = translated.CatalogueVersion,
        Details = line.Details,
    };

    private static HisSplitLine ToSplitLine(FeeLineRow row) => new()
    {
        LineSerial = row.LineSerial,
        LocalCode = row.LocalCode,
        LocalName = row.LocalName,
        ExchangeCode = row.ExchangeCode,
        ExchangeName = row.ExchangeName,
        FeeCategory = row.FeeCategory,
        FeeDate = ChinaTime.ParseIso(row.FeeDate),
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
        FeeCategory = line.FeeCategory,
        FeeDate = line.FeeDate,
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
