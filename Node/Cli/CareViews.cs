using System.Text.Json.Serialization;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>A visit as its node has it, on whichever side. No name, no certificate.</summary>
internal sealed record VisitEntry
{
    /// <summary>Of the treatment side's row; 0 at the insured side.</summary>
    [JsonIgnore]
    public long Id { get; init; }

    /// <summary>This node's part.</summary>
    public required LedgerSide Side { get; init; }

    /// <summary>Null until the insured side has opened it.</summary>
    public string? VisitNumber { get; init; }
    public required string HospitalVisitNumber { get; init; }
    public required string Partner { get; init; }
    public required string Institution { get; init; }

    /// <summary>Exchange code, as the disease.</summary>
    public required string Kind { get; init; }
    public string? ChronicDisease { get; init; }

    /// <summary>ISO date of the admission, or the day of an outpatient visit.</summary>
    public required string From { get; init; }
    public string? To { get; init; }

    /// <summary>admitted, discharged, settled or undone; at the treatment side also waiting (for an answer) and refused.</summary>
    public required string State { get; init; }

    /// <summary>Standing settlements.</summary>
    public required int Settlements { get; init; }

    /// <summary>Of this province's own people.</summary>
    public string? PersonNumber { get; init; }
}

/// <summary>Somebody, without what would name them.</summary>
internal sealed record MaskedPerson(string Number, string Name, string Certificate, string Division, string Scheme, string PersonClass)
{
    public static MaskedPerson Of(Person person) => new(
        person.PersonNumber, Mask.Name(person.Name), $"{person.CertificateKind}:{Mask.Number(person.CertificateNumber)}", person.InsuredDivision, person.Scheme, person.PersonClass);
}

/// <param name="StateZh">What is known of it, in full.</param>
/// <param name="Person">Null at the treatment side before the insured side has answered.</param>
/// <param name="FilingNumber">The filing it counts on, as the opening of the visit found it.</param>
/// <param name="Charged">All stored fee lines; null at the insured side, which has them settlement by settlement (<c>details show</c>).</param>
/// <param name="Unsettled">Those of them that no standing settlement has taken.</param>
internal sealed record VisitDetails(
    VisitEntry Visit, string StateZh, string StateEn, MaskedPerson? Person, string? FilingNumber, Fen? Charged, Fen? Unsettled, IReadOnlyList<SettlementEntry> Settlements);

/// <summary>A settlement as its node has it, on whichever side.</summary>
internal sealed record SettlementEntry
{
    /// <summary>This node's part.</summary>
    public required LedgerSide Side { get; init; }
    public required string SettlementNumber { get; init; }
    public required string TransactionId { get; init; }
    public required string VisitNumber { get; init; }
    public required string Partner { get; init; }
    public required string Institution { get; init; }
    public required string BusinessDate { get; init; }

    /// <summary>standing or undone.</summary>
    public required string State { get; init; }

    /// <summary>A part of a stay that went on.</summary>
    public required bool Interim { get; init; }
    public required Fen Total { get; init; }
    public required Fen FundTotal { get; init; }
    public required Fen Account { get; init; }
    public required Fen Cash { get; init; }
}

/// <param name="UndoneBy">The cancellation or reversal; null while it stands.</param>
/// <param name="Sums">What each fund and the person pays.</param>
/// <param name="Steps">As they were told when it was made.</param>
internal sealed record SettlementDetails(
    SettlementEntry Settlement, MaskedPerson Person, int AdmissionOrdinal, string PolicyVersion, string? PolicyHash, string? UndoneBy,
    BillParts Bill, PayerSums Sums, Fen PersonalTotal, Fen HospitalBorne, IReadOnlyList<ExplainedStep> Steps);

/// <summary>The four parts of a bill.</summary>
internal sealed record BillParts(Fen Total, Fen FullSelfPay, Fen OverLimit, Fen PreSelfPay, Fen InScope)
{
    public static BillParts Of(SettlementFigures row) =>
        new(new Fen(row.TotalFen), new Fen(row.FullSelfPayFen), new Fen(row.OverLimitFen), new Fen(row.PreSelfPayFen), new Fen(row.InScopeFen));
}

