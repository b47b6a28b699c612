using System.Globalization;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>How tables of the catalogue commands look.</summary>
internal static class CatalogueTables
{
    public static Table New(string title, params string[] columns)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(title)), Border = TableBorder.Rounded };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)));
        return table;
    }

    public static Text Number(long number) => new Text(number.ToString("N0", CultureInfo.InvariantCulture)).RightJustified();

    /// <summary>Yuan with two decimals.</summary>
    public static Text Yuan(long fen) => new Text((fen / 100m).ToString("N2", CultureInfo.InvariantCulture)).RightJustified();

    /// <summary>The line under a table that was cut.</summary>
    public static string More(long hidden) => $"另有 {hidden:N0} 行，用 --limit 或 --json 查看 / and {hidden:N0} more; see --limit or --json";
}
