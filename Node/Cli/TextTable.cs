using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>Tables of plain text: what a node prints is never taken for markup.</summary>
internal static class TextTable
{
    /// <param name="headings">Chinese and English; they may have two lines.</param>
    public static Table Of(params string[] headings)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var heading in headings)
            table.AddColumn(Markup.Escape(heading));
        return table;
    }

    public static void Row(this Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));
}
