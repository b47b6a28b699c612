using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Ledger;

namespace ProvincialGateway.Tests.Walk;

/// <summary>What has to be so whenever nothing is under way, beside the audit that operators have: worked out from other rows than the audit's.</summary>
internal sealed class BooksAtRest(PilotCountry country)
{
    private const string Figures = "total_fen || ' ' || fund_total_fen || ' ' || account_fen || ' ' || cash_fen || ' ' || pool_fen || ' ' || deductible_fen";

    /// <summary>Messages that have no answer, and what a node still has to do by itself.</summary>
    private static readonly (string Table, string Where)[] Open =
    [
        ("outbound", "state = 1"), ("filing_request", "state = 1"), ("clearing_outbound", "state = 1"), ("fee_transfer", "state IN (1, 2)"),
        ("insured_detail_transfer", "state = 2 AND id NOT IN (SELECT transfer_id FROM line_audit_run)"),
        ("clearing_statement s", "side = 2 AND state = 2 AND NOT EXISTS (SELECT 1 FROM clearing_check c WHERE c.statement_number = s.statement_number AND c.revision = s.revision)"),
    ];

    private readonly IReadOnlyList<long> _accountsFen = [.. country.Provinces.Select(AccountsFen)];

    /// <summary>How much is under way; a walk rests when it is nothing.</summary>
    public long UnderWay() => country.Provinces.Sum(province => Open.Sum(open => province.Count(open.Table, open.Where)));

    public void Check()
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var (province, accountsFen) in country.Provinces.Zip(_accountsFen))
            {
                Assert.That(province.Value<long>("SELECT coalesce(sum(amount_fen), 0) FROM posting"), Is.Zero, $"trial balance of {province.Division}");
                Assert.That(AccountsFen(province), Is.EqualTo(accountsFen - province.Value<long>("SELECT coalesce(sum(account_fen), 0) FROM insured_settlement WHERE state = 1")), $"personal accounts of {province.Division}");
                foreach (var parked in (string[])["outbound", "filing_request", "clearing_outbound"])
                    Assert.That(province.Count(parked, "state = 4"), Is.Zero, $"parked in {parked} of {province.Division}");
                Assert.That(province.Count("fee_transfer", "state = 4"), Is.Zero, $"refused lines of {province.Division}");
            }
            foreach (var treatment in country.Provinces)
            {
                foreach (var insured in country.Provinces.Where(other => other != treatment))
                    CheckPair(treatment, insured);
            }
        }
    }

    private static void CheckPair(PilotProvince treatment, PilotProvince insured)
    {
        var (claimant, payer) = (new { partner = insured.Division.Code }, new { partner = treatment.Division.Code });
        var pair = $"{insured.Division} treated in {treatment.Division}";
        Assert.That(Rows(treatment, $"SELECT settlement_number || ' ' || state || ' ' || {Figures} FROM treatment_settlement WHERE insured_province = @partner ORDER BY 1", claimant),
            Is.EqualTo(Rows(insured, $"SELECT settlement_number || ' ' || state || ' ' || {Figures} FROM insured_settlement WHERE treatment_province = @partner ORDER BY 1", payer)), $"settlements: {pair}");
        Assert.That(Rows(treatment, $"SELECT transaction_id || ' ' || kind || ' ' || business_date || ' ' || {Figures} FROM ledger_row WHERE side = 1 AND partner = @partner ORDER BY 1", claimant),
            Is.EqualTo(Rows(insured, $"SELECT transaction_id || ' ' || kind || ' ' || business_date || ' ' || {Figures} FROM ledger_row WHERE side = 2 AND partner = @partner ORDER BY 1", payer)), $"ledger rows: {pair}");

        var owed = treatment.Value<long>(
            """
            SELECT (SELECT coalesce(sum(fund_total_fen + account_fen), 0) FROM treatment_settlement WHERE state = 1 AND insured_province = @partner)
              - (SELECT coalesce(sum(deducted_fen - carried_fen + prepayment_offset_fen), 0) FROM clearing_statement WHERE side = 1 AND partner = @partner AND state IN (3, 6))
              - (SELECT coalesce(sum(received_fen), 0) FROM clearing_payment WHERE side = 1 AND partner = @partner AND state = 3)
            """, claimant);
        Assert.That((Balance(treatment, Account.ReceivableFromPartner, insured), Balance(insured, Account.PayableToPartner, treatment)), Is.EqualTo((owed, -owed)), $"receivable, payable: {pair}");
        var deposit = treatment.Value<long>("SELECT coalesce(sum(amount_fen), 0) FROM prepayment_entry WHERE side = 1 AND partner = @partner", claimant);
        Assert.That((Balance(treatment, Account.PrepaymentHeld, insured), Balance(insured, Account.PrepaymentDeposited, treatment)), Is.EqualTo((-deposit, deposit)), $"held, deposited: {pair}");
        var money = ((Account[])[Account.Bank, Account.Suspense]).Sum(account => Balance(treatment, account, insured) + Balance(insured, account, treatment));
        Assert.That(money, Is.Zero, $"What one bank account has lost the other has got, or it is on its way: {pair}");
    }

    private static string Rows(PilotProvince province, string sql, object args) => string.Join('\n', province.Host.Database.Read(session => session.Query<string>(sql, args)));

    private static long Balance(PilotProvince province, Account account, PilotProvince partner) => province.Value<long>(
        "SELECT coalesce(sum(amount_fen), 0) FROM posting WHERE account = @account AND partner = @Code", new { account = (int)account, partner.Division.Code });

    private static long AccountsFen(PilotProvince province) => province.Value<long>("SELECT sum(account_balance_fen) FROM person");
}
