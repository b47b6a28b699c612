using System.Diagnostics;
using System.Globalization;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>
/// A month of a million rows: cut by the treatment side, then checked by the insured side page by page, each in a process of its own. Exit code 0
/// when every target is met.
/// </summary>
internal static class ClearingRun
{
    public const string Cut = "cut", Check = "check", Scan = "scan", Digest = "digest";

    private const double SecondsMax = 20, PeakMbMax = 500;

    private static readonly Division Treatment = Division.Parse("440000"), Insured = Division.Parse("530000");

    private static readonly TimeProvider Clock = new ManualTimeProvider(new DateTimeOffset(2017, 10, 8, 9, 0, 0, TimeSpan.FromHours(8)));

    public static int Run(int rows)
    {
        using var folder = new TempFolder();
        WriteAsync(folder.Path, rows).GetAwaiter().GetResult();
        var (cut, check) = (InFreshProcess(Cut, folder.Path), InFreshProcess(Check, folder.Path));
        var (scan, digest) = (InFreshProcess(Scan, folder.Path), InFreshProcess(Digest, folder.Path));
        Console.WriteLine($"{rows:N0} rows");
        Print("cut: sums, digest, draft", cut);
        Print("  baseline: one scan of the same rows' sums", scan);
        Print("check: pages, digests, own ledger, claims", check);
        Print("  baseline: the digests of the same rows", digest);
        return new[] { cut, check }.All(part => part.Seconds <= SecondsMax && part.PeakMb <= PeakMbMax) ? 0 : 1;
    }

