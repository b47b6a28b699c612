namespace ProvincialGateway.Oversight;

/// <summary>Collects what one invariant is asked of and what breaks it, over all nodes.</summary>
internal sealed class AuditTally(string name, string chinese, string english)
{
    /// <summary>Findings that are kept with their words; later ones are only counted, so that a ruined database does not fill the memory.</summary>
    public const int KeptMax = 1_000;

    private readonly List<AuditFinding> _findings = [];
    private readonly List<string> _skipped = [];
    private long _checked;
    private long _found;

    public void Count(long things) => _checked += things;

    public void Find(string node, string subject, string inChinese, string inEnglish)
    {
        _found++;
        if (_findings.Count < KeptMax)
            _findings.Add(new(node, subject, inChinese, inEnglish));
    }

    /// <param name="reason">Chinese and English.</param>
    public void Skip(string node, string reason) => _skipped.Add($"{node}: {reason}");

    public AuditCheck ToCheck() => new(name, chinese, english, _checked, _found, _findings, _skipped.Count == 0 ? null : string.Join("; ", _skipped));
}
