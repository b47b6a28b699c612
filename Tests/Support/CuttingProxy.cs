using System.Net;
using System.Net.Sockets;

namespace ProvincialGateway.Tests.Support;

/// <summary>
/// A TCP line between two nodes that a test can cut wherever it hurts: after so many bytes in either direction, or when the request has
/// arrived and the answer has not. It sees only ciphertext, as a real line does.
/// </summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Line> _lines = [];
    private readonly Task _accepting;
    private long? _requestBytesLeft, _replyBytesLeft;
    private bool _withholdsReplies;
    private int _target;

    public CuttingProxy(int targetPort)
    {
        _target = targetPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Leads to another server from now on; lines that stand are cut.</summary>
    public void LeadTo(int targetPort)
    {
        lock (_gate)
            _target = targetPort;
        Cut();
    }

    /// <summary>From now on what the server says stays here; what the client says arrives.</summary>
    public void WithholdReplies()
    {
        lock (_gate)
            _withholdsReplies = true;
    }

    /// <summary>Lets the client's next <paramref name="bytes"/> through and cuts the line at the one after them. Once.</summary>
    public void CutRequestAfter(long bytes)
    {
        lock (_gate)
            _requestBytesLeft = bytes;
    }

    /// <summary>Lets the server's next <paramref name="bytes"/> through and cuts the line at the one after them. Once.</summary>
    public void CutReplyAfter(long bytes)
    {
        lock (_gate)
            _replyBytesLeft = bytes;
    }

    /// <summary>Cuts every line that stands; what was withheld is lost.</summary>
    public void Cut()
    {
        List<Line> lines;
        lock (_gate)
        {
            lines = [.. _lines];
            _lines.Clear();
        }
        lines.ForEach(line => line.Dispose());
    }

    /// <summary>New lines are whole again.</summary>
    public void Mend()
    {
        lock (_gate)
            (_withholdsReplies, _requestBytesLeft, _replyBytesLeft) = (false, null, null);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        Cut();
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                Serve(await _listener.AcceptSocketAsync(_closing.Token));
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException)
            {
                // The test is over, or the client has gone before it was served.
            }
        }
    }

    private void Serve(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        var line = new Line(client, server);
        int target;
        lock (_gate)
        {
            _lines.Add(line);
            target = _target;
        }
        _ = RunAsync(line, target);
    }

    private async Task RunAsync(Line line, int target)
    {
        try
        {
            await line.Server.ConnectAsync(IPAddress.Loopback, target, _closing.Token);
            await Task.WhenAny(
                PumpAsync(line, line.Client, line.Server, isReply: false),
                PumpAsync(line, line.Server, line.Client, isReply: true));
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Nobody listens there, or the line was cut while it was laid: the client sees its connection end.
        }
        finally
        {
            lock (_gate)
                _lines.Remove(line);
            line.Dispose();
        }
    }

    private async Task PumpAsync(Line line, Socket from, Socket to, bool isReply)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var received)
            {
                var allowed = Allow(received, isReply, out var isCut);
                for (var sent = 0; sent < allowed;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, allowed - sent));
                if (isCut)
                    return;
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // One end has gone; the other is closed with it.
            line.Dispose();
        }
    }

    /// <summary>How many of these bytes pass, and whether the line ends behind them.</summary>
    private int Allow(int bytes, bool isReply, out bool isCut)
    {
        lock (_gate)
        {
            ref var left = ref isReply ? ref _replyBytesLeft : ref _requestBytesLeft;
            isCut = left is { } limit && bytes > limit;
            if (isReply && _withholdsReplies)
                return 0;
            if (left is not { } rest)
                return bytes;
            left = isCut ? null : rest - bytes;
            return isCut ? (int)rest : bytes;
        }
    }

    private sealed record Line(Socket Client, Socket Server) : IDisposable
    {
        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }
}
