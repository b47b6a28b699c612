using System.CommandLine;
using ProvincialGateway.Simulation;

namespace ProvincialGateway.Cli;

internal static class SimulateCommand
{
    public static Command Create()
    {
        var nodes = new Option<int>("--nodes") { DefaultValueFactory = _ => 32 };
        var settlements = new Option<int>("--settlements") { DefaultValueFactory = _ => 300 };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1 };
        var faults = new Option<string>("--faults") { DefaultValueFactory = _ => "harsh" };
        var trace = new Option<string?>("--trace");
        var json = CommandJson.Option();
        var command = new Command("simulate", "simulate\n例 example: gateway simulate") { nodes, settlements, seed, faults, trace, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            await using var prepared = await PreparedCountry.PrepareAsync(parsed.GetValue(nodes), cancellation);
            Console.WriteLine($"prepared {clock.Elapsed}");
            await using var writer = parsed.GetValue(trace) is { } t ? new StreamWriter(t) : null;
            for (var i = 0; i < 2; i++)
            {
                clock.Restart();
                var report = SimulationRun.Run(new SimulationOptions { Nodes = parsed.GetValue(nodes), Settlements = parsed.GetValue(settlements), Seed = parsed.GetValue(seed), Faults = FaultProfile.Find(parsed.GetValue(faults)!)!, Trace = i == 0 ? writer : null }, prepared, cancellation);
                Console.WriteLine($"{clock.Elapsed} events {report.Events} simulated {report.Simulated} recovery {report.Recovery} faults {report.Faults.Count} {report.Hash} green {report.IsGreen}");
                if (i == 0)
                foreach (var row in report.Tally.Rows)
                    Console.WriteLine(row);
                foreach (var f in report.Failures.Take(20))
                    Console.WriteLine(f);
            }
            return 0;
        });
        return command;
    }
}
