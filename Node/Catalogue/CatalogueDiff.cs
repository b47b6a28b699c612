using ProvincialGateway.Tables;

namespace ProvincialGateway.Catalogue;

internal enum RowDifference
{
    Added = 1,
    Removed = 2,
    Changed = 3,
}

/// <param name="Old">Null on an added row.</param>
/// <param name="New">Null on a removed row.</param>
internal sealed record FieldDifference(string Column, string? Old, string? New);

/// <summary>One row that two versions do not share.</summary>
/// <param name="Table">E.g. <c>items</c>.</param>
/// <param name="Key">What tells the row from others, separated by blanks.</param>
/// <param name="Fields">Every field of an added or removed row that is not empty; the differing ones of a changed row.</param>
internal sealed record CatalogueDifference(string Table, string Key, RowDifference Kind, IReadOnlyList<FieldDifference> Fields);

/// <summary>Two versions row by row and field by field, drafts and retired mappings included; the order of rows and the form of numbers do not count.</summary>
internal static class CatalogueDiff
{
    /// <exception cref="InvalidOperationException">A table has an error: versions that load have none.</exception>
    public static IEnumerable<CatalogueDifference> Of(CatalogueFiles older, CatalogueFiles newer)
    {
        foreach (var table in CatalogueTable.All)
        {
            var before = Rows(older[table], table);
            foreach (var (key, fields) in Rows(newer[table], table))
            {
                if (!before.Remove(key, out var former))
                    yield return new(table.Name, key, RowDifference.Added, Given(table, fields, (column, value) => new(column, null, value)));
                else if (!former.SequenceEqual(fields))
                    yield return new(table.Name, key, RowDifference.Changed, Changed(table, former, fields));
            }
            foreach (var (key, fields) in before)
                yield return new(table.Name, key, RowDifference.Removed, Given(table, fields, (column, value) => new(column, value, null)));
        }
    }

    private static Dictionary<string, string[]> Rows(TableSource? source, CatalogueTable table)
    {
        var rows = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (source is null)
            return rows;
        var errors = new List<TableError>();
        var keyed = table.Key.Select(column => Array.IndexOf(table.Columns, column)).ToArray();
        foreach (var row in source.Read().Each(table.Columns, FieldValues.Quoted, errors))
        {
            var fields = CanonicalTable.FieldsOf(row, table);
            var key = string.Join(' ', keyed.Select(column => fields[column]).Where(field => field.Length > 0));
            // Drafts may repeat each other.
            for (var copy = 2; !rows.TryAdd(key, fields); copy++)
                key = $"{string.Join(' ', keyed.Select(column => fields[column]).Where(field => field.Length > 0))} #{copy}";
        }
        return errors.Count == 0 ? rows : throw new InvalidOperationException($"A version that loads has an error: {errors[0]}");
    }

    private static List<FieldDifference> Given(CatalogueTable table, string[] fields, Func<string, string, FieldDifference> of) =>
        [.. table.Columns.Zip(fields).Where(field => field.Second.Length > 0).Select(field => of(field.First, field.Second))];

    private static List<FieldDifference> Changed(CatalogueTable table, string[] former, string[] fields) =>
        [.. table.Columns.Index().Where(column => former[column.Index] != fields[column.Index])
            .Select(column => new FieldDifference(column.Item, former[column.Index], fields[column.Index]))];
}
