using ProvincialGateway.Storage;

namespace ProvincialGateway.AdapterHost;

/// <summary>
/// Looks at the adapters' folders from time to time and loads anew what has changed and then stands still: a copy that is under way is waited
/// for, and a version that was refused is not tried again before its folder changes again. It looks instead of being told, because not every
/// file system tells.
/// </summary>
internal sealed class AdapterWatch(AdapterDirectory adapters, TimeSpan interval, TimeProvider time, ILogger<AdapterWatch> logger) : BackgroundService
{
    private Dictionary<string, string> _changing = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await BackgroundWork.AttemptAsync(LookAsync, _ => { }, logger, stoppingToken);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private Task LookAsync()
    {
        Look();
        return Task.CompletedTask;
    }

    internal void Look()
    {
        var changed = adapters.Changed().ToDictionary(change => change.Id, change => change.Fingerprint, StringComparer.Ordinal);
        foreach (var id in changed.Keys.Where(id => _changing.GetValueOrDefault(id) == changed[id]))
            adapters.Reload(id);
        _changing = changed;
    }
}
