using Provincial.Exchange.V1;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Insured;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>Reads what the demo shows from the running nodes of a pilot country; computes no figure of its own but sums.</summary>
internal sealed class DemoReader(PilotCountry country)
{
    /// <summary>The stay of one visit, or null when no settlement of it stands.</summary>
    /// <param name="treatment">The hospital's province.</param>
    /// <param name="institution">The hospital.</param>
    /// <param name="reference">The visit; empty when the journey did not get to know it.</param>
    public DemoStay? Stay(PilotProvince treatment, string institution, HisVisitReference reference) => treatment.Host.Database.Read(session =>
    {
        var visit = VisitStore.Find(session, institution, reference);
        var settlements = visit is null ? [] : VisitStore.SettlementsOf(session, visit.Id);
        return settlements.SingleOrDefault(settlement => settlement.State == 1) is { } standing
            ? Stay(session, treatment, visit!, standing, settlements)
            : null;
    });

    public DemoLedger Ledger(PilotProvince province) => new(Name(province.Division), province.Host.Database.Read(session => TrialBalance.Of(session)));

    /// <summary>One for each pair of provinces in which one has owed the other something by either side's books.</summary>
    public static IReadOnlyList<DemoMirror> Mirrors(IReadOnlyList<DemoLedger> ledgers) =>
    [
        .. from insured in ledgers
           from treatment in ledgers
           let payable = -Balance(insured, treatment, Account.PayableToPartner)
           let receivable = Balance(treatment, insured, Account.ReceivableFromPartner)
           where HasPosted(insured, treatment, Account.PayableToPartner) || HasPosted(treatment, insured, Account.ReceivableFromPartner)
           select new DemoMirror(insured.Province, treatment.Province, payable, receivable),
    ];

    /// <summary>The lines of all standing settlements as the insured sides have them, beside what was settled.</summary>
    public DemoDetails Details()
    {
        var settled = country.Provinces.SelectMany(province => province.Host.Database.Read(session => session.Query<DemoDetailRow>(
            "SELECT settlement_number, total_fen AS fen FROM treatment_settlement WHERE state = 1"))).ToDictionary(row => row.SettlementNumber);
        var received = country.Provinces.SelectMany(province => province.Host.Database.Read(session => session.Query<DemoDetailRow>(
            """
            SELECT t.settlement_number, sum(l.amount_fen) AS fen, count(*) AS lines
            FROM insured_detail_transfer t JOIN insured_detail_line l ON l.transfer_id = t.id WHERE t.state = 2 GROUP BY t.id
            """))).Where(row => settled.ContainsKey(row.SettlementNumber)).ToList();
        return new DemoDetails(settled.Count, received.Count, received.Sum(row => row.Lines), settled.Values.Sum(row => row.Fen), received.Sum(row => row.Fen));
    }

    public DemoProvince Name(Division province) => new(province.Code, country[province].Configuration.Find(province)!.Name);

    private static bool HasPosted(DemoLedger ledger, DemoLedger partner, Account account) =>
        ledger.Rows.Any(row => row.Partner == partner.Province.Division && row.Account == account);

    private static long Balance(DemoLedger ledger, DemoLedger partner, Account account) =>
        ledger.Rows.Where(row => row.Partner == partner.Province.Division && row.Account == account).Sum(row => row.BalanceFen);

    private DemoStay Stay(Session session, PilotProvince treatment, VisitRow visit, TreatmentSettlementRow standing, IReadOnlyList<TreatmentSettlementRow> settlements)
    {
        var insured = country[Division.Parse(visit.InsuredDivision).Province];
        var settlement = Answer(session, treatment, standing.TransactionId);
        return new DemoStay
        {
            VisitNumber = visit.VisitNumber!,
            AdmissionDate = visit.AdmissionDate,
            DischargeDate = visit.DischargeDate!,
            Patient = Masked(settlement.Decision.Person),
            Lines = [.. FeeLineStore.Of(session, visit.Id).Select(line => Line(line, CatalogueOf(treatment), CatalogueOf(insured)))],
            Categories = [.. FeeLineStore.CategorySumsOf(session, standing.SettlementNumber).Select(Category)],
            Unmapped = [.. FeeLineStore.Unmapped(session, visit.InstitutionCode).Select(item => new DemoUnmapped(item.LocalCode, item.LocalName, item.LineCount, item.AmountFen))],
            BenefitSteps = [.. settlement.Decision.Steps.Select(step => new DemoBenefitStep(step.Code, step.TextZh, step.TextEn, step.HasAmountFen ? step.AmountFen : null))],
            Receipt = new DemoReceipt
            {
                SettlementNumber = standing.SettlementNumber,
                TransactionId = standing.TransactionId,
                BusinessDate = standing.BusinessDate,
                PolicyVersion = standing.PolicyVersion,
                AdmissionOrdinal = settlement.Decision.AdmissionOrdinal,
                Figures = standing,
                AccountLeftFen = insured.Host.Database.Read(other => PersonStore.ByNumber(other, settlement.Decision.Person.PersonNumber)!.AccountBalanceFen),
            },
            Cancelled = [.. settlements.Where(settlement => settlement.State == 2).Select(Cancelled)],
        };
    }

