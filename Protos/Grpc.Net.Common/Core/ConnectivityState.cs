namespace Grpc.Core;

/// <summary>What a channel knows about its connection.</summary>
public enum ConnectivityState
{
    /// <summary>Not connected and not trying: the first call, or a request to connect, starts it.</summary>
    Idle,
    Connecting,
    Ready,

    /// <summary>Failed; it tries again after a pause.</summary>
    TransientFailure,

    /// <summary>Closed for good.</summary>
    Shutdown,
}
