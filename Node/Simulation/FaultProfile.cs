namespace ProvincialGateway.Simulation;

/// <summary>How much goes wrong. Chances are from 0 to 1; what happens at times of its own is counted for the whole run.</summary>
internal sealed record FaultProfile
{
    public static readonly IReadOnlyList<FaultProfile> All =
    [
        new() { Name = "none" },
        new() { Name = "mild", Losses = 0.01, CutReplies = 0.01, Duplicates = 0.01, Delays = 0.02, HisCuts = 0.01 },
        new()
        {
            Name = "harsh", Losses = 0.04, CutReplies = 0.05, Duplicates = 0.05, Delays = 0.06, HisCuts = 0.04, CommitCrashes = 0.002,
            PartitionsPerNode = 1, CrashesPerNode = 0.7, HospitalCrashesPerNode = 0.4, ClockJumpsPerNode = 0.4,
        },
        new() { Name = "partition", Losses = 0.01, PartitionsPerNode = 3 },
        new() { Name = "crash", CommitCrashes = 0.008, CrashesPerNode = 2.5, HospitalCrashesPerNode = 1 },
        // A clock does harm to what waits for its next attempt, so something has to wait.
        new() { Name = "clock", Losses = 0.05, CutReplies = 0.05, PartitionsPerNode = 1, ClockJumpsPerNode = 4 },
    ];

    public required string Name { get; init; }

    /// <summary>A message is lost before the other side has it.</summary>
    public double Losses { get; init; }

    /// <summary>The other side has committed, and its reply is lost.</summary>
    public double CutReplies { get; init; }

    /// <summary>A message arrives twice, the second time some while later.</summary>
    public double Duplicates { get; init; }

    /// <summary>A message is on its way for seconds: later ones overtake it, its sender may have given up.</summary>
    public double Delays { get; init; }

    /// <summary>The connection between a hospital and its node breaks, before or after the node has done what was asked.</summary>
    public double HisCuts { get; init; }

    /// <summary>A node crashes right after a commit, before anybody knows of it.</summary>
    public double CommitCrashes { get; init; }

    /// <summary>Lines that are dead for a while, one way or both.</summary>
    public double PartitionsPerNode { get; init; }

    public double CrashesPerNode { get; init; }

    public double HospitalCrashesPerNode { get; init; }

    /// <summary>A clock that is set wrong, by up to days, and later right.</summary>
    public double ClockJumpsPerNode { get; init; }

    /// <summary>Null for a name that is not one of them.</summary>
    public static FaultProfile? Find(string name) => All.FirstOrDefault(profile => profile.Name == name);
}
