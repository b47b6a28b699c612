namespace ProvincialGateway.Matching;

/// <summary>
/// Finds the names that share rare pairs of characters with a name. A pair weighs the more the fewer names have it (inverse document frequency), so
/// 头孢 counts little and 曲松 much. Equal names are one entry with many rows.
/// </summary>
internal sealed class NameIndex
{
    /// <summary>How many names of the index are looked at for one name, the rarest pairs first: what bounds the time of a common name.</summary>
    private const int VisitsMax = 30_000;

    /// <summary>So many pairs are always looked up, however common.</summary>
    private const int PairsMin = 2;

    private const char Begin = '\u0001';
    private const char End = '\u0002';

    private readonly List<ItemName> _names = [];
    private readonly List<int[]> _rows = [];
    private readonly List<float> _weights = [];
    private readonly Dictionary<int, int[]> _namesWith = [];

    /// <param name="rows">Row numbers of one kind, in the order of the catalogue.</param>
    public NameIndex(IEnumerable<(ItemName Name, int Row)> rows)
    {
        foreach (var group in rows.GroupBy(entry => entry.Name))
        {
            _names.Add(group.Key);
            _rows.Add([.. group.Select(entry => entry.Row)]);
        }
        var found = new Dictionary<int, List<int>>();
        for (var name = 0; name < _names.Count; name++)
        {
            foreach (var pair in PairsOf(_names[name]))
            {
                if (!found.TryGetValue(pair, out var having))
                    found.Add(pair, having = []);
                having.Add(name);
            }
        }
        foreach (var (pair, having) in found)
            _namesWith.Add(pair, [.. having]);
        foreach (var name in _names)
            _weights.Add(PairsOf(name).Sum(Weight));
    }

    public int Count => _names.Count;

    /// <summary>The names nearest by shared pairs, best first.</summary>
    /// <param name="scratch">One per thread; left as it was found.</param>
    public List<NameCandidate> Nearest(ItemName name, int countMax, float[] scratch)
    {
        var pairs = PairsOf(name);
        Array.Sort(pairs, (left, right) => (HavingCount(left), left).CompareTo((HavingCount(right), right)));
        var touched = new List<int>();
        var looked = 0;
        for (var each = 0; each < pairs.Length && (each < PairsMin || looked + HavingCount(pairs[each]) <= VisitsMax); each++)
        {
            if (!_namesWith.TryGetValue(pairs[each], out var having))
                continue;
            looked += having.Length;
            var weight = Weight(pairs[each]);
            foreach (var found in having)
            {
                if (scratch[found] == 0)
                    touched.Add(found);
                scratch[found] += weight;
            }
        }
        return Best(touched, pairs.Sum(Weight), countMax, scratch);
    }

    private List<NameCandidate> Best(List<int> touched, float weight, int countMax, float[] scratch)
    {
        var best = new PriorityQueue<int, (float Shared, int Later)>(countMax + 1);
        // Most of what was touched shares one common pair only and never comes near the queue.
        var least = 0f;
        foreach (var found in touched)
        {
            var shared = 2 * scratch[found] / (weight + _weights[found]);
            scratch[found] = 0;
            if (shared < least)
                continue;
            best.Enqueue(found, (shared, -found));
            if (best.Count > countMax)
                best.Dequeue();
            if (best.Count == countMax && best.TryPeek(out _, out var last))
                least = last.Shared;
        }
        var candidates = new List<NameCandidate>(best.Count);
        while (best.TryDequeue(out var found, out var rank))
            candidates.Add(new NameCandidate(_names[found], _rows[found], Math.Min(1, rank.Shared)));
        candidates.Reverse();
        return candidates;
    }

    private int HavingCount(int pair) => _namesWith.TryGetValue(pair, out var having) ? having.Length : 0;

    private float Weight(int pair) => MathF.Log(1 + ((float)_names.Count / (1 + HavingCount(pair))));

    /// <summary>Pairs of neighbours in the core with its ends, and in the bracket, each once.</summary>
    private static int[] PairsOf(ItemName name)
    {
        var pairs = new HashSet<int>();
        var before = Begin;
        foreach (var character in name.Core)
        {
            pairs.Add(Pair(before, character));
            before = character;
        }
        pairs.Add(Pair(before, End));
        for (var place = 1; place < name.Extra.Length; place++)
            pairs.Add(Pair(name.Extra[place - 1], name.Extra[place]));
        return [.. pairs];
    }

    private static int Pair(char first, char second) => (first << 16) | second;
}

/// <param name="Rows">Row numbers of the exchange items of this name.</param>
/// <param name="Shared">Share of the weight of both names' pairs that they have in common, 0..1.</param>
internal sealed record NameCandidate(ItemName Name, int[] Rows, float Shared);
