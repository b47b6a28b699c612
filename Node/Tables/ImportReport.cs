namespace ProvincialGateway.Tables;

/// <summary>What an import did. With an error it did nothing at all: the counts are zero then.</summary>
/// <param name="Unchanged">Rows that were stored like this already; importing the same file again counts every row here.</param>
/// <param name="Errors">Everything that is wrong with the file, in the order of its lines.</param>
internal sealed record ImportReport(int Added, int Updated, int Unchanged, IReadOnlyList<TableError> Errors)
{
    public static ImportReport Refused(IEnumerable<TableError> errors) => new(0, 0, 0, [.. errors.OrderBy(error => error.Line)]);

    public static ImportReport Done(IReadOnlyCollection<RowChange> changes) => new(
        changes.Count(change => change == RowChange.Added),
        changes.Count(change => change == RowChange.Updated),
        changes.Count(change => change == RowChange.Unchanged),
        []);
}

internal enum RowChange
{
    Added = 1,
    Updated = 2,
    Unchanged = 3,
}
