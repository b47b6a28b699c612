using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway catalogue list</c>: the versions of a catalogue, what is in force when, and how many stored lines each has split.</summary>
internal static class CatalogueListCommand
{
    public static Command Create()
    {
        var selection = new CatalogueSelection();
        var json = CommandJson.Option();
        var command = new Command("list", "列出目录版本 / list the versions\n例 example: gateway catalogue list --as 530000 --data data-530000") { json };
        selection.SetAction(command, (work, parsed, _) =>
        {
            var versions = Read(work);
            if (parsed.GetValue(json))
                work.Node.Out.WriteLine(CommandJson.Of(versions));
            else
                Write(work, versions);
            return Task.FromResult(0);
        });
        return command;
    }

    private static List<ListedVersion> Read(CatalogueWork work)
    {
        var (stored, lines) = work.Node.Database.Read(session => (CatalogueStore.Versions(session, work.Adapter.Id), CatalogueStore.LinesByVersion(session, work.Adapter.Id)));
        var packed = work.Adapter.Catalogue.Packed;
        var periods = work.Adapter.Catalogue.Periods.ToLookup(period => period.Version, StringComparer.Ordinal);
        ListedVersion Listed(string version, string? baseVersion, int items, int mappings, int codes, int ratios, long? importedAtMs) => new(
            version, version == packed.Version, baseVersion, items, mappings, codes, ratios, importedAtMs is { } at ? ChinaTime.FromMs(at) : null,
            [.. periods[version].Select(period => new ListedPeriod(period.From?.Iso(), period.To?.Iso()))], lines.GetValueOrDefault(version));
        var known = new List<ListedVersion>
        {
            Listed(packed.Version, null, packed.Items.Count, packed.Mappings.Count, packed.CodeRows.Count, packed.Index.Ratios.Rows.Count, null),
        };
        known.AddRange(stored.Select(row => Listed(row.Version, row.BaseVersion, row.ItemCount, row.MappingCount, row.CodeCount, row.RatioCount, row.ImportedAtMs)));
        // Tables that an adapter was packed with earlier: their lines remain.
        known.AddRange(lines.Keys.Except(known.Select(version => version.Version)).Order(StringComparer.Ordinal).Select(version => Listed(version, null, 0, 0, 0, 0, null)));
        return known;
    }

    private static void Write(CatalogueWork work, List<ListedVersion> versions)
    {
        var table = CatalogueTables.New($"目录版本 Catalogue versions: {work.Adapter.Id}", "版本 version", "来源 base", "目录/对照/代码/比例\nitems/mappings/codes/ratios", "导入 imported", "有效 in force", "明细 lines");
        foreach (var version in versions)
        {
            table.AddRow(
                new Text(version.Version),
                new Text(version.Packed ? "自带 packed" : version.Base ?? "-"),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{version.Items:N0} / {version.Mappings:N0} / {version.Codes:N0} / {version.Ratios:N0}")),
                new Text(version.ImportedAt?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "-"),
                new Text(version.InForce.Count == 0 ? "-" : string.Join('\n', version.InForce.Select(period => $"{period.From} .. {period.To}".Trim()))),
                CatalogueTables.Number(version.Lines));
        }
        work.Node.OpenScreen().Write(table);
    }

    private sealed record ListedPeriod(string? From, string? To);

    private sealed record ListedVersion(
        string Version, bool Packed, string? Base, int Items, int Mappings, int Codes, int Ratios, DateTimeOffset? ImportedAt, IReadOnlyList<ListedPeriod> InForce, long Lines);
}
