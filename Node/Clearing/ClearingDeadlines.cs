using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

internal enum DutyState
{
    /// <summary>Known, and nobody is reminded yet.</summary>
    Upcoming = 1,

    Due = 2,
    Overdue = 3,
}

/// <summary>Something that this side has to do about a clearing period or a top-up, and by when.</summary>
/// <param name="Period">The clearing month; of a top-up the month of its date.</param>
/// <param name="Subject">The statement or top-up request; null where there is none yet.</param>
/// <param name="What">issue, confirm, revise, pay, receive, answer-top-up, pay-top-up.</param>
/// <param name="RemindOn">The day from which the node reminds of it.</param>
internal sealed record ClearingDuty(LedgerSide Side, Division Partner, string Period, string? Subject, string What, string Chinese, string English, DateOnly Due, DateOnly RemindOn)
{
    public DutyState StateOn(DateOnly today) => today > Due ? DutyState.Overdue : today >= RemindOn ? DutyState.Due : DutyState.Upcoming;
}

/// <summary>The dates of the agreement: issue, confirmation, notice at the end of the month, payment some working days later.</summary>
internal static class ClearingDeadlines
{
    public static DateOnly IssueBy(string period, AgreementOptions agreement) => FirstOf(period).AddMonths(1).AddDays(agreement.IssueByDay - 1);

    public static DateOnly ConfirmBy(string period, AgreementOptions agreement) => FirstOf(period).AddMonths(1).AddDays(agreement.ConfirmByDay - 1);

    /// <summary>The end of the month in which the statement is issued.</summary>
    public static DateOnly NoticeBy(string period) => FirstOf(period).AddMonths(2).AddDays(-1);

    public static DateOnly PayBy(string period, AgreementOptions agreement, ClearingOptions options) => options.AfterWorkingDays(NoticeBy(period), agreement.PayWithinWorkingDays);

    /// <summary>What this side has to do, earliest first.</summary>
    public static IReadOnlyList<ClearingDuty> Duties(Session session, Division self, ClearingOptions options, DateOnly today)
    {
        var duties = StatementBook.All(session).Select(statement => Of(session, statement, self, options)).OfType<ClearingDuty>();
        return [.. duties.Concat(NotIssued(session, self, options, today)).Concat(TopUps(session, self, options)).OrderBy(duty => duty.Due).ThenBy(duty => duty.Period, StringComparer.Ordinal)];
    }

    private static ClearingDuty? Of(Session session, ClearingStatement statement, Division self, ClearingOptions options)
    {
        var partner = Division.Parse(statement.Partner);
        var agreement = statement.Side is LedgerSide.Treatment ? options.Of(self, partner) : options.Of(partner, self);
        ClearingDuty Duty(string what, string chinese, string english, DateOnly due) =>
            new(statement.Side, partner, statement.Period, statement.StatementNumber, what, chinese, english, due, due.AddDays(-agreement.RemindDaysBefore));
        return (statement.Side, statement.State) switch
        {
            (LedgerSide.Treatment, StatementStage.Draft) => Duty("issue", "提出清算单", "propose the statement", IssueBy(statement.Period, agreement)),
            (LedgerSide.Treatment, StatementStage.Disputed) => Duty("revise", "修订清算单", "propose the next revision", ConfirmBy(statement.Period, agreement)),
            (LedgerSide.Insured, StatementStage.Proposed) => Duty("confirm", "确认或提出异议", "confirm or dispute", ConfirmBy(statement.Period, agreement)),
            (LedgerSide.Insured, StatementStage.Confirmed) => PaymentBook.ToNotifyFen(session, statement) > 0
                ? Duty("pay", "付款并通知", "pay and notify", PayBy(statement.Period, agreement, options)) : null,
            (LedgerSide.Treatment, StatementStage.Confirmed) => PaymentBook.Of(session, statement.StatementNumber).Any(payment => payment.State is NoticeState.Notified)
                ? Duty("receive", "核对到账并确认", "confirm what the bank credited", PayBy(statement.Period, agreement, options)) : null,
            _ => null,
        };
    }

    /// <summary>Last month, where something was settled that no statement claims.</summary>
    private static IEnumerable<ClearingDuty> NotIssued(Session session, Division self, ClearingOptions options, DateOnly today)
    {
        var period = new DateOnly(today.Year, today.Month, 1).AddMonths(-1).ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
        foreach (var code in session.Query<string>("SELECT DISTINCT partner FROM ledger_row WHERE side = 1"))
        {
            var partner = Division.Parse(code);
            var (next, last) = StatementBook.End(session, LedgerSide.Treatment, partner);
            if (last is not { IsClosed: false } && string.CompareOrdinal(last?.Period, period) < 0 && LedgerRows.Last(session, LedgerSide.Treatment, partner) >= next)
            {
                var (agreement, due) = (options.Of(self, partner), IssueBy(period, options.Of(self, partner)));
                yield return new(LedgerSide.Treatment, partner, period, null, "issue", "切单并提出", "cut and propose the statement", due, due.AddDays(-agreement.RemindDaysBefore));
            }
        }
    }

    /// <summary>What the insured side has to answer, and what it has granted and not paid.</summary>
    private static IEnumerable<ClearingDuty> TopUps(Session session, Division self, ClearingOptions options)
    {
        foreach (var topUp in PrepaymentBook.OpenTopUps(session))
        {
            var partner = Division.Parse(topUp.Partner);
            var (what, chinese, english, date) = topUp.State is TopUpStage.Requested
                ? ("answer-top-up", "答复补充预付请求", "answer the top-up request", topUp.DueDate)
                : ("pay-top-up", "汇出已同意的补充预付", "pay the top-up that was granted", topUp.PayByDate!);
            var due = ChinaTime.ParseIso(date);
            yield return new(LedgerSide.Insured, partner, date[..7], topUp.RequestId, what, chinese, english, due, due.AddDays(-options.Of(partner, self).RemindDaysBefore));
        }
    }

    private static DateOnly FirstOf(string period) => StatementRules.TryPeriod(period, out var first) ? first : throw new FormatException("A stored period is not yyyy-MM.");
}
