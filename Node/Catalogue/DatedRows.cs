using System.Runtime.InteropServices;

namespace ProvincialGateway.Catalogue;

/// <summary>The rows of one table by their code. Immutable.</summary>
internal sealed class DatedRows<T>
    where T : struct, IDated
{
    private readonly RowPlaces<T> _places;
    private readonly Dictionary<string, int> _codes;

    /// <param name="order">Of the rows of one code; rows that are equal in it stay in the order given.</param>
    public DatedRows(List<T> rows, Func<T, string> code, Comparison<T> order)
    {
        (_places, _codes) = (new RowPlaces<T>(rows, order), new Dictionary<string, int>(rows.Count, StringComparer.Ordinal));
        for (var place = 0; place < rows.Count; place++)
        {
            ref var at = ref CollectionsMarshal.GetValueRefOrAddDefault(_codes, code(rows[place]), out var known);
            if (!known)
                at = RowPlaces<T>.None;
            _places.Add(ref at, place);
        }
        _places.Order();
    }

    public DatedRows(List<T> rows, Func<T, string> code)
        : this(rows, code, ByStart)
    {
    }

    /// <inheritdoc cref="RowPlaces{T}.Several"/>
    public IReadOnlyList<List<int>> Several => _places.Several;

    public static int ByStart(T left, T right) => left.Validity.From.CompareTo(right.Validity.From);

    public bool Contains(string code) => _codes.ContainsKey(code);

    public T? Find(string code, DateOnly on) => _codes.TryGetValue(code, out var at) ? _places.Find(at, on) : null;
}
