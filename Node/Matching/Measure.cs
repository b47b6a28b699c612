namespace ProvincialGateway.Matching;

/// <summary>What a figure of a name or specification counts, with the unit all figures of it are turned into.</summary>
internal enum Dimension
{
    /// <summary>mg</summary>
    Mass = 1,

    /// <summary>ml</summary>
    Volume = 2,

    /// <summary>IU, also written U or 单位</summary>
    Activity = 3,

    /// <summary>mmol</summary>
    Substance = 4,

    /// <summary>g per 100 ml or 100 g</summary>
    Percent = 5,

    /// <summary>mm</summary>
    Length = 6,

    /// <summary>needle gauge, G</summary>
    Gauge = 7,

    /// <summary>catheter size, Fr</summary>
    French = 8,

    /// <summary>size number, 号 or #</summary>
    Number = 9,

    /// <summary>suture size: 3 is 3-0</summary>
    Suture = 10,

    /// <summary>puffs of an inhaler</summary>
    Puffs = 11,

    /// <summary>minutes</summary>
    Time = 12,

    /// <summary>MBq</summary>
    Radioactivity = 13,

    /// <summary>Not a measure of the item but how many are in a pack.</summary>
    Pack = 14,
}

internal readonly record struct Measure(Dimension Dimension, decimal Value) : IComparable<Measure>
{
    public int CompareTo(Measure other) => Dimension != other.Dimension ? Dimension.CompareTo(other.Dimension) : Value.CompareTo(other.Value);

    public override string ToString() => Dimension switch
    {
        Dimension.Mass when Value >= 1000 => $"{Value / 1000:0.#####}g",
        Dimension.Mass when Value < 0.1m => $"{Value * 1000:0.#####}μg",
        Dimension.Mass => $"{Value:0.#####}mg",
        Dimension.Volume => $"{Value:0.#####}ml",
        Dimension.Activity => $"{Value:0.#####}IU",
        Dimension.Substance => $"{Value:0.#####}mmol",
        Dimension.Percent => $"{Value:0.#####}%",
        Dimension.Length => $"{Value:0.#####}mm",
        Dimension.Gauge => $"{Value:0.#####}G",
        Dimension.French => $"{Value:0.#####}Fr",
        Dimension.Number => $"{Value:0.#####}#",
        Dimension.Suture => $"{Value:0.#####}-0",
        Dimension.Puffs => $"{Value:0.#####}揿",
        Dimension.Time => $"{Value:0.#####}min",
        Dimension.Radioactivity => $"{Value:0.#####}MBq",
        Dimension.Pack => $"×{Value:0.#####}",
        _ => throw new InvalidOperationException($"{Dimension} is no dimension."),
    };

    /// <summary>
    /// Sorted. 5% of 250ml and 12.5g in 250ml are the same: where one volume is known a percentage becomes a mass.
    /// </summary>
    public static Measure[] Plain(IEnumerable<Measure> stated)
    {
        var values = stated.Order().ToList();
        var percents = values.FindAll(measure => measure.Dimension == Dimension.Percent);
        var volumes = values.FindAll(measure => measure.Dimension == Dimension.Volume);
        if (percents.Count == 1 && volumes.Count == 1)
        {
            values.Remove(percents[0]);
            if (!values.Exists(measure => measure.Dimension == Dimension.Mass))
                values.Add(new Measure(Dimension.Mass, percents[0].Value * volumes[0].Value * 10));
            values.Sort();
        }
        return [.. values];
    }
}

/// <summary>The figures of one text, as <see cref="Measure.Plain"/> orders them.</summary>
/// <param name="Pack">How many are in a pack; null when the text does not say.</param>
/// <param name="Rest">What was no figure.</param>
internal sealed record Measures(Measure[] Values, decimal? Pack, string Rest)
{
    /// <summary>What a name and a specification state together; of a dimension that both state, the fuller statement counts.</summary>
    /// <param name="agree">False when they contradict each other.</param>
    public static Measure[] Together(Measures name, Measures specification, out bool agree)
    {
        agree = MeasureComparison.Of(name.Values, specification.Values) != Verdict.Differs
            && (name.Pack is null || specification.Pack is null || name.Pack == specification.Pack);
        if (name.Values.Length == 0 || specification.Values.Length == 0)
            return name.Values.Length == 0 ? specification.Values : name.Values;
        return Measure.Plain(specification.Values.Concat(name.Values).Select(measure => measure.Dimension).Distinct().SelectMany(Fuller));

        IEnumerable<Measure> Fuller(Dimension dimension)
        {
            var inName = name.Values.Where(measure => measure.Dimension == dimension).ToList();
            var inSpecification = specification.Values.Where(measure => measure.Dimension == dimension).ToList();
            return inName.Count > inSpecification.Count ? inName : inSpecification;
        }
    }
}
