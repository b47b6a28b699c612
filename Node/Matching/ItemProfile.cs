namespace ProvincialGateway.Matching;

/// <summary>An item read for comparison. Both catalogues are read the same way.</summary>
internal sealed record ItemProfile
{
    public required CatalogueTexts Texts { get; init; }

    public required ItemName Name { get; init; }

    /// <inheritdoc cref="NameScan.Salts"/>
    public required string Salts { get; init; }

    public required DoseForm? Form { get; init; }

    /// <summary>Strength or size, see <see cref="Measure.Plain"/>.</summary>
    public required Measure[] Measures { get; init; }

    /// <summary>Pieces in a pack; null when nothing is said.</summary>
    public required decimal? Pack { get; init; }

    /// <summary>Words of the specification that are no figures.</summary>
    public required ItemName? Words { get; init; }

    public required ManufacturerName? Manufacturer { get; init; }

    /// <summary>In folded spelling, without 每 and strokes.</summary>
    public required string Unit { get; init; }

    /// <summary>Name, dose form and specification of this one item do not fit together, so nothing is decided from them.</summary>
    public required bool ContradictsItself { get; init; }

    private const string CrudeDrug = "herb";

    public static ItemProfile Of(CatalogueTexts texts)
    {
        var named = MeasureReader.Read(texts.Kind, FoldedText.Of(texts.Name));
        var specified = MeasureReader.Read(texts.Kind, FoldedText.Of(texts.Specification));
        var column = new NameScan(texts.Kind, FoldedText.Of(texts.DoseForm), ScannedText.Detail);
        var specification = new NameScan(texts.Kind, specified.Rest, ScannedText.Detail);
        var isCrude = texts.IsCrudeDrug || column.Forms.Concat(specification.Forms).Any(form => form.Group == CrudeDrug);
        var name = new NameScan(texts.Kind, named.Rest, isCrude ? ScannedText.CrudeDrugName : ScannedText.Name);
        var form = FormOf(isCrude, name, column, specification, out var formsAgree);
        var measures = Matching.Measures.Together(named, specified, out var measuresAgree);
        return new ItemProfile
        {
            Texts = texts,
            Name = name.Whole,
            Salts = name.Salts,
            Form = form,
            Measures = measures,
            Pack = specified.Pack ?? named.Pack,
            Words = specification.Words,
            Manufacturer = ManufacturerName.Of(texts.Manufacturer),
            Unit = FoldedText.Of(texts.Unit).Trim('每', '/', '1', ' '),
            ContradictsItself = !(measuresAgree && formsAgree),
        };
    }

    /// <summary>A form in front of the ingredient is not contradicted by what ends the name; anything else must fit together.</summary>
    private static DoseForm? FormOf(bool isCrude, NameScan name, NameScan column, NameScan specification, out bool agree)
    {
        agree = true;
        if (isCrude)
            return new DoseForm(CrudeDrug, "饮片");
        var inName = name.Front is { } front ? name.Forms.Where(form => form.Group == front.Group).Prepend(front) : name.Forms;
        return DoseForm.Together([.. inName, column.Front, .. column.Forms, .. specification.Forms], out agree);
    }
}
