using System.Diagnostics.CodeAnalysis;

namespace ProvincialGateway.Storage;

/// <summary>
/// One piece of work of a background service. Whatever goes wrong with it is logged and stays undone; the service goes on and comes back to it.
/// An exception that left a background service would stop the node, and what another province sends must never do that.
/// </summary>
internal static partial class BackgroundWork
{
    /// <param name="postponed">Says in the service's own words that the storage does not allow it now.</param>
    /// <returns>Whether it was done.</returns>
    /// <exception cref="OperationCanceledException">The node stops.</exception>
    public static async Task<bool> AttemptAsync(Func<Task> work, Action<string> postponed, ILogger logger, CancellationToken stopping)
    {
        try
        {
            await work();
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
        catch (StorageException fault)
        {
            postponed(fault.Message);
        }
        catch (Exception fault)
        {
            LogFailed(logger, fault, fault.GetType().Name);
        }
        return false;
    }

    /// <summary>
    /// Goes through the items, at most <paramref name="atOnceMax"/> of them at once, where the caller runs: what its <see cref="SynchronizationContext"/>
    /// or scheduler decides about the caller it decides about the work.
    /// </summary>
    public static Task ForEachAsync<T>(IEnumerable<T> items, int atOnceMax, Func<T, Task> work, CancellationToken stopping)
    {
        var left = new Queue<T>(items);
        return Task.WhenAll(Enumerable.Range(0, Math.Min(atOnceMax, left.Count)).Select(_ => TakeAsync()));

        async Task TakeAsync()
        {
            while (TryTake(out var item))
            {
                stopping.ThrowIfCancellationRequested();
                await work(item);
            }
        }

        bool TryTake([MaybeNullWhen(false)] out T item)
        {
            lock (left)
                return left.TryDequeue(out item);
        }
    }

    [LoggerMessage(6001, LogLevel.Error, "Work in the background failed ({Name}) and is tried again later; the node goes on. Keep the log and call support. / 后台作业出错，稍后重试，节点继续运行；请保留日志并联系技术支持")]
    private static partial void LogFailed(ILogger logger, Exception fault, string name);
}
