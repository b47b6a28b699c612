using System.Security.Cryptography;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.AdapterHost;

/// <summary>
/// The files of an adapter's folder against its <c>adapter.sha256</c>, which has the format of <c>sha256sum</c> and lists every other file.
/// It protects against a half-finished copy and an edit in the wrong place; it is no signature.
/// </summary>
internal static class SealedFiles
{
    public const string ListName = "adapter.sha256";

    private const int HashDigits = 64;

    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };

    /// <summary>Everything that is missing, changed or not listed; empty when the folder is as it was packed.</summary>
    public static IReadOnlyList<Reason> Check(string folder)
    {
        var list = Path.Combine(folder, ListName);
        if (!File.Exists(list))
            return [new Reason($"缺少 {ListName}。", $"{ListName} is missing.")];
        var faults = new List<Reason>();
        var listed = Listed(File.ReadAllBytes(list), faults);
        var present = Present(folder);
        foreach (var missing in listed.Keys.Except(present, StringComparer.Ordinal))
            faults.Add(new Reason($"缺少文件 {missing}。", $"file {missing} is missing."));
        foreach (var foreign in present.Except(listed.Keys, StringComparer.Ordinal))
            faults.Add(new Reason($"文件 {foreign} 不在 {ListName} 中。", $"file {foreign} is not listed in {ListName}."));
        foreach (var changed in present.Where(name => listed.TryGetValue(name, out var hash) && Hash(folder, name) != hash))
            faults.Add(new Reason($"文件 {changed} 与 {ListName} 不符。", $"file {changed} differs from {ListName}."));
        return faults;
    }

    /// <summary>Lists the files of a folder as they are now.</summary>
    public static void Write(string folder) => File.WriteAllText(
        Path.Combine(folder, ListName), string.Concat(Hashes(folder).Select(file => $"{file.Hash}  {file.Name}\n")));

    /// <summary>Every file but the list, with its SHA-256 in hexadecimal digits.</summary>
    public static IReadOnlyList<(string Name, string Hash)> Hashes(string folder) => [.. Present(folder).Select(name => (name, Hash(folder, name)))];

    /// <summary>A relative path with '/' that cannot leave its folder.</summary>
    public static bool IsInnerPath(string path) =>
        path.Length is > 0 and <= 200 && path.Split('/').All(part => part is not ("" or "." or "..") && part.AsSpan().IndexOfAny('\\', ':', '\0') < 0);

    private static string[] Present(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", Everything)
            .Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(name => name != ListName)
            .Order(StringComparer.Ordinal)];

    private static Dictionary<string, string> Listed(byte[] bytes, List<Reason> faults)
    {
        var listed = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!LegacyText.TryDecode(bytes, LegacyText.Utf8, out var text, out _))
        {
            faults.Add(new Reason($"{ListName} 不是 UTF-8。", $"{ListName} is not UTF-8."));
            return listed;
        }
        foreach (var (index, line) in text.ReplaceLineEndings("\n").Split('\n').Index())
        {
            if (line.Length > 0 && (Entry(line) is not var (hash, name) || !listed.TryAdd(name, hash)))
                faults.Add(new Reason($"{ListName} 第 {index + 1} 行无法识别或重复。", $"line {index + 1} of {ListName} cannot be read or is a double."));
        }
        return listed;
    }

    /// <summary>64 hex digits, a blank, a blank or an asterisk, a path that may begin with "./".</summary>
    private static (string Hash, string Name)? Entry(string line)
    {
        if (line.Length < HashDigits + 3 || line[HashDigits] != ' ' || line[HashDigits + 1] is not (' ' or '*') || !line[..HashDigits].All(char.IsAsciiHexDigit))
            return null;
        var name = line[(HashDigits + 2)..];
        if (name.StartsWith("./", StringComparison.Ordinal))
            name = name[2..];
        return IsInnerPath(name) ? (line[..HashDigits].ToLowerInvariant(), name) : null;
    }

    private static string Hash(string folder, string name)
    {
        using var file = File.OpenRead(Path.Combine(folder, name));
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
