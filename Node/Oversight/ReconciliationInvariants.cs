using ProvincialGateway.Ledger;

namespace ProvincialGateway.Oversight;

/// <summary>What reconciliations have stored: what they counted was in the ledger, and every difference is where its history says.</summary>
internal static class ReconciliationInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "reconciliation-runs", "每次对账的结果与其差异一致", "Every run's result agrees with the differences it found",
            "SELECT count(*) FROM reconciliation_run",
            new RowRule(
                """
                SELECT 'reconciliation_run ' || r.id, r.state, count(f.difference_id) FROM reconciliation_run r LEFT JOIN reconciliation_finding f ON f.run_id = r.id
                GROUP BY r.id HAVING (r.state = 3) <> (count(f.difference_id) > 0)
                """,
                "状态 {1},差异 {2} 条", "state {1}, {2} differences"),
            new RowRule(
                """
                SELECT 'reconciliation_run ' || r.id, c.business_date FROM reconciliation_cell c JOIN reconciliation_run r ON r.id = c.run_id
                WHERE r.state NOT IN (2, 3) OR c.business_date < r.from_date OR c.business_date > r.to_date
                """,
                "不应有 {1} 的汇总", "it has a cell of {1} and should not")),
        NodeInvariant.OfRows(
            "reconciliation-cells", "对账汇总的本方数即台账当时之数", "What a run counted as this side's is what the ledger had at that point",
            "SELECT count(*) FROM reconciliation_cell WHERE holder = 1",
            new RowRule(
                $"""
                WITH counted AS (
                  SELECT r.id AS run_id, l.business_date, l.scheme, l.clearing_type, count(*) AS row_count, count(DISTINCT l.insured_division || ' ' || l.person_number) AS person_count,
                    count(DISTINCT l.visit_number) AS visit_count, {string.Join(", ", SettlementFigures.Columns.Split(", ").Select(column => $"sum(l.{column}) AS {column}"))}
                  FROM reconciliation_run r JOIN ledger_row l ON l.side = r.side AND l.partner = r.partner AND l.business_date BETWEEN r.from_date AND r.to_date AND l.sequence <= r.own_sequence
                  WHERE r.state IN (2, 3) GROUP BY r.id, l.business_date, l.scheme, l.clearing_type)
                SELECT 'reconciliation_run ' || coalesce(l.run_id, c.run_id), coalesce(l.business_date, c.business_date), coalesce(l.scheme, c.scheme)
                FROM counted l FULL JOIN (SELECT * FROM reconciliation_cell WHERE holder = 1) c
                  ON c.run_id = l.run_id AND c.business_date = l.business_date AND c.scheme = l.scheme AND c.clearing_type = l.clearing_type
                WHERE (l.row_count, l.person_count, l.visit_count, {Of("l")}) IS NOT (c.row_count, c.person_count, c.visit_count, {Of("c")})
                """,
                "{1} {2} 的汇总与台账不符", "the sums of {1} {2} are not the ledger's")),
        NodeInvariant.OfRows(
            "reconciliation-differences", "每条差异有发现它的对账,状态与经过一致", "Every difference was found by a run and is in the state its history ends with",
            "SELECT count(*) FROM reconciliation_difference",
            new RowRule(
                "SELECT transaction_id, id FROM reconciliation_difference WHERE id NOT IN (SELECT difference_id FROM reconciliation_finding)",
                "差异 {1} 不属于任何对账", "difference {1} was found by no run"),
            new RowRule(
                """
                SELECT d.transaction_id, d.state, coalesce(e.state, 0) FROM reconciliation_difference d
                LEFT JOIN reconciliation_event e ON e.id = (SELECT max(id) FROM reconciliation_event WHERE difference_id = d.id)
                WHERE d.state IS NOT e.state
                """,
                "状态 {1},经过止于 {2}", "state {1}, the history ends with {2}"),
            new RowRule(
                """
                SELECT d.transaction_id, e.state, e.kind FROM (
                  SELECT difference_id, kind, state, lag(state, 1, 0) OVER (PARTITION BY difference_id ORDER BY id) AS before FROM reconciliation_event) e
                JOIN reconciliation_difference d ON d.id = e.difference_id
                WHERE NOT CASE e.kind WHEN 1 THEN e.before = 0 AND e.state = 1 WHEN 2 THEN e.before IN (1, 2, 3) AND e.state = 1 WHEN 3 THEN e.before = 3 AND e.state = 1
                  WHEN 4 THEN e.before IN (1, 2) AND e.state = 2 WHEN 5 THEN e.state = e.before WHEN 6 THEN e.before = 2 AND e.state = 3 ELSE e.before IN (1, 2) AND e.state = 3 END
                """,
                "经过中有不允许的一步:状态 {1},事件 {2}", "a step of its history is not allowed: state {1}, event {2}")),
    ];

    private static string Of(string source) => string.Join(", ", SettlementFigures.Columns.Split(", ").Select(column => $"{source}.{column}"));
}
