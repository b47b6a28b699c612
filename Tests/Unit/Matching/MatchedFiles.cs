using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Matching;
using ProvincialGateway.Tables;

namespace ProvincialGateway.Tests.Matching;

/// <summary>The exchange catalogue, the local catalogue and the right answers of one folder.</summary>
internal sealed class MatchedFiles
{
    public MatchedFiles(string folder)
    {
        var errors = new List<TableError>();
        var tables = new MatchingTables(errors);
        Local = tables.Local(TableFile.Read(Path.Combine(folder, "items.csv"), LegacyText.Utf8), out _);
        Exchange = tables.Exchange(TableFile.Read(Path.Combine(folder, "exchange.csv"), LegacyText.Utf8));
        Truth = tables.Truth(TableFile.Read(Path.Combine(folder, "truth.csv"), LegacyText.Utf8), Local);
        Assert.That(errors, Is.Empty);
    }

    public List<CatalogueTexts> Local { get; }

    public List<CatalogueTexts> Exchange { get; }

    public Dictionary<string, HashSet<string>> Truth { get; }

    public MatchMeasurement Measure() =>
        MatchMeasurement.Of(new CatalogueMatcher(Exchange, CancellationToken.None).Match(Local, new MatchOptions(), _ => { }), Truth);
}
