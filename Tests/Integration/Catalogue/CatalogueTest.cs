using System.Text;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary>Guangdong's catalogue in the hands of an operator while the node serves: new versions are its packed tables with rows changed.</summary>
internal abstract class CatalogueTest : CountryTest
{
    private OperatorDesk? _desk;

    protected OperatorDesk Operator => _desk ?? throw new InvalidOperationException("The desk is not open.");

    protected TempFolder Files { get; private set; } = null!;

    protected string PackedVersion => Guangdong.Host.Adapters.Find("guangdong")!.Catalogue.Packed.Version;

    [SetUp]
    public void OpenDesk() => (Files, _desk) = (new TempFolder(), new OperatorDesk(Guangdong, Clock));

    // Before the country of the base class is stopped.
    [TearDown]
    public async Task CloseDesk()
    {
        if (_desk is not null)
            await _desk.DisposeAsync();
        Files.Dispose();
    }

    /// <summary>The node's process ends and starts again on its folder.</summary>
    protected async Task RestartGuangdongAsync()
    {
        await Operator.DisposeAsync();
        await Guangdong.StopAsync();
        await Guangdong.StartAsync(CancellationToken.None);
        _desk = new OperatorDesk(Guangdong, Clock);
    }

    protected string Write(string name, params IEnumerable<string> lines)
    {
        var path = Files.File(name);
        File.WriteAllLines(path, lines, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return path;
    }

    /// <summary>A packed table as the file of a new version.</summary>
    /// <param name="table">items, mappings or codes.</param>
    protected string WithRows(string table, Func<string, string>? change = null, params IEnumerable<string> added) => Write($"{table}.csv",
        [.. File.ReadLines(Path.Combine(AdapterDirectory.PackedFolder, "guangdong", "catalogue", $"{table}.csv")).Select(change ?? (row => row)), .. added]);

    /// <returns>The version.</returns>
    protected async Task<string> ImportAsync(params IEnumerable<string> tables) =>
        (await Operator.AskAsync(["catalogue", "import", .. tables]))["version"]!["version"]!.GetValue<string>();

    protected Task<string> ActivateAsync(string version, DateOnly from) =>
        Operator.SucceedAsync("catalogue", "activate", version, "--from", from.ToString("yyyy-MM-dd", null), "--no-dry-run");
}
