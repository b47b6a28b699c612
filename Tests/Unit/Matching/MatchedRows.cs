using ProvincialGateway.Catalogue;
using ProvincialGateway.Matching;

namespace ProvincialGateway.Tests.Matching;

/// <summary>Rows of both catalogues as a test states them, and what the matcher makes of them.</summary>
internal static class MatchedRows
{
    public static readonly Validity Always = new(new DateOnly(2020, 1, 1), null);

    public static CatalogueTexts Drug(string name, string specification = "", string form = "", string maker = "", string code = "X1") => new()
    {
        Code = code,
        Name = name,
        Kind = ItemKind.Drug,
        Unit = "",
        Specification = specification,
        DoseForm = form,
        Manufacturer = maker,
        ItemClass = null,
        Price = null,
        Validity = Always,
        Line = 2,
    };

    public static CatalogueTexts Service(string name, string unit = "", string code = "X1") => Drug(name, code: code) with { Kind = ItemKind.Service, Unit = unit };

    public static CatalogueTexts Consumable(string name, string specification = "", string maker = "", string code = "X1") => Drug(name, specification, maker: maker, code: code) with { Kind = ItemKind.Consumable };

    public static Evidence Weigh(CatalogueTexts local, CatalogueTexts exchange) => Match(local, MatchOptions.ProposalMin, exchange).Proposals[0].Evidence;

    public static CatalogueMatch Match(CatalogueTexts local, params CatalogueTexts[] exchange) => Match(local, MatchOptions.AcceptDefault, exchange);

    public static CatalogueMatch Match(CatalogueTexts local, decimal accept, params CatalogueTexts[] exchange) =>
        new CatalogueMatcher(exchange, CancellationToken.None).Match([local], new MatchOptions { Accept = accept }, _ => { })[0];

    public static string Reasons(CatalogueMatch match) =>
        string.Join('\n', MatchReasons.Of(match, match.Proposals[0], new MatchOptions()).Select(reason => $"{reason.Chinese} | {reason.English}"));
}
