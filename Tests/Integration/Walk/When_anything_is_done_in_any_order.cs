using System.Globalization;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Walk;

/// <summary>
/// Three provinces, three hospitals and their operators do hundreds of things in no order, over months, some at the same time, over lines that break under
/// some of them and nodes that restart: whatever was granted, refused or unanswered, the books hold at every rest and mirror each other to the fen.
/// </summary>
/// <remarks>WALK_SEED is the first seed, WALK_SEEDS how many, WALK_STEPS how long each walk is.</remarks>
internal sealed class When_anything_is_done_in_any_order : CountryTest
{
    private const int StepsBetweenRests = 60, AtOnceMax = 3, StepsUntilAll = 3_000;

    private static readonly string[] Frequent = ["RegisterAdmission", "UploadFeeLines", "Settle", "ReverseTransaction", "SubmitFiling", "Cut", "RepeatMessage", "Repeat"];

    private static readonly string[] Seldom =
    [
        "RegisterOutpatient", "RegisterChronic", "RefundFeeLine", "WithdrawFeeLines", "PreviewSettlement", "Discharge", "SettleInPart", "CancelSettlement", "CancelDischarge", "CancelAdmission",
        "DecideFiling", "ChangeFiling", "CancelFiling", "WithdrawFiling", "Suspend", "Freeze", "Die", "Restore", "DecideLine deduct", "DecideLine refuse", "Reconcile",
        "Deposit", "ConfirmPrepayment", "TopUp", "AnswerTopUp", "Propose", "ConfirmStatement", "Dispute", "Deduct", "Pay", "Receive",
    ];

    private readonly Tally _tally = new();
    private BrokenLines _lines = null!;
    private int _stepsWalked;

    private static int Steps => Setting("WALK_STEPS", 300);

    private static IEnumerable<int> Seeds => Enumerable.Range(Setting("WALK_SEED", 20171101), Setting("WALK_SEEDS", 3));

    protected override IReadOnlyList<Division> Provinces { get; } = [PilotCountry.Guangdong, PilotCountry.Yunnan, PilotCountry.Shanghai];

    /// <summary>A walk goes on into the next year.</summary>
    protected override DateTimeOffset Begin => new(2017, 11, 20, 10, 0, 0, ChinaTime.Offset);

    protected override void Arrange() => _lines = new BrokenLines(Country);

    [TearDown]
    public async Task TakeLinesDown() => await _lines.DisposeAsync();

    [TestCaseSource(nameof(Seeds))]
    public async Task The_books_hold_at_every_rest(int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}, {Steps} steps");
        var (random, books, operators) = (new Random(seed), new BooksAtRest(Country), new Operators(Clock, _tally));
        foreach (var province in Country.Provinces)
            await province.Host.Database.WriteAsync(session => session.Execute("UPDATE institution SET visit_kinds = '11 13 14 21'"), CancellationToken.None);
        var hospitals = Care.All.Select(care => new RandomHospital(HospitalOf(care), care, random, Clock, _tally)).ToList();
        RandomAgency[] agencies = [new RandomPersons(Country, operators, random, Clock), new RandomClearing(Country, operators, random, Clock)];
        var repeats = new RandomRepeats(Country, random, _tally);

        for (var step = 1; step <= Steps;)
        {
            _lines.Trouble(random);
            await PassTimeAsync(random);
            var atOnce = Enumerable.Range(0, random.Next(3) == 0 ? AtOnceMax : 1).Select(_ => StepAsync()).ToList();
            await Task.WhenAll(atOnce);
            if (step / StepsBetweenRests != (step += atOnce.Count) / StepsBetweenRests)
                await RestAsync(hospitals, books);
        }
        await RestAsync(hospitals, books);
        TestContext.Out.WriteLine(_tally);
        _stepsWalked += Steps;
        AssertWalked();

        Task StepAsync() => random.Next(100) switch
        {
            < 50 => hospitals[Math.Min(random.Next(4), 2)].StepAsync(),
            < 62 => agencies[0].StepAsync(),
            < 94 => agencies[1].StepAsync(),
            _ => repeats.StepAsync(),
        };
    }

    /// <summary>Hours or days go by, the month ends, a node restarts, or the resolvers have their turn.</summary>
    private async Task PassTimeAsync(Random random)
    {
        switch (random.Next(120))
        {
            case < 8:
                Clock.PutForward(TimeSpan.FromHours(random.Next(1, 30)));
                break;
            case < 10:
                Clock.PutForward(TimeSpan.FromDays(random.Next(2, 12)));
                break;
            case < 12:
                Clock.PutForward(TimeSpan.FromDays(DateTime.DaysInMonth(Today.Year, Today.Month) - Today.Day + 1));
                break;
            case < 18:
                LetTheResolversBegin();
                break;
            case 18:
                await Country.Provinces[random.Next(Country.Provinces.Count)].RestartAsync(CancellationToken.None);
                break;
        }
    }

    /// <summary>Everything that is under way gets its answer; then the audit runs beside the nodes.</summary>
    private async Task RestAsync(List<RandomHospital> hospitals, BooksAtRest books)
    {
        _lines.Mend();
        await Eventually.GetAsync("everything under way to end", () =>
        {
            LetTheResolversBegin();
            return books.UnderWay();
        }, Is.Zero);
        AuditBooks();
        foreach (var hospital in hospitals)
            await hospital.LearnAsync();
        books.Check();
    }

    /// <summary>A walk that never got somewhere shows nothing about it: what is frequent in each one, what is seldom in all that were walked here.</summary>
    private void AssertWalked()
    {
        string[] expected = _stepsWalked >= StepsUntilAll ? [.. Frequent, .. Seldom] : Frequent;
        Assert.That(expected.Where(operation => _tally.GrantedOf(operation) == 0), Is.Empty, "What was never granted.");
    }

    private void LetTheResolversBegin() => Clock.PutForward(Guangdong.Configuration.Timeouts.InteractiveBudget);

    private Hospital HospitalOf(Care care)
    {
        var province = Country[Division.Parse(care.Treatment)];
        return HospitalOf(province, care.Institution, care.InpatientKind);
    }

    private static int Setting(string name, int otherwise) => Environment.GetEnvironmentVariable(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
