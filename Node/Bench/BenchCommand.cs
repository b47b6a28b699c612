using System.CommandLine;
using ProvincialGateway.Cli;

namespace ProvincialGateway.Bench;

/// <summary><c>gateway bench</c>: what a settlement between two node processes costs, beside what the same machine gives at all.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var clients = new Option<string>("--clients") { Description = "并发客户端数，逗号分隔 / clients at a time, one run for each, separated by commas", DefaultValueFactory = _ => "1,16,64,256" };
        var settlements = new Option<int>("--settlements") { Description = "每一档的结算笔数 / settlements of each run", DefaultValueFactory = _ => 2_000 };
        var journey = new Option<BenchJourney>("--journey")
        {
            Description = "settlement：只计结算一步，住院已备好；stay：整次住院，入院、费用、出院、结算 / settlement: the settlement alone, of stays made ready before; stay: admission, lines, discharge and settlement",
            DefaultValueFactory = _ => BenchJourney.Settlement,
        };
        var lines = new Option<int>("--lines") { Description = "每次住院的费用明细行数 / fee lines of each stay", DefaultValueFactory = _ => 8 };
        var stored = new Option<int>("--stored") { Description = "先结算这么多笔，再测一次 64 个客户端 / so many settlements are made first, then 64 clients are measured once more" };
        var openVisits = new Option<int>("--open-visits") { Description = "登记这么多名在院患者，再测启动时间 / so many patients are admitted, then the start of their node is measured" };
        var soak = new Option<int>("--soak") { Description = "连续办理这么多次整次住院，测内存是否增长 / so many whole stays without a pause, to see whether memory grows" };
        var folder = new Option<DirectoryInfo>("--folder") { Description = "数据库所在目录，默认为临时目录 / where the databases are made; by default the temporary folder" };
        var keep = new Option<bool>("--keep") { Description = "保留数据目录并说明位置 / keep the data and say where they are" };
        var json = CommandJson.Option();
        var command = new Command("bench", "测量结算性能：两个节点进程之间的结算，与空回显、裸写入对照 / measure settlements between two node processes, beside a bare echo and raw inserts\n例 example: gateway bench")
        {
            clients, settlements, journey, lines, stored, openVisits, soak, folder, keep, json, BenchRole.Create(),
        };
        clients.Validators.Add(result =>
        {
            if (Clients(result.GetValueOrDefault<string>()) is null)
                result.AddError("--clients 应为 1 到 1024 的整数，逗号分隔，如 1,16,64。 / --clients takes whole numbers from 1 to 1024, such as 1,16,64.");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            // Ctrl-C waits for what runs only once this action has returned its task; before that the process would end and leave its children.
            await Task.Yield();
            var plan = new BenchPlan
            {
                Clients = Clients(parsed.GetRequiredValue(clients))!,
                Settlements = Math.Max(1, parsed.GetValue(settlements)),
                Journey = parsed.GetValue(journey),
                Lines = Math.Clamp(parsed.GetValue(lines), 1, 1_000),
                Stored = Math.Max(0, parsed.GetValue(stored)),
                OpenVisits = Math.Max(0, parsed.GetValue(openVisits)),
                SoakStays = Math.Max(0, parsed.GetValue(soak)),
                Folder = parsed.GetValue(folder)?.FullName,
                KeepFolder = parsed.GetValue(keep),
            };
            var report = await BenchRun.RunAsync(plan, Console.Error, cancellation);
            if (report is null)
                return 1;
            if (parsed.GetValue(json))
                Console.WriteLine(CommandJson.Of(report));
            else
                BenchRendering.Write(report, Screen.Open());
            return 0;
        });
        return command;
    }

    private static List<int>? Clients(string? text)
    {
        var counts = new List<int>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(part, out var count) || count is < 1 or > 1_024)
                return null;
            counts.Add(count);
        }
        return counts;
    }
}

/// <summary>What one client does again and again.</summary>
internal enum BenchJourney
{
    /// <summary>The hospital's settlement message of a stay that is discharged: its bytes until the bytes of the reply.</summary>
    Settlement = 1,

    /// <summary>Admission, fee lines, discharge, settlement: four messages.</summary>
    Stay = 2,
}

/// <summary>What is measured.</summary>
internal sealed record BenchPlan
{
    /// <summary>One run for each: so many clients, each with one message on its way at a time.</summary>
    public required IReadOnlyList<int> Clients { get; init; }

    /// <summary>Of each run.</summary>
    public required int Settlements { get; init; }

    public required BenchJourney Journey { get; init; }

    /// <summary>Fee lines of a stay.</summary>
    public required int Lines { get; init; }

    /// <summary>Settlements that stand before 64 clients are measured once more; 0 leaves that out.</summary>
    public required int Stored { get; init; }

    /// <summary>Patients in beds when a start is measured; 0 leaves that out.</summary>
    public required int OpenVisits { get; init; }

    /// <summary>Whole stays during which memory is watched; 0 leaves that out.</summary>
    public required int SoakStays { get; init; }

    /// <summary>Where the databases are made; null is the temporary folder.</summary>
    public string? Folder { get; init; }

    public bool KeepFolder { get; init; }

    /// <summary>Settlements of a run: a few clients take so much longer.</summary>
    public int SettlementsAt(int clients) => clients < 4 ? Math.Max(1, Settlements / 4) : Settlements;

    /// <summary>For how long echoes and inserts are measured; a plan this small is no measurement.</summary>
    public TimeSpan BaselineTime => TimeSpan.FromSeconds(Settlements < 100 ? 0.2 : 2);

    /// <summary>Until the just-in-time compiler has seen to what runs often.</summary>
    public int WarmUps => Math.Min(4_000, 2 * Settlements);

    /// <summary>A person for each stay; a soak takes the same persons once more.</summary>
    public int Persons => WarmUps + Clients.Sum(SettlementsAt) + (Stored > 0 ? Stored + Settlements : 0) + OpenVisits;
}
