using System.Security.Cryptography;
using System.Text;

namespace ProvincialGateway.AdapterHost;

/// <summary>Tells cheaply whether anything in an adapter's folder has changed: names, sizes and times of its files, not their content.</summary>
internal static class AdapterFingerprint
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };

    /// <summary>Equal as long as nothing has changed; a folder that is absent or cannot be read has one too.</summary>
    public static string Of(string folder)
    {
        try
        {
            var files = new DirectoryInfo(folder).EnumerateFiles("*", Everything).OrderBy(file => file.FullName, StringComparer.Ordinal)
                .Select(file => $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}");
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', files))));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.GetType().Name;
        }
    }
}
