using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;

namespace ProvincialGateway.Oversight;

/// <summary>A person's year and account are what the standing settlements make them. A person is named by the place of the row only.</summary>
internal static class PersonInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "accumulators", "年度累计等于有效结算之和", "A person's year is the sum of the standing settlements",
            "SELECT count(*) FROM accumulator",
            new RowRule(
                $"""
                SELECT 'person row ' || coalesce((SELECT rowid FROM person p WHERE p.person_number = y.person_number), '?') || ', ' || year, sum(deductible), sum(pool), sum(admissions) FROM (
                  SELECT person_number, year, deductible_paid_fen AS deductible, pool_paid_fen AS pool, admissions FROM accumulator
                  UNION ALL SELECT person_number, year, -deductible_paid_fen, -pool_paid_fen, -admissions FROM ({AccumulatorRebuild.Years})) y
                GROUP BY person_number, year HAVING sum(deductible) <> 0 OR sum(pool) <> 0 OR sum(admissions) <> 0
                """,
                "多出:起付线 {1} 分,统筹 {2} 分,住院 {3} 次", "too much: deductible {1} fen, pool {2} fen, admissions {3}")),
        NodeInvariant.OfRows(
            "accumulator-layers", "分层年度累计等于有效结算之和", "A person's layers of the year are the sum of the standing settlements",
            "SELECT count(*) FROM accumulator_layer",
            new RowRule(
                $"""
                SELECT 'person row ' || coalesce((SELECT rowid FROM person p WHERE p.person_number = y.person_number), '?') || ', ' || year, layer, sum(paid), sum(base) FROM (
                  SELECT person_number, year, layer, paid_fen AS paid, base_fen AS base FROM accumulator_layer
                  UNION ALL SELECT person_number, year, layer, -paid_fen, -base_fen FROM ({AccumulatorRebuild.Layers})) y
                GROUP BY person_number, year, layer HAVING sum(paid) <> 0 OR sum(base) <> 0
                """,
                "{1} 多出:支付 {2} 分,基数 {3} 分", "{1} too much: paid {2} fen, base {3} fen")),
        NodeInvariant.OfRows(
            "account-balances", "个人账户余额不为负", "No personal account is negative",
            "SELECT count(*) FROM person",
            new RowRule("SELECT 'person row ' || rowid, account_balance_fen FROM person WHERE account_balance_fen < 0", "余额 {1} 分", "the balance is {1} fen")),
        new("account-moves", "个人账户变动等于结算减撤销", "A personal account has moved by what was settled less what was cancelled", NeedsKey: true, CheckAccountMoves),
    ];

    /// <summary>
    /// The reply to the opening of a person's first visit states the balance before the first settlement, and only settlements and cancellations move it.
    /// A cancelled settlement has given back what it took, so the standing ones are what is missing.
    /// </summary>
    private const string AccountMoves =
        """
        SELECT 'person row ' || p.rowid AS subject, p.account_balance_fen, i.method, i.reply,
          (SELECT coalesce(sum(account_fen), 0) FROM insured_settlement s WHERE s.person_number = p.person_number AND s.state = 1) AS settled_fen
        FROM person p
        JOIN insured_visit v ON v.rowid = (SELECT min(w.rowid) FROM insured_visit w WHERE w.person_number = p.person_number)
        JOIN inbox i ON i.transaction_id = v.admission_id
        """;

    private static void CheckAccountMoves(AuditedNode node, AuditTally tally)
    {
        foreach (var row in node.Snapshot.Rows<AccountRow>(AccountMoves))
        {
            tally.Count(1);
            if (FirstBalance(node, row) is not { } first)
                tally.Find(node.Name, row.Subject, "首次登记的应答中没有账户余额", "the reply to the first visit states no balance");
            else if (first - row.SettledFen != row.AccountBalanceFen)
                tally.Find(node.Name, row.Subject,
                    $"首次登记时 {first} 分,有效结算支付 {row.SettledFen} 分,现余额 {row.AccountBalanceFen} 分",
                    $"{first} fen at the first visit, {row.SettledFen} paid by standing settlements, {row.AccountBalanceFen} left");
        }
    }

    private static long? FirstBalance(AuditedNode node, AccountRow row)
    {
        try
        {
            if (node.Open(row.Reply, "inbox.reply") is not { } reply)
                return null;
            var opened = row.Method == PeerMethod.RegisterOutpatient.Path
                ? RegisterOutpatientResponse.Parser.ParseFrom(reply).Visit
                : RegisterAdmissionResponse.Parser.ParseFrom(reply).Admission;
            return opened?.Person?.AccountBalanceFen;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private sealed class AccountRow
    {
        public required string Subject { get; init; }
        public required long AccountBalanceFen { get; init; }
        public required string Method { get; init; }
        public required byte[] Reply { get; init; }
        public required long SettledFen { get; init; }
    }
}
