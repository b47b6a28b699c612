using System.CommandLine;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway catalogue</c>: versions of the local catalogue, from import to activation and back.</summary>
internal static class CatalogueCommands
{
    public static Command Create() => new("catalogue", "本地目录、对照与限价的版本 / versions of the local catalogue, mappings and limits")
    {
        CatalogueImportCommand.Create(),
        CatalogueListCommand.Create(),
        CatalogueCheckCommand.Create(),
        CatalogueDiffCommand.Create(),
        CatalogueDryRunCommand.Create(),
        CatalogueActivateCommand.Create(),
        CatalogueRollbackCommand.Create(),
        CatalogueMatchCommand.Create(),
    };
}
