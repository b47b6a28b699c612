using System.Text.Json;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

/// <summary>The SQL of fee lines. Every method runs in the caller's transaction.</summary>
internal static class FeeLineStore
{
    private const string Columns =
        "visit_id, transaction_id, line_serial, content_hash, local_code, local_name, exchange_code, exchange_name, fee_category, item_class, self_pay_basis_points, "
        + "unit_price_e4, limit_e4, quantity_e2, amount_fen, full_self_pay_fen, over_limit_fen, pre_self_pay_fen, in_scope_fen, fee_date, mapping_quality, catalogue_kind, catalogue_version, "
        + "refund_of, details";

    private const string Selected = "id, " + Columns + ", state, withdrawn_by, settlement_number";

    public static void Insert(Session session, params IReadOnlyCollection<FeeLineRow> lines) => session.ExecuteEach(
        $"INSERT INTO fee_line ({Columns}, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, 1)",
        lines, Bind);

    public static FeeLineRow? BySerial(Session session, long visitId, string lineSerial) => session.QuerySingleOrDefault<FeeLineRow>(
        $"SELECT {Selected} FROM fee_line WHERE visit_id = @visitId AND line_serial = @lineSerial AND state = 1", new { visitId, lineSerial });

    /// <summary>Those of the serials that are stored.</summary>
    public static IReadOnlyList<FeeLineRow> BySerials(Session session, long visitId, IEnumerable<string> lineSerials) => session.Query<FeeLineRow>(
        $"SELECT {Selected} FROM fee_line WHERE visit_id = @visitId AND state = 1 AND line_serial IN (SELECT value FROM json_each(@serials))",
        new { visitId, serials = JsonSerializer.Serialize(lineSerials) });

    public static IReadOnlyList<FeeLineRow> ByTransaction(Session session, long visitId, string transactionId) => session.Query<FeeLineRow>(
        $"SELECT {Selected} FROM fee_line WHERE visit_id = @visitId AND transaction_id = @transactionId AND state = 1", new { visitId, transactionId });

    public static IReadOnlyList<FeeLineRow> RefundsOf(Session session, long lineId) => session.Query<FeeLineRow>(
        $"SELECT {Selected} FROM fee_line WHERE refund_of = @lineId AND state = 1", new { lineId });

    public static IReadOnlyList<FeeLineRow> Of(Session session, long visitId) => session.Query<FeeLineRow>(
        $"SELECT {Selected} FROM fee_line WHERE visit_id = @visitId AND state = 1 ORDER BY id", new { visitId });

    /// <summary>The lines a transaction stored, withdrawn ones included.</summary>
    public static IReadOnlyList<FeeLineRow> StoredBy(Session session, string transactionId) => session.Query<FeeLineRow>(
        $"SELECT {Selected} FROM fee_line WHERE transaction_id = @transactionId ORDER BY id", new { transactionId });

    /// <summary>The lines a transaction withdrew and that are withdrawn still.</summary>
    public static IReadOnlyList<FeeLineRow> WithdrawnBy(Session session, string transactionId) => session.Query<FeeLineRow>(
        $"SELECT {Selected} FROM fee_line WHERE withdrawn_by = @transactionId ORDER BY id", new { transactionId });

    public static FeeLineRow Get(Session session, long id) => session.QuerySingle<FeeLineRow>($"SELECT {Selected} FROM fee_line WHERE id = @id", new { id });

    /// <summary>The last transaction that took back part of a line which this one stored.</summary>
    public static string? LastRefunding(Session session, string transactionId) => session.QuerySingleOrDefault<string?>(
        """
        SELECT r.transaction_id FROM fee_line r JOIN fee_line o ON o.id = r.refund_of WHERE o.transaction_id = @transactionId ORDER BY r.id DESC LIMIT 1
        """,
        new { transactionId });

    public static IReadOnlyList<FeeLineRow> Page(Session session, long visitId, int skip, int count) => session.Query<FeeLineRow>(
        $"SELECT {Selected} FROM fee_line WHERE visit_id = @visitId AND state = 1 ORDER BY id LIMIT @count OFFSET @skip", new { visitId, skip, count });

    /// <summary>The lines behind a standing settlement, in stored order.</summary>
    public static IReadOnlyList<FeeLineRow> PageOf(Session session, string settlementNumber, int skip, int count) => session.Query<FeeLineRow>(
        $"SELECT {Selected} FROM fee_line WHERE settlement_number = @settlementNumber ORDER BY id LIMIT @count OFFSET @skip", new { settlementNumber, skip, count });

    public static int CountOf(Session session, string settlementNumber) => session.QuerySingle<int>(
        "SELECT count(*) FROM fee_line WHERE settlement_number = @settlementNumber", new { settlementNumber });

