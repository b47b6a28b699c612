using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Processes;

/// <summary>
/// The disk under a real process: a library that is preloaded answers writes and syncs of the database with the error that a full, broken or read-only disk
/// gives, for as long as a file says so.
/// </summary>
internal sealed class FailingDisk : IDisposable
{
    private readonly TempFolder _folder = new();

    private FailingDisk()
    {
    }

    /// <summary>What a process that stands on this disk has in its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { ["LD_PRELOAD"] = Library, ["DISK_FAULT"] = Fault };

    private string Library => _folder.File("disk_faults.so");

    private string Fault => _folder.File("fault");

    public static async Task<FailingDisk> CompileAsync()
    {
        var disk = new FailingDisk();
        await using var gcc = GatewayProcess.Start("gcc", disk._folder.Path,
            ["-shared", "-fPIC", "-O1", "-o", disk.Library, Path.Combine(AppContext.BaseDirectory, "Processes", "disk_faults.c"), "-ldl"]);
        Assert.That(await gcc.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, gcc.Describe);
        return disk;
    }

    /// <param name="how">One word of disk_faults.c.</param>
    public void Fail(string how) => File.WriteAllText(Fault, how);

    public void Repair() => File.Delete(Fault);

    public void Dispose() => _folder.Dispose();
}
