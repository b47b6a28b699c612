using Google.Protobuf;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Reconciliation;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Reconciliation;

/// <summary>Whatever is different between two ledgers is found, nothing else is, and few bytes travel for it.</summary>
[TestFixture]
internal sealed class LedgerComparisonTests
{
    private static readonly DateOnly Day = new(2016, 2, 29);

    private TwoLedgers _ledgers = null!;

    [SetUp]
    public void Open() => _ledgers = new();

    [TearDown]
    public async Task Close() => await _ledgers.DisposeAsync();

    [Test]
    public async Task Random_differences_are_all_found_and_none_is_invented([Range(1, 24)] int seed)
    {
        var random = new Random(seed);
        var generated = Generate(random, out var ours, out var theirs, out var expected);
        await _ledgers.AppendAsync(LedgerSide.Treatment, Shuffled(random, ours));
        await _ledgers.AppendAsync(LedgerSide.Insured, Shuffled(random, theirs));

        var asTreatment = await _ledgers.CompareAsync(LedgerSide.Treatment, Day, Day.AddDays(2));
        var asInsured = await _ledgers.CompareAsync(LedgerSide.Insured, Day, Day.AddDays(2));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(asTreatment.Differences.Select(Words), Is.EqualTo(expected.Select(pair => Words(pair.Value)).Order(StringComparer.Ordinal)), $"seed {seed}, {generated} rows");
            Assert.That(asInsured.Differences.Select(found => Words(Mirrored(found))), Is.EqualTo(asTreatment.Differences.Select(Words)), $"seed {seed}");
            Assert.That(asTreatment.Cells.Where(cell => cell.IsEqual).Select(cell => cell.Cell), Is.EqualTo(asInsured.Cells.Where(cell => cell.IsEqual).Select(cell => cell.Cell)));
        }
    }

    [Test]
    public async Task An_equal_day_is_one_small_pair_of_messages([Values(LedgerSide.Treatment, LedgerSide.Insured)] LedgerSide asker)
    {
        var ledger = Ledger(1);
        var rows = Enumerable.Range(0, 2_000).Select(_ => ledger.Settlement(Day, "310")).ToList();
        await _ledgers.AppendAsync(LedgerSide.Treatment, rows);
        await _ledgers.AppendAsync(LedgerSide.Insured, rows);

        var found = await _ledgers.CompareAsync(asker, Day, Day);

        var (messages, sent, received) = _ledgers.LastAsked.Traffic;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Differences, Is.Empty);
            Assert.That(found.Cells.Single().Ours!.Sums.RowCount, Is.EqualTo(2_000));
            Assert.That((_ledgers.Asked, messages), Is.EqualTo((new[] { "GetTotals" }, 1)));
            Assert.That(sent + received, Is.LessThan(400), "bytes");
        }
    }

    [Test]
    public async Task A_day_without_rows_is_equal()
    {
        var found = await _ledgers.CompareAsync(LedgerSide.Treatment, Day, Day);

        Assert.That((found.Cells.Count, found.Differences.Count, found.OwnSequence, found.PeerSequence), Is.EqualTo((0, 0, 0L, 0L)));
    }

    [Test]
    public async Task A_leap_day_is_a_day_of_its_own()
    {
        var ledger = Ledger(2);
        var (before, leap, after) = (ledger.Settlement(new(2016, 2, 28)), ledger.Settlement(Day), ledger.Settlement(new(2016, 3, 1)));
        await _ledgers.AppendAsync(LedgerSide.Treatment, before, leap, after);
        await _ledgers.AppendAsync(LedgerSide.Insured, before, after);

        var leapDay = await _ledgers.CompareAsync(LedgerSide.Treatment, Day, Day);
        var dayBefore = await _ledgers.CompareAsync(LedgerSide.Treatment, new(2016, 2, 28), new(2016, 2, 28));

        Assert.That((leapDay.Differences.Single().Key, leapDay.Cells.Count, dayBefore.Differences.Count), Is.EqualTo((leap.TransactionId, 1, 0)));
    }

    [Test]
    public async Task A_cell_on_one_side_only_is_listed_whole([Values(LedgerSide.Treatment, LedgerSide.Insured)] LedgerSide asker)
    {
        var ledger = Ledger(3);
        var rows = Enumerable.Range(0, 2_500).Select(_ => ledger.Settlement(Day, "390")).ToList();
        await _ledgers.AppendAsync(LedgerSide.Insured, rows);

        var found = await _ledgers.CompareAsync(asker, Day, Day);

        var verdict = asker is LedgerSide.Insured ? RowVerdict.OnlyOurs : RowVerdict.OnlyTheirs;
        Assert.That(found.Differences.Select(difference => (difference.Key, difference.Verdict)), Is.EqualTo(rows.Select(row => (row.TransactionId, verdict)).Order()));
    }

    [Test]
    public async Task One_fen_is_found_with_its_fields_and_both_figures()
    {
        var ledger = Ledger(4);
        var rows = Enumerable.Range(0, 500).Select(_ => ledger.Settlement(Day, "310")).ToList();
        await _ledgers.AppendAsync(LedgerSide.Treatment, rows);
        await _ledgers.AppendAsync(LedgerSide.Insured, rows.Select((row, index) => index == 250 ? GeneratedLedger.OneFenOff(row) : row));

        var difference = (await _ledgers.CompareAsync(LedgerSide.Treatment, Day, Day)).Differences.Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((difference.Key, difference.Verdict), Is.EqualTo((rows[250].TransactionId, RowVerdict.Differs)));
            Assert.That(difference.Fields.Select(field => field.Name), Is.EqualTo(["payments.pool_fen", "payments.fund_total_fen", "payments.cash_fen", "payments.personal_total_fen"]));
            Assert.That(difference.Fields[0].Ours, Is.EqualTo(new Fen(rows[250].Payments.PoolFen).ToString()));
            Assert.That(difference.Fields[0].Theirs, Is.EqualTo(new Fen(rows[250].Payments.PoolFen + 1).ToString()));
        }
    }

    [Test]
    public async Task A_settlement_counted_on_two_days_is_one_difference_also_when_one_day_is_compared([Values(LedgerSide.Treatment, LedgerSide.Insured)] LedgerSide asker)
    {
        var row = Ledger(5).Settlement(Day, "310");
        var next = row.Clone();
        next.Cell.BusinessDate = "2016-03-01";
        await _ledgers.AppendAsync(asker, row);
        await _ledgers.AppendAsync(asker is LedgerSide.Treatment ? LedgerSide.Insured : LedgerSide.Treatment, next);

        var both = await _ledgers.CompareAsync(asker, Day, Day.AddDays(1));
        var theirDay = await _ledgers.CompareAsync(asker, Day.AddDays(1), Day.AddDays(1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(both.Differences.Single().Fields.Single(), Is.EqualTo(new FieldDifference("cell.business_date", "2016-02-29", "2016-03-01")));
            Assert.That(theirDay.Differences.Single(), Is.EqualTo(both.Differences.Single()));
        }
    }

    [Test]
    public async Task A_row_that_arrives_on_both_sides_during_the_comparison_is_no_difference([Values(LedgerSide.Treatment, LedgerSide.Insured)] LedgerSide asker)
    {
        var ledger = Ledger(6);
        var rows = Enumerable.Range(0, 100).Select(_ => ledger.Settlement(Day, "310")).ToList();
        await _ledgers.AppendAsync(LedgerSide.Treatment, rows);
        await _ledgers.AppendAsync(LedgerSide.Insured, rows);
        var arriving = new Queue<LedgerRow>(Enumerable.Range(0, 8).Select(_ => ledger.Settlement(Day, "310")));
        // The asker has looked at its own ledger by then. The insured side books first.
        _ledgers.Before = async _ =>
        {
            if (!arriving.TryDequeue(out var row))
                return;
            await _ledgers.AppendAsync(LedgerSide.Insured, row);
            await _ledgers.AppendAsync(LedgerSide.Treatment, row);
        };

        var found = await _ledgers.CompareAsync(asker, Day, Day);

        Assert.That((found.Differences.Count, found.Cells.Single().IsEqual), Is.EqualTo((0, false)));
    }

    [Test]
    public async Task A_row_that_the_treatment_side_books_while_the_insured_side_compares_is_no_difference()
    {
        var ledger = Ledger(7);
        var rows = Enumerable.Range(0, 50).Select(_ => ledger.Settlement(Day, "310")).ToList();
        await _ledgers.AppendAsync(LedgerSide.Insured, rows);
        await _ledgers.AppendAsync(LedgerSide.Treatment, rows[..49]);
        _ledgers.Before = async method =>
        {
            if (method.Name == "ListInFlight")
                await _ledgers.AppendAsync(LedgerSide.Treatment, rows[49]);
        };

        Assert.That((await _ledgers.CompareAsync(LedgerSide.Insured, Day, Day)).Differences, Is.Empty);
    }

    [Test]
    public async Task A_partner_that_lists_one_transaction_in_flight_twice_gives_no_usable_answer()
    {
        var ledger = Ledger(7);
        // Made so long before it was booked that the partner is asked in two pieces of days.
        var row = ledger.Settlement(Day.AddDays(-40), "310");
        row.Cell.BusinessDate = Day.Iso();
        await _ledgers.AppendAsync(LedgerSide.Insured, row);
        _ledgers.Twist = (method, answer) =>
        {
            if (method.Name != "ListInFlight")
                return answer;
            var reply = ListInFlightResponse.Parser.ParseFrom(answer);
            reply.Page = new() { Rows = { new InFlightRow { TransactionId = row.TransactionId, Kind = LedgerRowKind.Settlement, TotalFen = 1 } } };
            return reply.ToByteArray();
        };

        Assert.That(async () => await _ledgers.CompareAsync(LedgerSide.Insured, Day, Day),
            Throws.TypeOf<PeerLedgerException>().With.Message.Contains(row.TransactionId).And.Message.Contains("in flight twice"));
    }

    [Test]
    public async Task Later_questions_name_the_point_of_the_first_reply()
    {
        var ledger = Ledger(8);
        var rows = Enumerable.Range(0, 300).Select(_ => ledger.Settlement(Day, "310")).ToList();
        await _ledgers.AppendAsync(LedgerSide.Treatment, rows);
        await _ledgers.AppendAsync(LedgerSide.Insured, rows.Skip(1));
        var late = Enumerable.Range(0, 40).Select(_ => ledger.Settlement(Day, "310")).ToList();
        _ledgers.Before = async method =>
        {
            if (method.Name == "GetRangeDigests" && late.Count > 0)
            {
                await _ledgers.AppendAsync(LedgerSide.Insured, late);
                late.Clear();
            }
        };

        var found = await _ledgers.CompareAsync(LedgerSide.Treatment, Day, Day);

        Assert.That((found.Differences.Single().Key, found.PeerSequence), Is.EqualTo((rows[0].TransactionId, 299L)));
    }

    [Test]
    public async Task Three_differences_among_many_rows_cost_few_bytes()
    {
        var ledger = Ledger(9);
        var rows = Enumerable.Range(0, 20_000).Select(_ => ledger.Settlement(Day, "310")).ToList();
        await _ledgers.AppendAsync(LedgerSide.Treatment, rows.Where((_, index) => index != 100));
        await _ledgers.AppendAsync(LedgerSide.Insured, rows.Where((_, index) => index != 19_000).Select((row, index) => index == 9_999 ? GeneratedLedger.OneFenOff(row) : row));

        var found = await _ledgers.CompareAsync(LedgerSide.Treatment, Day, Day);

        var (messages, sent, received) = _ledgers.LastAsked.Traffic;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Differences, Has.Count.EqualTo(3));
            Assert.That(messages, Is.LessThan(12));
            Assert.That(sent + received, Is.LessThan(100_000));
        }
    }

    [TestCase("GetTotals")]
    [TestCase("GetRangeDigests")]
    [TestCase("ListRows")]
    public async Task An_answer_that_cannot_be_true_ends_the_comparison(string method)
    {
        var ledger = Ledger(10);
        var rows = Enumerable.Range(0, 300).Select(_ => ledger.Settlement(Day, "310")).ToList();
        await _ledgers.AppendAsync(LedgerSide.Treatment, rows);
        await _ledgers.AppendAsync(LedgerSide.Insured, rows.Select((row, index) => index == 7 ? GeneratedLedger.OneFenOff(row) : row));
        _ledgers.Twist = (asked, answer) => asked.Name == method ? Falsified(method, answer) : answer;

        Assert.That(() => _ledgers.CompareAsync(LedgerSide.Treatment, Day, Day), Throws.TypeOf<PeerLedgerException>().With.Message.Contains("the answer cannot be true").And.Message.Contains("应答不可信"));
    }

    private static byte[] Falsified(string method, byte[] answer)
    {
        switch (method)
        {
            case "GetTotals":
                var totals = GetTotalsResponse.Parser.ParseFrom(answer);
                totals.Totals.Cells[0].Cell.BusinessDate = "2016-03-01";
                return Google.Protobuf.MessageExtensions.ToByteArray(totals);
            case "GetRangeDigests":
                var digests = GetRangeDigestsResponse.Parser.ParseFrom(answer);
                digests.Digests.Digests.RemoveAt(0);
                return Google.Protobuf.MessageExtensions.ToByteArray(digests);
            default:
                var page = ListRowsResponse.Parser.ParseFrom(answer);
                page.Page.Rows[0].Payments.PoolFen++;
                return Google.Protobuf.MessageExtensions.ToByteArray(page);
        }
    }

    private static GeneratedLedger Ledger(int seed) => new(TwoLedgers.Treatment, TwoLedgers.Insured, new Random(seed));

    private static LedgerRow[] Shuffled(Random random, List<LedgerRow> rows)
    {
        var shuffled = rows.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }

    /// <summary>Two ledgers over three days with every kind of difference, in any number from none to nearly all rows.</summary>
    private static int Generate(Random random, out List<LedgerRow> ours, out List<LedgerRow> theirs, out Dictionary<string, RowDifference> expected)
    {
        var ledger = new GeneratedLedger(TwoLedgers.Treatment, TwoLedgers.Insured, random);
        (ours, theirs, expected) = ([], [], []);
        var (rows, oneIn) = (random.Next(0, 900), random.Next(2, 200));
        LedgerRow? settled = null;
        for (var index = 0; index < rows; index++)
        {
            var day = Day.AddDays(random.Next(3));
            var row = settled is not null && random.Next(10) == 0 ? ledger.Cancellation(settled, day) : ledger.Settlement(day);
            settled = row.Kind is LedgerRowKind.Settlement ? row : null;
            var (left, right) = random.Next(oneIn) > 0 ? (row, row) : random.Next(4) switch
            {
                0 => (row, null),
                1 => (null, row),
                2 => (row, Moved(row, random)),
                _ => (row, GeneratedLedger.OneFenOff(row)),
            };
            ours.AddRange(left is null ? [] : [left]);
            theirs.AddRange(right is null ? [] : [right]);
            if (!ReferenceEquals(left, right))
                expected.Add(row.TransactionId, new RowDifference(row.TransactionId, left, right));
        }
        return rows;
    }

    private static LedgerRow Moved(LedgerRow row, Random random)
    {
        var moved = row.Clone();
        if (random.Next(2) == 0)
            moved.Cell.Scheme = row.Cell.Scheme == "310" ? "390" : "310";
        else
            moved.Cell.BusinessDate = row.Cell.BusinessDate == "2016-03-01" ? "2016-03-02" : "2016-03-01";
        return moved;
    }

    private static RowDifference Mirrored(RowDifference difference) => new(difference.Key, difference.Theirs, difference.Ours);

    private static string Words(RowDifference difference) =>
        $"{difference.Key} {difference.Verdict} {string.Join(' ', difference.Fields.Select(field => $"{field.Name} {field.Ours} {field.Theirs}"))}";
}
