namespace ProvincialGateway.Cli;

/// <summary>How long a command waits for a data folder that another one has for a moment, or whose node is just starting.</summary>
internal sealed class FolderPatience
{
    private static readonly TimeSpan Whole = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(100);

    private readonly long _started = TimeProvider.System.GetTimestamp();

    public bool IsLeft => TimeProvider.System.GetElapsedTime(_started) < Whole;

    public static Task PauseAsync(CancellationToken cancellation) => Task.Delay(Pause, cancellation);
}