/// <summary>Reads visits and settlements of both sides. Every method runs in the caller's transaction.</summary>
internal static class CareViews
{
    private const string Visits =
        """
        SELECT id, 1 AS side, visit_number, hospital_visit_number, substr(insured_division, 1, 2) || '0000' AS partner, institution_code AS institution,
          visit_kind AS kind, chronic_disease, admission_date AS "from", discharge_date AS "to",
          CASE state WHEN 2 THEN 'admitted' WHEN 4 THEN 'discharged' WHEN 6 THEN 'settled' WHEN 8 THEN 'refused' WHEN 11 THEN 'undone' ELSE 'waiting' END AS state,
          (SELECT count(*) FROM treatment_settlement s WHERE s.visit_id = treatment_visit.id AND s.state = 1) AS settlements, NULL AS person_number
        FROM treatment_visit
        UNION ALL
        SELECT 0, 2, visit_number, hospital_visit_number, treatment_province, institution_code, visit_kind, chronic_disease, admission_date, discharge_date,
          CASE state WHEN 1 THEN 'admitted' WHEN 2 THEN 'discharged' WHEN 3 THEN 'settled' ELSE 'undone' END,
          (SELECT count(*) FROM insured_settlement s WHERE s.visit_number = insured_visit.visit_number AND s.state = 1), person_number
        FROM insured_visit
        """;

    private const string Settlements =
        """
        SELECT 1 AS side, settlement_number, s.transaction_id, v.visit_number, s.insured_province AS partner, v.institution_code AS institution, s.business_date,
          iif(s.state = 1, 'standing', 'undone') AS state, s.interim, s.total_fen, s.fund_total_fen, s.account_fen, s.cash_fen
        FROM treatment_settlement s JOIN treatment_visit v ON v.id = s.visit_id
        UNION ALL
        SELECT 2, s.settlement_number, s.transaction_id, s.visit_number, s.treatment_province, v.institution_code, s.business_date,
          iif(s.state = 1, 'standing', 'undone'), s.interim, s.total_fen, s.fund_total_fen, s.account_fen, s.cash_fen
        FROM insured_settlement s JOIN insured_visit v USING (visit_number)
        """;

    /// <summary>By their first day, the latest first.</summary>
    public static List<VisitEntry> ListVisits(Session session, CareWanted wanted) => session.Query<VisitEntry>(
        $"""SELECT * FROM ({Visits}) WHERE {CareWanted.Where("\"from\"")} ORDER BY "from" DESC, visit_number DESC LIMIT @Limit""", wanted.Parameters);

    /// <summary>By business date, the latest first.</summary>
    public static List<SettlementEntry> ListSettlements(Session session, CareWanted wanted) => session.Query<SettlementRow>(
        $"SELECT * FROM ({Settlements}) WHERE {CareWanted.Where("business_date")} ORDER BY business_date DESC, settlement_number DESC LIMIT @Limit", wanted.Parameters)
        .ConvertAll(row => row.ToEntry());

    /// <summary>Visits under a visit number, or under a hospital's own number, which several hospitals may have given.</summary>
    public static List<VisitEntry> FindVisits(Session session, string number, string? hospital) => session.Query<VisitEntry>(
        $"SELECT * FROM ({Visits}) WHERE (visit_number = @number OR hospital_visit_number = @number) AND (@hospital IS NULL OR institution = @hospital) ORDER BY visit_number",
        new { number, hospital });

    public static VisitDetails Describe(Session session, VisitEntry visit, Vault vault)
    {
        var settlements = session.Query<SettlementRow>($"SELECT * FROM ({Settlements}) WHERE visit_number = @VisitNumber AND side = @Side ORDER BY settlement_number",
            new { visit.VisitNumber, Side = (int)visit.Side }).ConvertAll(row => row.ToEntry());
        return visit.Side is LedgerSide.Treatment ? Treated(session, visit, vault, settlements) : Insured(session, visit, vault, settlements);
    }

