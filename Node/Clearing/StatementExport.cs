using System.Globalization;
using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>What is given out of a statement.</summary>
internal enum ExportContent
{
    /// <summary>Figures, sums and deductions.</summary>
    Statement = 1,

    Rows = 2,

    /// <summary>Payments and what arrived of them.</summary>
    Receipts = 3,
}

/// <summary>A table to be given out: its rows are read while they are written. A cell is a text, a whole number or an amount.</summary>
internal sealed record ExportTable(string Title, IReadOnlyList<string> Headings, IEnumerable<IReadOnlyList<object>> Rows);

/// <summary>A statement as tables for people: Chinese headings, amounts in yuan.</summary>
internal static class StatementExport
{
    private const int PageRows = 1_000;

    /// <param name="session">Has to stay open until the rows are written.</param>
    public static IReadOnlyList<ExportTable> Of(Session session, ClearingStatement row, ExportContent content) => content switch
    {
        ExportContent.Statement => [Figures(session, row), Sums(row), DeductionsOf(row)],
        ExportContent.Rows => [RowsOf(session, row)],
        ExportContent.Receipts => [Receipts(session, row)],
        _ => throw new ArgumentOutOfRangeException(nameof(content), content, "Not a content of an export."),
    };

    private static ExportTable Figures(Session session, ClearingStatement row) => new("清算单", ["项目", "内容"],
    [
        ["清算单号", row.StatementNumber],
        ["修订版", (long)row.Revision],
        ["清算期", row.Period],
        ["就医地", row.ToStatement().Relation.TreatmentProvince],
        ["参保地", row.ToStatement().Relation.InsuredProvince],
        ["状态", row.Describe().Chinese],
        ["台账起始序号", row.FirstSequence],
        ["台账截止序号", row.LastSequence],
        ["笔数", row.RowCount],
        ["申请金额", new Fen(row.ClaimedFen)],
        ["扣款金额", new Fen(row.DeductedFen)],
        ["预付金抵扣", new Fen(row.PrepaymentOffsetFen)],
        ["应付金额", new Fen(row.PayableFen)],
        ["未付金额", new Fen(StatementBook.OpenFen(session, row))],
        ["明细摘要", Convert.ToHexStringLower(row.RowsSha256)],
    ]);

    private static ExportTable Sums(ClearingStatement row) => new(
        "分项合计",
        ["险种", "清算类别", "笔数", "人数", "人次", "总额", "统筹", "公务员", "企业补充", "职工大额", "居民大病", "医疗救助", "其他", "基金合计", "个人账户", "现金", "医院负担"],
        row.ToStatement().Sums.Select(sum => (IReadOnlyList<object>)
        [
            sum.Scheme, sum.ClearingType, sum.Sums.RowCount, sum.PersonCount, sum.VisitCount, new Fen(sum.Sums.Charges.TotalFen), .. Funds(sum.Sums.Payments),
        ]));

    private static ExportTable DeductionsOf(ClearingStatement row) => new(
        "扣款", ["种类", "金额", "台账行", "明细行", "责任方", "来源清算单", "理由"],
        row.ToStatement().Deductions.Select(deduction => (IReadOnlyList<object>)
        [
            deduction.Kind, new Fen(deduction.AmountFen), deduction.RowTransactionId, deduction.HasLineNumber ? deduction.LineNumber.ToString(CultureInfo.InvariantCulture) : "",
            deduction.Responsible, deduction.SourceStatementNumber, deduction.Reason,
        ]));

    private static ExportTable RowsOf(Session session, ClearingStatement row) => new(
        "清算明细",
        ["序号", "种类", "业务日期", "险种", "清算类别", "结算号", "就诊号", "交易流水号", "冲减流水号", "参保区划", "人员编号", "医疗机构", "就诊类别", "总额", "统筹", "公务员", "企业补充", "职工大额",
            "居民大病", "医疗救助", "其他", "基金合计", "个人账户", "现金", "医院负担"],
        Paged(session, row).Select(found => found.Row is { } own ? Cells(found.Sequence, own) : UnknownRow(found)));

    private static IReadOnlyList<object> Cells(long sequence, LedgerRow row) =>
    [
        sequence, KindName(row.Kind), row.Cell.BusinessDate, row.Cell.Scheme, row.Cell.ClearingType, row.SettlementNumber, row.VisitNumber, row.TransactionId, row.NegatedTransactionId,
        row.InsuredDivision, row.PersonNumber, row.InstitutionCode, row.VisitKind, new Fen(row.Charges.TotalFen), .. Funds(row.Payments),
    ];

    /// <summary>Claimed by the treatment side and unknown here: shown, without figures.</summary>
    private static IReadOnlyList<object> UnknownRow(ClearedRow row) =>
    [
        row.Sequence, "本方台账无此行", .. Enumerable.Repeat<object>("", 5), row.TransactionId, .. Enumerable.Repeat<object>("", 17),
    ];

    private static ExportTable Receipts(Session session, ClearingStatement row) => new(
        "付款与到账", ["付款通知", "付款日", "银行回单", "通知金额", "本单份额", "状态", "到账日", "本单到账"],
        PaymentBook.Of(session, row.StatementNumber).Select(payment => (Payment: payment, Share: PaymentBook.Shares(session, payment.NoticeId).Single(share => share.StatementNumber == row.StatementNumber)))
            .Select(found => (IReadOnlyList<object>)
            [
                found.Payment.NoticeId, found.Payment.PaidOn, found.Payment.BankReference, new Fen(found.Payment.AmountFen), new Fen(found.Share.AmountFen), StateName(found.Payment.State),
                found.Payment.ReceivedOn ?? "", new Fen(found.Share.ReceivedFen ?? 0),
            ]));

    private static IEnumerable<ClearedRow> Paged(Session session, ClearingStatement row)
    {
        var after = row.FirstSequence - 1;
        while (ClearedRows.Page(session, row, after, PageRows) is { Count: > 0 } page)
        {
            foreach (var found in page)
                yield return found;
            after = page[^1].Sequence;
        }
    }

    private static IEnumerable<object> Funds(Payments payments) => new long[]
    {
        payments.PoolFen, payments.CivilServantFen, payments.EnterpriseFen, payments.EmployeeLargeAmountFen, payments.ResidentCriticalIllnessFen, payments.MedicalAidFen, payments.OtherFen,
        payments.FundTotalFen, payments.AccountFen, payments.CashFen, payments.HospitalBorneFen,
    }.Select(fen => (object)new Fen(fen));

    private static string KindName(LedgerRowKind kind) => kind switch
    {
        LedgerRowKind.Settlement => "结算",
        LedgerRowKind.Cancellation => "撤销",
        LedgerRowKind.Reversal => "冲正",
        _ => kind.ToString(),
    };

    private static string StateName(NoticeState state) => state switch
    {
        NoticeState.Sending => "发送中",
        NoticeState.Notified => "已通知",
        NoticeState.Received => "已到账",
        NoticeState.Refused => "被拒",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of a payment."),
    };
}
