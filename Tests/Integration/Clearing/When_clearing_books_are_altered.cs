using Dapper;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Cli;
using ProvincialGateway.Ledger;
using ProvincialGateway.Oversight;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>A whole month's books of both sides, spoilt in one thing at a time: the audit names the check that it breaks.</summary>
internal sealed class When_clearing_books_are_altered : ClearingTest
{
    private static readonly (string What, bool OfTreatment, string Sql, string[] Noticed)[] Breaches =
    [
        ("an entry's balance", true, "UPDATE prepayment_entry SET balance_fen = balance_fen + 1 WHERE entry_number = 1", ["prepayment-entries"]),
        ("an entry's kind", true, "UPDATE prepayment_entry SET kind = 2 WHERE entry_number = 1", ["prepayment-origin"]),
        ("a top-up paid too early", false, "UPDATE prepayment_top_up SET state = 3", ["prepayment-top-ups"]),
        ("a notice's bank reference", false, "UPDATE prepayment_notice SET bank_reference = 'other' WHERE kind = 1", ["pair-prepayment"]),
        ("a deposit that was not sent", false, "UPDATE posting SET business_date = '2017-09-19' WHERE event = 4", ["clearing-postings"]),
        ("an offset posted otherwise", true, "UPDATE posting SET amount_fen = amount_fen + CASE account WHEN 7 THEN 1 WHEN 4 THEN -1 ELSE 0 END WHERE event = 6", ["clearing-postings", "pair-balance", "pair-deposit"]),
        ("a range with a gap", true, "UPDATE clearing_statement SET first_sequence = 2, last_sequence = 2", ["clearing-ranges", "clearing-claims", "clearing-statements"]),
        ("a claim beside the rows", true, "UPDATE clearing_statement SET claimed_fen = claimed_fen + 1, payable_fen = payable_fen + 1", ["clearing-claims", "clearing-statements", "clearing-payments"]),
        ("a check that was not clean", false, "UPDATE clearing_check SET finding_count = 1", ["clearing-rows"]),
        ("a row that nobody claims", false, "DELETE FROM clearing_row", ["clearing-rows"]),
        ("more held back than the row claims", true, "UPDATE clearing_deduction SET amount_fen = 99999999", ["clearing-held", "clearing-statements"]),
        ("a source of nowhere", true, "UPDATE clearing_deduction SET source_statement_number = 'B44000017080000001'", ["clearing-held"]),
        ("a share of a payment", false, "UPDATE clearing_payment_share SET received_fen = received_fen - 1", ["clearing-payments"]),
        ("a message that was never sent", false, "UPDATE clearing_outbound SET state = 1, reply = NULL, answered_at_ms = NULL WHERE method = 'NotifyPayment'", ["clearing-messages"]),
        ("a deduction that nobody stated", true, "INSERT INTO clearing_deduction SELECT statement_number, revision, 9, '99', 1, '', NULL, '', '', 'x' FROM clearing_statement", ["clearing-statements"]),
        ("more deducted for a row than it claims", false, "UPDATE clearing_deduction SET amount_fen = 99999999", ["clearing-held", "clearing-statements"]),
        ("more restored for a row than was deducted", true, "UPDATE clearing_deduction SET amount_fen = -1", ["clearing-held", "clearing-statements"]),
        ("a reply without effect", true, "DELETE FROM clearing_payment_share; DELETE FROM clearing_payment", ["clearing-replies", "clearing-postings", "clearing-payments", "pair-payments"]),
        ("a statement's decision", false, "UPDATE clearing_statement SET decided_on = '2017-09-19'", ["prepayment-origin", "clearing-postings", "pair-statements"]),
        ("a payment's date", true, "UPDATE clearing_payment SET paid_on = '2017-09-19'", ["pair-payments"]),
    ];

    [Test]
    public async Task Every_check_of_prepayment_and_clearing_notices_its_breach()
    {
        await ClearAsync();
        foreach (var province in Country.Provinces)
            await province.StopAsync();

        var sound = Run(Yunnan.DataFolder, Guangdong.DataFolder);
        var own = sound.Checks.Where(check => check.Name is "pair-prepayment" or "pair-statements" or "pair-payments" or "pair-deposit"
            || check.Name.StartsWith("prepayment-", StringComparison.Ordinal) || check.Name.StartsWith("clearing-", StringComparison.Ordinal)).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sound.IsClean, Is.True);
            Assert.That(own.Where(check => check.Checked == 0).Select(check => check.Name), Is.Empty, "Every check looks at something.");
            Assert.That(own.Select(check => check.Name), Is.SubsetOf(Breaches.SelectMany(breach => breach.Noticed)), "Every check has a breach.");
            foreach (var (what, ofTreatment, sql, noticed) in Breaches)
                Assert.That(Spoilt(ofTreatment, sql), Is.SupersetOf(noticed), what);
        }
    }

    private async Task ClearAsync()
    {
        await DepositAsync(30_000_00);
        await SettleAsync();
        var request = Accepted(await Holder.RequestTopUpAsync(Yunnan.Division, 1_000_00, "红线", "", CancellationToken.None));
        Accepted(await Depositor.AnswerTopUpAsync(request, 1_000_00, null, "", "", CancellationToken.None));
        var notice = Accepted(await Depositor.NotifyAsync(LedgerSide.Insured, Guangdong.Division, PrepaymentEntryKind.UrgentTopUp, 1_000_00, request, Today, "x", "", CancellationToken.None));
        Accepted(await Holder.ConfirmAsync(notice, null, Today, "", "", CancellationToken.None));
        var statement = await CutAsync(September, offsetFen: 10_000_00);
        var row = Guangdong.Value<string>("SELECT transaction_id FROM ledger_row");
        await Claimant.DeductAsync(statement.StatementNumber, new Deduction { Kind = Deductions.Inspection, AmountFen = 100_00, RowTransactionId = row, Reason = "检查" }, CancellationToken.None);
        Accepted(await Claimant.ProposeAsync(statement.StatementNumber, "", CancellationToken.None));
        await CheckedAsync(statement.StatementNumber, 1);
        await ConfirmAsync(statement.StatementNumber);
        Accepted(await Claimant.ReceiveAsync(await PayAsync(statement.StatementNumber), null, Today, "", "", CancellationToken.None));
    }

    private IEnumerable<string> Spoilt(bool ofTreatment, string sql)
    {
        using var copy = new TempFolder();
        var folders = new[] { Yunnan, Guangdong }.Select(province => CopyOf(province, copy.File(province.Division.Code))).ToArray();
        Spoil(folders[ofTreatment ? 1 : 0], sql);
        return [.. Run(folders).Checks.Where(check => check.Found > 0).Select(check => check.Name)];
    }

    private static string CopyOf(PilotProvince province, string target)
    {
        foreach (var file in Directory.EnumerateFiles(province.DataFolder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(province.DataFolder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        return target;
    }

    /// <summary>Does what no node does: past triggers, CHECKs and foreign keys. The triggers are back afterwards.</summary>
    private static void Spoil(string folder, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = DataFolder.DatabasePath(folder), Pooling = false }.ToString());
        connection.Open();
        connection.Execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;");
        var triggers = connection.Query<(string Name, string Sql)>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").AsList();
        triggers.ForEach(trigger => connection.Execute($"DROP TRIGGER {trigger.Name}"));
        Assert.That(connection.Execute(sql), Is.GreaterThan(0), sql);
        triggers.ForEach(trigger => connection.Execute(trigger.Sql));
    }

    private AuditReport Run(params string[] folders) => Audit.Run(folders, Clock);
}