    /// <summary>The insured side's stored answer: the mirror row keeps the figures, only the answer keeps the computation.</summary>
    private static Settlement Answer(Session session, PilotProvince treatment, string transactionId)
    {
        var outbox = treatment.Host.Services.GetRequiredService<Outbox>();
        return SettleResponse.Parser.ParseFrom(outbox.ReplyOf(Outbox.Find(session, transactionId)!)).Settlement;
    }

    private static DemoPatient Masked(Person person) => new(
        $"{person.Name[..1]}*",
        $"{person.CertificateNumber[..3]}{new string('*', person.CertificateNumber.Length - 5)}{person.CertificateNumber[^2..]}",
        person.InsuredDivision, person.PersonClass, person.Scheme, person.Filing?.Kind);

    private static DemoCancelled Cancelled(TreatmentSettlementRow settlement) => new(
        settlement.SettlementNumber, settlement.BusinessDate, settlement.TotalFen, settlement.FundTotalFen, settlement.AccountFen, settlement.CashFen);

    private static DemoLine Line(FeeLineRow line, CatalogueTimeline own, CatalogueTimeline home) => new()
    {
        LocalCode = line.LocalCode,
        LocalName = line.LocalName,
        ExchangeCode = line.ExchangeCode,
        ExchangeName = line.ExchangeName,
        LocalClass = own.At(ChinaTime.ParseIso(line.FeeDate)).Find(line.LocalCode, ChinaTime.ParseIso(line.FeeDate))?.ItemClass,
        ItemClass = line.ItemClass,
        SelfPayPercent = Percent(new BasisPoints(line.SelfPayBasisPoints)),
        AtHome = line.ExchangeCode is { } code ? AtHome(code, home.At(ChinaTime.ParseIso(line.FeeDate)), ChinaTime.ParseIso(line.FeeDate)) : null,
        UnitPrice = new UnitPrice(line.UnitPriceE4).ToDecimal(),
        Quantity = new Quantity(line.QuantityE2).ToDecimal(),
        AmountFen = line.AmountFen,
        FullSelfPayFen = line.FullSelfPayFen,
        OverLimitFen = line.OverLimitFen,
        PreSelfPayFen = line.PreSelfPayFen,
        InScopeFen = line.InScopeFen,
        FeeDate = line.FeeDate,
    };

    private static DemoHomeClass? AtHome(string exchangeCode, LocalCatalogue home, DateOnly on) => home.Items
        .Where(item => home.FindMapping(item.LocalCode, on)?.ExchangeCode == exchangeCode)
        .Select(item => home.Find(item.LocalCode, on))
        .OfType<CatalogueItem>()
        .Select(item => new DemoHomeClass(item.LocalCode, home.Codes.ToExchange(CodeSystem.ItemClass, item.ItemClass, on)!, Percent(item.SelfPay)))
        .FirstOrDefault();

    private static DemoCategory Category(CategorySumRow sum)
    {
        var (chinese, english) = ExchangeCodes.NameOf(CodeSystem.FeeCategory, sum.FeeCategory) ?? (sum.FeeCategory, sum.FeeCategory);
        return new(sum.FeeCategory, chinese, english, sum.LineCount, sum.TotalFen, sum.FullSelfPayFen, sum.OverLimitFen, sum.PreSelfPayFen, sum.InScopeFen);
    }

    // A pilot province has one adapter.
    private static CatalogueTimeline CatalogueOf(PilotProvince province) => AdapterOf(province).Catalogue;

    public static LoadedAdapter AdapterOf(PilotProvince province) => province.Host.Adapters.Loaded.Single();

    public static string InstitutionName(PilotProvince province, string institution) =>
        province.Host.Database.Read(session => InstitutionStore.ByToken(session, province.Tokens[institution])!.Name);

    private static decimal Percent(BasisPoints share) => share.Value / 100m;

    private sealed class DemoDetailRow
    {
        public required string SettlementNumber { get; init; }
        public required long Fen { get; init; }
        public long Lines { get; init; }
    }
}
