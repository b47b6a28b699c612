using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;

namespace ProvincialGateway.Tests.Crashes;

/// <summary>
/// Real nodes under a real load, killed at every named step. CRASH_KILLS asks for another number of kills, CRASH_MINUTES for a run by time instead,
/// CRASH_SEED for the draws of another run, CRASH_PAIRS for more pairs of provinces side by side.
/// </summary>
[TestFixture]
[NonParallelizable]
internal sealed class CrashTests
{
    private const int ConvergeEvery = 15;

    [Test]
    public async Task Whatever_is_killed_wherever_it_stands_each_settlement_is_made_once_and_both_sides_agree()
    {
        var (minutes, pairs, seed) = (Number("CRASH_MINUTES", 0), Number("CRASH_PAIRS", 3), Number("CRASH_SEED", Environment.TickCount & 0xFFFF));
        var kills = minutes > 0 ? int.MaxValue : Number("CRASH_KILLS", 200);
        await TestContext.Out.WriteLineAsync($"CRASH_SEED={seed} CRASH_PAIRS={pairs} {(minutes > 0 ? $"CRASH_MINUTES={minutes}" : $"CRASH_KILLS={kills}")}");
        var (started, tally) = (Stopwatch.GetTimestamp(), new CrashTally());
        try
        {
            await Task.WhenAll(Enumerable.Range(0, pairs).Select(pair => RunPairAsync(seed + pair)));
        }
        finally
        {
            await TestContext.Out.WriteLineAsync($"{tally.Describe()}\n{Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
        }
        tally.AssertComplete();

        async Task RunPairAsync(int seedOfPair)
        {
            await using var country = await CrashCountry.StartAsync(seedOfPair, tally);
            await TestContext.Out.WriteLineAsync($"{seedOfPair}: serves after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
            try
            {
                await country.RunAsync(() => tally.Kills >= kills || (minutes > 0 && Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMinutes(minutes)), ConvergeEvery);
            }
            finally
            {
                await TestContext.Out.WriteLineAsync($"{seedOfPair}\n{country.Describe()}");
            }
        }
    }

    private static int Number(string name, int otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
