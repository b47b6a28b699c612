using Microsoft.Extensions.Logging.Abstractions;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.AdapterKit;

namespace ProvincialGateway.Cli;

/// <summary>Brings an adapter's folder into the form in which a node loads it, for the commands that work on one.</summary>
internal static class AdapterWork
{
    /// <exception cref="CommandRefusedException">There is no adapter.</exception>
    public static AdapterSource Source(DirectoryInfo folder)
    {
        try
        {
            return AdapterSource.Read(folder.FullName, AdapterSource.DialectsFolder);
        }
        catch (IOException)
        {
            throw new CommandRefusedException($"{folder.FullName} 中没有 {AdapterManifest.FileName}。 / there is no {AdapterManifest.FileName} in {folder.FullName}.");
        }
    }

    /// <summary>Works on the folder as a node would load it: where it is when it is packed, else packed into a temporary folder.</summary>
    public static T Packed<T>(DirectoryInfo folder, Func<string, T> work)
    {
        var source = Source(folder);
        if (source.IsPacked)
            return work(source.Folder);
        RequireId(source);
        var room = Directory.CreateTempSubdirectory("gateway-adapter-");
        try
        {
            return work(AdapterPacker.WriteInto(source, room.FullName));
        }
        finally
        {
            room.Delete(recursive: true);
        }
    }

    private static void RequireId(AdapterSource source)
    {
        if (!AdapterManifest.IsId(source.Id))
            throw new CommandRefusedException($"{source.Folder} 的 {AdapterManifest.FileName} 没有合格的 id。 / {AdapterManifest.FileName} in {source.Folder} has no proper id.");
    }

    /// <exception cref="CommandRefusedException">A node would not load it; the reasons are said.</exception>
    public static void Require(AdapterSource source) => Packed(new DirectoryInfo(source.Folder), packed => WithLoaded(packed, status => Refused(source, status).Id));

    /// <summary>Works on the adapter, loaded without its samples: they may be what is wrong, or not there yet.</summary>
    public static T WithoutSamples<T>(AdapterSource source, Func<LoadedAdapter, T> work)
    {
        RequireId(source);
        var room = Directory.CreateTempSubdirectory("gateway-adapter-");
        try
        {
            var packed = AdapterPacker.WriteInto(source, room.FullName);
            if (Directory.Exists(Path.Combine(packed, "samples")))
                Directory.Delete(Path.Combine(packed, "samples"), recursive: true);
            SealedFiles.Write(packed);
            return WithLoaded(packed, status => work(Refused(source, status)));
        }
        finally
        {
            room.Delete(recursive: true);
        }
    }

    private static T WithLoaded<T>(string packed, Func<AdapterStatus, T> work)
    {
        var loader = new AdapterLoader(packed, Path.GetFileName(packed), archive: null, passed: null, shared: null, AdapterBudget.Default, TimeProvider.System, NullLogger.Instance);
        var (status, runtime) = loader.Load();
        try
        {
            return work(status);
        }
        finally
        {
            runtime?.Release();
        }
    }

    private static LoadedAdapter Refused(AdapterSource source, AdapterStatus status) => status.Adapter
        ?? throw new CommandRefusedException($"{source.Folder} {status.State}: {status.ReasonChinese} / {status.ReasonEnglish}");
}