    /// <summary>Every line of a visit that no settlement has yet is this one's.</summary>
    public static void Settle(Session session, long visitId, string settlementNumber) => session.Execute(
        "UPDATE fee_line SET settlement_number = @settlementNumber WHERE visit_id = @visitId AND state = 1 AND settlement_number IS NULL", new { visitId, settlementNumber });

    /// <summary>The settlement is undone: its lines wait for another.</summary>
    public static void Unsettle(Session session, string settlementNumber) => session.Execute(
        "UPDATE fee_line SET settlement_number = NULL WHERE settlement_number = @settlementNumber", new { settlementNumber });

    public static int Count(Session session, long visitId) => session.QuerySingle<int>(
        "SELECT count(*) FROM fee_line WHERE visit_id = @visitId AND state = 1", new { visitId });

    public static void InsertWithdrawal(Session session, string transactionId, long visitId, int storedCount, int waitingCount) => session.ExecuteExpecting(1,
        "INSERT INTO fee_withdrawal (transaction_id, visit_id, stored_count, waiting_count) VALUES (@transactionId, @visitId, @storedCount, @waitingCount)",
        new { transactionId, visitId, storedCount, waitingCount });

    public static WithdrawalRow? FindWithdrawal(Session session, string transactionId) => session.QuerySingleOrDefault<WithdrawalRow>(
        "SELECT visit_id, waiting_count FROM fee_withdrawal WHERE transaction_id = @transactionId", new { transactionId });

    /// <summary>Withdraws all unsettled lines of a visit; a refund goes with the line it takes back.</summary>
    public static int WithdrawAll(Session session, long visitId, string withdrawnBy) => session.Execute(
        "UPDATE fee_line SET state = 2, withdrawn_by = @withdrawnBy WHERE visit_id = @visitId AND state = 1 AND settlement_number IS NULL", new { visitId, withdrawnBy });

    public static int Withdraw(Session session, long visitId, string lineSerial, string withdrawnBy) => session.Execute(
        """
        UPDATE fee_line SET state = 2, withdrawn_by = @withdrawnBy
        WHERE state = 1 AND settlement_number IS NULL AND visit_id = @visitId
          AND (line_serial = @lineSerial OR refund_of = (SELECT id FROM fee_line WHERE visit_id = @visitId AND line_serial = @lineSerial AND state = 1))
        """,
        new { visitId, lineSerial, withdrawnBy });

    public static void WithdrawOne(Session session, long id, string withdrawnBy) => session.ExecuteExpecting(1,
        "UPDATE fee_line SET state = 2, withdrawn_by = @withdrawnBy WHERE id = @id AND state = 1", new { id, withdrawnBy });

    public static void Restore(Session session, long id, string withdrawnBy) => session.ExecuteExpecting(1,
        "UPDATE fee_line SET state = 1, withdrawn_by = NULL WHERE id = @id AND state = 2 AND withdrawn_by = @withdrawnBy", new { id, withdrawnBy });

    /// <summary>Of the lines that no settlement has yet: what the next one settles.</summary>
    public static IReadOnlyList<CategorySumRow> CategorySums(Session session, long visitId) => session.Query<CategorySumRow>(
        """
        SELECT fee_category, sum(amount_fen) AS total_fen, sum(full_self_pay_fen) AS full_self_pay_fen, sum(over_limit_fen) AS over_limit_fen,
          sum(pre_self_pay_fen) AS pre_self_pay_fen, sum(in_scope_fen) AS in_scope_fen, count(*) AS line_count
        FROM fee_line WHERE visit_id = @visitId AND state = 1 AND settlement_number IS NULL GROUP BY fee_category ORDER BY fee_category
        """,
        new { visitId });

    public static IReadOnlyList<CategorySumRow> CategorySumsOf(Session session, string settlementNumber) => session.Query<CategorySumRow>(
        """
        SELECT fee_category, sum(amount_fen) AS total_fen, sum(full_self_pay_fen) AS full_self_pay_fen, sum(over_limit_fen) AS over_limit_fen,
          sum(pre_self_pay_fen) AS pre_self_pay_fen, sum(in_scope_fen) AS in_scope_fen, count(*) AS line_count
        FROM fee_line WHERE settlement_number = @settlementNumber GROUP BY fee_category ORDER BY fee_category
        """,
        new { settlementNumber });

    /// <summary>Of all lines of a visit, settled or not.</summary>
    public static long TotalFen(Session session, long visitId) => session.QuerySingle<long>(
        "SELECT coalesce(sum(amount_fen), 0) FROM fee_line WHERE visit_id = @visitId AND state = 1", new { visitId });

