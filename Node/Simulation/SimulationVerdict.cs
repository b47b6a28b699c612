using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Provincial.His.V1;
using ProvincialGateway.Oversight;

namespace ProvincialGateway.Simulation;

/// <summary>What stands in the end, on disk and in the hospitals' books, and whether it fits together. The nodes have stopped.</summary>
internal sealed class SimulationVerdict(SimulatedCountry country, IReadOnlyList<SimulatedHospital> hospitals) : IDisposable
{
    private const string Figures = "total_fen || ' ' || fund_total_fen || ' ' || account_fen || ' ' || cash_fen || ' ' || pool_fen || ' ' || deductible_fen";

    /// <summary>Columns that any two runs of a seed have in common: nothing sealed, nothing from a real clock.</summary>
    private static readonly string[] Lasting =
    [
        $"SELECT 'treated ' || settlement_number || ' ' || transaction_id || ' ' || insured_province || ' ' || state || ' ' || business_date || ' ' || {Figures} FROM treatment_settlement ORDER BY settlement_number",
        $"SELECT 'insured ' || settlement_number || ' ' || transaction_id || ' ' || treatment_province || ' ' || state || ' ' || business_date || ' ' || {Figures} FROM insured_settlement ORDER BY settlement_number",
        $"SELECT 'row ' || side || ' ' || partner || ' ' || transaction_id || ' ' || kind || ' ' || business_date || ' ' || {Figures} FROM ledger_row ORDER BY side, partner, transaction_id, kind",
        "SELECT 'posting ' || sequence || ' ' || transaction_id || ' ' || event || ' ' || account || ' ' || amount_fen || ' ' || posted_at_ms FROM posting ORDER BY sequence",
        "SELECT 'sent ' || transaction_id || ' ' || kind || ' ' || state || ' ' || attempts || ' ' || prepared_at_ms || ' ' || coalesce(answered_at_ms, '') FROM outbound ORDER BY transaction_id",
        "SELECT 'received ' || transaction_id || ' ' || method || ' ' || received_at_ms FROM inbox ORDER BY transaction_id",
        "SELECT 'visit ' || id || ' ' || coalesce(visit_number, '') || ' ' || state || ' ' || fee_version FROM treatment_visit ORDER BY id",
        "SELECT 'person ' || person_number || ' ' || account_balance_fen FROM person ORDER BY person_number",
        "SELECT 'filing ' || transaction_id || ' ' || kind || ' ' || state || ' ' || attempts FROM filing_request ORDER BY transaction_id",
        "SELECT 'agency ' || transaction_id || ' ' || method || ' ' || subject || ' ' || state || ' ' || attempts FROM clearing_outbound ORDER BY transaction_id",
        "SELECT 'statement ' || side || ' ' || statement_number || ' ' || revision || ' ' || state || ' ' || claimed_fen || ' ' || payable_fen FROM clearing_statement ORDER BY side, statement_number, revision",
        "SELECT 'details ' || settlement_number || ' ' || state FROM fee_transfer ORDER BY settlement_number",
    ];

    private readonly Dictionary<SimulatedNode, SqliteConnection> _open = [];

    public void Dispose()
    {
        foreach (var connection in _open.Values)
            connection.Dispose();
    }

    /// <summary>One line for each thing that is not as it has to be.</summary>
    public IEnumerable<string> Failures()
    {
        // A run that is cut down to nothing has nothing to be audited.
        if (!country.Nodes.Any(node => node.IsUsed))
            yield break;
        var dealings = country.Network.Dealings;
        var report = Audit.Run([.. country.Nodes.Where(node => node.IsUsed).Select(node => node.Folder)], new SimulatedClock(country.Pump, country.Life, () => TimeSpan.Zero),
            (treatment, insured) => dealings.Contains((treatment, insured)));
        foreach (var check in report.Checks.Where(check => check is not { Found: 0, NotCheckedReason: null }))
            yield return $"audit: {check.Name}: {check.Found} of {check.Checked} {check.NotCheckedReason} {string.Join("; ", check.Findings.Take(3).Select(finding => $"{finding.Node} {finding.Subject}: {finding.English}"))}";
        foreach (var failure in hospitals.SelectMany(BookFailures).Concat(hospitals.SelectMany(BillFailures)).Concat(PairFailures()).Concat(hospitals.SelectMany(StateFailures)))
            yield return failure;
    }

