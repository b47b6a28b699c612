using System.CommandLine;
using ProvincialGateway.Tests.Backups;
using ProvincialGateway.Tests.Catalogue;
using ProvincialGateway.Tests.Clearing;
using ProvincialGateway.Tests.Policies;
using ProvincialGateway.Tests.Reconciliation;
using ProvincialGateway.Tests.Support.Catalogues;
using ProvincialGateway.Tests.Uploads;

namespace ProvincialGateway.Tests.Benchmarks;

/// <summary>One argument names the measurement, or the input of one; each prints its figures beside a baseline of the same run. See Tests/README.md.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        var commands = new RootCommand("Measurements of the gateway and their input") { Catalogues(), Catalogue(), CatalogueLoad(), Upload(), Decide(), Reconcile(), Clearing(), ClearingPart(), Backup(), BackupPart() };
        return commands.Parse(args).Invoke();
    }

    private static Command Catalogues()
    {
        var folder = new Argument<DirectoryInfo>("folder") { Description = "where exchange.csv, items.csv and truth.csv are written" };
        var seed = new Option<int>("--seed") { Description = "the same seed gives the same files", DefaultValueFactory = _ => 1 };
        var local = new Option<int>("--local") { Description = "rows of items.csv", DefaultValueFactory = _ => 100_000 };
        var exchange = new Option<int>("--exchange") { Description = "rows of exchange.csv", DefaultValueFactory = _ => 200_000 };
        var command = new Command("catalogues", "Writes a local and an exchange catalogue and the right answers") { folder, seed, local, exchange };
        command.SetAction(parsed => new GeneratedCatalogues(parsed.GetValue(seed), parsed.GetValue(local), parsed.GetValue(exchange)).WriteTo(parsed.GetRequiredValue(folder).FullName));
        return command;
    }

    private static Command Catalogue()
    {
        var command = new Command("catalogue", "Loads 300,000 items with 300,000 mappings; translates and splits lines");
        command.SetAction(_ => CatalogueRun.Run());
        return command;
    }

    private static Command CatalogueLoad()
    {
        var kind = new Argument<string>("kind") { Description = "what is loaded" };
        var folder = new Argument<string>("folder") { Description = "the tables" };
        var command = new Command("catalogue-load", "One load in a process of its own; called by catalogue") { kind, folder };
        command.SetAction(parsed => LoadMeasurement.Run(parsed.GetRequiredValue(kind), parsed.GetRequiredValue(folder)));
        return command;
    }

    private static Command Decide()
    {
        var command = new Command("decide", "Benefit decisions over a seeded mix of cases under the sample policies, on one core");
        command.SetAction(_ => DecideRun.Run());
        return command;
    }

    private static Command Clearing()
    {
        var rows = new Option<int>("--rows") { Description = "rows of the month", DefaultValueFactory = _ => 1_000_000 };
        var command = new Command("clearing", "Cuts a statement of a million rows and checks it at the insured side") { rows };
        command.SetAction(parsed => ClearingRun.Run(parsed.GetValue(rows)));
        return command;
    }

    private static Command ClearingPart()
    {
        var part = new Argument<string>("part") { Description = "what is measured" };
        var folder = new Argument<string>("folder") { Description = "the two databases" };
        var command = new Command("clearing-part", "One part in a process of its own; called by clearing") { part, folder };
        command.SetAction(parsed => ClearingRun.PartAsync(parsed.GetRequiredValue(part), parsed.GetRequiredValue(folder)));
        return command;
    }

    private static Command Backup()
    {
        var gibibytes = new Option<double>("--gib") { Description = "size of the database", DefaultValueFactory = _ => 2 };
        var hourly = new Option<int>("--hourly") { Description = "settlements between two backups", DefaultValueFactory = _ => 2_000 };
        var folder = new Option<DirectoryInfo>("--folder") { Description = "where there is room for three times the database; by default the temporary folder" };
        var command = new Command("backup", "Backs up a database of gigabytes, whole and an hour later, while somebody writes into it") { gibibytes, hourly, folder };
        command.SetAction(parsed => BackupRuns.Run(parsed.GetValue(gibibytes), parsed.GetValue(hourly), parsed.GetValue(folder)?.FullName));
        return command;
    }

    private static Command BackupPart()
    {
        var part = new Argument<string>("part") { Description = "what is measured" };
        var root = new Argument<string>("root") { Description = "data and backups" };
        var first = new Argument<int>("first") { Description = "settlements before anything is measured" };
        var command = new Command("backup-part", "One part in a process of its own; called by backup") { part, root, first };
        command.SetAction(parsed => BackupRuns.PartAsync(parsed.GetRequiredValue(part), parsed.GetRequiredValue(root), parsed.GetValue(first)));
        return command;
    }

    private static Command Upload()
    {
        var command = new Command("upload", "Fee lines from the bytes of a hospital's message to the stored split, on one node");
        command.SetAction(_ => UploadRun.RunAsync());
        return command;
    }

    private static Command Reconcile()
    {
        var command = new Command("reconcile", "A day of 100,000 rows between two nodes: equal, and with three differences");
        command.SetAction(_ => ReconcileRun.RunAsync());
        return command;
    }
}
