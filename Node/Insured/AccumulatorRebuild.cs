using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>One figure of a person's year, as it is stored and as the standing settlements make it.</summary>
/// <param name="Layer">The supplementary layer; null for the year itself.</param>
/// <param name="Figure">Of a year <c>deductible</c>, <c>pool</c> (fen) and <c>admissions</c>; of a layer <c>paid</c> and <c>base</c> (fen).</param>
internal sealed record AccumulatorFigure(string PersonNumber, int Year, string? Layer, string Figure, long Stored, long Rebuilt)
{
    public bool IsEqual => Stored == Rebuilt;
}

/// <summary>A rebuild on record.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Changes">What was stored, and what took its place.</param>
internal sealed record RebuildRecord(long Number, string At, string By, string Reason, string PersonNumber, IReadOnlyList<AccumulatorFigure> Changes);

/// <summary>
/// Accumulators beside the settlements they are the sum of. Settling and undoing keep them equal; where a database was restored or repaired by
/// hand they may not be, and audit says so.
/// </summary>
internal static class AccumulatorRebuild
{
    /// <summary>SQL of <c>accumulator</c> as the standing settlements make it.</summary>
    public const string Years =
        """
        SELECT person_number, accumulator_year AS year, sum(deductible_fen) AS deductible_paid_fen, sum(pool_fen) AS pool_paid_fen, sum(admissions) AS admissions
        FROM insured_settlement WHERE state = 1 GROUP BY person_number, accumulator_year
        """;

    /// <summary>SQL of <c>accumulator_layer</c> as the standing settlements make it.</summary>
    public const string Layers =
        """
        SELECT s.person_number, s.accumulator_year AS year, l.layer, sum(l.paid_fen) AS paid_fen, sum(l.base_fen) AS base_fen
        FROM insured_settlement s JOIN insured_settlement_layer l USING (settlement_number) WHERE s.state = 1 GROUP BY s.person_number, s.accumulator_year, l.layer
        """;

    /// <summary>Every figure of one person, by year and layer.</summary>
    public static List<AccumulatorFigure> Of(Session session, string personNumber) => Query(session, personNumber, having: "");

    /// <summary>The figures of all persons that are not equal.</summary>
    public static List<AccumulatorFigure> Different(Session session) => Query(session, personNumber: null, having: "HAVING sum(stored) <> sum(rebuilt)");

    /// <summary>Makes the stored figures of one person those of the standing settlements, and keeps what they were.</summary>
    /// <returns>Null when there was nothing to change.</returns>
    public static RebuildRecord? Apply(Session session, string personNumber, Change change)
    {
        var changes = Of(session, personNumber).FindAll(figure => !figure.IsEqual);
        if (changes.Count == 0)
            return null;
        var number = session.QuerySingle<long>(
            """
            INSERT INTO accumulator_rebuild (number, person_number, rebuilt_by, reason, rebuilt_at_ms)
            VALUES ((SELECT coalesce(max(number), 0) + 1 FROM accumulator_rebuild), @personNumber, @By, @Reason, @AtMs) RETURNING number
            """,
            new { personNumber, change.By, change.Reason, change.AtMs });
        foreach (var figure in changes)
        {
            session.ExecuteExpecting(1,
                "INSERT INTO accumulator_rebuild_figure (number, year, layer, figure, stored, rebuilt) VALUES (@number, @Year, @layer, @Figure, @Stored, @Rebuilt)",
                new { number, figure.Year, layer = figure.Layer ?? "", figure.Figure, figure.Stored, figure.Rebuilt });
        }
        Replace(session, personNumber);
        return new RebuildRecord(number, At(change.AtMs), change.By, change.Reason, personNumber, changes);
    }

    /// <summary>What was rebuilt of a person so far, oldest first.</summary>
    public static List<RebuildRecord> Records(Session session, string personNumber) => session.Query<RebuildRow>(
        "SELECT number, rebuilt_by, reason, rebuilt_at_ms FROM accumulator_rebuild WHERE person_number = @personNumber ORDER BY number", new { personNumber })
        .ConvertAll(row => new RebuildRecord(row.Number, At(row.RebuiltAtMs), row.RebuiltBy, row.Reason, personNumber, session.Query<FigureRow>(
            """
            SELECT @personNumber AS person_number, year, nullif(layer, '') AS layer, figure, stored, rebuilt FROM accumulator_rebuild_figure
            WHERE number = @Number ORDER BY year, layer, figure
            """,
            new { personNumber, row.Number }).ConvertAll(Figure)));

    private static void Replace(Session session, string personNumber)
    {
        var person = new { personNumber };
        session.Execute("DELETE FROM accumulator_layer WHERE person_number = @personNumber", person);
        session.Execute("DELETE FROM accumulator WHERE person_number = @personNumber", person);
        session.Execute(
            $"INSERT INTO accumulator (person_number, year, deductible_paid_fen, pool_paid_fen, admissions) SELECT * FROM ({Years}) WHERE person_number = @personNumber", person);
        session.Execute(
            $"INSERT INTO accumulator_layer (person_number, year, layer, paid_fen, base_fen) SELECT * FROM ({Layers}) WHERE person_number = @personNumber", person);
    }

    private static List<AccumulatorFigure> Query(Session session, string? personNumber, string having) => session.Query<FigureRow>(
        $"""
        SELECT person_number, year, layer, figure, sum(stored) AS stored, sum(rebuilt) AS rebuilt FROM (
          {Figures("accumulator", "accumulator_layer", isStored: true)}
          UNION ALL {Figures($"({Years})", $"({Layers})", isStored: false)})
        WHERE @personNumber IS NULL OR person_number = @personNumber
        GROUP BY person_number, year, layer, figure {having} ORDER BY person_number, year, layer, figure
        """,
        new { personNumber }).ConvertAll(Figure);

    private static AccumulatorFigure Figure(FigureRow row) => new(row.PersonNumber, row.Year, row.Layer, row.Figure, row.Stored, row.Rebuilt);

    private static string At(long ms) => ChinaTime.FromMs(ms).ToString("O");

    private static string Figures(string years, string layers, bool isStored)
    {
        return string.Join(" UNION ALL ",
            Figure(years, "NULL", "deductible", "deductible_paid_fen"), Figure(years, "NULL", "pool", "pool_paid_fen"), Figure(years, "NULL", "admissions", "admissions"),
            Figure(layers, "layer", "paid", "paid_fen"), Figure(layers, "layer", "base", "base_fen"));

        string Figure(string table, string layer, string name, string column) =>
            $"SELECT person_number, year, {layer} AS layer, '{name}' AS figure, {(isStored ? column : "0")} AS stored, {(isStored ? "0" : column)} AS rebuilt FROM {table}";
    }

    private sealed class RebuildRow
    {
        public required long Number { get; init; }
        public required string RebuiltBy { get; init; }
        public required string Reason { get; init; }
        public required long RebuiltAtMs { get; init; }
    }

    private sealed class FigureRow
    {
        public required string PersonNumber { get; init; }
        public required int Year { get; init; }
        public string? Layer { get; init; }
        public required string Figure { get; init; }
        public required long Stored { get; init; }
        public required long Rebuilt { get; init; }
    }
}
