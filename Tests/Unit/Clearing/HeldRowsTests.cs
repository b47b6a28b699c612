using Microsoft.Extensions.Logging;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>Rows under dispute: what may be taken, what is held back from period to period, and what is given back.</summary>
[TestFixture]
internal sealed class HeldRowsTests
{
    private const long RowFen = 900_00;

    private static readonly DateOnly September = new(2017, 9, 1), October = new(2017, 10, 1), November = new(2017, 11, 1);

    private TwoBooks _books = null!;

    [SetUp]
    public async Task Open() => _books = await TwoBooks.OpenAsync();

    [TearDown]
    public async Task Close() => await _books.DisposeAsync();

    [Test]
    public async Task A_negative_deduction_is_always_a_restoration_with_its_source()
    {
        var row = (await _books.SettleAsync(1))[0];
        var draft = await _books.CutAsync(September);

        await RefusedAsync(draft, new Deduction { Kind = Deductions.Other, AmountFen = -1_00, RowTransactionId = row, Reason = "x" }, "source");
        await RefusedAsync(draft, new Deduction { Kind = Deductions.Other, AmountFen = -1_00, RowTransactionId = row, SourceStatementNumber = draft.StatementNumber, Reason = "x" }, "held back");
        await RefusedAsync(draft, Deduction(row, RowFen + 1), "900.00");
        await RefusedAsync(draft, Deduction("440000201709201000000000009999", 1), "neither");
        Assert.That(_books.Latest(draft.StatementNumber).ToStatement().Deductions, Is.Empty, "Nothing that was refused stays in the draft.");
    }

    [Test]
    public async Task The_insured_side_finds_a_deduction_beyond_its_row_and_one_of_a_foreign_row()
    {
        var row = (await _books.SettleAsync(1))[0];
        var draft = await _books.CutAsync(September);
        await _books.Claimant.DeductAsync(draft.StatementNumber, Deduction(row, 100_00), CancellationToken.None);
        var proposed = _books.Latest(draft.StatementNumber).ToStatement();

        Assert.That(Examined(proposed).IsClean, Is.True);
        proposed.Deductions[0].AmountFen = RowFen + 1;
        Assert.That(Examined(proposed).Reason, Does.Contain("900.01").And.Contain("900.00"));
        proposed.Deductions[0].AmountFen = 100_00;
        proposed.Deductions[0].RowTransactionId = "440000201709201000000000009999";
        Assert.That(Examined(proposed).Reason, Does.Contain("neither"));
    }

    [Test]
    public async Task Nothing_is_restored_from_the_opposite_relation()
    {
        await _books.SettleAsync(1);
        // Guangdong, as the insured side, knows a closed statement of Yunnan's that withheld a reserve.
        var opposite = new Statement
        {
            StatementNumber = "B53000017080000001",
            Revision = 1,
            Relation = new LedgerRelation { TreatmentProvince = "530000", InsuredProvince = "440000" },
            Period = "2017-08",
            FirstSequence = 1,
            RowsSha256 = Google.Protobuf.ByteString.CopyFrom(new byte[32]),
            Deductions = { new Deduction { Kind = Deductions.ReserveWithheld, AmountFen = 100_00, Reason = "预留" } },
            DeductedFen = 100_00,
            PayableFen = -100_00,
        };
        await _books.WriteAsync(TwoBooks.Guangdong, session =>
        {
            StatementBook.Insert(session, LedgerSide.Insured, TwoBooks.Yunnan, opposite, StatementStage.Proposed, "530000201709201000000000000001", September);
            StatementBook.Decide(session, opposite.StatementNumber, 1, StatementStage.Paid, "440000201709201000000000000001", September);
        });
        var draft = await _books.CutAsync(September);

        var released = new Deduction { Kind = Deductions.ReserveWithheld, AmountFen = -100_00, SourceStatementNumber = opposite.StatementNumber, Reason = "释放预留" };
        await RefusedAsync(draft, released, "of this relation");
        var statement = draft.ToStatement();
        statement.Deductions.Add(released);
        (statement.DeductedFen, statement.PayableFen) = (-100_00, RowFen + 100_00);
        Assert.That(_books.RefusedBy(TwoBooks.Yunnan, AgencySteps.ProposeStatement, Proposal(statement))?.Code, Is.EqualTo(RefusalCode.StatementMismatch), "Nor does the other side take it.");
    }

