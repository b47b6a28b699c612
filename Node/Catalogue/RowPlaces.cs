using System.Runtime.InteropServices;

namespace ProvincialGateway.Catalogue;

/// <summary>
/// Which rows of a table belong to one code, as a number: nearly every code has one row, and the number is its place; only codes with several rows
/// (one ends before the next begins, which the loader has checked) have a list of their own.
/// </summary>
internal sealed class RowPlaces<T>(List<T> rows, Comparison<T> order)
    where T : struct, IDated
{
    /// <summary>The code has no row.</summary>
    public const int None = int.MinValue;

    private readonly List<List<int>> _several = [];

    public List<T> Rows => rows;

    /// <summary>The places of the rows of every code that has more than one, in their order.</summary>
    public IReadOnlyList<List<int>> Several => _several;

    /// <summary>Adds a row to those of a code, behind the rows that are equal to it in the order.</summary>
    /// <param name="at">The rows of the code so far.</param>
    public void Add(ref int at, int place)
    {
        if (at == None)
        {
            at = place;
            return;
        }
        if (at >= 0)
        {
            _several.Add([at]);
            at = ~(_several.Count - 1);
        }
        _several[~at].Add(place);
    }

    /// <summary>To be called once, after the last row has been added.</summary>
    public void Order()
    {
        foreach (var places in _several)
        {
            var ordered = places.Order(Comparer<int>.Create((left, right) => order(rows[left], rows[right]))).ToList();
            places.Clear();
            places.AddRange(ordered);
        }
    }

    public T? Find(int at, DateOnly on)
    {
        if (at >= 0)
            return Valid(at, on);
        if (at == None)
            return null;
        foreach (var place in _several[~at])
        {
            if (Valid(place, on) is { } row)
                return row;
        }
        return null;
    }

    /// <summary>The row that is last in the order; null when there is none.</summary>
    public T? Last(int at) => at switch
    {
        None => null,
        >= 0 => rows[at],
        _ => rows[_several[~at][^1]],
    };

    /// <summary>In their order.</summary>
    public IEnumerable<T> Of(int at) => at switch
    {
        None => [],
        >= 0 => [rows[at]],
        _ => _several[~at].Select(place => rows[place]),
    };

    private T? Valid(int place, DateOnly on)
    {
        ref readonly var row = ref CollectionsMarshal.AsSpan(rows)[place];
        return row.Validity.Contains(on) ? row : null;
    }
}
