namespace ProvincialGateway.Tests.Walk;

/// <summary>What a walk has done so far: how often each operation was answered how. Safe for many threads.</summary>
internal sealed class Tally
{
    public const string Granted = "granted", Refused = "refused";

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <param name="outcome"><see cref="Granted"/>, "pending", or why not.</param>
    public void Count(string operation, string outcome)
    {
        lock (_gate)
            _counts[$"{operation} {outcome}"] = _counts.GetValueOrDefault($"{operation} {outcome}") + 1;
    }

    public int GrantedOf(string operation)
    {
        lock (_gate)
            return _counts.GetValueOrDefault($"{operation} {Granted}");
    }

    public override string ToString()
    {
        lock (_gate)
            return string.Join('\n', _counts.Select(entry => $"{entry.Value,4} {entry.Key}"));
    }
}
