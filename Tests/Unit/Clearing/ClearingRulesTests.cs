using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>The pure rules: what a statement is by itself, what is posted, how far a prepayment is used, when something is due.</summary>
[TestFixture]
internal sealed class ClearingRulesTests
{
    [Test]
    public void A_statement_that_adds_up_is_in_order() => Assert.That(StatementRules.Fault(Whole()), Is.Null);

    private static IEnumerable<TestCaseData> Wrong()
    {
        yield return Case("period", RefusalCode.InvalidField, statement => statement.Period = "2017-13");
        yield return Case("number of another month", RefusalCode.InvalidField, statement => statement.StatementNumber = "B44000017080000001");
        yield return Case("number of another province", RefusalCode.InvalidField, statement => statement.StatementNumber = "B31000017090000001");
        yield return Case("revision", RefusalCode.InvalidField, statement => statement.Revision = 0);
        yield return Case("range", RefusalCode.InvalidField, statement => statement.LastSequence = -1);
        yield return Case("row count", RefusalCode.StatementMismatch, statement => statement.LastSequence++);
        yield return Case("digest", RefusalCode.InvalidField, statement => statement.RowsSha256 = ByteString.CopyFrom(1, 2));
        yield return Case("sum", RefusalCode.StatementMismatch, statement => statement.Sums[0].Sums.Payments.PoolFen++);
        yield return Case("doubled cell", RefusalCode.InvalidField, statement => statement.Sums.Add(statement.Sums[0].Clone()));
        yield return Case("claimed", RefusalCode.StatementMismatch, statement => statement.ClaimedFen--);
        yield return Case("deducted", RefusalCode.StatementMismatch, statement => statement.DeductedFen++);
        yield return Case("offset", RefusalCode.InvalidField, statement => statement.PrepaymentOffsetFen = -1);
        yield return Case("too much offset", RefusalCode.InvalidField, statement => statement.PrepaymentOffsetFen = 1_000_01);
        yield return Case("payable", RefusalCode.StatementMismatch, statement => statement.PayableFen++);
        yield return Case("kind of deduction", RefusalCode.InvalidField, statement => statement.Deductions[0].Kind = "30");
        yield return Case("deduction of nothing", RefusalCode.InvalidField, statement => statement.Deductions[0].AmountFen = 0);
        yield return Case("restored from nowhere", RefusalCode.InvalidField, statement => statement.Deductions[0].AmountFen = -1);
        yield return Case("restored to a row from nowhere", RefusalCode.InvalidField, statement => (statement.Deductions[0].AmountFen, statement.Deductions[0].RowTransactionId) = (-1, "440000201709201000000000000001"));
        yield return Case("deducted from a row with a source", RefusalCode.InvalidField,
            statement => (statement.Deductions[0].SourceStatementNumber, statement.Deductions[0].RowTransactionId) = ("B44000017080000001", "440000201709201000000000000001"));
        yield return Case("more rows than a statement takes", RefusalCode.InvalidField, statement => statement.LastSequence = StatementRules.RowsMax + 1);
        yield return Case("monstrous figure", RefusalCode.InvalidField, statement => statement.Sums[0].Sums.Charges.TotalFen = long.MaxValue);
        yield return Case("monstrous claim", RefusalCode.StatementMismatch, statement => statement.ClaimedFen = long.MinValue);
        yield return Case("deduction without reason", RefusalCode.MissingField, statement => statement.Deductions[0].Reason = "");
        yield return Case("least amount of all", RefusalCode.InvalidField, statement => statement.Deductions[0].AmountFen = long.MinValue);
    }

    [TestCaseSource(nameof(Wrong))]
    public void A_statement_wrong_in_one_thing_is_refused_for_it(Action<Statement> spoil, RefusalCode code)
    {
        var statement = Whole();
        spoil(statement);
        Assert.That(StatementRules.Fault(statement)?.Code, Is.EqualTo(code));
    }

    [Test]
    public void A_month_without_rows_has_the_digest_of_nothing()
    {
        var statement = new Statement
        {
            StatementNumber = "B44000017090000001",
            Revision = 1,
            Relation = Relation,
            Period = "2017-09",
            FirstSequence = 7,
            LastSequence = 6,
            Total = new LedgerSums { Charges = new Charges(), Payments = new Payments() },
            RowsSha256 = ByteString.CopyFrom(SHA256.HashData([])),
        };
        Assert.That(StatementRules.Fault(statement), Is.Null);
        statement.RowsSha256 = ByteString.CopyFrom(new byte[32]);
        Assert.That(StatementRules.Fault(statement)?.Field, Is.EqualTo("statement.rows_sha256"));
    }

