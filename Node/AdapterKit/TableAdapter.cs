using System.Text.RegularExpressions;

namespace ProvincialGateway.AdapterKit;

/// <summary>
/// A new adapter for a dialect that is known: the samples and code tables of an adapter that speaks it, and of its catalogue the items that the
/// samples name. It passes every check from the start; its author replaces the tables row by row.
/// </summary>
internal static partial class TableAdapter
{
    private const int ItemsAtLeast = 5;

    /// <param name="adapter">The new one.</param>
    /// <param name="pattern">The packed folder of an adapter that speaks the dialect.</param>
    public static void Write(NewAdapter adapter, string pattern)
    {
        var manifest = NewAdapter.ReadManifest(pattern);
        var division = manifest["division"]!.GetValue<string>();
        var catalogue = manifest["catalogue"]!.AsObject();
        var items = CsvText.Read(Path.Combine(pattern, catalogue["items"]!.GetValue<string>()));
        var codes = NamedInSamples(pattern, items.Column("local_code"));
        foreach (var (table, path) in catalogue.Select(table => (table.Key, table.Value!.GetValue<string>())))
        {
            if (table == "codes")
                adapter.Copy(Path.Combine(pattern, path), path);
            else
                adapter.Write(path, CsvText.Read(Path.Combine(pattern, path)).Where("local_code", codes.Contains));
        }
        if (File.Exists(Path.Combine(pattern, MappingCheck.ListName)))
            adapter.Write(MappingCheck.ListName, CsvText.Read(Path.Combine(pattern, MappingCheck.ListName)).Where("local_code", codes.Contains));
        CopySamples(adapter, pattern, division);
        adapter.WriteManifest(manifest);
        adapter.Write("README.md", NewAdapterReadme.OfTables(adapter, manifest["assembly"]!.GetValue<string>()));
    }

    private static HashSet<string> NamedInSamples(string pattern, IReadOnlyList<string> localCodes)
    {
        var words = Files(Path.Combine(pattern, "samples")).Where(file => !file.EndsWith(".bin", StringComparison.Ordinal))
            .SelectMany(file => Words().Matches(File.ReadAllText(file)).Select(word => word.Value))
            .ToHashSet(StringComparer.Ordinal);
        var named = localCodes.Where(words.Contains).ToHashSet(StringComparer.Ordinal);
        return named.Count >= ItemsAtLeast ? named : [.. localCodes.Take(ItemsAtLeast), .. named];
    }

    /// <summary>The journey is about a hospital of the new division; the messages of the conformance samples stay as they were recorded.</summary>
    private static void CopySamples(NewAdapter adapter, string pattern, string division)
    {
        foreach (var file in Files(Path.Combine(pattern, "samples")))
        {
            var name = Path.GetRelativePath(pattern, file);
            if (name.StartsWith(Path.Combine("samples", "journey"), StringComparison.Ordinal))
                adapter.Write(name, File.ReadAllText(file).Replace($"H{division[..2]}", $"H{adapter.Division.Code[..2]}", StringComparison.Ordinal));
            else
                adapter.Copy(file, name);
        }
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [];

    [GeneratedRegex(@"[A-Za-z0-9][A-Za-z0-9._-]*")]
    private static partial Regex Words();
}
