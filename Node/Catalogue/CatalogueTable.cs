namespace ProvincialGateway.Catalogue;

/// <summary>One of the tables of a catalogue: its columns, and which of them tell its rows apart. Formats: Adapters/README.md.</summary>
internal sealed record CatalogueTable(string Name, string[] Columns, string[] Key)
{
    public static readonly CatalogueTable Items = new(
        "items",
        ["local_code", "local_name", "kind", "unit", "specification", "dose_form", "fee_category", "item_class", "self_pay_percent",
         "limit_tertiary", "limit_secondary", "limit_primary", "valid_from", "valid_to"],
        ["local_code", "valid_from"]);

    public static readonly CatalogueTable Mappings = new(
        "mappings",
        ["local_code", "exchange_code", "exchange_name", "quality", "status", "valid_from", "valid_to"],
        ["local_code", "valid_from", "status"]);

    public static readonly CatalogueTable Codes = new(
        "codes",
        ["system", "local_code", "local_name", "exchange_code", "exchange_name", "direction", "valid_from", "valid_to"],
        ["system", "local_code", "exchange_code", "direction", "valid_from"]);

    public static readonly CatalogueTable Ratios = new(
        "ratios",
        ["local_code", "person_class", "price_from", "price_to", "self_pay_percent", "valid_from", "valid_to"],
        ["local_code", "person_class", "price_from", "price_to", "valid_from"]);

    /// <summary>Not part of a version: the exchange codes themselves, the same for every adapter of a node.</summary>
    public static readonly CatalogueTable Exchange = new(
        "exchange",
        ["exchange_code", "exchange_name", "kind", "dose_form", "specification", "unit", "manufacturer", "item_class", "reference_price", "valid_from", "valid_to"],
        ["exchange_code", "valid_from"]);

    /// <summary>What makes up a version, in the order in which it is hashed.</summary>
    public static readonly IReadOnlyList<CatalogueTable> All = [Items, Mappings, Codes, Ratios];

    /// <summary>A version may do without it.</summary>
    public bool IsOptional => this == Ratios;

    public string FileName => $"{Name}.csv";
}