    /// <summary>Everything that two runs of the same seed must have in common.</summary>
    public IEnumerable<string> Outcome() =>
    [
        .. country.Nodes.Where(node => node.IsUsed).SelectMany(node => Lasting.SelectMany(sql => Rows(node, sql)).Select(row => $"{node.Division} {row}")),
        .. hospitals.SelectMany(hospital => hospital.Book.Select(asked => $"{hospital.Institution} {asked.Id} {asked.Operation} {asked.Outcome} {asked.Code} {asked.Sent}")),
    ];

    /// <summary>What the hospital was told is what stands, on both sides, to the fen: no settlement it does not know of, none it was told of in vain.</summary>
    private IEnumerable<string> BookFailures(SimulatedHospital hospital)
    {
        var (told, cancelled) = (new Dictionary<string, string>(), new HashSet<string>());
        foreach (var asked in hospital.Book.Where(asked => asked is { Outcome: ToldOutcome.Granted }))
        {
            if (asked.Operation == "Settle" && SettleResponse.Parser.ParseJson(asked.Answer).Result is { } settled)
                told[settled.SettlementNumber] = TextOf(settled.Figures);
            else if (asked.Operation == "CancelSettlement")
                cancelled.Add(CancelSettlementResponse.Parser.ParseJson(asked.Answer).Result.SettlementNumber);
        }
        var stored = Rows(hospital.Node,
            $"SELECT s.settlement_number || '|' || s.state || '|' || s.insured_province || '|' || {Figures} FROM treatment_settlement s JOIN treatment_visit v ON v.id = s.visit_id WHERE v.institution_code = '{hospital.Institution}'")
            .Select(row => row.Split('|')).ToDictionary(row => row[0]);
        foreach (var (number, figures) in told)
        {
            if (!stored.TryGetValue(number, out var row))
                yield return $"book: {hospital.Institution} was told of settlement {number}, which its province does not have";
            else if (row[3] != figures)
                yield return $"book: {hospital.Institution} was told {figures} of settlement {number}, stored is {row[3]}";
            else if (row[1] == "1" == cancelled.Contains(number))
                yield return $"book: settlement {number} of {hospital.Institution} is {(row[1] == "1" ? "standing and was told to be cancelled" : "cancelled and was never told to be")}";
            else if (!AtInsured(row).Contains($"{row[1]} {row[3]}"))
                yield return $"book: settlement {number} of {hospital.Institution} ({row[1]} {row[3]}) is at {row[2]}: {string.Join(", ", AtInsured(row).DefaultIfEmpty("nothing"))}";
        }
        foreach (var row in stored.Values.Where(row => row[1] == "1" && !told.ContainsKey(row[0])))
            yield return $"book: settlement {row[0]} stands and {hospital.Institution} was never told of it";
    }

    /// <summary>What is settled, and what waits to be, are the lines that the hospital was told are stored: none is lost, none doubled.</summary>
    private IEnumerable<string> BillFailures(SimulatedHospital hospital)
    {
        // Whoever still waits for an answer cannot know, and is found to make no progress.
        if (!hospital.IsAtRest)
            yield break;
        foreach (var asked in hospital.Book.Where(asked => asked.Code == "TOTAL_MISMATCH"))
            yield return $"told: {hospital.Institution} {asked.Id} {asked.Operation} claimed what it was told is stored and was refused ({asked.Code})";
        var settled = Rows(hospital.Node, "SELECT settlement_number || '|' || total_fen FROM treatment_settlement").Select(row => row.Split('|')).ToDictionary(row => row[0], row => Fen(row[1]));
        var unsettled = Rows(hospital.Node,
            $"SELECT v.visit_number || '|' || sum(l.amount_fen) FROM treatment_visit v JOIN fee_line l ON l.visit_id = v.id AND l.state = 1 AND l.settlement_number IS NULL WHERE v.institution_code = '{hospital.Institution}' GROUP BY v.id")
            .Select(row => row.Split('|')).ToDictionary(row => row[0], row => Fen(row[1]));
        foreach (var visit in hospital.Book.Select(OwnBill.VisitOf).OfType<string>().Concat(unsettled.Keys).Distinct())
        {
            var bill = hospital.BillOf(visit);
            foreach (var contradiction in bill.Contradictions)
                yield return $"told: {hospital.Institution} {contradiction}";
            foreach (var (number, fen) in bill.Settlements.Where(own => settled.GetValueOrDefault(own.Key) != own.Value))
                yield return $"book: settlement {number} of {hospital.Institution} is of {settled.GetValueOrDefault(number)} fen, by its own book of {fen}";
            if (unsettled.GetValueOrDefault(visit) != bill.UnsettledFen)
                yield return $"book: unsettled lines of visit {visit} of {hospital.Institution} are of {unsettled.GetValueOrDefault(visit)} fen, by its own book of {bill.UnsettledFen}";
        }
    }

