using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Provincial.Exchange.V1;
using ProvincialGateway.Backup;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Backups;

/// <summary>
/// Backups of a database of gigabytes while somebody writes into it: the first, one an hour later, and one of an unchanged node, each in a process of its own
/// that holds the database as a node does. Prints figures; there are no targets.
/// </summary>
internal static class BackupRuns
{
    private const int MessageBytes = 3_000, BatchRows = 2_000;

    private static readonly Division Treatment = Division.Parse("440000"), Insured = Division.Parse("530000");

    /// <param name="gibibytes">Of the database, about.</param>
    /// <param name="hourly">Settlements that are booked between the first backup and the second.</param>
    /// <param name="folder">Where there is room for three times the database.</param>
    public static int Run(double gibibytes, int hourly, string? folder)
    {
        using var temporary = new TempFolder();
        var root = Directory.CreateDirectory(Path.Combine(folder ?? temporary.Path, $"backup-{Path.GetRandomFileName()}"));
        try
        {
            var rows = FillAsync(Data(root.FullName), (long)(gibibytes * (1L << 30))).GetAwaiter().GetResult();
            var file = Path.Combine(Data(root.FullName), BackupSource.DatabaseName);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} settlements, {new FileInfo(file).Length / 1e6:N0} MB"));
            Print("baseline: the file read once and hashed on one core", InFreshProcess("hash", root.FullName, first: 0));
            Print("first backup, with a writer", InFreshProcess("backup", root.FullName, first: 0));
            Print(string.Create(CultureInfo.InvariantCulture, $"backup {hourly:N0} settlements later, with a writer"), InFreshProcess("backup", root.FullName, first: hourly));
            Print("backup of the same, nobody writes", InFreshProcess("backup-alone", root.FullName, first: 0));
            return 0;
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    /// <summary>One part in this process; called by <see cref="Run"/>.</summary>
    public static async Task<int> PartAsync(string part, string root, int first)
    {
        if (part == "hash")
        {
            Tell(Measure(() => Task.Run(() => HashAll(Path.Combine(Data(root), BackupSource.DatabaseName)))), newBytes: 0, before: [], during: []);
            return 0;
        }
        await using var database = DataFolder.OpenDatabase(Data(root), TimeProvider.System);
        var next = database.Read(session => LedgerRows.Last(session, LedgerSide.Insured, Treatment)) + 1;
        for (var left = first; left > 0; left -= BatchRows)
            next = await WriteAsync(database, next, Math.Min(left, BatchRows));
        List<double> before = [], during = [];
        if (part == "backup")
            next = await WriteForAsync(database, next, () => before.Count < 500, before);
        BackupManifest? made = null;
        var backup = MeasureAsync(async () => made = await BackUpAsync(database, root));
        if (part == "backup")
            await WriteForAsync(database, next, () => !backup.IsCompleted, during);
        Tell(await backup, made!.NewBytes, before, during);
        return 0;
    }

    private static async Task<BackupManifest> BackUpAsync(Database database, string root)
    {
        using var store = BackupStore.OpenForWriting(Path.Combine(root, "backups"));
        return await Task.Run(() => new BackupRun(store, Data(root), TimeProvider.System).MakeAsync(database, "benchmark", withKeys: false, CancellationToken.None));
    }

    private static async Task<long> FillAsync(string data, long bytes)
    {
        Directory.CreateDirectory(data);
        NodeCertificate.Create(data, Insured, "测试省", TimeProvider.System).Dispose();
        await using var database = DataFolder.OpenDatabase(data, TimeProvider.System);
        var vault = DataFolder.OpenVault(data);
        await database.WriteAsync(session => NodeIdentity.Claim(session, Insured, vault), CancellationToken.None);
        long next = 1;
        while (new FileInfo(database.Path).Length < bytes)
            next = await WriteAsync(database, next, BatchRows);
        return next - 1;
    }

    /// <summary>One settlement after the other, each waiting for its commit: what a till sees.</summary>
    private static async Task<long> WriteForAsync(Database database, long next, Func<bool> goesOn, List<double> milliseconds)
    {
        while (goesOn())
        {
            var started = Stopwatch.GetTimestamp();
            next = await WriteAsync(database, next, rows: 1);
            milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return next;
    }

    private static async Task<long> WriteAsync(Database database, long next, int rows)
    {
        var messages = RandomNumberGenerator.GetBytes(2 * MessageBytes);
        await database.WriteAsync(session =>
        {
            for (var sequence = next; sequence < next + rows; sequence++)
            {
                var row = RowAt(sequence);
                BitConverter.TryWriteBytes(messages, sequence);
                session.Execute(
                    "INSERT INTO inbox (transaction_id, sender, method, content_hash, request, reply, received_at_ms) VALUES (@id, '440000', '/benchmark/Settle', @hash, @request, @reply, 1)",
                    new { id = row.TransactionId, hash = messages[..32], request = messages[..MessageBytes], reply = messages[MessageBytes..] });
                LedgerRows.Insert(session, new LedgerRecord { Side = LedgerSide.Insured, Partner = Treatment, Sequence = sequence, Row = row }, RowDigest.Of(row));
            }
        }, CancellationToken.None);
        return next + rows;
    }

    private static LedgerRow RowAt(long sequence) => new()
    {
        TransactionId = $"44000020170901080000{sequence:0000000000}",
        Kind = LedgerRowKind.Settlement,
        Cell = new LedgerCell { BusinessDate = $"2017-09-{1 + (sequence / 20_000 % 30):00}", Scheme = sequence % 3 == 0 ? "390" : "310", ClearingType = sequence % 5 == 0 ? "11" : "21" },
        SettlementNumber = $"A530100170901{sequence:0000000}",
        VisitNumber = $"S530100170901{sequence:0000000}",
        InsuredDivision = "530100",
        // Persons come in no order.
        PersonNumber = $"53010{sequence * 7_919 % 1_000_003:0000000}",
        InstitutionCode = "H44010000001",
        VisitKind = sequence % 5 == 0 ? "11" : "21",
        Charges = new Charges { TotalFen = 1_000_00, FullSelfPayFen = 50_00, InScopeFen = 950_00 },
        Payments = new Payments { DeductibleFen = 50_00, PoolFen = 850_00, FundTotalFen = 850_00, AccountFen = 50_00, CashFen = 100_00, PersonalTotalFen = 150_00 },
    };

    private static void HashAll(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, BackupStore.ChunkSize, FileOptions.SequentialScan);
        var chunk = new byte[BackupStore.ChunkSize];
        while (stream.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false) is > 0 and var read)
            SHA256.HashData(chunk.AsSpan(0, read));
    }

