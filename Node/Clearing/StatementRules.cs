using System.Globalization;
using System.Security.Cryptography;
using Provincial.Exchange.V1;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>What a statement has to be by itself, before anybody's books are asked. Pure.</summary>
internal static class StatementRules
{
    public const int SumsMax = 64, DeductionsMax = 10_000;

    /// <summary>Rows of one statement; with each row's bound, no sum over them can overflow. What is more is cut into the next one.</summary>
    public const int RowsMax = 4_000_000;

    /// <summary>The first day of a clearing month "yyyy-MM".</summary>
    public static bool TryPeriod(string text, out DateOnly firstDay) =>
        DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out firstDay);

    public static Refusal? Fault(Statement statement) => Identity(statement) ?? Range(statement) ?? Sums(statement) ?? Money(statement);

    private static Refusal? Identity(Statement statement)
    {
        if (!TryPeriod(statement.Period, out var period) || period.Year is < 2000 or > 2999)
            return ClearingRefusals.InvalidField("statement.period", "应为 yyyy-MM", "yyyy-MM is expected");
        if (!IssuedNumber.IsStatement(statement.StatementNumber) || statement.StatementNumber[1..3] != statement.Relation.TreatmentProvince[..2]
            || statement.StatementNumber[7..11] != period.ToString("yyMM", CultureInfo.InvariantCulture))
        {
            return ClearingRefusals.InvalidField("statement.statement_number", "应为 B、就医地区划、年月和七位序号", "B, the treatment division, YYMM of the period and seven digits are expected");
        }
        return statement.Revision > 0 ? null : ClearingRefusals.InvalidField("statement.revision", "应从 1 起", "counts from 1");
    }

    private static Refusal? Range(Statement statement)
    {
        if (statement.FirstSequence < 1 || statement.LastSequence < statement.FirstSequence - 1)
            return ClearingRefusals.InvalidField("statement.last_sequence", "台账范围无效", "not a range of the ledger");
        if (statement.RowsSha256.Length != SHA256.HashSizeInBytes)
            return ClearingRefusals.InvalidField("statement.rows_sha256", "应为 32 字节", "32 bytes are expected");
        var rows = statement.LastSequence - statement.FirstSequence + 1;
        if (rows > RowsMax)
            return ClearingRefusals.InvalidField("statement.last_sequence", $"超过 {RowsMax} 行", $"more than {RowsMax} rows");
        if (statement.Total?.Charges is null || statement.Total.Payments is null)
            return ClearingRefusals.MissingField("statement.total");
        if (statement.Total.RowCount != rows)
            return ClearingRefusals.FigureMismatch("statement.total.row_count", statement.Total.RowCount, rows);
        return rows > 0 || statement.RowsSha256.Span.SequenceEqual(SHA256.HashData([])) ? null
            : ClearingRefusals.StatementMismatch("statement.rows_sha256", "零笔清算单的摘要应为空摘要", "the digest over no rows is the SHA-256 of nothing");
    }

    private static Refusal? Sums(Statement statement)
    {
        if (statement.Sums.Count > SumsMax)
            return ClearingRefusals.InvalidField("statement.sums", $"超过 {SumsMax} 项", $"more than {SumsMax}");
        if (statement.Sums.Any(sum => sum.Sums?.Charges is null || sum.Sums.Payments is null))
            return ClearingRefusals.MissingField("statement.sums");
        for (var place = 1; place < statement.Sums.Count; place++)
        {
            if (Order(statement.Sums[place - 1], statement.Sums[place]) >= 0)
                return ClearingRefusals.InvalidField($"statement.sums[{place}]", "应按险种、清算类别排序且不重复", "ordered by scheme and clearing type, each once");
        }
        if (statement.Sums.Select(sum => sum.Sums).Append(statement.Total).Any(sums => !ClearingFields.AreWithin(sums.Charges, sums.Payments, ClearingFields.SumMaxFen)))
            return ClearingRefusals.InvalidField("statement.sums", $"应在 ±{ClearingFields.SumMaxFen} 分之内", $"figures within ±{ClearingFields.SumMaxFen} fen are expected");
        try
        {
            return LedgerRange.TotalOf(statement.Sums).Equals(statement.Total) ? null
                : ClearingRefusals.StatementMismatch("statement.total", "分项之和与总计不符", "the sums do not add up to the total");
        }
        catch (OverflowException)
        {
            return ClearingRefusals.InvalidField("statement.sums", "超出范围", "out of range");
        }
    }

    private static Refusal? Money(Statement statement)
    {
        if (statement.Deductions.Count > DeductionsMax)
            return ClearingRefusals.InvalidField("statement.deductions", $"超过 {DeductionsMax} 项", $"more than {DeductionsMax}");
        foreach (var (deduction, place) in statement.Deductions.Select((deduction, place) => (deduction, place)))
        {
            if (Deductions.FormFault(deduction, $"statement.deductions[{place}]") is { } wrong)
                return wrong;
        }
        // Compared in 128 bits, where nothing that fits the message can overflow.
        var payments = statement.Total.Payments;
        var (claimed, deducted) = ((Int128)payments.FundTotalFen + payments.AccountFen, statement.Deductions.Aggregate(Int128.Zero, (sum, deduction) => sum + deduction.AmountFen));
        if (claimed != statement.ClaimedFen)
            return Figure("statement.claimed_fen", statement.ClaimedFen, claimed);
        if (deducted != statement.DeductedFen)
            return Figure("statement.deducted_fen", statement.DeductedFen, deducted);
        if (statement.PrepaymentOffsetFen < 0 || (statement.PrepaymentOffsetFen > 0 && statement.PrepaymentOffsetFen > claimed - deducted))
            return ClearingRefusals.InvalidField("statement.prepayment_offset_fen", "为负或超过应付金额", "negative, or above what is to be paid");
        var payable = claimed - deducted - statement.PrepaymentOffsetFen;
        return payable == statement.PayableFen ? null : Figure("statement.payable_fen", statement.PayableFen, payable);
    }

    private static Refusal Figure(string field, long stated, Int128 own) =>
        ClearingRefusals.StatementMismatch(field, $"{field} 为 {stated}，应为 {own}，相差 {stated - own}", $"{field} is {stated}, {own} is right: off by {stated - own}");

    private static int Order(StatementSum left, StatementSum right) =>
        string.CompareOrdinal(left.Scheme, right.Scheme) is not 0 and var byScheme ? byScheme : string.CompareOrdinal(left.ClearingType, right.ClearingType);
}
