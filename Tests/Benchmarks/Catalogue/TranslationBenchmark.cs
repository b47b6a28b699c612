using BenchmarkDotNet.Attributes;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary>Fee lines through the catalogue on one core: everything a line goes through between the hospital's message and the database.</summary>
[MemoryDiagnoser]
public class TranslationBenchmark
{
    public const int Lines = 100_000;

    private readonly Dictionary<string, BaselineItem> _baselineItems = [];
    private readonly Dictionary<string, string> _baselineMappings = [];
    private readonly UnmappedPolicy _policy = new() { Drug = UnmappedHandling.Block, Service = UnmappedHandling.Block, Consumable = UnmappedHandling.Block };
    private HisFeeLine[] _lines = [];
    private CatalogueTimeline _timeline = null!;

    private readonly record struct BaselineItem(ItemClass ItemClass, BasisPoints SelfPay, UnitPrice? Limit);

    [GlobalSetup]
    public void Load()
    {
        var folder = Directory.CreateTempSubdirectory("benchmark-");
        CatalogueData.Write(folder.FullName);
        var catalogue = LoadMeasurement.Load(folder.FullName);
        folder.Delete(recursive: true);
        _timeline = CatalogueTimeline.Of(catalogue);
        _lines = CatalogueData.Lines(Lines);
        foreach (var item in catalogue.Items)
            _baselineItems.Add(item.LocalCode, new BaselineItem((ItemClass)(item.ItemClass[0] - '0'), item.SelfPay, item.LimitTertiary));
        foreach (var mapping in catalogue.Mappings)
            _baselineMappings.Add(mapping.LocalCode, mapping.ExchangeCode);
    }

    /// <summary>Version of the fee date, item, mapping, ratio for the person, limit for the tier, fee category and class in exchange codes, figures checked, split.</summary>
    [Benchmark(OperationsPerInvoke = Lines)]
    public long Translate()
    {
        long inScope = 0;
        foreach (var line in _lines)
        {
            if (!LineTranslation.TryTranslate(line, "02", "21", _timeline, _policy, out var translated, out _))
                throw new InvalidOperationException($"Line {line.LineSerial} does not translate.");
            inScope += translated.Split.InScope.Value;
        }
        return inScope;
    }

    /// <summary>The least it can cost: two dictionaries without dates, and the arithmetic.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Lines)]
    public long DictionariesAndSplit()
    {
        long inScope = 0;
        foreach (var line in _lines)
        {
            var item = _baselineItems[line.LocalCode];
            if (_baselineMappings[line.LocalCode].Length == 0)
                throw new InvalidOperationException("A mapping without a code.");
            UnitPrice.TryFromDecimal(line.UnitPrice, out var price);
            Quantity.TryFromDecimal(line.Quantity, out var quantity);
            inScope += FeeLineSplit.Split(price, quantity, price.Times(quantity), item.ItemClass, item.SelfPay, item.Limit).InScope.Value;
        }
        return inScope;
    }
}
