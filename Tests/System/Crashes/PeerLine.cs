using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using ProvincialGateway.Network;

namespace ProvincialGateway.Tests.Crashes;

/// <summary>
/// The line from one province to another, cut open: it holds the keys of both ends, so it sees the HTTP/2 frames and knows when a request or a reply has
/// passed. It freezes, kills, cuts, delays and half-closes; it changes no byte.
/// </summary>
internal sealed class PeerLine : IAsyncDisposable
{
    private const int PrefaceBytes = 24, HeaderBytes = 9;
    private const byte Data = 0, Headers = 1, EndOfStream = 1;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Ends> _standing = [];
    private readonly CrashTrap _trap;
    private readonly int _target;
    private readonly NodeCertificate _sender, _peer;
    private readonly Task _accepting;
    private long _delayTicks;

    /// <param name="senderFolder">Data folder of the province that calls: the line shows its certificate to the peer.</param>
    /// <param name="peerFolder">Data folder of the province that is called.</param>
    /// <param name="peerPort">Where that one listens.</param>
    public PeerLine(string senderFolder, string peerFolder, int peerPort, CrashTrap trap)
    {
        (_trap, _target) = (trap, peerPort);
        (_sender, _peer) = (NodeCertificate.Load(senderFolder), NodeCertificate.Load(peerFolder));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Holds every frame for so long; zero is a line that is well.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _delayTicks));
        set => Interlocked.Exchange(ref _delayTicks, value.Ticks);
    }

    /// <summary>Cuts every connection that stands.</summary>
    public void Cut() => Each(ends => ends.Dispose());

    /// <summary>Says the end to whoever called, and still takes what they say.</summary>
    public void HalfClose() => Each(ends => ends.HalfClose());

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        Cut();
        _sender.Dispose();
        _peer.Dispose();
        _closing.Dispose();
    }

    private void Each(Action<Ends> act)
    {
        lock (_gate)
            _standing.ToList().ForEach(act);
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
                // The test is over, or the caller has gone before it was served.
            }
        }
    }

    private async Task ServeAsync(Socket called)
    {
        var ends = new Ends(called);
        lock (_gate)
            _standing.Add(ends);
        try
        {
            if (_trap.Take(CrashStep.BeforeSend) is { } crash)
            {
                await crash.KillAsync();
                return;
            }
            await ends.OpenAsync(_target, _sender, _peer, _closing.Token);
            await Task.WhenAny(RelayAsync(ends.Sender, ends.Peer, isReply: false), RelayAsync(ends.Peer, ends.Sender, isReply: true));
        }
        catch (Exception fault) when (IsEndOfLine(fault))
        {
            // Nobody listens there, or an end died while the line was laid.
        }
        finally
        {
            lock (_gate)
                _standing.Remove(ends);
            ends.Dispose();
        }
    }

    private async Task RelayAsync(Stream from, Stream to, bool isReply)
    {
        try
        {
            var frame = new byte[HeaderBytes + 16 * 1024];
            if (!isReply)
            {
                await from.ReadExactlyAsync(frame.AsMemory(0, PrefaceBytes));
                await to.WriteAsync(frame.AsMemory(0, PrefaceBytes));
            }
            while (true)
            {
                await from.ReadExactlyAsync(frame.AsMemory(0, HeaderBytes));
                var length = BinaryPrimitives.ReadInt32BigEndian(frame) >> 8;
                if (HeaderBytes + length > frame.Length)
                    Array.Resize(ref frame, HeaderBytes + length);
                await from.ReadExactlyAsync(frame.AsMemory(HeaderBytes, length));
                if (Delay is var delay && delay > TimeSpan.Zero)
                    await Task.Delay(delay, _closing.Token);
                if (!await PassAsync(to, frame.AsMemory(0, HeaderBytes + length), type: frame[3], isEnd: (frame[4] & EndOfStream) != 0, isReply))
                    return;
            }
        }
        catch (Exception fault) when (IsEndOfLine(fault))
        {
            // One end has gone; the other is closed with it.
        }
    }

    /// <returns>False when the line ends here.</returns>
    private async Task<bool> PassAsync(Stream to, ReadOnlyMemory<byte> frame, byte type, bool isEnd, bool isReply)
    {
        var (withheld, frozen, during) = (isReply, type, isEnd) switch
        {
            (false, Data, true) => (CrashStep.AfterSend, CrashStep.BeforePeerCommit, CrashStep.DuringPeerCommit),
            (true, Data, _) => (CrashStep.AfterPeerCommit, default, default),
            (true, Headers, true) => (default, CrashStep.BeforeLocalCommit, CrashStep.DuringLocalCommit),
            _ => default((CrashStep, CrashStep, CrashStep)),
        };
        if (_trap.Take(withheld) is { } there)
        {
            await there.KillAsync();
            return false;
        }
        if (_trap.Take(frozen) is { } arrived)
        {
            await arrived.KillFrozenAsync(() => to.WriteAsync(frame).AsTask());
            return false;
        }
        await to.WriteAsync(frame);
        if (_trap.Take(during) is not { } working)
            return true;
        await working.KillAsync();
        return false;
    }

    private static bool IsEndOfLine(Exception fault) =>
        fault is IOException or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException or InvalidOperationException;

    /// <summary>Both ends of one connection.</summary>
    private sealed class Ends(Socket called) : IDisposable
    {
        private readonly Socket _calling = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public SslStream Sender { get; private set; } = null!;

        public SslStream Peer { get; private set; } = null!;

        public async Task OpenAsync(int target, NodeCertificate sender, NodeCertificate peer, CancellationToken cancellation)
        {
            called.NoDelay = true;
            Sender = new SslStream(new NetworkStream(called));
            await Sender.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = peer.Certificate,
                ClientCertificateRequired = true,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                RemoteCertificateValidationCallback = (_, shown, _, _) => sender.Certificate.Equals(shown),
            }, cancellation);
            await _calling.ConnectAsync(IPAddress.Loopback, target, cancellation);
            Peer = new SslStream(new NetworkStream(_calling));
            await Peer.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                ClientCertificates = [sender.Certificate],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => sender.Certificate,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                RemoteCertificateValidationCallback = (_, shown, _, _) => peer.Certificate.Equals(shown),
            }, cancellation);
        }

        public void HalfClose()
        {
            try
            {
                called.Shutdown(SocketShutdown.Send);
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                // It has ended by itself.
            }
        }

        public void Dispose()
        {
            called.Dispose();
            _calling.Dispose();
        }
    }
}
