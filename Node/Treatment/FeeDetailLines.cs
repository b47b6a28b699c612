using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// The lines of a settled bill as they travel to the insured side: in stored order, numbered from 1, with the hospital's own code and name beside
/// the exchange code.
/// </summary>
internal static class FeeDetailLines
{
    /// <summary>The lines behind a standing settlement by their numbers; shorter at the end of the bill.</summary>
    public static IReadOnlyList<FeeDetailLine> Read(Session session, string settlementNumber, LineSpan span)
    {
        var rows = FeeLineStore.PageOf(session, settlementNumber, span.First - 1, span.Count);
        return [.. rows.Select((row, index) => ToMessage(row, span.First + index, row.RefundOf is { } original ? FeeLineStore.Get(session, original).LineSerial : ""))];
    }

    /// <summary>What a transfer of all lines of a settlement stands for.</summary>
    public static FeeDetailStart StartOf(Session session, TreatmentSettlementRow settlement)
    {
        var count = FeeLineStore.CountOf(session, settlement.SettlementNumber);
        return new FeeDetailStart
        {
            SettlementNumber = settlement.SettlementNumber,
            LineCount = count,
            Charges = new Charges
            {
                TotalFen = settlement.TotalFen,
                FullSelfPayFen = settlement.FullSelfPayFen,
                OverLimitFen = settlement.OverLimitFen,
                PreSelfPayFen = settlement.PreSelfPayFen,
                InScopeFen = settlement.InScopeFen,
            },
            LinesSha256 = ByteString.CopyFrom(DigestOf(session, settlement.SettlementNumber, count)),
        };
    }

    /// <summary>The first lines of a span, as many as fit: at most 500 and below <paramref name="bytesMax"/> when encoded, at least one.</summary>
    public static FeeDetailChunk FirstChunk(IReadOnlyList<FeeDetailLine> lines, int bytesMax)
    {
        var chunk = new FeeDetailChunk { FirstLineNumber = lines[0].LineNumber };
        // Each line has a tag and a length of at most five bytes beside its own.
        var bytes = 32;
        foreach (var line in lines.Take(FeeDetailLimits.LinesOfChunkMax))
        {
            bytes += line.CalculateSize() + 6;
            if (chunk.Lines.Count > 0 && bytes >= bytesMax)
                break;
            chunk.Lines.Add(line);
        }
        return chunk;
    }

    private static byte[] DigestOf(Session session, string settlementNumber, int count) => RowDigest.Over(
        Spans(count).SelectMany(span => Read(session, settlementNumber, span)).Select(line => new ReadOnlyMemory<byte>(RowDigest.Of(line))));

    private static IEnumerable<LineSpan> Spans(int count)
    {
        for (var first = 1; first <= count; first += FeeDetailLimits.LinesOfChunkMax)
            yield return new LineSpan(first, Math.Min(count, first + FeeDetailLimits.LinesOfChunkMax - 1));
    }

    private static FeeDetailLine ToMessage(FeeLineRow row, int number, string originalSerial)
    {
        var said = JsonSerializer.Deserialize<SaidOfLine>(row.Details) ?? throw new InvalidOperationException("A stored line has no details.");
        var line = new FeeDetailLine
        {
            LineNumber = number,
            LineSerial = Carried(row.LineSerial),
            OriginalLineSerial = Carried(originalSerial),
            PrescriptionNumber = Carried(said.PrescriptionNumber),
            LocalCode = Carried(row.LocalCode),
            LocalName = Carried(row.LocalName),
            ExchangeCode = Carried(row.ExchangeCode),
            ExchangeName = Carried(row.ExchangeName),
            MappingQuality = QualityOf(row),
            ItemClass = row.ItemClass,
            CatalogueKind = row.CatalogueKind,
            FeeCategory = row.FeeCategory,
            FeeDate = row.FeeDate,
            UnitPriceTenThousandths = row.UnitPriceE4,
            QuantityHundredths = row.QuantityE2,
            Charges = new Charges
            {
                TotalFen = row.AmountFen,
                FullSelfPayFen = row.FullSelfPayFen,
                OverLimitFen = row.OverLimitFen,
                PreSelfPayFen = row.PreSelfPayFen,
                InScopeFen = row.InScopeFen,
            },
            SelfPayBasisPoints = row.SelfPayBasisPoints,
            CatalogueVersion = Carried(row.CatalogueVersion),
            Unit = Carried(said.Unit),
            Specification = Carried(said.Specification),
            DoseForm = Carried(said.DoseForm),
            Department = Carried(said.Department),
            Doctor = Carried(said.Doctor),
            ApprovalNumber = Carried(said.ApprovalNumber),
            RestrictedUseReason = Carried(said.RestrictedUseReason, FeeDetailLimits.RestrictedUseReasonMax),
        };
        if (row.LimitE4 is { } limit)
            line.PriceLimitTenThousandths = limit;
        return line;
    }

    private static MappingQuality QualityOf(FeeLineRow row) => row switch
    {
        { ExchangeCode: null or "" } => MappingQuality.Unmapped,
        // Of lines that are older than the column it is not known any more.
        { MappingQuality: null } => MappingQuality.Unspecified,
        { MappingQuality: { } quality } => (MappingQuality)quality,
    };

    /// <summary>As the hospital wrote it, as far as the contract lets it travel: control characters become blanks, what is longer than its limit is cut.</summary>
    internal static string Carried(string? text, int charactersMax = FeeDetailLimits.TextMax)
    {
        if (text is null || (text.Length <= charactersMax && !text.Any(char.IsControl)))
            return text ?? "";
        var length = Math.Min(text.Length, charactersMax);
        // Half a character pair is no character.
        if (length < text.Length && char.IsHighSurrogate(text[length - 1]))
            length--;
        return new StringBuilder(length).AppendJoin("", text.Take(length).Select(character => char.IsControl(character) ? ' ' : character)).ToString();
    }

    /// <summary>The part of <c>fee_line.details</c> that travels.</summary>
    private sealed record SaidOfLine
    {
        public string? PrescriptionNumber { get; init; }
        public string? Unit { get; init; }
        public string? Specification { get; init; }
        public string? DoseForm { get; init; }
        public string? Department { get; init; }
        public string? Doctor { get; init; }
        public string? ApprovalNumber { get; init; }
        public string? RestrictedUseReason { get; init; }
    }
}
