using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Treatment;

/// <summary>Sums and lists of settlements, held against the same thing done by hand over random rows; the seed is printed.</summary>
internal sealed class SettlementMovesTests
{
    private const int Seed = 20170920, Settlements = 400, Scopes = 300;

    private static readonly DateOnly FirstDay = new(2017, 9, 1);
    private static readonly string[] Hospitals = ["H1", "H2"], Periods = ["P1", "P2", "P3"];

    private readonly List<Move> _moves = [];
    private TempFolder _folder;
    private Database _database;

    [OneTimeSetUp]
    public async Task Open()
    {
        _folder = new();
        _database = EmptyBooks.Open(_folder.File("gateway.db"), TimeProvider.System);
        await _database.WriteAsync(session =>
        {
            Prepare(session);
            var random = new Random(Seed);
            for (var number = 1; number <= Settlements; number++)
                Settle(session, random, number);
        }, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public void Any_scope_holds_the_rows_and_sums_that_a_person_would_find()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (var i = 0; i < Scopes; i++)
        {
            var (hospital, scope) = (Hospitals[random.Next(2)], AnyScope(random));
            var expected = _moves.Where(move => IsIn(move, hospital, scope)).OrderBy(move => move.AtMs).ThenBy(move => move.Number, StringComparer.Ordinal).ThenBy(move => move.IsCancellation).ToList();

            var (totals, rows) = _database.Read(session => (SettlementMoves.Totals(session, hospital, scope), SettlementMoves.List(session, hospital, scope)));

            Assert.That(rows!.Select(row => (row.SettlementNumber, row.IsCancellation, row.TotalFen, row.PeriodNumber)),
                Is.EqualTo(expected.Select(move => (move.Number, move.IsCancellation, move.Figures.TotalFen, move.Period))), scope.ToString());
            Assert.That(totals, Is.EqualTo(SumOf(expected)), scope.ToString());
        }
    }

    [Test]
    public void One_settlement_is_found_by_its_number_and_by_either_of_its_transactions()
    {
        foreach (var move in _moves.Take(50))
        {
            var (hospital, other) = (move.Hospital, Hospitals.Single(code => code != move.Hospital));
            var byTransaction = _database.Read(session => SettlementMoves.ByTransaction(session, hospital, move.TransactionId)).Single();
            Assert.That((byTransaction.SettlementNumber, byTransaction.IsCancellation, byTransaction.TotalFen), Is.EqualTo((move.Number, move.IsCancellation, move.Figures.TotalFen)));
            Assert.That(_database.Read(session => SettlementMoves.ByNumber(session, hospital, move.Number)), Has.Count.EqualTo(_moves.Count(row => row.Number == move.Number)));
            Assert.That(_database.Read(session => SettlementMoves.ByNumber(session, other, move.Number)), Is.Empty);
            Assert.That(_database.Read(session => SettlementMoves.ByTransaction(session, other, move.TransactionId)), Is.Empty);
        }
    }

    private static IEnumerable<TestCaseData> NarrowScopes() =>
    [
        new TestCaseData(new HisSettlementScope { From = FirstDay, To = FirstDay, WithoutCancelled = false }).SetArgDisplayNames("a day"),
        new TestCaseData(new HisSettlementScope { From = FirstDay, To = FirstDay, WithoutCancelled = true }).SetArgDisplayNames("a day's standing ones"),
        new TestCaseData(new HisSettlementScope { PeriodNumber = "P1", WithoutCancelled = false }).SetArgDisplayNames("a period"),
    ];

    [TestCaseSource(nameof(NarrowScopes))]
    public void A_narrow_scope_is_found_without_reading_every_settlement(HisSettlementScope scope)
    {
        var plan = QueryPlan.Of(_database, SettlementMoves.In(scope), new { code = "H1", from = scope.From?.Iso(), to = scope.To?.Iso(), scope.PeriodNumber });

        Assert.That(plan, Has.None.Match("^SCAN [sv]"), string.Join('\n', plan));
    }

    [Test]
    public void A_page_of_fee_lines_is_read_in_order_without_sorting()
    {
        var plan = QueryPlan.Of(_database, "SELECT id FROM fee_line WHERE visit_id = 1 AND state = 1 ORDER BY id LIMIT 20 OFFSET 40");

        Assert.That(plan, Has.Some.Contains("fee_line_order").And.None.Contains("TEMP B-TREE"));
    }

    private static HisSettlementScope AnyScope(Random random)
    {
        var from = FirstDay.AddDays(random.Next(10));
        return new HisSettlementScope
        {
            From = random.Next(2) == 0 ? from : null,
            To = random.Next(2) == 0 ? from.AddDays(random.Next(10)) : null,
            PeriodNumber = random.Next(3) == 0 ? Periods[random.Next(Periods.Length)] : null,
            WithoutCancelled = random.Next(3) == 0,
        };
    }

    private bool IsIn(Move move, string hospital, HisSettlementScope scope) =>
        move.Hospital == hospital && (scope.From is null || move.On >= scope.From) && (scope.To is null || move.On <= scope.To)
        && (scope.PeriodNumber is null || move.Period == scope.PeriodNumber)
        && (!scope.WithoutCancelled || _moves.Count(other => other.Number == move.Number) == 1);

    private static HisSettlementTotals SumOf(IReadOnlyCollection<Move> moves) => new()
    {
        SettlementCount = moves.Count(move => !move.IsCancellation),
        CancellationCount = moves.Count(move => move.IsCancellation),
        TotalFen = moves.Sum(move => move.Figures.TotalFen),
        FundTotalFen = moves.Sum(move => move.Figures.FundFen),
        AccountFen = moves.Sum(move => move.Figures.AccountFen),
        CashFen = moves.Sum(move => move.Figures.CashFen),
    };

    private static void Prepare(Session session)
    {
        foreach (var code in Hospitals)
        {
            session.Execute("INSERT INTO institution (code, name, division, level, adapter, token_hash) VALUES (@code, '测试医院', '530100', '02', 'x', @hash)",
                new { code, hash = InstitutionStore.HashOf(code) });
        }
        foreach (var number in Periods)
            session.Execute("INSERT INTO business_period (period_number, institution_code, operator_number, opened_at_ms) VALUES (@number, 'H1', '01', 1)", new { number });
    }

    // Times repeat on purpose: rows of one moment still have one order.
    private void Settle(Session session, Random random, int number)
    {
        var hospital = random.Next(2);
        var (fund, account, cash) = (random.NextInt64(100_000), random.NextInt64(50_000), random.NextInt64(50_000));
        var figures = new MoveFigures(fund + account + cash, fund, account, cash);
        var day = FirstDay.AddDays(random.Next(10));
        var settled = new Move($"A{number:0000000000000000000}", $"1{number:00000000000000000000000000000}", false, Hospitals[hospital], day, AtMs(day, random), AnyPeriod(session, random, hospital, $"1{number:00000000000000000000000000000}"), figures);
        _moves.Add(settled);
        var isCancelled = random.Next(4) == 0;
        if (isCancelled)
        {
            var on = day.AddDays(random.Next(5));
            var id = $"2{number:00000000000000000000000000000}";
            _moves.Add(new Move(settled.Number, id, true, settled.Hospital, on, AtMs(on, random), AnyPeriod(session, random, hospital, id), figures.Negative()));
        }
        var cancelled = isCancelled ? _moves[^1] : null;
        session.Execute(
            """
            INSERT INTO treatment_visit (id, institution_code, hospital_visit_number, insured_division, admission_id, admission, visit_number, state, visit_kind, admission_date, diagnoses, fee_version)
            VALUES (@id, @Hospital, @Number, '610100', @Number, x'00', @Number, 4, '21', '2017-09-01', '[]', 0)
            """, new { id = number, settled.Hospital, settled.Number });
        session.Execute(
            $"""
            INSERT INTO treatment_settlement (settlement_number, transaction_id, visit_id, insured_province, policy_version, settled_at_ms, business_date, state,
              cancellation_id, cancelled_at_ms, cancellation_date, {SettlementFigures.Columns})
            VALUES (@Number, @TransactionId, @visit, '610000', '1', @AtMs, @day, @state, @cancellation, @cancelledAtMs, @cancelledOn,
              @TotalFen, 0, 0, 0, @TotalFen, 0, @FundFen, 0, 0, 0, 0, 0, 0, @FundFen, @AccountFen, @CashFen, @personal, 0)
            """,
            new
            {
                settled.Number,
                settled.TransactionId,
                visit = number,
                settled.AtMs,
                day = day.Iso(),
                state = isCancelled ? 2 : 1,
                cancellation = cancelled?.TransactionId,
                cancelledAtMs = cancelled?.AtMs,
                cancelledOn = cancelled?.On.Iso(),
                figures.TotalFen,
                figures.FundFen,
                figures.AccountFen,
                figures.CashFen,
                personal = account + cash,
            });
    }

    private static string? AnyPeriod(Session session, Random random, int hospital, string transactionId)
    {
        // The periods are the first hospital's.
        if (hospital != 0 || random.Next(2) == 0)
            return null;
        var period = Periods[random.Next(Periods.Length)];
        session.Execute("INSERT INTO period_transaction (transaction_id, period_number) VALUES (@transactionId, @period)", new { transactionId, period });
        return period;
    }

    private static long AtMs(DateOnly day, Random random) => new DateTimeOffset(day, new TimeOnly(random.Next(8, 18), 0), ChinaTime.Offset).ToUnixTimeMilliseconds();

    private sealed record Move(string Number, string TransactionId, bool IsCancellation, string Hospital, DateOnly On, long AtMs, string? Period, MoveFigures Figures);

    private sealed record MoveFigures(long TotalFen, long FundFen, long AccountFen, long CashFen)
    {
        public MoveFigures Negative() => new(-TotalFen, -FundFen, -AccountFen, -CashFen);
    }
}