    /// <summary>The catalogue versions that split the unsettled lines of a visit: ascending, each once, separated by commas.</summary>
    public static string? CatalogueVersions(Session session, long visitId) => session.QuerySingleOrDefault<string?>(
        """
        SELECT group_concat(catalogue_version, ',')
        FROM (SELECT DISTINCT catalogue_version FROM fee_line WHERE visit_id = @visitId AND state = 1 AND settlement_number IS NULL ORDER BY catalogue_version)
        """,
        new { visitId });

    public static string? LastUnsettledFeeDate(Session session, long visitId) => session.QuerySingleOrDefault<string?>(
        "SELECT max(fee_date) FROM fee_line WHERE visit_id = @visitId AND state = 1 AND settlement_number IS NULL", new { visitId });

    public static string? LastFeeDate(Session session, long visitId) => session.QuerySingleOrDefault<string?>(
        "SELECT max(fee_date) FROM fee_line WHERE visit_id = @visitId AND state = 1", new { visitId });

    /// <summary>The last fee date among all lines of an adapter's hospitals.</summary>
    public static string? LastFeeDate(Session session, string adapterId) => session.QuerySingleOrDefault<string?>(
        """
        SELECT max(l.fee_date) FROM fee_line l JOIN treatment_visit v ON v.id = l.visit_id JOIN institution i ON i.code = v.institution_code
        WHERE i.adapter = @adapterId AND l.state = 1
        """,
        new { adapterId });

    public static void RecordUnmapped(Session session, UnmappedSighting sighting, long nowMs) => session.ExecuteExpecting(1,
        """
        INSERT INTO unmapped_item (institution_code, local_code, local_name, first_seen_at_ms, last_seen_at_ms, line_count, amount_fen)
        VALUES (@InstitutionCode, @LocalCode, @LocalName, @nowMs, @nowMs, @LineCount, @AmountFen)
        ON CONFLICT (institution_code, local_code) DO UPDATE SET last_seen_at_ms = @nowMs, line_count = line_count + @LineCount, amount_fen = amount_fen + @AmountFen
        """,
        new { sighting.InstitutionCode, sighting.LocalCode, sighting.LocalName, sighting.LineCount, sighting.AmountFen, nowMs });

    /// <summary>Codes without a mapping, those with the most money held up first.</summary>
    public static IReadOnlyList<UnmappedItemRow> Unmapped(Session session, string institutionCode) => session.Query<UnmappedItemRow>(
        """
        SELECT local_code, local_name, line_count, amount_fen FROM unmapped_item
        WHERE institution_code = @institutionCode ORDER BY amount_fen DESC, local_code
        """,
        new { institutionCode });

    /// <summary>Of every code of an adapter's hospitals that has stored lines without a mapping, the latest line.</summary>
    public static IReadOnlyList<UnmappedLineRow> LatestUnmapped(Session session, string adapter) => session.Query<UnmappedLineRow>(
        """
        SELECT max(l.id) AS id, l.local_code, l.catalogue_kind, l.fee_category, l.unit_price_e4, l.fee_date,
          l.details ->> '$.Unit' AS unit, l.details ->> '$.Specification' AS specification, l.details ->> '$.DoseForm' AS dose_form
        FROM fee_line l JOIN treatment_visit v ON v.id = l.visit_id JOIN institution i ON i.code = v.institution_code
        WHERE i.adapter = @adapter AND l.exchange_code IS NULL AND l.refund_of IS NULL GROUP BY l.local_code
        """,
        new { adapter });

    /// <summary>In the order of <see cref="Columns"/>.</summary>
    private static void Bind(PreparedStatement statement, FeeLineRow line) => statement
        .Bind(1, line.VisitId).Bind(2, line.TransactionId).Bind(3, line.LineSerial).Bind(4, line.ContentHash).Bind(5, line.LocalCode).Bind(6, line.LocalName)
        .Bind(7, line.ExchangeCode).Bind(8, line.ExchangeName).Bind(9, line.FeeCategory).Bind(10, line.ItemClass).Bind(11, line.SelfPayBasisPoints)
        .Bind(12, line.UnitPriceE4).Bind(13, line.LimitE4).Bind(14, line.QuantityE2).Bind(15, line.AmountFen).Bind(16, line.FullSelfPayFen)
        .Bind(17, line.OverLimitFen).Bind(18, line.PreSelfPayFen).Bind(19, line.InScopeFen).Bind(20, line.FeeDate).Bind(21, (long?)line.MappingQuality)
        .Bind(22, line.CatalogueKind).Bind(23, line.CatalogueVersion).Bind(24, line.RefundOf).Bind(25, line.Details);
}

/// <summary>A code without a mapping in one message.</summary>
internal sealed record UnmappedSighting(string InstitutionCode, string LocalCode, string LocalName, int LineCount, long AmountFen);