    /// <summary>One part in this process; called by <see cref="Run"/>.</summary>
    public static async Task<int> PartAsync(string part, string folder)
    {
        await using var database = DataFolder.OpenDatabase(Path.Combine(folder, part == Check ? "insured" : "treatment"), Clock);
        await using var other = part == Check ? DataFolder.OpenDatabase(Path.Combine(folder, "treatment"), Clock) : null;
        var (started, before) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime.TotalSeconds);
        await (part switch
        {
            Cut => CutAsync(database),
            Check => CheckAsync(database, other!),
            Scan => Task.Run(() => database.Read(session => session.QuerySingle<long>("SELECT sum(fund_total_fen + account_fen) FROM ledger_row"))),
            Digest => Task.Run(() => DigestAll(database)),
            _ => throw new ArgumentOutOfRangeException(nameof(part), part, "Not a part."),
        });
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} {Environment.CpuUsage.TotalTime.TotalSeconds - before:0.00} {process.PeakWorkingSet64 / 1e6:0}"));
        return 0;
    }

    private static async Task CutAsync(Database database)
    {
        var ids = await TransactionIdSource.OpenAsync(database, Treatment, Clock, CancellationToken.None);
        var statement = await new StatementDesk(new AgencyDesk(Configuration, Treatment, database, ids, Clock, sender: null))
            .CutAsync(Insured, new DateOnly(2017, 9, 1), 0, null, CancellationToken.None);
        if (statement.ClaimedFen != statement.RowCount * ClaimOfRow)
            throw new InvalidOperationException("The statement does not claim what the rows say.");
    }

    private static async Task CheckAsync(Database insured, Database treatment)
    {
        var claimed = treatment.Read(StatementBook.All)[0];
        await insured.WriteAsync(session => StatementBook.Insert(session, LedgerSide.Insured, Treatment, claimed.ToStatement(), StatementStage.Proposed, "440000201710080900000000000001", new DateOnly(2017, 10, 8)), CancellationToken.None);
        var statement = insured.Read(session => StatementBook.Latest(session, claimed.StatementNumber)!);
        var ids = await TransactionIdSource.OpenAsync(insured, Insured, Clock, CancellationToken.None);
        // The pages come from the treatment side's database through the bytes that the wire would carry; no peer is called.
        using var checker = new StatementChecker(Configuration, Insured, insured, ids, peers: null!, Clock);
        var (check, _) = await checker.RunAsync(
            statement, (after, max, token) => Task.Run<(StatementRowPage?, string?)>(() => (PageOf(treatment, claimed, after, max), null), token), CancellationToken.None);
        if (check is not { IsClean: true } || check.RowCount != statement.RowCount)
            throw new InvalidOperationException($"The check found faults in equal ledgers: {check?.Reason}");
    }

    private static StatementRowPage PageOf(Database treatment, ClearingStatement claimed, long after, int max)
    {
        var rows = treatment.Read(session => ClearedRows.Page(session, claimed, after, max));
        var page = new StatementRowPage { More = rows.Count > 0 && rows[^1].Sequence < claimed.LastSequence };
        page.Rows.Add(rows.Select(found => new StatementRow { Sequence = found.Sequence, Row = found.Row }));
        return StatementRowPage.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(page));
    }

    private static void DigestAll(Database database)
    {
        var last = database.Read(session => LedgerRows.Last(session, LedgerSide.Treatment, Insured));
        for (long sequence = 1; sequence <= last; sequence++)
            RowDigest.Of(RowAt(sequence));
    }

    private const long ClaimOfRow = 900_00;

    private static NodesConfiguration Configuration { get; } = new() { ProtocolRelease = "1.0", CatalogueRelease = "2016.1", Nodes = [] };

    private static LedgerRow RowAt(long sequence) => new()
    {
        TransactionId = $"44000020170901080000{sequence:0000000000}",
        Kind = LedgerRowKind.Settlement,
        Cell = new LedgerCell { BusinessDate = $"2017-09-{1 + (sequence % 30):00}", Scheme = sequence % 3 == 0 ? "390" : "310", ClearingType = sequence % 5 == 0 ? "11" : "21" },
        SettlementNumber = $"A530100170901{sequence:0000000}",
        VisitNumber = $"S530100170901{sequence:0000000}",
        InsuredDivision = "530100",
        PersonNumber = $"53010{sequence / 2:0000000}",
        InstitutionCode = "H44010000001",
        VisitKind = sequence % 5 == 0 ? "11" : "21",
        Charges = new Charges { TotalFen = 1_000_00, FullSelfPayFen = 50_00, InScopeFen = 950_00 },
        Payments = new Payments { DeductibleFen = 50_00, PoolFen = 850_00, FundTotalFen = 850_00, AccountFen = 50_00, CashFen = 100_00, PersonalTotalFen = 150_00 },
    };

    private static async Task WriteAsync(string folder, int rows)
    {
        foreach (var (name, side, partner) in new[] { ("treatment", LedgerSide.Treatment, Insured), ("insured", LedgerSide.Insured, Treatment) })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            await using var database = DataFolder.OpenDatabase(Path.Combine(folder, name), Clock);
            foreach (var chunk in Enumerable.Range(1, rows).Chunk(20_000))
            {
                await database.WriteAsync(session =>
                {
                    foreach (var sequence in chunk)
                    {
                        var row = RowAt(sequence);
                        LedgerRows.Insert(session, new LedgerRecord { Side = side, Partner = partner, Sequence = sequence, Row = row }, RowDigest.Of(row));
                    }
                }, CancellationToken.None);
            }
        }
    }

    private static Figures InFreshProcess(string part, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["clearing-part", part, folder]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The part {part} failed: {output}");
        var figures = output.Trim().Split(' ');
        return new Figures(Number(figures[0]), Number(figures[1]), Number(figures[2]));

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }

    private static void Print(string what, Figures figures) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what,-48} {figures.Seconds,8:0.00} s {figures.ProcessorSeconds,8:0.00} s of processor time {figures.PeakMb,8:0} MB at the peak"));

    /// <param name="ProcessorSeconds">Of all the process's threads, while the part ran.</param>
    private sealed record Figures(double Seconds, double ProcessorSeconds, double PeakMb);
}
