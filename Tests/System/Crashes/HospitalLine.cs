using System.Net;
using System.Net.Sockets;

namespace ProvincialGateway.Tests.Crashes;

/// <summary>The line from a province's hospitals to its node: a client sends one request at a time, so the first bytes of either side are its step.</summary>
internal sealed class HospitalLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly CrashTrap _trap;
    private readonly int _target;
    private readonly Task _accepting;

    public HospitalLine(int nodePort, CrashTrap trap)
    {
        (_target, _trap) = (nodePort, trap);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync(_closing.Token));
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The test is over, or the client has gone before it was served.
            }
        }
    }

    private async Task ServeAsync(Socket hospital)
    {
        using var client = hospital;
        using var node = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await node.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
            await Task.WhenAny(RelayAsync(client, node, isReply: false), RelayAsync(node, client, isReply: true));
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The node is dead: the hospital sees its connection end.
        }
    }

    private async Task RelayAsync(Socket from, Socket to, bool isReply)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _closing.Token) is > 0 and var received)
            {
                var crash = _trap.Take(isReply ? CrashStep.BeforeReply : CrashStep.BeforeIntent);
                if (isReply && crash is not null)
                {
                    await crash.KillAsync();
                    return;
                }
                if (crash is not null)
                {
                    await crash.KillFrozenAsync(() => SendAsync(to, buffer.AsMemory(0, received)));
                    return;
                }
                await SendAsync(to, buffer.AsMemory(0, received));
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One end has gone; the other is closed with it.
        }
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await to.SendAsync(bytes[sent..], _closing.Token);
    }
}
