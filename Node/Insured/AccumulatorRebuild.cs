using ProvincialGateway.Storage;

namespace ProvincialGateway.Insured;

/// <summary>One figure of a person's year, as it is stored and as the standing settlements make it.</summary>
/// <param name="Layer">The supplementary layer; null for the year itself.</param>
/// <param name="Figure">Of a year <c>deductible</c>, <c>pool</c> (fen) and <c>admissions</c>; of a layer <c>paid</c> and <c>base</c> (fen).</param>
internal sealed record AccumulatorFigure(string PersonNumber, int Year, string? Layer, string Figure, long Stored, long Rebuilt)
{
    public bool IsEqual => Stored == Rebuilt;
}

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

    /// <summary>Makes the stored figures of one person those of the standing settlements. The caller keeps on record what they were.</summary>
    public static void Apply(Session session, string personNumber)
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
        new { personNumber }).ConvertAll(row => new AccumulatorFigure(row.PersonNumber, row.Year, row.Layer, row.Figure, row.Stored, row.Rebuilt));

    private static string Figures(string years, string layers, bool isStored)
    {
        return string.Join(" UNION ALL ",
            Figure(years, "NULL", "deductible", "deductible_paid_fen"), Figure(years, "NULL", "pool", "pool_paid_fen"), Figure(years, "NULL", "admissions", "admissions"),
            Figure(layers, "layer", "paid", "paid_fen"), Figure(layers, "layer", "base", "base_fen"));

        string Figure(string table, string layer, string name, string column) =>
            $"SELECT person_number, year, {layer} AS layer, '{name}' AS figure, {(isStored ? column : "0")} AS stored, {(isStored ? "0" : column)} AS rebuilt FROM {table}";
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
