using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace ProvincialGateway.Storage;

/// <summary>One forward-only step of the schema: <c>Storage/Migrations/NNNN_name.sql</c>, numbered from 1 without gaps, never edited once released.</summary>
internal sealed record MigrationScript(int Number, string Name, string Sql)
{
    private const string ResourcePrefix = "ProvincialGateway.Storage.Migrations.";

    /// <summary>The scripts of this version, in order.</summary>
    public static IReadOnlyList<MigrationScript> Embedded { get; } = Load(typeof(MigrationScript).Assembly);

    /// <summary>Lower-case hex of the text with LF line ends, so that a checkout on Windows hashes the same.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    public string FileName => string.Create(CultureInfo.InvariantCulture, $"{Number:0000}_{Name}.sql");

    private static IReadOnlyList<MigrationScript> Load(Assembly assembly) =>
        [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Parse(name[ResourcePrefix.Length..], Text(assembly, name)))];

    internal static MigrationScript Parse(string fileName, string sql)
    {
        var bare = fileName.AsSpan();
        if (!fileName.EndsWith(".sql", StringComparison.Ordinal) || fileName.Length < 10 || fileName[4] != '_'
            || !int.TryParse(bare[..4], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new FormatException($"'{fileName}' is not a migration: expected NNNN_name.sql.");
        return new(number, fileName[5..^4], sql);
    }

    private static string Text(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