    /// <summary>Null when this node has no such settlement.</summary>
    public static SettlementDetails? FindSettlement(Session session, string number, Vault vault, Inbox inbox)
    {
        if (session.QuerySingleOrDefault<SettlementRow>($"SELECT * FROM ({Settlements}) WHERE settlement_number = @number", new { number })?.ToEntry() is not { } entry)
            return null;
        if (entry.Side is LedgerSide.Treatment)
        {
            var row = VisitStore.FindSettlement(session, number)!;
            return Details(entry, row, new InsuredAnswers(vault).SettlementOf(session, row.TransactionId).Decision, policyHash: null, UndoStore.StandingOn(session, row.TransactionId)?.TransactionId);
        }
        var bill = new SettledBills(inbox).Find(session, number)!;
        return Details(entry, bill.Settlement, bill.Decision, bill.Settlement.PolicyHash, bill.Settlement.CancellationId);
    }

    private static SettlementDetails Details(SettlementEntry entry, SettlementFigures row, Decision decision, string? policyHash, string? undoneBy) => new(
        entry, MaskedPerson.Of(decision.Person), decision.AdmissionOrdinal, decision.PolicyVersion, policyHash, undoneBy,
        BillParts.Of(row), PayerSums.Of(row), new Fen(row.PersonalTotalFen), new Fen(row.HospitalBorneFen), ExplainedStep.Of(decision.Steps));

    private static VisitDetails Treated(Session session, VisitEntry visit, Vault vault, IReadOnlyList<SettlementEntry> settlements)
    {
        var stored = VisitStore.Get(session, visit.Id);
        var (chinese, english) = VisitMachine.Describe(stored.State, stored.IsOutpatient);
        var opening = new InsuredAnswers(vault).OpeningOf(session, stored);
        return new VisitDetails(
            visit, chinese, english, opening?.Person is { } person ? MaskedPerson.Of(person) : null, opening?.Person?.Filing?.FilingNumber,
            new Fen(FeeLineStore.TotalFen(session, stored.Id)), new Fen(FeeLineStore.CategorySums(session, stored.Id).Sum(sum => sum.TotalFen)), settlements);
    }

    private static VisitDetails Insured(Session session, VisitEntry visit, Vault vault, IReadOnlyList<SettlementEntry> settlements)
    {
        var filing = session.QuerySingle<string?>("SELECT filing_number FROM insured_visit WHERE visit_number = @VisitNumber", new { visit.VisitNumber });
        var person = new PersonStore(vault).Open(PersonStore.ByNumber(session, visit.PersonNumber!)!);
        var (chinese, english) = visit.State switch
        {
            "admitted" => ClearingTypes.IsOutpatient(visit.Kind) ? ("已登记未结算", "registered, not settled") : ("在院", "admitted"),
            "discharged" => ("已出院未结算", "discharged, not settled"),
            "settled" => ("已结算", "settled"),
            _ => ("入院登记已撤销", "admission undone"),
        };
        return new VisitDetails(visit, chinese, english, MaskedPerson.Of(person), filing, null, null, settlements);
    }

    private sealed class SettlementRow
    {
        public required LedgerSide Side { get; init; }
        public required string SettlementNumber { get; init; }
        public required string TransactionId { get; init; }
        public required string VisitNumber { get; init; }
        public required string Partner { get; init; }
        public required string Institution { get; init; }
        public required string BusinessDate { get; init; }
        public required string State { get; init; }
        public required bool Interim { get; init; }
        public required long TotalFen { get; init; }
        public required long FundTotalFen { get; init; }
        public required long AccountFen { get; init; }
        public required long CashFen { get; init; }

        public SettlementEntry ToEntry() => new()
        {
            Side = Side,
            SettlementNumber = SettlementNumber,
            TransactionId = TransactionId,
            VisitNumber = VisitNumber,
            Partner = Partner,
            Institution = Institution,
            BusinessDate = BusinessDate,
            State = State,
            Interim = Interim,
            Total = new Fen(TotalFen),
            FundTotal = new Fen(FundTotalFen),
            Account = new Fen(AccountFen),
            Cash = new Fen(CashFen),
        };
    }
}
