using ProvincialGateway.Storage;

namespace ProvincialGateway.Tests.Support;

/// <summary>
/// A node's database with nothing in it, for tests that begin there. The scripts that lay it out run once in a process; each test opens a copy of what
/// they made. How they run is shown by tests of their own.
/// </summary>
internal static class EmptyBooks
{
    private static readonly Lazy<byte[]> Image = new(LayOut);

    public static Database OpenIn(string folder, TimeProvider time) => Open(DataFolder.DatabasePath(folder), time);

    /// <summary>What stands at <paramref name="path"/> already is opened as it is.</summary>
    public static Database Open(string path, TimeProvider time)
    {
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Image.Value);
        }
        return Database.Open(new DatabaseOptions { Path = path }, time);
    }

    private static byte[] LayOut()
    {
        using var folder = new TempFolder();
        var path = folder.File("empty.db");
        Database.Open(new DatabaseOptions { Path = path }, TimeProvider.System).DisposeAsync().AsTask().GetAwaiter().GetResult();
        return File.ReadAllBytes(path);
    }
}
