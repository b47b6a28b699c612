namespace ProvincialGateway.Tests.Support.Catalogues;

/// <summary>What an item is, before anybody writes it down in his own way.</summary>
internal sealed record GeneratedItem
{
    /// <summary>Exchange kind: 101, 102, 201 or 301.</summary>
    public required string Kind { get; init; }

    /// <summary>Ingredient, herb, service or product.</summary>
    public required string Stem { get; init; }

    public string Salt { get; init; } = "";

    /// <summary>钠 behind the ingredient.</summary>
    public bool IsSodium { get; init; }

    /// <summary>Ending of the name: 片, 胶囊, 注射液; 粉针 is written 注射用 in front.</summary>
    public string Form { get; init; } = "";

    /// <summary>Side, site, age: in front of the stem.</summary>
    public string Front { get; init; } = "";

    /// <summary>Method or supplement: in brackets behind it.</summary>
    public string Bracket { get; init; } = "";

    /// <summary>mg for drugs, mm for consumables; 0 is none.</summary>
    public decimal Strength { get; init; }

    /// <summary>Second size of a consumable, mm; 0 is none.</summary>
    public decimal Width { get; init; }

    /// <summary>ml; 0 is none.</summary>
    public decimal Volume { get; init; }

    /// <summary>0 is none.</summary>
    public int Pack { get; init; }

    public string PackUnit { get; init; } = "";

    public string Maker { get; init; } = "";

    /// <summary>01..03</summary>
    public string Class { get; init; } = "02";

    public decimal Price { get; init; }

    /// <summary>The same without what a local catalogue may leave out: makers, packs, prices.</summary>
    public GeneratedItem Bare => this with { Pack = 0, PackUnit = "", Maker = "", Class = "", Price = 0 };
}
