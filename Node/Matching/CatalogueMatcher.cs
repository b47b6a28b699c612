using System.Collections.Frozen;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Matching;

/// <summary>
/// Proposes exchange items for local items. Two steps: the name index finds the names that come into question, then every item of these names is
/// weighed. The result depends on the rows only, not on threads or the order of either file.
/// </summary>
internal sealed class CatalogueMatcher
{
    /// <summary>Names looked at for one local name.</summary>
    private const int NamesMax = 40;

    /// <summary>Names less alike than this are not weighed.</summary>
    private const float SimilarityMin = 0.4f;

    /// <summary>Local rows matched between two reports of progress.</summary>
    private const int ProgressStep = 64;

    private readonly ItemProfile[] _exchange;
    private readonly FrozenDictionary<ItemKind, NameIndex> _names;
    private readonly ParallelOptions _parallel;

    /// <param name="exchange">One row per code.</param>
    /// <exception cref="OperationCanceledException"/>
    public CatalogueMatcher(IReadOnlyList<CatalogueTexts> exchange, CancellationToken cancellation)
    {
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        _exchange = Profiles(exchange);
        _names = Enum.GetValues<ItemKind>().ToFrozenDictionary(
            kind => kind,
            kind => new NameIndex(_exchange.Index().Where(row => row.Item.Texts.Kind == kind).Select(row => (row.Item.Name, row.Index))));
    }

    /// <returns>One result per local row, in their order.</returns>
    /// <param name="advanced">Called with the number of rows matched since the last call, from any thread.</param>
    /// <exception cref="OperationCanceledException"/>
    public CatalogueMatch[] Match(IReadOnlyList<CatalogueTexts> local, MatchOptions options, Action<int> advanced)
    {
        var items = Profiles(local);
        var matches = new CatalogueMatch[items.Length];
        // Rows of one name share the search for names.
        var groups = items.Index().GroupBy(item => (item.Item.Texts.Kind, item.Item.Name), item => item.Index).Select(group => group.ToArray()).ToArray();
        Parallel.For(0, groups.Length, _parallel, () => new Worker(this, options, advanced), (group, _, worker) => worker.Match(items, groups[group], matches), worker => worker.Report());
        return matches;
    }

    private ItemProfile[] Profiles(IReadOnlyList<CatalogueTexts> items)
    {
        var profiles = new ItemProfile[items.Count];
        Parallel.For(0, items.Count, _parallel, item => profiles[item] = ItemProfile.Of(items[item]));
        return profiles;
    }

    /// <summary>What one thread works with.</summary>
    private sealed class Worker(CatalogueMatcher matcher, MatchOptions options, Action<int> advanced)
    {
        private readonly FrozenDictionary<ItemKind, float[]> _scratch = matcher._names.ToFrozenDictionary(entry => entry.Key, entry => new float[entry.Value.Count]);

        private readonly int _keep = Math.Max(options.Top, MatchOptions.KeptMin);
        private int _unreported;

        public Worker Match(ItemProfile[] items, int[] group, CatalogueMatch[] matches)
        {
            var first = items[group[0]];
            var kind = first.Texts.Kind;
            var names = matcher._names[kind].Nearest(first.Name, NamesMax, _scratch[kind])
                .ConvertAll(candidate => (Relation: NameRelation.Of(kind, first.Name, candidate.Name, candidate.Shared), candidate.Rows))
                .FindAll(candidate => candidate.Relation.Similarity >= SimilarityMin);
            // The likely ones first, so that the others are soon known to be too late.
            names.Sort((left, right) => right.Relation.Similarity.CompareTo(left.Relation.Similarity));
            foreach (var row in group)
            {
                matcher._parallel.CancellationToken.ThrowIfCancellationRequested();
                matches[row] = Decide(items[row], Weigh(items[row], names));
                if (++_unreported >= ProgressStep)
                    Report();
            }
            return this;
        }

        public void Report()
        {
            advanced(_unreported);
            _unreported = 0;
        }

        private List<MatchProposal> Weigh(ItemProfile local, List<(NameRelation Relation, int[] Rows)> names)
        {
            var best = new List<MatchProposal>(_keep + 1);
            foreach (var (relation, rows) in names)
            {
                foreach (var row in rows)
                {
                    var exchange = matcher._exchange[row];
                    if (!exchange.Texts.Validity.Overlaps(local.Texts.Validity))
                        continue;
                    var least = best.Count < _keep ? MatchOptions.ProposalMin : best[^1].Score;
                    if (Evidence.Of(local, exchange, relation, least) is { } evidence)
                        Insert(best, new MatchProposal(exchange, evidence));
                }
            }
            return best;
        }

        private void Insert(List<MatchProposal> best, MatchProposal proposal)
        {
            var place = best.FindIndex(other => MatchProposal.Compare(proposal, other) < 0);
            best.Insert(place < 0 ? best.Count : place, proposal);
            if (best.Count > _keep)
                best.RemoveAt(_keep);
        }

        private CatalogueMatch Decide(ItemProfile local, List<MatchProposal> best)
        {
            var margin = best.Count switch { 0 => 0m, 1 => best[0].Score, _ => best[0].Score - best[1].Score };
            var obstacle = ObstacleOf(best, margin);
            var decision = obstacle switch
            {
                AcceptanceObstacle.None => MatchDecision.Accepted,
                // When even the nearest items say of themselves that they are others, there is nothing to choose from.
                AcceptanceObstacle.NothingAlike => MatchDecision.NoMatch,
                _ => best.TrueForAll(proposal => proposal.Evidence.IsAnotherItem) ? MatchDecision.NoMatch : MatchDecision.Review,
            };
            return new CatalogueMatch(local, best, decision, obstacle, margin);
        }

        private AcceptanceObstacle ObstacleOf(List<MatchProposal> best, decimal margin)
        {
            if (best.Count == 0)
                return AcceptanceObstacle.NothingAlike;
            if (!best[0].Evidence.MayBeAccepted)
                return AcceptanceObstacle.Contradiction;
            if (best[0].Score < options.Accept)
                return AcceptanceObstacle.LowScore;
            return margin < MatchOptions.MarginMin ? AcceptanceObstacle.Ambiguous : AcceptanceObstacle.None;
        }
    }
}