    /// <summary>What stands between two provinces stands in both, and nothing else stands in either.</summary>
    private IEnumerable<string> PairFailures()
    {
        var used = country.Nodes.Where(node => node.IsUsed).ToList();
        var treated = used.SelectMany(node => Rows(node, $"SELECT '{node.Division} ' || insured_province || ' ' || settlement_number || ' ' || {Figures} FROM treatment_settlement WHERE state = 1")).ToHashSet();
        var insured = used.SelectMany(node => Rows(node, $"SELECT treatment_province || ' {node.Division} ' || settlement_number || ' ' || {Figures} FROM insured_settlement WHERE state = 1")).ToHashSet();
        foreach (var one in treated.Except(insured).Order(StringComparer.Ordinal))
            yield return $"tally: stands at the treatment side only: {one}";
        foreach (var one in insured.Except(treated).Order(StringComparer.Ordinal))
            yield return $"tally: stands at the insured side only: {one}";
    }

    /// <summary>What was reversed is void on both sides, and what a hospital was told about the state of a request, at any time, does not contradict how it ended.</summary>
    private IEnumerable<string> StateFailures(SimulatedHospital hospital)
    {
        var cancelled = hospital.Book.Where(asked => asked is { Outcome: ToldOutcome.Granted, Operation: "CancelSettlement" })
            .Select(asked => CancelSettlementResponse.Parser.ParseJson(asked.Answer).Result.SettlementNumber).ToHashSet();
        foreach (var asked in hospital.Book)
        {
            // What the hospital took back itself may have been committed, and be void before the hospital is told that the reversal is done.
            var isTakenBack = asked.Code == "TRANSACTION_VOID" && hospital.Book.Any(other => other.Reverses == asked.Id && other.Outcome is ToldOutcome.Granted);
            if (asked is { Outcome: ToldOutcome.Refused } && !isTakenBack && asked.States.Contains(TransactionState.Committed))
                yield return $"told: {hospital.Institution} {asked.Id} {asked.Operation} was refused ({asked.Code}) and said to be committed";
            if (asked is { Outcome: ToldOutcome.Granted } && asked.States.Contains(TransactionState.Refused))
                yield return $"told: {hospital.Institution} {asked.Id} {asked.Operation} was granted and said to be refused";
            if (asked.Outcome is ToldOutcome.Reversed && Standing(hospital, asked) is { Count: > 0 } standing)
                yield return $"tally: {asked.Id} of {hospital.Institution} was told to be reversed and stands: {string.Join(", ", standing)}";
            if (!hospital.HasLookedBack || asked.Operation != "Settle" || asked.States is not [.., var last])
                continue;
            var stands = asked.Outcome is ToldOutcome.Granted && !cancelled.Contains(SettleResponse.Parser.ParseJson(asked.Answer).Result.SettlementNumber);
            if (asked.Outcome is not ToldOutcome.Unknown && (last is TransactionState.Committed) != stands)
                yield return $"told: settlement {asked.Id} of {hospital.Institution} is {asked.Outcome}{(stands ? "" : " and does not stand")}, and said to be {last} in the end";
        }
    }

    /// <summary>Settlements of a request that stand, at either side.</summary>
    private List<string> Standing(SimulatedHospital hospital, Asked asked)
    {
        var ids = Rows(hospital.Node, $"SELECT transaction_id FROM his_request WHERE institution_code = '{hospital.Institution}' AND his_transaction_id = '{asked.Id}' AND transaction_id IS NOT NULL");
        return [.. ids.SelectMany(id => country.Nodes.Where(node => node.IsUsed).SelectMany(node => ((string[])["treatment_settlement", "insured_settlement"])
            .SelectMany(table => Rows(node, $"SELECT '{node.Division} ' || settlement_number FROM {table} WHERE transaction_id = '{id}' AND state = 1"))))];
    }

    private static long Fen(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private List<string> AtInsured(string[] row) =>
        Rows(country.Nodes.Single(node => node.Division.Code == row[2]), $"SELECT state || ' ' || {Figures} FROM insured_settlement WHERE settlement_number = '{row[0]}'");

    private static string TextOf(Figures figures) =>
        $"{figures.TotalFen} {figures.FundTotalFen} {figures.AccountFen} {figures.CashFen} {figures.PoolFen} {figures.DeductibleFen}";

    private List<string> Rows(SimulatedNode node, string sql)
    {
        if (!_open.TryGetValue(node, out var connection))
        {
            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = DataFolder.DatabasePath(node.Folder), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            connection.Open();
            _open.Add(node, connection);
        }
        return [.. connection.Query<string>(sql)];
    }
}
