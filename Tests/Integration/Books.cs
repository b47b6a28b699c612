using ProvincialGateway.Cli;
using ProvincialGateway.Ledger;

namespace ProvincialGateway.Tests;

/// <summary>What stands in a running node's database, read as an auditor would: by SQL, not through the node's own questions.</summary>
internal static class Books
{
    private static readonly string[] MoneyTables = ["insured_visit", "insured_settlement", "inbox", "treatment_visit", "treatment_settlement", "outbound", "fee_line", "posting"];

    public static T Value<T>(this PilotProvince province, string sql, object? args = null) =>
        province.Host.Database.Read(session => session.QuerySingle<T>(sql, args));

    public static long Count(this PilotProvince province, string table, string where = "1 = 1") => province.Value<long>($"SELECT count(*) FROM {table} WHERE {where}");

    /// <summary>The rows of every table that says what was done, by table: equal before and after means that nothing was done twice.</summary>
    public static string RowCounts(this PilotProvince province) => string.Join(' ', MoneyTables.Select(table => $"{table}={province.Count(table)}"));

    /// <summary>The standing settlement as the insured side keeps it.</summary>
    public static SettlementFigures InsuredFigures(this PilotProvince province, string settlementNumber) => province.Value<SettlementFigures>(
        $"SELECT {SettlementFigures.Columns} FROM insured_settlement WHERE settlement_number = @settlementNumber AND state = 1", new { settlementNumber });

    /// <summary>The standing settlement as the treatment side mirrors it.</summary>
    public static SettlementFigures MirroredFigures(this PilotProvince province, string settlementNumber) => province.Value<SettlementFigures>(
        $"SELECT {SettlementFigures.Columns} FROM treatment_settlement WHERE settlement_number = @settlementNumber AND state = 1", new { settlementNumber });

    /// <summary>The sum of one account over everything that was ever posted.</summary>
    public static long Balance(this PilotProvince province, Account account) =>
        province.Value<long>("SELECT coalesce(sum(amount_fen), 0) FROM posting WHERE account = @account", new { account = (int)account });

    public static long AccountBalanceFen(this PilotProvince province, string personNumber) =>
        province.Value<long>("SELECT account_balance_fen FROM person WHERE person_number = @personNumber", new { personNumber });

    /// <summary>Deductible paid, pool paid and admissions of one year; zero where nothing was ever settled.</summary>
    public static (long DeductibleFen, long PoolFen, long Admissions) Year(this PilotProvince province, string personNumber, int year) => (
        province.Value<long>("SELECT coalesce(sum(deductible_paid_fen), 0) FROM accumulator WHERE person_number = @personNumber AND year = @year", new { personNumber, year }),
        province.Value<long>("SELECT coalesce(sum(pool_paid_fen), 0) FROM accumulator WHERE person_number = @personNumber AND year = @year", new { personNumber, year }),
        province.Value<long>("SELECT coalesce(sum(admissions), 0) FROM accumulator WHERE person_number = @personNumber AND year = @year", new { personNumber, year }));
}
