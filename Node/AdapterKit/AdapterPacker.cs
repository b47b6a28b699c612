using ProvincialGateway.AdapterHost;

namespace ProvincialGateway.AdapterKit;

/// <summary>Makes of a working folder what a node loads: the files and their hash list, whole or not at all.</summary>
internal static class AdapterPacker
{
    /// <summary>Writes <c>ADAPTERS/id</c>, in place of what is there: a node that serves takes it over by itself.</summary>
    /// <returns>The packed folder.</returns>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static string Pack(AdapterSource source, string adaptersFolder)
    {
        // In the same file system as its destination, so that putting it there is one step.
        var room = Path.Combine(adaptersFolder, $".packing-{source.Id}");
        Remove(room);
        try
        {
            var packed = WriteInto(source, room);
            var (destination, former) = (Path.Combine(adaptersFolder, source.Id), Path.Combine(room, "former"));
            if (Directory.Exists(destination))
                Directory.Move(destination, former);
            Directory.Move(packed, destination);
            return destination;
        }
        finally
        {
            Remove(room);
        }
    }

    /// <summary>Packs into a folder that holds no adapter of this id.</summary>
    /// <inheritdoc cref="Pack"/>
    public static string WriteInto(AdapterSource source, string adaptersFolder)
    {
        var packed = Path.Combine(adaptersFolder, source.Id);
        foreach (var (path, name) in source.Files)
        {
            var copy = Path.Combine(packed, name);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
        SealedFiles.Write(packed);
        return packed;
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
