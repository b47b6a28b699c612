using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ProvincialGateway.Catalogue;

/// <summary>The rows of one local code in each table of a version: see <see cref="RowPlaces{T}"/>.</summary>
internal struct CodePlaces
{
    public static readonly CodePlaces None = new() { Items = RowPlaces<CatalogueItem>.None, Mappings = RowPlaces<ItemMapping>.None, Ratios = RowPlaces<SelfPayRatio>.None };

    public int Items;
    public int Mappings;
    public int Ratios;
}

/// <summary>
/// Items, mappings and ratios by local code. One look-up finds the rows of all three: at the size of a province each look-up waits for memory, and
/// a line that looked three times would wait three times.
/// </summary>
internal sealed class CatalogueIndex
{
    private readonly Dictionary<string, CodePlaces> _codes;

    /// <summary>Mappings and ratios are added while they are read, and <see cref="Order"/> ends the making.</summary>
    public CatalogueIndex(List<CatalogueItem> items, List<ItemMapping> mappings, List<SelfPayRatio> ratios)
    {
        (Items, Mappings) = (new(items, DatedRows<CatalogueItem>.ByStart), new(mappings, DatedRows<ItemMapping>.ByStart));
        // The more specific rows first: the first that applies decides.
        Ratios = new(ratios, (left, right) => right.Rank.CompareTo(left.Rank));
        _codes = new Dictionary<string, CodePlaces>(items.Count, StringComparer.Ordinal);
        for (var place = 0; place < items.Count; place++)
        {
            ref var at = ref CollectionsMarshal.GetValueRefOrAddDefault(_codes, items[place].LocalCode, out var known);
            if (!known)
                at = CodePlaces.None;
            Items.Add(ref at.Items, place);
        }
    }

    public RowPlaces<CatalogueItem> Items { get; }

    public RowPlaces<ItemMapping> Mappings { get; }

    public RowPlaces<SelfPayRatio> Ratios { get; }

    public CodePlaces this[string code] => _codes.TryGetValue(code, out var at) ? at : CodePlaces.None;

    public CodePlaces this[ReadOnlySpan<char> code] => _codes.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(code, out var at) ? at : CodePlaces.None;

    public void AddMapping(string code, int place) => Mappings.Add(ref At(code).Mappings, place);

    public void AddRatio(string code, int place) => Ratios.Add(ref At(code).Ratios, place);

    public void Order()
    {
        Items.Order();
        Mappings.Order();
        Ratios.Order();
    }

    private ref CodePlaces At(string code)
    {
        ref var at = ref CollectionsMarshal.GetValueRefOrNullRef(_codes, code);
        if (Unsafe.IsNullRef(ref at))
            throw new ArgumentException("The code has no item.", nameof(code));
        return ref at;
    }
}