    private static string Data(string root) => Path.Combine(root, "data");

    private static (double Seconds, double Cpu) Measure(Func<Task> work) => MeasureAsync(work).GetAwaiter().GetResult();

    private static async Task<(double Seconds, double Cpu)> MeasureAsync(Func<Task> work)
    {
        var (started, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime.TotalSeconds);
        await work();
        return (Stopwatch.GetElapsedTime(started).TotalSeconds, Environment.CpuUsage.TotalTime.TotalSeconds - cpu);
    }

    private static void Tell((double Seconds, double Cpu) took, long newBytes, List<double> before, List<double> during)
    {
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Join(' ', ((double[])[took.Seconds, took.Cpu, process.PeakWorkingSet64 / 1e6, newBytes / 1e6, At(before, 0.5), At(before, 0.99), During(0.5), During(0.99), during.DefaultIfEmpty().Max(), during.Count])
            .Select(figure => figure.ToString("0.###", CultureInfo.InvariantCulture))));

        double During(double share) => At(during, share);
    }

    private static double At(List<double> milliseconds, double share) => milliseconds.Count == 0 ? 0 : milliseconds.Order().ElementAt((int)(share * (milliseconds.Count - 1)));

    private static double[] InFreshProcess(string part, string root, int first)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["backup-part", part, root, first.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? [.. output.Trim().Split(' ').Select(figure => double.Parse(figure, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException($"The part {part} failed: {output}");
    }

    private static void Print(string what, double[] figures)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {figures[0]:0.0} s, {figures[1]:0.0} s of processor time, {figures[2]:0} MB at the peak, {figures[3]:N1} MB new"));
        if (figures[9] > 0)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  a commit of one settlement: {figures[4]:0.0} ms, p99 {figures[5]:0.0} before; {figures[6]:0.0} ms, p99 {figures[7]:0.0}, longest {figures[8]:0} during, {figures[9]:N0} commits"));
    }
}
