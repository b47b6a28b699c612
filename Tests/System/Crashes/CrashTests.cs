using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;

namespace ProvincialGateway.Tests.Crashes;

/// <summary>
/// Real nodes under a real load, killed at every named step. CRASH_KILLS asks for a longer run, CRASH_SEED for the draws of another one, CRASH_PAIRS for
/// pairs of provinces side by side.
/// </summary>
[TestFixture]
internal sealed class CrashTests
{
    private const int ConvergeEvery = 60;

    /// <summary>A start is most of a crash's time, and measuring itself for later is of no use to a process that lives for two seconds.</summary>
    [OneTimeSetUp]
    public void StartSooner() => Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");

    [OneTimeTearDown]
    public void StartAsEver() => Environment.SetEnvironmentVariable("DOTNET_TieredPGO", null);

    [Test]
    public async Task Whatever_is_killed_wherever_it_stands_each_settlement_is_made_once_and_both_sides_agree()
    {
        var (kills, pairs, seed) = (Number("CRASH_KILLS", 60), Number("CRASH_PAIRS", 2), Number("CRASH_SEED", Environment.TickCount & 0xFFFF));
        await TestContext.Out.WriteLineAsync($"CRASH_SEED={seed} CRASH_KILLS={kills} CRASH_PAIRS={pairs}");
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, pairs).Select(async pair =>
        {
            await using var country = await CrashCountry.StartAsync(seed + pair);
            try
            {
                await country.RunAsync((kills + pairs - 1) / pairs, ConvergeEvery);
            }
            finally
            {
                await TestContext.Out.WriteLineAsync($"{country.Describe()}\n{Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
            }
        }));
    }

    private static int Number(string name, int otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
