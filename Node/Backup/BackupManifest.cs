using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ProvincialGateway.Backup;

/// <summary>One backup: which files the data folder had, and of which chunks each of them is made.</summary>
internal sealed record BackupManifest
{
    public const string Extension = ".backup";

    private const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Sorts by time, e.g. <c>20261122T130000123Z-1a2b3c4d</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The node's code, e.g. 530000.</summary>
    public required string Province { get; init; }

    /// <summary>Names the key the data are sealed with, and reveals nothing of it.</summary>
    public required string VaultFingerprint { get; init; }

    /// <summary>UTC milliseconds: everything the node acknowledged before is in it.</summary>
    public required long TakenAtMs { get; init; }

    /// <summary>Of the program that made it.</summary>
    public required string Version { get; init; }

    /// <summary>The node's keys are in it: whoever has the backup can read everything and pose as the node.</summary>
    public required bool WithKeys { get; init; }

    /// <summary>What this backup added to its folder, in bytes.</summary>
    public required long NewBytes { get; init; }

    public required IReadOnlyList<BackupFile> Files { get; init; }

    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>Null when the file is not, or not wholly, what was written: its last line is the SHA-256 of the one before.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static BackupManifest? Read(string path)
    {
        if (File.ReadAllText(path).Split('\n') is not [var json, var hash, ""] || hash != HashOf(json))
            return null;
        try
        {
            return JsonSerializer.Deserialize<BackupManifest>(json) is { Format: CurrentFormat } manifest ? manifest : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Synced, and under its name.</summary>
    public void Write(string folder)
    {
        var path = Path.Combine(folder, Id + Extension);
        var json = JsonSerializer.Serialize(this);
        using (var file = BackupFiles.Create(path + BackupFiles.Unfinished))
        {
            file.Write(Encoding.UTF8.GetBytes($"{json}\n{HashOf(json)}\n"));
            file.Flush(flushToDisk: true);
        }
        BackupFiles.Place(path + BackupFiles.Unfinished, path);
    }

    private static string HashOf(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
}

/// <param name="Path">Relative to the data folder, with '/'.</param>
/// <param name="Lists">Chunks that hold the hashes of the file's chunks, one after the other: of an unchanged file they are unchanged, too.</param>
internal sealed record BackupFile(string Path, long Bytes, IReadOnlyList<string> Lists);
