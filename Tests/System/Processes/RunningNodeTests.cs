using Microsoft.Data.Sqlite;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Processes;

/// <summary>Commands of an operator while the node runs, from another process and another folder.</summary>
[TestFixture]
internal sealed class RunningNodeTests : ProcessTest
{
    private const string Yunnan = "530000";

    private static readonly string Persons = Path.Combine(AppContext.BaseDirectory, "Samples", "530000-persons.csv");

    [Test]
    public async Task An_import_reaches_the_node_that_serves()
    {
        var node = await Operated.ServeAsync(Yunnan);
        File.Copy(Persons, Path.Combine(Operated.Folder, "persons.csv"), overwrite: true);
        var elsewhere = Directory.CreateDirectory(Path.Combine(Operated.Folder, "elsewhere")).FullName;

        await using var import = await GatewayProcess.RunAsync(
            elsewhere, "persons", "import", "../persons.csv", "--nodes", "../nodes.json", "--as", Yunnan, "--data", $"../{OperatedProvinces.DataOf(Yunnan)}");

        Assert.That(await import.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, import.Describe);
        Assert.That(import.Output, Does.Contain("added 0, updated 0, unchanged"));
        Assert.That(await node.WaitForLineAsync("Command 'persons import'"), Does.Contain("exit code 0"));
    }

    [Test]
    public async Task A_refused_import_ends_with_its_own_exit_code_and_errors()
    {
        await Operated.ServeAsync(Yunnan);
        var wrong = Path.Combine(Operated.Folder, "wrong.csv");
        await File.WriteAllTextAsync(wrong, "person_number\n1\n");

        var import = await Operated.RunForAsync(Yunnan, "persons", "import", "wrong.csv");

        Assert.That(await import.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1), import.Describe);
        Assert.That(import.Error, Does.Contain("wrong.csv"));
        Assert.That(import.Output, Does.Contain("nothing was written"));
    }

    [Test]
    public async Task Commands_work_before_while_and_after_the_node_serves_and_after_it_was_killed()
    {
        await ImportAsync();
        var node = await Operated.ServeAsync(Yunnan);
        await ImportAsync();
        await node.KillAsync();
        Assert.That(ControlSocket.PathIn(Path.Combine(Operated.Folder, OperatedProvinces.DataOf(Yunnan))), Does.Exist, "what a killed node leaves");
        await ImportAsync();
        var again = await Operated.ServeAsync(Yunnan);
        await ImportAsync();
        await again.TerminateAsync();
        Assert.That(await again.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, again.Describe);
        await ImportAsync();
    }

    [Test]
    public async Task Two_commands_at_once_on_a_stopped_node_wait_for_each_other()
    {
        var imports = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Operated.RunForAsync(Yunnan, "persons", "import", Persons)));
        foreach (var import in imports)
            Assert.That(await import.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, import.Describe);
    }

    [Test]
    public async Task Suggestions_are_made_in_the_node_that_serves_and_shown_after_it_has_stopped()
    {
        await File.WriteAllTextAsync(Path.Combine(Operated.Folder, "exchange.csv"),
            "exchange_code,exchange_name,kind,dose_form,specification,unit,manufacturer,item_class,reference_price,valid_from,valid_to\nE0001,骨伤合剂,103,合剂,,瓶,,02,80,2016-01-01,\n");
        var node = await Operated.ServeAsync(Yunnan);
        using (var database = new SqliteConnection($"Data Source={Path.Combine(Operated.Folder, OperatedProvinces.DataOf(Yunnan), "gateway.db")};Pooling=False"))
        {
            // What an upload leaves behind; a whole stay would need the other province.
            await database.OpenAsync();
            using var insert = database.CreateCommand();
            insert.CommandText = "INSERT INTO unmapped_item VALUES ('H53010000001', '9999999999', '骨伤合剂', 1500000000000, 1500000000000, 1, 34000), ('H53010000001', '9999999998', '无此项目', 1500000000000, 1500000000000, 1, 100)";
            await insert.ExecuteNonQueryAsync();
        }

        var suggest = await Operated.RunForAsync(Yunnan, "unmapped", "suggest", "--exchange", "exchange.csv");
        Assert.That(await suggest.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, suggest.Describe);
        Assert.That(await node.WaitForLineAsync("Command 'unmapped suggest'"), Does.Contain("exit code 0"));
        await node.TerminateAsync();
        await node.WaitForExitAsync(GatewayProcess.Patience);
        var shown = await Operated.RunForAsync(Yunnan, "unmapped", "show", "9999999999");
        Assert.That(await shown.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, shown.Describe);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(suggest.Output, Does.Contain("E0001").And.Contain("无匹配 no match").And.Contain("1 with suggestions, 1 without a match").And.Not.Contain("\u001b"));
            Assert.That(suggest.Error, Is.Empty);
            Assert.That(shown.Output, Does.Contain("建议 suggestion 1   E0001 骨伤合剂").And.Contain("same name"));
        }
    }

    [Test]
    public async Task The_help_of_suggest_shows_an_example()
    {
        await using var help = await GatewayProcess.RunAsync(Operated.Folder, "unmapped", "suggest", "--help");
        Assert.That(await help.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, help.Describe);
        Assert.That(help.Output, Does.Contain("gateway unmapped suggest --exchange exchange.csv").And.Contain("--adapter"));
    }

    private async Task ImportAsync()
    {
        var import = await Operated.RunForAsync(Yunnan, "persons", "import", Persons);
        Assert.That(await import.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, import.Describe);
    }
}
