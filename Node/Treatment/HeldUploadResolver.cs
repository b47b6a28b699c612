using System.Threading.Channels;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

/// <summary>
/// Takes the uploads that wait for a mapping up again whenever a catalogue may have changed: at the start of the node, and when an adapter or
/// a version of its catalogue comes into force. Each goes on under its own id, in the order in which they came, in a transaction of its own.
/// </summary>
internal sealed partial class HeldUploadResolver(
    Database database, Vault vault, AdapterDirectory adapters, TimeProvider time, ILogger<HeldUploadResolver> logger) : BackgroundService
{
    private readonly Channel<string> _changed = Channel.CreateUnbounded<string>();
    private readonly HeldUploads _held = new(vault, time);
    private readonly FeeLineBook _feeLines = new(new HeldUploads(vault, time), time);

    private void CatalogueChanged(string adapter) => _changed.Writer.TryWrite(adapter);

    /// <summary>Takes up what waits for this adapter's mappings.</summary>
    /// <returns>How many of the uploads do not wait any more.</returns>
    public async Task<int> ResumeAsync(string adapter, CancellationToken cancellation)
    {
        var finished = 0;
        foreach (var id in database.Read(session => HeldUploads.WaitingFor(session, adapter)))
        {
            if (await database.WriteAsync(session => Resume(session, id), cancellation) is not { } result)
                continue;
            finished++;
            LogResumed(id, result is HisRefusal refusal ? refusal.Code : result.GetType().Name);
        }
        return finished;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        adapters.CatalogueActivated += OnCatalogueActivated;
        foreach (var adapter in adapters.Loaded)
            CatalogueChanged(adapter.Id);
        try
        {
            while (true)
                await ResumeOrPostponeAsync(await _changed.Reader.ReadAsync(stoppingToken), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What still waits is taken up at the next start.
        }
        finally
        {
            adapters.CatalogueActivated -= OnCatalogueActivated;
        }
    }

    private void OnCatalogueActivated(object? sender, CatalogueActivatedEventArgs changed) => CatalogueChanged(changed.AdapterId);

    private Task<bool> ResumeOrPostponeAsync(string adapter, CancellationToken cancellation) =>
        BackgroundWork.AttemptAsync(() => ResumeAsync(adapter, cancellation), reason => LogPostponed(adapter, reason), logger, cancellation);

    private HisResult? Resume(Session session, string transactionId)
    {
        if (_held.Find(session, transactionId) is not { } upload || InstitutionStore.ByCode(session, upload.InstitutionCode) is not { } institution
            || adapters.Find(institution.Adapter) is not { } adapter)
        {
            return null;
        }
        return _feeLines.Resume(session, new HisCaller { Institution = institution, Adapter = adapter, Operator = "" }, upload);
    }

    [LoggerMessage(3110, LogLevel.Information, "Upload {TransactionId} does not wait for a mapping any more: {Outcome}")]
    private partial void LogResumed(string transactionId, string outcome);

    [LoggerMessage(3111, LogLevel.Warning, "Uploads that wait for mappings of adapter {Adapter} are not taken up now: {Reason}")]
    private partial void LogPostponed(string adapter, string reason);
}
