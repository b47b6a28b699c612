using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Console;

namespace ProvincialGateway.Cli;

/// <summary>
/// <c>gateway demo</c>: four provinces on free ports, each treating and insuring, played from raw hospital messages, and what a clerk would
/// want to see of it. Exit code 0 only when everything balanced.
/// </summary>
internal static class DemoCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // Chinese as it is: the document goes to a terminal or a file, never into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "标准输出只有一份 JSON，进度与日志到标准错误 / one JSON document on standard output, progress and log on standard error" };
        var keep = new Option<bool>("--keep") { Description = "保留临时目录并说明位置 / keep the temporary folder and say where it is" };
        var command = new Command("demo", "演示：四省节点互为就医地与参保地的住院结算 / demo: four provinces settle inpatient stays, each treating and insuring\n例 example: gateway demo") { json, keep };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(json), parsed.GetValue(keep), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(bool json, bool keep, CancellationToken cancellation)
    {
        // Ctrl-C waits for what runs only once this method has returned its task; before that the process would end and leave the folder.
        await Task.Yield();
        // A closed terminal must not leave the folder behind either; Ctrl-C and SIGTERM arrive as cancellation already.
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var hangUp = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            stopped.Cancel();
        });
        var report = await PlayAsync(json, keep, stopped.Token);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(report, Json));
        else
            DemoRendering.Write(report, Screen.Open());
        return report.IsBalanced ? 0 : 1;
    }

    private static async Task<DemoReport> PlayAsync(bool json, bool keep, CancellationToken cancellation)
    {
        PilotCountry? nodes = null;
        // A node that looks for the others while they start or stop is right to warn, and nobody who watches the demo needs to know.
        bool IsShown(LogLevel level) => level >= (nodes!.Provinces.All(province => province.IsRunning) ? LogLevel.Warning : LogLevel.Error);
        await using var country = nodes = PilotCountry.Prepare(new PilotOptions { Provinces = PilotCountry.All, KeepFolder = keep, Logging = (_, logging) => ToStandardError(logging, IsShown) });
        var report = json || Console.IsOutputRedirected
            ? await PlayAsync(country, new LineProgress(json ? Console.Error : Console.Out, TimeProvider.System), cancellation)
            : await BarProgress.RunAsync(Screen.Open(), progress => PlayAsync(country, progress, cancellation));
        return keep ? report with { KeptFolder = country.Folder } : report;
    }

    private static Task<DemoReport> PlayAsync(PilotCountry country, IDemoProgress progress, CancellationToken cancellation) =>
        new Demo(country, progress, TimeProvider.System).PlayAsync(cancellation);

    private static void ToStandardError(ILoggingBuilder logging, Func<LogLevel, bool> isShown) => logging
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        })
        .AddFilter(isShown)
        .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
}
