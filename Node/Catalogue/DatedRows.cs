using System.Collections.Frozen;

namespace ProvincialGateway.Catalogue;

/// <summary>Rows by code; several per code where one ends before the next begins, which the loader has checked.</summary>
internal sealed class DatedRows<T>
    where T : class, IDated
{
    private readonly FrozenDictionary<string, T[]> _rows;

    public DatedRows(IEnumerable<T> rows, Func<T, string> code) =>
        _rows = rows.GroupBy(code, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.OrderBy(row => row.Validity.From).ToArray(), StringComparer.Ordinal);

    public T? Find(string code, DateOnly on)
    {
        if (!_rows.TryGetValue(code, out var rows))
            return null;
        foreach (var row in rows)
        {
            if (row.Validity.Contains(on))
                return row;
        }
        return null;
    }

    public T? Latest(string code) => _rows.TryGetValue(code, out var rows) ? rows[^1] : null;
}
