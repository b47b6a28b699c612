using Provincial.His.V1;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Desk;

/// <summary>What a hospital asks its province beside the steps of a stay.</summary>
internal static class DeskCalls
{
    public static Task<HospitalReply<DescribeInstitutionResponse>> DescribeAsync(this Hospital hospital) =>
        hospital.PostAsync("DescribeInstitution", new DescribeInstitutionRequest(), DescribeInstitutionResponse.Parser);

    public static Task<HospitalReply<ConvertCodeResponse>> ConvertAsync(this Hospital hospital, string system, string code, ConversionDirection direction, DateOnly? day = null)
    {
        var request = new ConvertCodeRequest { CodeSystem = system, Code = code, Direction = direction };
        if (day is { } on)
            request.Day = on.Iso();
        return hospital.PostAsync("ConvertCode", request, ConvertCodeResponse.Parser);
    }

    public static Task<HospitalReply<QueryFeeLinesResponse>> LinesAsync(this Hospital hospital, string visitNumber, int skip, int pageSize) =>
        hospital.PostAsync("QueryFeeLines", new QueryFeeLinesRequest { Visit = Visit(visitNumber), Skip = skip, PageSize = pageSize }, QueryFeeLinesResponse.Parser);

    public static Task<HospitalReply<UpdateVisitResponse>> UpdateAsync(this Hospital hospital, string visitNumber, Action<UpdateVisitRequest> change)
    {
        var request = new UpdateVisitRequest { Visit = Visit(visitNumber) };
        change(request);
        return hospital.PostAsync("UpdateVisit", request, UpdateVisitResponse.Parser);
    }

    /// <returns>The number of the new period.</returns>
    public static async Task<string> SignInAsync(this Hospital hospital, string operatorNumber) =>
        (await hospital.PostAsync("OpenBusinessPeriod", new OpenBusinessPeriodRequest { OperatorNumber = operatorNumber }, OpenBusinessPeriodResponse.Parser)).Granted().Result.PeriodNumber;

    public static Task<HospitalReply<QueryBusinessPeriodResponse>> PeriodAsync(this Hospital hospital, string number) =>
        hospital.PostAsync("QueryBusinessPeriod", new QueryBusinessPeriodRequest { PeriodNumber = number }, QueryBusinessPeriodResponse.Parser);

    public static Task<HospitalReply<CloseBusinessPeriodResponse>> SignOutAsync(this Hospital hospital, string number, ClaimedTotals? claimed = null) =>
        hospital.PostAsync("CloseBusinessPeriod", new CloseBusinessPeriodRequest { PeriodNumber = number, Claimed = claimed }, CloseBusinessPeriodResponse.Parser);

    /// <param name="period">Null names none.</param>
    public static Task<HospitalReply<SettleResponse>> SettleAtAsync(this Hospital hospital, string visitNumber, string? period, string @operator = "01", string? id = null, string? invoice = null)
    {
        var request = new SettleRequest { Header = Header(period, @operator, id), Visit = Visit(visitNumber) };
        if (invoice is not null)
            request.InvoiceNumber = invoice;
        return hospital.PostAsync("Settle", request, SettleResponse.Parser);
    }

    /// <inheritdoc cref="SettleAtAsync"/>
    public static Task<HospitalReply<CancelSettlementResponse>> CancelAtAsync(this Hospital hospital, string visitNumber, string? period, string @operator = "01", string? id = null) =>
        hospital.PostAsync("CancelSettlement", new CancelSettlementRequest { Header = Header(period, @operator, id), Visit = Visit(visitNumber) }, CancelSettlementResponse.Parser);

    public static Task<HospitalReply<ListSettlementsResponse>> SettlementsAsync(this Hospital hospital, SettlementScope scope) =>
        hospital.PostAsync("ListSettlements", new ListSettlementsRequest { Scope = scope }, ListSettlementsResponse.Parser);

    public static Task<HospitalReply<ReconcileTotalsResponse>> TotalsAsync(this Hospital hospital, SettlementScope scope, ClaimedTotals claimed) =>
        hospital.PostAsync("ReconcileTotals", new ReconcileTotalsRequest { Scope = scope, Claimed = claimed }, ReconcileTotalsResponse.Parser);

    public static Task<HospitalReply<ReconcileSettlementsResponse>> ReconcileAsync(this Hospital hospital, SettlementScope scope, params IEnumerable<ClaimedSettlement> rows) =>
        hospital.PostAsync("ReconcileSettlements", new ReconcileSettlementsRequest { Scope = scope, Rows = { rows } }, ReconcileSettlementsResponse.Parser);

    public static SettlementScope Scope(DateOnly? from = null, DateOnly? to = null, string? period = null, string? scheme = null, bool withoutCancelled = false)
    {
        var scope = new SettlementScope { WithoutCancelled = withoutCancelled };
        if (from is { } first)
            scope.From = first.Iso();
        if (to is { } last)
            scope.To = last.Iso();
        if (period is not null)
            scope.PeriodNumber = period;
        if (scheme is not null)
            scope.Scheme = scheme;
        return scope;
    }

    /// <summary>What a hospital's own tables add up to: every bill it was told, and those it took back.</summary>
    public static SettlementTotals Sum(IReadOnlyCollection<Figures> settled, params IReadOnlyCollection<Figures> cancelled) => new()
    {
        SettlementCount = settled.Count,
        CancellationCount = cancelled.Count,
        TotalFen = settled.Sum(figures => figures.TotalFen) - cancelled.Sum(figures => figures.TotalFen),
        FundTotalFen = settled.Sum(figures => figures.FundTotalFen) - cancelled.Sum(figures => figures.FundTotalFen),
        AccountFen = settled.Sum(figures => figures.AccountFen) - cancelled.Sum(figures => figures.AccountFen),
        CashFen = settled.Sum(figures => figures.CashFen) - cancelled.Sum(figures => figures.CashFen),
    };

    public static ClaimedTotals Claim(SettlementTotals totals) => new()
    {
        SettlementCount = totals.SettlementCount,
        CancellationCount = totals.CancellationCount,
        TotalFen = totals.TotalFen,
        FundTotalFen = totals.FundTotalFen,
        AccountFen = totals.AccountFen,
        CashFen = totals.CashFen,
    };

    public static VisitReference Visit(string visitNumber) => new() { VisitNumber = visitNumber };

    private static HisHeader Header(string? period, string @operator, string? id)
    {
        var header = new HisHeader { Operator = @operator };
        if (period is not null)
            header.BusinessPeriod = period;
        if (id is not null)
            header.HisTransactionId = id;
        return header;
    }
}
