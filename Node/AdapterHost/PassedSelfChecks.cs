using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Storage;

namespace ProvincialGateway.AdapterHost;

/// <summary>
/// Which adapters have passed their self-check on this node. The check is the longest part of a start, and what it finds depends on nothing but the bytes of the
/// adapter's folder, this program and its runtime, and the limits of a call: as long as all of them are the same it is not made again.
/// </summary>
internal sealed class PassedSelfChecks(Database database)
{
    private static readonly string Program = string.Join(' ',
        typeof(PassedSelfChecks).Module.ModuleVersionId, typeof(IHisDialect).Module.ModuleVersionId, RuntimeInformation.FrameworkDescription, RuntimeInformation.ProcessArchitecture);

    /// <summary>What a check of this folder is a check of.</summary>
    /// <param name="folder">Its files are as its list of hashes says.</param>
    public static string SubjectIn(string folder, AdapterBudget budget) => string.Create(CultureInfo.InvariantCulture,
        $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, SealedFiles.ListName))))} {Program} {budget.Time.TotalSeconds} s {budget.Bytes} bytes");

    /// <summary>How many samples have passed; null when this was never checked here, or something else was checked last.</summary>
    public int? SamplesPassed(string adapter, string subject) => database.Read(session => session.QuerySingleOrDefault<int?>(
        "SELECT samples FROM adapter_self_check WHERE adapter = @adapter AND subject = @subject", new { adapter, subject }));

    /// <summary>Keeps what the loaded adapters have passed.</summary>
    public async Task KeepAsync(AdapterDirectory adapters, CancellationToken cancellation)
    {
        var fresh = adapters.Loaded.Where(adapter => SamplesPassed(adapter.Id, adapter.CheckedSubject) is null).ToList();
        if (fresh.Count > 0)
        {
            await database.WriteAsync(session => fresh.ForEach(adapter => session.Execute(
                """
                INSERT INTO adapter_self_check (adapter, subject, samples) VALUES (@Id, @CheckedSubject, @SamplesPassed)
                ON CONFLICT (adapter) DO UPDATE SET subject = excluded.subject, samples = excluded.samples
                """,
                new { adapter.Id, adapter.CheckedSubject, adapter.SamplesPassed })), cancellation);
        }
    }
}
