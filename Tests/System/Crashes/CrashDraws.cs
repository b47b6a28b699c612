namespace ProvincialGateway.Tests.Crashes;

/// <summary>What happens next, and to whom: every step and every disturbance as often as the others, in no order.</summary>
internal sealed class CrashDraws(Random random)
{
    private readonly Queue<CrashStep> _steps = new();
    private readonly Queue<Disturbance> _disturbances = new();

    public CrashStep NextStep() => Next(_steps);

    public Disturbance NextDisturbance() => Next(_disturbances);

    /// <summary>Whoever is where the step is, and every now and then both.</summary>
    public IReadOnlyList<CrashProvince> VictimsOf(CrashStep step, CrashProvince sender, CrashProvince peer) => step switch
    {
        CrashStep.AtRandom or CrashStep.AfterSend or CrashStep.AfterPeerCommit => random.Next(3) switch { 0 => [sender], 1 => [peer], _ => [sender, peer] },
        CrashStep.BeforePeerCommit or CrashStep.DuringPeerCommit => random.Next(3) == 0 ? [peer, sender] : [peer],
        _ => random.Next(3) == 0 ? [sender, peer] : [sender],
    };

    /// <summary>How long whoever dies may go on.</summary>
    public TimeSpan MomentOf(CrashStep step) => TimeSpan.FromMilliseconds(step switch
    {
        CrashStep.DuringPeerCommit or CrashStep.DuringLocalCommit => 1 + random.Next(8),
        CrashStep.AtRandom => random.Next(300),
        _ => 0,
    });

    /// <summary>Each kind as often as the others, in no order.</summary>
    private T Next<T>(Queue<T> drawn)
        where T : struct, Enum
    {
        if (drawn.Count == 0)
        {
            var kinds = Enum.GetValues<T>().Where(kind => kind is not CrashStep.DuringStart).ToArray();
            random.Shuffle(kinds);
            Array.ForEach(kinds, drawn.Enqueue);
        }
        return drawn.Dequeue();
    }
}
