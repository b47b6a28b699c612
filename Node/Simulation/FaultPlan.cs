using System.Globalization;

namespace ProvincialGateway.Simulation;

/// <summary>
/// What goes wrong in one run. Every chance is drawn from the seed and its name alone, so that taking one fault or one journey out changes no draw of another
/// name: this is what lets a failing run shrink. Messages and commits are named by running numbers, so those that follow what was
/// taken out may be others under the same names.
/// </summary>
/// <param name="allowed">The faults that may happen, by name; null allows all.</param>
internal sealed class FaultPlan(FaultProfile profile, int seed, IReadOnlySet<string>? allowed)
{
    private readonly List<string> _happened = [];

    public FaultProfile Profile => profile;

    /// <summary>The faults that have happened so far, in their order.</summary>
    public IReadOnlyList<string> Happened => _happened;

    /// <summary>After it nothing goes wrong any more.</summary>
    public bool IsHealed { get; set; }

    /// <summary>From 0 up to 1, always the same for a name.</summary>
    public double Draw(string name)
    {
        var hash = 14_695_981_039_346_656_037UL;
        unchecked
        {
            hash = (hash ^ (ulong)seed) * 1_099_511_628_211UL;
            foreach (var character in name)
                hash = (hash ^ character) * 1_099_511_628_211UL;
            // The last step of SplitMix64: names that differ in one character have nothing in common.
            hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
            hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
            hash ^= hash >> 31;
        }
        return (hash >> 11) * (1.0 / (1UL << 53));
    }

    public int Draw(string name, int below) => (int)(Draw(name) * below);

    public TimeSpan Between(string name, double fromSeconds, double toSeconds) => TimeSpan.FromMilliseconds((long)((fromSeconds + (Draw(name) * (toSeconds - fromSeconds))) * 1000));

    /// <summary>Whether the fault of this name happens; it is on record when it does.</summary>
    public bool Strikes(string name, double chance)
    {
        if (IsHealed || chance <= 0 || Draw(name) >= chance || allowed?.Contains(name) == false)
            return false;
        _happened.Add(name);
        return true;
    }

    /// <summary>Names of the faults with times of their own: about so many, at least one where there is any.</summary>
    public IEnumerable<string> Scheduled(string kind, double count) => Enumerable.Range(1, count <= 0 ? 0 : (int)Math.Max(1, Math.Round(count)))
        .Select(number => string.Create(CultureInfo.InvariantCulture, $"{kind}{number}"))
        .Where(name => allowed?.Contains(name) != false);

    public void Happens(string name) => _happened.Add(name);
}