    [Test]
    public async Task No_more_is_objected_to_than_the_row_has_and_nothing_is_deducted_unseen()
    {
        var row = (await _books.SettleAsync(1))[0];
        var draft = await _books.CutAsync(September);
        await _books.ProposeAsync(draft.StatementNumber);

        var tooMuch = await _books.Payer.DisputeAsync(draft.StatementNumber, [Objection(row, RowFen + 1)], "", "", CancellationToken.None);
        var request = new DisputeStatementRequest { Header = new RequestHeader { SentAtMs = _books.Clock.GetUtcNow().ToUnixTimeMilliseconds() }, StatementNumber = draft.StatementNumber, Revision = 1 };
        request.Rows.Add(Objection(row, RowFen + 1).ToMessage());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tooMuch.Refusal?.Code, Is.EqualTo(RefusalCode.StatementMismatch));
            Assert.That(_books.RefusedBy(TwoBooks.Guangdong, AgencySteps.DisputeStatement, request)?.Code, Is.EqualTo(RefusalCode.StatementMismatch));
        }

        await _books.DisputeAsync(draft.StatementNumber, Objection(row, 250_00));
        Assert.That(async () => await _books.Claimant.ProposeAsync(draft.StatementNumber, "", CancellationToken.None),
            Throws.TypeOf<ClearingRefusedException>().With.Message.Contains("250.00").And.Message.Contains("--accept-objections"));
        Assert.That(_books.Latest(draft.StatementNumber).Revision, Is.EqualTo(1));
        var declined = await _books.Claimant.ReviseAsync(draft.StatementNumber, acceptObjections: false, CancellationToken.None);
        await _books.Claimant.DiscardAsync(draft.StatementNumber, CancellationToken.None);
        var accepted = await _books.Claimant.ReviseAsync(draft.StatementNumber, acceptObjections: true, CancellationToken.None);
        Assert.That((declined.DeductedFen, accepted.DeductedFen, accepted.Revision), Is.EqualTo((0L, 250_00L, 2)));

        await _books.ProposeAsync(draft.StatementNumber);
        await _books.DisputeAsync(draft.StatementNumber, Objection(row, RowFen - 250_00));
        Assert.That((await _books.Claimant.ReviseAsync(draft.StatementNumber, acceptObjections: true, CancellationToken.None)).PayableFen, Is.Zero, "What is left of the row, and no more.");
    }

    [Test]
    public async Task A_row_deducted_in_full_and_undone_later_gives_its_deduction_back_with_the_negative_row()
    {
        var row = (await _books.SettleAsync(2))[0];
        await ClearWithDeductionAsync(row, RowFen);
        await _books.UndoAsync(row);
        _books.Clock.Advance(TimeSpan.FromDays(31));

        var october = await _books.CutAsync(October);
        Assert.That((october.ClaimedFen, october.DeductedFen, october.PayableFen), Is.EqualTo((-RowFen, -RowFen, 0L)), "The negative row and the deduction that is given back.");
        Assert.That(_books.Held(TwoBooks.Guangdong)[0].IsNegated, Is.True);
        await _books.Claimant.RemoveDeductionAsync(october.StatementNumber, 1, CancellationToken.None);
        Assert.That((await _books.Claimant.ProposeAsync(october.StatementNumber, "", CancellationToken.None)).Refusal?.Code, Is.EqualTo(RefusalCode.StatementMismatch), "It may not be forgotten.");
        await _books.CutAsync(October);
        Assert.That((await _books.ProposeAsync(october.StatementNumber)).IsClean, Is.True);
        await _books.ConfirmAsync(october.StatementNumber);

        Assert.That((_books.Held(TwoBooks.Guangdong).Count, _books.Held(TwoBooks.Yunnan).Count), Is.EqualTo((0, 0)));
        _books.Clock.Advance(TimeSpan.FromDays(31));
        Assert.That((await _books.CutAsync(November)).DeductedFen, Is.Zero, "Once.");
    }

    [Test]
    public async Task A_row_held_back_is_shown_to_both_sides_and_restored_by_the_next_cut_once_it_is_resolved()
    {
        var row = (await _books.SettleAsync(1))[0];
        var september = await ClearWithDeductionAsync(row, 300_00);
        foreach (var side in new[] { TwoBooks.Guangdong, TwoBooks.Yunnan })
            Assert.That(_books.Held(side).Select(held => (held.RowTransactionId, held.HeldFen, held.SourceStatementNumber, held.Reason)), Is.EqualTo(new[] { (row, 300_00L, september.StatementNumber, "待核实") }));

        _books.Clock.Advance(TimeSpan.FromDays(31));
        var october = await _books.ClearAsync(October);
        Assert.That((october.DeductedFen, _books.Held(TwoBooks.Guangdong).Count), Is.EqualTo((0L, 1)), "Not resolved: it stays held.");

        await _books.WriteAsync(TwoBooks.Guangdong, session => HeldBack.Resolve(session, TwoBooks.Yunnan, row, "参保地已补录", "测试经办", 0));
        _books.Clock.Advance(TimeSpan.FromDays(31));
        var november = await _books.CutAsync(November);
        Assert.That(november.ToStatement().Deductions.Select(deduction => (deduction.AmountFen, deduction.SourceStatementNumber, deduction.Reason)),
            Is.EqualTo(new[] { (-300_00L, september.StatementNumber, "参保地已补录") }));
        Assert.That((await _books.ProposeAsync(november.StatementNumber)).IsClean, Is.True);
        Assert.That(_books.Read(TwoBooks.Yunnan, session => HeldBack.NeedsConsent(session, StatementBook.Latest(session, november.StatementNumber)!)), Is.True, "Somebody agrees to it, not the node.");

        // The insured side does not agree yet: the row stays held.
        await _books.DisputeAsync(november.StatementNumber, Objection(row, 300_00));
        Assert.That((await _books.Claimant.ReviseAsync(november.StatementNumber, acceptObjections: true, CancellationToken.None)).DeductedFen, Is.Zero);
        Assert.That((await _books.ProposeAsync(november.StatementNumber)).IsClean, Is.True);
        await _books.ConfirmAsync(november.StatementNumber);
        Assert.That(_books.Held(TwoBooks.Guangdong).Select(held => (held.HeldFen, held.Resolution)), Is.EqualTo(new[] { (300_00L, (string?)null) }));
    }

    [Test]
    public async Task A_restored_row_that_the_insured_side_still_lacks_is_found()
    {
        var row = (await _books.SettleAsync(1, known: false))[0];
        var draft = await _books.CutAsync(September);
        Assert.That((await _books.ProposeAsync(draft.StatementNumber)).FindingCount, Is.EqualTo(1));
        await _books.DisputeAsync(draft.StatementNumber);
        await _books.Claimant.ReviseAsync(draft.StatementNumber, acceptObjections: true, CancellationToken.None);
        Assert.That((await _books.ProposeAsync(draft.StatementNumber)).IsClean, Is.True);
        await _books.ConfirmAsync(draft.StatementNumber);

        await _books.WriteAsync(TwoBooks.Guangdong, session => HeldBack.Resolve(session, TwoBooks.Yunnan, row, "已补录", "", 0));
        _books.Clock.Advance(TimeSpan.FromDays(31));
        var october = await _books.CutAsync(October);
        Assert.That((await _books.ProposeAsync(october.StatementNumber)).FindingCount, Is.EqualTo(1));
        var found = _books.Read(TwoBooks.Yunnan, session => StatementBook.Objections(session, october.StatementNumber, 1, ObjectionOrigin.Check));
        Assert.That(found.Select(objection => (objection.Kind, objection.AmountFen)), Is.EqualTo(new[] { (DisputeKind.UnknownRow, RowFen) }));
        await _books.DisputeAsync(october.StatementNumber);
        await _books.Claimant.ReviseAsync(october.StatementNumber, acceptObjections: true, CancellationToken.None);
        Assert.That((await _books.ProposeAsync(october.StatementNumber)).IsClean, Is.True);
    }

    [Test]
    public async Task A_row_that_clears_nothing_is_acknowledged_with_zero()
    {
        await _books.SettleAsync(1, clearedFen: 0, known: false);
        var late = (await _books.SettleAsync(1, on: "2017-01-20"))[0];
        await _books.UndoAsync(late);
        var draft = await _books.CutAsync(September);
        Assert.That((await _books.ProposeAsync(draft.StatementNumber)).FindingCount, Is.EqualTo(2), "One unknown, one too late and undone in the same statement.");
        await _books.DisputeAsync(draft.StatementNumber);

        var second = await _books.Claimant.ReviseAsync(draft.StatementNumber, acceptObjections: true, CancellationToken.None);
        Assert.That(second.ToStatement().Deductions.Select(deduction => deduction.AmountFen), Is.EqualTo(new[] { 0L, 0L }));
        Assert.That((await _books.ProposeAsync(draft.StatementNumber)).IsClean, Is.True);
        await _books.ConfirmAsync(draft.StatementNumber);
        Assert.That(_books.Latest(draft.StatementNumber).PayableFen, Is.Zero);
    }

    [Test]
    public async Task Fifteen_hundred_wrong_rows_are_cleared()
    {
        await _books.SettleAsync(1_500, known: false);
        await _books.SettleAsync(10);
        var draft = await _books.CutAsync(September);
        Assert.That((await _books.ProposeAsync(draft.StatementNumber)).FindingCount, Is.EqualTo(1_500));
        await _books.DisputeAsync(draft.StatementNumber);

        var second = await _books.Claimant.ReviseAsync(draft.StatementNumber, acceptObjections: true, CancellationToken.None);
        Assert.That((second.DeductedFen, second.PayableFen), Is.EqualTo((1_500 * RowFen, 10 * RowFen)));
        Assert.That((await _books.ProposeAsync(draft.StatementNumber)).IsClean, Is.True);
        await _books.ConfirmAsync(draft.StatementNumber);
        Assert.That(_books.Latest(draft.StatementNumber).State, Is.EqualTo(StatementStage.Confirmed));
        Assert.That(second.Message, Has.Length.LessThan(TwoBooks.Configuration.Limits.MessageBytesMax / 10), "Ten thousand fit a message.");
    }

    [Test]
    public async Task A_deduction_is_taken_out_again_and_a_wrong_draft_discarded()
    {
        var rows = await _books.SettleAsync(2);
        var wrong = await _books.CutAsync(new DateOnly(2017, 8, 1));
        await _books.Claimant.DeductAsync(wrong.StatementNumber, Deduction(rows[0], 1_00), CancellationToken.None);
        await _books.Claimant.DeductAsync(wrong.StatementNumber, Deduction(rows[1], 2_00), CancellationToken.None);
        var left = await _books.Claimant.RemoveDeductionAsync(wrong.StatementNumber, 1, CancellationToken.None);
        Assert.That((left.DeductedFen, left.ToStatement().Deductions[0].RowTransactionId), Is.EqualTo((2_00L, rows[1])));
        Assert.That(async () => await _books.Claimant.RemoveDeductionAsync(wrong.StatementNumber, 2, CancellationToken.None), Throws.TypeOf<ClearingRefusedException>());

        Assert.That(async () => await _books.CutAsync(September), Throws.TypeOf<ClearingRefusedException>().With.Message.Contains("discard"));
        await _books.Claimant.DiscardAsync(wrong.StatementNumber, CancellationToken.None);
        var right = await _books.ClearAsync(September);
        Assert.That((right.Period, right.DeductedFen), Is.EqualTo(("2017-09", 0L)));
        Assert.That(async () => await _books.Claimant.DiscardAsync(right.StatementNumber, CancellationToken.None), Throws.TypeOf<ClearingRefusedException>());
    }

    [Test]
    public async Task Rows_that_the_insured_side_lacks_are_listed_and_exported_with_a_mark()
    {
        await _books.SettleAsync(1_001, known: false);
        await _books.SettleAsync(1);
        var draft = await _books.CutAsync(September);
        await _books.ProposeAsync(draft.StatementNumber);

        var (listed, exported) = _books.Read(TwoBooks.Yunnan, session =>
        {
            var statement = StatementBook.Latest(session, draft.StatementNumber)!;
            return (ClearedRows.Page(session, statement, 0, 2_000), StatementExport.Of(session, statement, ExportContent.Rows)[0].Rows.ToList());
        });
        using (Assert.EnterMultipleScope())
        {
            Assert.That((listed.Count, listed.Count(row => row.Row is null)), Is.EqualTo((1_002, 1_001)));
            Assert.That((exported.Count, exported[0][1], exported[^1][1]), Is.EqualTo((1_002, (object)"本方台账无此行", (object)"结算")));
            Assert.That(exported.Select(row => row.Count).Distinct().Count(), Is.EqualTo(1), "Every line has every column.");
        }
    }

    [Test]
    public async Task A_row_with_a_monstrous_figure_is_not_whole()
    {
        await _books.SettleAsync(2);
        var draft = await _books.CutAsync(September);
        var rows = _books.Read(TwoBooks.Guangdong, session => ClearedRows.Page(session, draft, 0, 10)).Select(found => new StatementRow { Sequence = found.Sequence, Row = found.Row }).ToList();
        rows.ForEach(row => row.Row.Charges.TotalFen = long.MaxValue);
        await _books.WriteAsync(TwoBooks.Yunnan, session =>
        {
            using var examination = new StatementExamination(draft, 2);
            examination.Examine(session, rows);
            Assert.That(examination.IsWorthGoingOn, Is.False);
            Assert.That(examination.Conclude(session, 0).Reason, Does.Contain("not whole"));
        });
    }

    [Test]
    public async Task The_clerk_outlives_whatever_a_statement_does_to_it()
    {
        await _books.SettleAsync(1);
        var draft = await _books.CutAsync(September);
        await _books.DeliverAsync(TwoBooks.Guangdong, await _books.Claimant.ProposeAsync(draft.StatementNumber, "", CancellationToken.None));
        var (logs, done) = (new LogCapture(), new TaskCompletionSource());
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(logs.Provider("530000")));
        // Without peers to ask, its check fails with an exception that nobody foresaw.
        using var clerk = await _books.ClerkAsync(factory.CreateLogger<ClearingClerk>());
        clerk.Done += (_, _) => done.TrySetResult();
        await clerk.StartAsync(CancellationToken.None);
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.That(logs.Entries.Select(entry => entry.EventId), Has.Member(6001));
        Assert.That(clerk.ExecuteTask!.IsCompleted, Is.False, "It goes on.");
        await clerk.StopAsync(CancellationToken.None);
    }

    private async Task<ClearingStatement> ClearWithDeductionAsync(string row, long fen)
    {
        var draft = await _books.CutAsync(September);
        await _books.Claimant.DeductAsync(draft.StatementNumber, Deduction(row, fen), CancellationToken.None);
        Assert.That((await _books.ProposeAsync(draft.StatementNumber)).IsClean, Is.True);
        await _books.ConfirmAsync(draft.StatementNumber);
        return _books.Latest(draft.StatementNumber);
    }

    private async Task RefusedAsync(ClearingStatement draft, Deduction deduction, string reason)
    {
        ClearingRefusedException? refused = null;
        try
        {
            await _books.Claimant.DeductAsync(draft.StatementNumber, deduction, CancellationToken.None);
        }
        catch (ClearingRefusedException fault)
        {
            refused = fault;
        }
        Assert.That(refused?.Message, Does.Contain(reason), $"{deduction}");
    }

    /// <summary>Yunnan's check of a statement as it would be proposed, with Guangdong's rows.</summary>
    private CheckRow Examined(Statement statement)
    {
        var drafted = _books.Latest(statement.StatementNumber);
        var rows = _books.Read(TwoBooks.Guangdong, session => ClearedRows.Page(session, drafted, 0, 10)).Select(found => new StatementRow { Sequence = found.Sequence, Row = found.Row }).ToList();
        using var examination = new StatementExamination(drafted with { Side = LedgerSide.Insured, Partner = "440000", Message = Google.Protobuf.MessageExtensions.ToByteArray(statement) }, 2);
        CheckRow? check = null;
        Assert.That(async () => await _books.WriteAsync(TwoBooks.Yunnan, session =>
        {
            var examined = examination.Examine(session, rows);
            examination.Note(examined, ClearedRows.Claim(session, drafted.StatementNumber, examined.Rows));
            check = examination.Conclude(session, 0);
            throw new InvalidOperationException("rolled back");
        }), Throws.InvalidOperationException);
        return check!;
    }

    private ProposeStatementRequest Proposal(Statement statement) =>
        new() { Header = new RequestHeader { SentAtMs = _books.Clock.GetUtcNow().ToUnixTimeMilliseconds() }, Statement = statement };

    private static Deduction Deduction(string row, long fen) => new() { Kind = Deductions.Other, AmountFen = fen, RowTransactionId = row, Reason = "待核实" };

    private static ObjectionRow Objection(string row, long fen) => new() { RowTransactionId = row, Kind = DisputeKind.DetailMissing, AmountFen = fen, Field = "", Reason = "明细不全" };
}
