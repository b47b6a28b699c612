using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>43 preview, 41 settlement, 42 cancellation. One reply serves both clients: the union of what they read.</summary>
internal static class SettlementCalls
{
    /// <summary>清算类别 01 医疗.</summary>
    public const string ClearingKind = "01";

    public static HisOperation DecodePreview(CallReader call) => new PreviewSettlement { Visit = VisitCalls.Visit(call), ClaimedTotalFen = call.RequiredFen(Elements.ClaimedTotal) };

    /// <summary>A preview has no time of its own, so aae036 and yae366 are empty.</summary>
    public static Output? EncodePreview(CallReader call, HisResult result) => result is not SettlementPreviewed { Person: var person, Figures: var figures } ? null : new Output()
        .Add("prm_aac001", person.PersonNumber).AddEmpty("prm_aae036").AddAll(Figures(figures)).AddYuan("prm_yka059", PersonalInScope(figures))
        .AddYuan("prm_yke031", 0).AddEmpty("prm_yke486").Add("prm_ykb037", call.Settings.SubCentreOf(person.InsuredDivision)).Add("prm_yka316", ClearingKind)
        .AddEmpty("prm_yka054", "prm_yae366", "prm_yka373", "prm_yka410", "prm_yka420", "prm_yka430").AddYuan("prm_zhyjj", 0)
        .AddYuan("prm_zhkzf", person.AccountBalanceFen);

    public static HisOperation DecodeSettlement(CallReader call) => new Settle
    {
        Visit = VisitCalls.Visit(call),
        ClaimedTotalFen = call.RequiredFen(Elements.ClaimedTotal),
        InvoiceNumber = call.Optional(Elements.Invoice),
    };

    public static Output? EncodeSettlement(CallReader call, HisResult result) => result is Settled settled ? Bill(new Output(), call, settled) : null;

    /// <summary>The reply of 41, behind what <paramref name="output"/> has already.</summary>
    public static Output Bill(Output output, CallReader call, Settled settled)
    {
        var (person, subCentre) = (settled.Person, call.Settings.SubCentreOf(settled.Person.InsuredDivision));
        return output
            .Add("prm_yka103", settled.SettlementNumber).Add("prm_aac001", person.PersonNumber).AddYuan("prm_yka065", settled.Figures.AccountFen)
            .Add("prm_aae036", Output.Time(settled.SettledAt)).AddAll(Figures(settled.Figures)).AddYuan("prm_yke031", 0).AddEmpty("prm_zhyjyjj")
            .AddYuan("prm_akc087", person.AccountBalanceFen).Add("prm_ykb037", subCentre).Add("prm_yka316", ClearingKind)
            .Add("prm_akc021", person.PersonClass).AddEmpty("prm_ykc120").Add("prm_yab139", subCentre).Add("prm_aac003", person.Name)
            .Add("prm_aac004", person.Gender).Add("prm_aac002", person.CertificateNumber).Add("prm_aac006", Output.Date(person.BirthDate))
            .Add("prm_akc023", PersonCalls.Age(person)).Add("prm_aab001", person.EmployerCode).Add("prm_aab004", person.EmployerName)
            .AddEmpty("prm_ykc280", "prm_ykc281", "prm_yka054").Add("prm_yae366", Output.Month(settled.SettledAt))
            .AddEmpty("prm_yka373", "prm_yka372", "prm_yke398", "prm_ykc365", "prm_yka410", "prm_yka420", "prm_yka430")
            .AddYuan("prm_ykd523", 0).AddYuan("prm_ykd524", 0);
    }

    public static HisOperation DecodeCancellation(CallReader call) => new CancelSettlement { Visit = VisitCalls.Visit(call), SettlementNumber = call.Required(Elements.SettlementNumber) };

    public static Output? EncodeCancellation(CallReader call, HisResult result) => result is SettlementCancelled ? new Output() : null;

    /// <summary>
    /// The figures every client computes with: <c>yka055 = yka056 + yka057 + yka111</c>, and cash is <c>yka055 − yka248 − yka062 − yke030 −
    /// yka065</c>. So yka056 has the over-limit part too, and yka062 everything that neither pool, civil servant layer, account nor cash pays:
    /// large amount, critical illness, medical aid, enterprise and other funds, and the hospital.
    /// </summary>
    public static IReadOnlyList<(string Name, string Value)> Figures(HisFigures figures)
    {
        // decimal, because figures that do not add up are another part's fault and must still be shown, not overflow here.
        decimal total = figures.TotalFen;
        return
        [
            ("yka055", Output.Yuan(total)), ("yka056", Output.Yuan((decimal)figures.FullSelfPayFen + figures.OverLimitFen)), ("yka057", Output.Yuan(figures.PreSelfPayFen)),
            ("yka111", Output.Yuan(figures.InScopeFen)), ("yka058", Output.Yuan(figures.DeductibleFen)), ("yka248", Output.Yuan(figures.PoolFen)),
            ("yka062", Output.Yuan(total - figures.AccountFen - figures.CashFen - figures.PoolFen - figures.CivilServantFen)),
            ("yke030", Output.Yuan(figures.CivilServantFen)),
        ];
    }

    // 基本医疗自付: what of the amount in scope neither deductible, pool nor large amount and critical illness cover.
    private static decimal PersonalInScope(HisFigures figures) =>
        (decimal)figures.InScopeFen - figures.DeductibleFen - figures.PoolFen - figures.EmployeeLargeAmountFen - figures.ResidentCriticalIllnessFen;
}
