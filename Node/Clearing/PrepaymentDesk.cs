using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>How long the prepayment lasts at the pace of the last days.</summary>
/// <param name="DailyFen">What was settled a day, on average, over the days looked at.</param>
/// <param name="DaysLeft">Whole days; null when nothing was settled, or nothing is left to be asked about.</param>
internal sealed record PrepaymentForecast(long DailyFen, int? DaysLeft);

/// <summary>What the yearly adjustment comes to, with the figures it is made of.</summary>
/// <param name="BaseFen">Fund payments of the fourth quarter before the year.</param>
/// <param name="TargetFen">The months of the agreement at that quarter's monthly average.</param>
internal sealed record PrepaymentAdjustment(int Year, string BaseFrom, string BaseTo, long BaseFen, int Months, long AgreedFen, long TargetFen)
{
    /// <summary>Positive: the insured side pays it; negative: the treatment side returns it.</summary>
    public long DifferenceFen => checked(TargetFen - AgreedFen);
}

/// <summary>What an operator does with a prepayment.</summary>
internal sealed class PrepaymentDesk(AgencyDesk desk)
{
    /// <summary>Days that the forecast looks back.</summary>
    public const int BurnDays = 30;

    public PrepaymentAccount Account(Session session, LedgerSide side, Division partner) =>
        PrepaymentBook.Account(session, side, desk.Self, partner, desk.ScopeOf(session, partner).Agreement(side));

    public PrepaymentForecast Forecast(Session session, LedgerSide side, Division partner, PrepaymentAccount account)
    {
        var today = desk.Time.Today();
        var burnt = SettledFen(session, side, partner, today.AddDays(1 - BurnDays), today, withAccounts: true);
        var daily = Rounded.OfProduct(burnt, 1, BurnDays);
        var left = checked(account.BalanceFen - account.UsedFen);
        return new PrepaymentForecast(daily, daily <= 0 || account.LastEntryNumber == 0 ? null : left <= 0 ? 0 : (int)Math.Min(left / daily, 9_999));
    }

    public PrepaymentAdjustment Adjustment(Session session, LedgerSide side, Division partner, int year)
    {
        var (from, to) = (new DateOnly(year - 1, 10, 1), new DateOnly(year - 1, 12, 31));
        var months = desk.ScopeOf(session, partner).Agreement(side).PrepaymentMonths;
        var basis = SettledFen(session, side, partner, from, to, withAccounts: false);
        return new PrepaymentAdjustment(year, from.Iso(), to.Iso(), basis, months, Account(session, side, partner).AgreedFen, Math.Max(0, Rounded.OfProduct(basis, months, 3)));
    }

    public Task<AgencyOutcome> NotifyAsync(
        LedgerSide own, Division partner, PrepaymentEntryKind kind, long amountFen, string topUpId, DateOnly paidOn, string bankReference, string @operator, CancellationToken cancellation) =>
        desk.TakeAsync(AgencySteps.NotifyPrepayment, partner, @operator, scope => new NotifyPrepaymentRequest
        {
            Relation = Relations.Of(own, scope.Self, partner),
            Kind = kind,
            AmountFen = amountFen,
            RequestTransactionId = topUpId,
            PaidOn = paidOn.Iso(),
            BankReference = bankReference,
        }, cancellation);

    /// <param name="receivedFen">What the bank credited; null is what was notified.</param>
    public Task<AgencyOutcome> ConfirmAsync(string noticeId, long? receivedFen, DateOnly receivedOn, string bankReference, string @operator, CancellationToken cancellation)
    {
        var notice = desk.Database.Read(session => PrepaymentBook.FindNotice(session, noticeId)) ?? throw ClearingRefusedException.Of(ClearingRefusals.PrepaymentNotFound("notice"));
        return desk.TakeAsync(AgencySteps.ConfirmPrepayment, Division.Parse(notice.Partner), @operator, _ => new ConfirmPrepaymentRequest
        {
            NoticeTransactionId = noticeId,
            ReceivedFen = receivedFen ?? notice.AmountFen,
            ReceivedOn = receivedOn.Iso(),
            BankReference = bankReference,
        }, cancellation);
    }

    public Task<AgencyOutcome> RequestTopUpAsync(Division partner, long amountFen, string reason, string @operator, CancellationToken cancellation) =>
        desk.TakeAsync(AgencySteps.RequestTopUp, partner, @operator, scope => new RequestTopUpRequest
        {
            Relation = Relations.Of(LedgerSide.Treatment, scope.Self, partner),
            AmountFen = amountFen,
            Account = Account(scope.Session, LedgerSide.Treatment, partner),
            DueDate = scope.Options.AfterWorkingDays(scope.Today, scope.Agreement(LedgerSide.Treatment).TopUpWithinWorkingDays).Iso(),
            Reason = reason,
        }, cancellation);

    /// <param name="payBy">Null takes the date asked for.</param>
    public Task<AgencyOutcome> AnswerTopUpAsync(string requestId, long grantedFen, DateOnly? payBy, string reason, string @operator, CancellationToken cancellation)
    {
        var topUp = desk.Database.Read(session => PrepaymentBook.FindTopUp(session, requestId)) ?? throw ClearingRefusedException.Of(ClearingRefusals.PrepaymentNotFound("request"));
        return desk.TakeAsync(AgencySteps.AnswerTopUp, Division.Parse(topUp.Partner), @operator, _ => new AnswerTopUpRequest
        {
            RequestTransactionId = requestId,
            GrantedFen = grantedFen,
            PayByDate = grantedFen == 0 ? "" : payBy?.Iso() ?? topUp.DueDate,
            Reason = reason,
        }, cancellation);
    }

    /// <summary>Fund payments by the ledger's business dates, both inclusive, what was taken back deducted.</summary>
    private static long SettledFen(Session session, LedgerSide side, Division partner, DateOnly from, DateOnly to, bool withAccounts) => session.QuerySingle<long>(
        """
        SELECT coalesce(sum(fund_total_fen + CASE WHEN @withAccounts THEN account_fen ELSE 0 END), 0) FROM ledger_row
        WHERE side = @side AND partner = @Code AND business_date BETWEEN @from AND @to
        """,
        new { side = (int)side, partner.Code, from = from.Iso(), to = to.Iso(), withAccounts });
}