    [Test]
    public void Every_posting_set_balances_and_the_two_sides_mirror_each_other() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<int>(), (first, second) =>
        {
            IReadOnlyList<Posting>[] insured = [ClearingPostings.StatementConfirmed(LedgerSide.Insured, first, second), ClearingPostings.PaymentReceived(LedgerSide.Insured, first, second), ClearingPostings.PrepaymentReceived(LedgerSide.Insured, first > 0, first, second)];
            IReadOnlyList<Posting>[] treatment = [ClearingPostings.StatementConfirmed(LedgerSide.Treatment, first, second), ClearingPostings.PaymentReceived(LedgerSide.Treatment, first, second), ClearingPostings.PrepaymentReceived(LedgerSide.Treatment, first <= 0, first, second)];
            return insured.Concat(treatment).Append(ClearingPostings.Sent(first)).All(set => set.Sum(posting => posting.AmountFen) == 0)
                && insured.Zip(treatment).All(pair => Of(pair.First, Account.PayableToPartner) == -Of(pair.Second, Account.ReceivableFromPartner)
                    && Of(pair.First, Account.PrepaymentDeposited) == -Of(pair.Second, Account.PrepaymentHeld));
        }));

    [TestCase(0, 100, PrepaymentLevel.Normal)]
    [TestCase(69, 100, PrepaymentLevel.Normal)]
    [TestCase(70, 100, PrepaymentLevel.Yellow)]
    [TestCase(89, 100, PrepaymentLevel.Yellow)]
    [TestCase(90, 100, PrepaymentLevel.Red)]
    [TestCase(99, 100, PrepaymentLevel.Red)]
    [TestCase(100, 100, PrepaymentLevel.Exhausted)]
    [TestCase(0, 0, PrepaymentLevel.Exhausted)]
    public void A_mark_is_reached_to_the_fen(long used, long balance, PrepaymentLevel level) =>
        Assert.That(PrepaymentUsage.LevelOf(used, balance, hasEntries: true, new AgreementOptions()), Is.EqualTo(level));

    [Test]
    public void Provinces_without_a_prepayment_are_never_exhausted() =>
        Assert.That(PrepaymentUsage.LevelOf(500, 0, hasEntries: false, new AgreementOptions()), Is.EqualTo(PrepaymentLevel.Normal));

    [Test]
    public void Deadlines_follow_the_agreement_and_the_calendar_of_working_days()
    {
        var options = new ClearingOptions { Holidays = [new DateOnly(2017, 11, 6)] };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ClearingDeadlines.IssueBy("2017-09", options.Common), Is.EqualTo(new DateOnly(2017, 10, 21)));
            Assert.That(ClearingDeadlines.ConfirmBy("2017-12", options.Common), Is.EqualTo(new DateOnly(2018, 1, 25)));
            Assert.That(ClearingDeadlines.NoticeBy("2017-12"), Is.EqualTo(new DateOnly(2018, 1, 31)));
            Assert.That(ClearingDeadlines.PayBy("2017-09", options.Common, options), Is.EqualTo(new DateOnly(2017, 11, 29)));
        }
    }

    [Test]
    public void A_text_in_a_file_is_neither_a_formula_nor_markup()
    {
        var table = new ExportTable("<b>", ["理由"], [["=1+1"], ["a,\"b\""], [new Fen(-120)], ["<script>"]]);
        using var csv = new StringWriter();
        ExportFiles.WriteCsv(csv, [table]);
        using var html = new StringWriter();
        ExportFiles.WriteHtml(html, "<i>", [table]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(csv.ToString(), Is.EqualTo("理由\r\n'=1+1\r\n\"a,\"\"b\"\"\"\r\n-1.20\r\n<script>\r\n"));
            Assert.That(html.ToString(), Does.Contain("&lt;script&gt;").And.Not.Contain("<script>").And.Not.Contain("<i>").And.Not.Contain("<b>"));
        }
    }

    private static LedgerRelation Relation { get; } = new() { TreatmentProvince = "440000", InsuredProvince = "530000" };

    private static long Of(IReadOnlyList<Posting> set, Account account) => set.Where(posting => posting.Account == account).Sum(posting => posting.AmountFen);

    private static TestCaseData Case(string name, RefusalCode code, Action<Statement> spoil) => new TestCaseData(spoil, code).SetArgDisplayNames(name);

    /// <summary>One row of 1200.00: 1000.00 of the funds, 100.00 from the account, 100.00 cash; 100.00 deducted.</summary>
    private static Statement Whole()
    {
        LedgerSums Sums() => new()
        {
            RowCount = 1,
            Charges = new Charges { TotalFen = 1_200_00, InScopeFen = 1_200_00 },
            Payments = new Payments { PoolFen = 1_000_00, FundTotalFen = 1_000_00, AccountFen = 100_00, CashFen = 100_00, PersonalTotalFen = 200_00 },
        };
        return new Statement
        {
            StatementNumber = "B44000017090000001",
            Revision = 1,
            Relation = Relation,
            Period = "2017-09",
            FirstSequence = 1,
            LastSequence = 1,
            Sums = { new StatementSum { Scheme = "310", ClearingType = "21", Sums = Sums(), PersonCount = 1, VisitCount = 1 } },
            Total = Sums(),
            RowsSha256 = ByteString.CopyFrom(SHA256.HashData([1])),
            ClaimedFen = 1_100_00,
            Deductions = { new Deduction { Kind = Deductions.Audit, AmountFen = 100_00, Reason = "重复收费" } },
            DeductedFen = 100_00,
            PayableFen = 1_000_00,
        };
    }
}
