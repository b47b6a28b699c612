using System.Globalization;
using System.Text.Json.Nodes;
using ProvincialGateway.AdapterHost;

namespace ProvincialGateway.AdapterKit;

/// <summary>A new adapter with a dialect of its own: the template's folder under the new names, and the contract it is built against.</summary>
internal static class DllAdapter
{
    private const string Contracts = "ProvincialGateway.Adapters.Contracts";
    private const string TemplateClass = "KeyValueLines", TemplateDialect = "key-value-lines", TemplateId = "template";

    /// <summary>Where the build puts the template's sources beside the program: <c>template</c>.</summary>
    public static string TemplateFolder => Path.Combine(AppContext.BaseDirectory, "template");

    /// <param name="adapter">The new one.</param>
    /// <param name="template">The template's folder.</param>
    /// <param name="contractsFolder">Holds the contract's DLL.</param>
    public static void Write(NewAdapter adapter, string template, string contractsFolder)
    {
        var className = ClassOf(adapter.Id);
        foreach (var file in Directory.EnumerateFiles(template, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Renamed(Path.GetRelativePath(template, file), className, adapter);
            if (Path.GetExtension(file) == ".bin")
                adapter.Copy(file, name);
            else if (name != AdapterManifest.FileName)
                adapter.Write(name, Renamed(File.ReadAllText(file), className, adapter));
        }
        var manifest = NewAdapter.ReadManifest(template);
        manifest["assembly"] = JsonValue.Create($"{className}.dll");
        adapter.WriteManifest(manifest);
        foreach (var file in Directory.EnumerateFiles(contractsFolder, $"{Contracts}.*").Where(file => Path.GetExtension(file) is ".dll" or ".xml"))
            adapter.Copy(file, Path.Combine("lib", Path.GetFileName(file)));
    }

    private static string Renamed(string text, string className, NewAdapter adapter) => text
        .Replace(TemplateClass, className, StringComparison.Ordinal)
        .Replace(TemplateDialect, adapter.Dialect, StringComparison.Ordinal)
        .Replace($"/his/{TemplateId}", $"/his/{adapter.Id}", StringComparison.Ordinal);

    /// <summary>E.g. <c>north-city</c> is <c>NorthCity</c>.</summary>
    private static string ClassOf(string id) => string.Concat(id.Split('-').Select(word => word.Length == 0 ? "" : char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..]));
}
