using System.ComponentModel;
using System.Security.Cryptography;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Foreign;

/// <summary>The foreign client with its packages, beside the built tests. Packages are installed once for each content of the lock file.</summary>
internal static class NpmFolder
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(3);

    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Foreign");

    public static async Task InstallAsync()
    {
        var stamp = System.IO.Path.Combine(Path, "node_modules", ".installed");
        var wanted = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(System.IO.Path.Combine(Path, "package-lock.json"))));
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted)
            return;
        await using var npm = Start("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
        Assert.That(await npm.WaitForExitAsync(InstallLimit), Is.Zero, () => $"The packages of the foreign client cannot be installed: is the npm registry reachable? {npm.Describe()}");
        await File.WriteAllTextAsync(stamp, wanted);
    }

    public static GatewayProcess Start(string program, params IEnumerable<string> arguments)
    {
        try
        {
            return GatewayProcess.Start(program, Path, arguments);
        }
        catch (Win32Exception fault)
        {
            throw new AssertionException($"'{program}' does not start ({fault.Message}). This test needs Node.js 20 or later with npm.");
        }
    }
}
