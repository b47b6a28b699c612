namespace ProvincialGateway.Oversight;

/// <summary>What lines and settlements say about the catalogue that split them, and which versions were made to decide.</summary>
internal static class CatalogueInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "line-catalogue", "每条费用明细记有目录类别,退费明细沿用原明细的目录依据", "Every fee line states its catalogue kind, and a refund line stands on the same terms as the line it takes back",
            "SELECT count(*) FROM fee_line",
            new RowRule("SELECT 'fee_line ' || id FROM fee_line WHERE catalogue_kind IS NULL", "没有目录类别", "has no catalogue kind"),
            new RowRule(
                """
                SELECT 'fee_line ' || r.id, r.refund_of FROM fee_line r JOIN fee_line o ON o.id = r.refund_of
                WHERE (r.local_code, r.exchange_code, r.item_class, r.self_pay_basis_points, r.limit_e4, r.fee_date, r.mapping_quality, r.catalogue_kind, r.catalogue_version)
                  IS NOT (o.local_code, o.exchange_code, o.item_class, o.self_pay_basis_points, o.limit_e4, o.fee_date, o.mapping_quality, o.catalogue_kind, o.catalogue_version)
                """,
                "与原明细 {1} 的编码、类别、比例、限价、日期或目录版本不同", "differs from its line {1} in code, class, ratio, limit, date or catalogue version")),
        NodeInvariant.OfRows(
            "settlement-versions", "有效结算记录的目录版本即其明细的版本", "A standing settlement names exactly the catalogue versions of its lines",
            "SELECT count(*) FROM treatment_settlement WHERE state = 1",
            new RowRule(
                """
                WITH line AS (
                  SELECT visit_id, group_concat(catalogue_version, ',') AS versions
                  FROM (SELECT DISTINCT visit_id, catalogue_version FROM fee_line WHERE state = 1 ORDER BY visit_id, catalogue_version) GROUP BY visit_id)
                SELECT s.settlement_number, s.catalogue_versions, l.versions FROM treatment_settlement s LEFT JOIN line l USING (visit_id)
                WHERE s.state = 1 AND s.catalogue_versions IS NOT l.versions
                  AND NOT EXISTS (SELECT 1 FROM treatment_settlement m JOIN recovered_settlement r USING (settlement_number) WHERE m.visit_id = s.visit_id)
                """,
                "记录 {1},明细为 {2}", "{1} on record, the lines have {2}")),
        NodeInvariant.OfRows(
            "catalogue-activations", "目录版本的生效与回退记录连续、成对", "Catalogue activations have no gap, and each rollback undoes the last one that stood",
            "SELECT count(*) FROM catalogue_activation",
            new RowRule(
                """
                SELECT 'catalogue_activation', count(*), max(sequence) FROM catalogue_activation HAVING count(*) <> coalesce(max(sequence), 0)
                """,
                "共 {1} 行,最大序号 {2}", "{1} rows up to sequence {2}"),
            new RowRule(
                """
                SELECT 'catalogue_activation ' || r.sequence, r.rolls_back FROM catalogue_activation r LEFT JOIN catalogue_activation a ON a.sequence = r.rolls_back
                WHERE r.rolls_back IS NOT NULL AND (a.version IS NULL OR a.adapter <> r.adapter OR EXISTS (
                  SELECT 1 FROM catalogue_activation n
                  WHERE n.adapter = r.adapter AND n.version IS NOT NULL AND n.sequence BETWEEN r.rolls_back + 1 AND r.sequence
                    AND NOT EXISTS (SELECT 1 FROM catalogue_activation u WHERE u.rolls_back = n.sequence AND u.sequence < r.sequence)))
                """,
                "回退的 {1} 当时不是最后一次有效的生效", "undoes {1}, which was not the last activation that stood then")),
    ];
}
