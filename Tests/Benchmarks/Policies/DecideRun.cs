using System.Diagnostics;
using System.Globalization;
using ProvincialGateway.Insured;

namespace ProvincialGateway.Tests.Policies;

/// <summary>Decisions a second on one core, beside the bare arithmetic of the same cases. Exit code 0 only when the target is met.</summary>
internal static class DecideRun
{
    private const double DecisionsPerSecondMin = 200_000;
    private const int Rounds = 9;
    private const int Passes = 40;
    private const int ExplainedPasses = 4;

    public static int Run()
    {
        var cases = DecideCases.Make();
        Console.WriteLine($"{cases.Length:N0} cases, seed {DecideCases.Seed}: {cases.Count(one => one.Policy.Decide(one.Bill) is BenefitDecision):N0} are decided, the others refused");
        if (Decide(cases) != BareArithmetic.FundTotal(cases))
        {
            Console.WriteLine("the bare arithmetic comes to another sum than the decisions: they are not comparable");
            return 1;
        }
        var (decided, bytes) = Measure(cases, Passes, Decide);
        var (bare, _) = Measure(cases, Passes, BareArithmetic.FundTotal);
        var (explained, explainedBytes) = Measure(cases, ExplainedPasses, Explain);
        Console.WriteLine();
        Console.WriteLine(Row("", "target", "measured", "baseline"));
        Console.WriteLine(Row("decisions, median of 9 rounds", $"> {Number(DecisionsPerSecondMin)} /s", $"{Number(decided)} /s", $"{Number(bare)} /s"));
        Console.WriteLine(Row("  allocated", "", $"{Number(bytes)} bytes", ""));
        Console.WriteLine(Row("decisions with their steps read", "", $"{Number(explained)} /s", ""));
        Console.WriteLine(Row("  allocated", "", $"{Number(explainedBytes)} bytes", ""));
        var met = decided > DecisionsPerSecondMin;
        Console.WriteLine(met ? "the target is met" : "the target is missed");
        return met ? 0 : 1;
    }

    private static long Decide(DecideCase[] cases)
    {
        var funds = 0L;
        foreach (var one in cases)
            funds += one.Policy.Decide(one.Bill) is BenefitDecision decision ? decision.FundTotal.Value : 0;
        return funds;
    }

    private static long Explain(DecideCase[] cases)
    {
        var characters = 0L;
        foreach (var one in cases)
        {
            if (one.Policy.Decide(one.Bill) is not BenefitDecision decision)
                continue;
            foreach (var step in decision.Steps)
                characters += step.Chinese.Length + step.English.Length;
        }
        return characters;
    }

    /// <summary>Cases a second in the median round, and bytes allocated for each.</summary>
    private static (double PerSecond, double Bytes) Measure(DecideCase[] cases, int passes, Func<DecideCase[], long> work)
    {
        var (sum, perSecond) = (0L, new double[Rounds]);
        for (var warmup = 0; warmup < passes; warmup++)
            sum += work(cases);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var pass = 0; pass < passes; pass++)
                sum += work(cases);
            perSecond[round] = (double)cases.Length * passes / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        var bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / ((long)cases.Length * passes * Rounds);
        GC.KeepAlive(sum);
        return (perSecond.Order().ElementAt(Rounds / 2), bytes);
    }

    private static string Row(string name, string target, string measured, string baseline) => $"{name,-34}{target,22}{measured,22}{baseline,22}";

    private static string Number(double figure) => figure.ToString("N0", CultureInfo.InvariantCulture);
}
