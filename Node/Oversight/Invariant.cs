using System.Globalization;
using System.Text;

namespace ProvincialGateway.Oversight;

/// <summary>A statement about rows: the SQL finds what breaks it.</summary>
/// <param name="breaches">The first column is the finding's subject, the others are {1}, {2} … of its words.</param>
internal sealed class RowRule(string breaches, string chinese, string english)
{
    private readonly CompositeFormat _chinese = CompositeFormat.Parse(chinese);
    private readonly CompositeFormat _english = CompositeFormat.Parse(english);

    public void Examine(AuditSnapshot snapshot, string node, AuditTally tally)
    {
        foreach (object[] row in snapshot.Texts(breaches))
            tally.Find(node, (string)row[0], string.Format(CultureInfo.InvariantCulture, _chinese, row), string.Format(CultureInfo.InvariantCulture, _english, row));
    }
}

/// <summary>What must hold in one node's data.</summary>
/// <param name="NeedsKey">Sealed messages are read: without the node's key the invariant is reported as not checked.</param>
internal sealed record NodeInvariant(string Name, string Chinese, string English, bool NeedsKey, Action<AuditedNode, AuditTally> Examine)
{
    /// <param name="things">Counts what the invariant is asked of.</param>
    public static NodeInvariant OfRows(string name, string chinese, string english, string things, params RowRule[] rules) =>
        new(name, chinese, english, NeedsKey: false, (node, tally) =>
        {
            foreach (var rule in rules)
                rule.Examine(node.Snapshot, node.Name, tally);
            tally.Count(node.Snapshot.Count(things));
        });
}

/// <summary>What must hold between the treatment side and the insured side.</summary>
internal sealed record PairInvariant(string Name, string Chinese, string English, bool NeedsKeys, Action<AuditedPair, AuditTally> Examine)
{
    /// <param name="ofTreatment">What the treatment side knows must be known to the insured side, because nothing is mirrored before it is answered.</param>
    /// <param name="ofInsured">What the insured side knows must be known to the treatment side, because nothing is sent before it is stored.</param>
    public static PairInvariant OfRows(string name, string chinese, string english, string things, RowRule[] ofTreatment, RowRule[] ofInsured) =>
        new(name, chinese, english, NeedsKeys: false, (pair, tally) =>
        {
            foreach (var rule in ofTreatment)
                rule.Examine(pair.TreatmentFirst, pair.Name, tally);
            foreach (var rule in ofInsured)
                rule.Examine(pair.InsuredFirst, pair.Name, tally);
            tally.Count(pair.TreatmentFirst.Count(things));
        });
}
