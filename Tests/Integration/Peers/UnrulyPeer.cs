using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using ProvincialGateway.Cli;
using ProvincialGateway.Network;

namespace ProvincialGateway.Tests.Peers;

/// <summary>A machine with a province's own key that finishes the TLS handshake and then speaks no HTTP/2, or a broken one.</summary>
internal sealed class UnrulyPeer : IAsyncDisposable
{
    /// <summary>What an HTTP/2 server says first: its settings, here none.</summary>
    private static readonly byte[] Settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];

    private readonly NodeCertificate _certificate;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<SslStream, CancellationToken, Task> _speak;
    private readonly Task _accepting;
    private int _connections;

    private UnrulyPeer(PilotProvince province, Func<SslStream, CancellationToken, Task> speak)
    {
        (_certificate, _speak) = (NodeCertificate.Load(province.DataFolder), speak);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Says these bytes and then nothing.</summary>
    /// <param name="withSettings">After the words with which every HTTP/2 server begins: the connection is taken for a good one and requests are sent.</param>
    public static UnrulyPeer Saying(PilotProvince province, byte[] bytes, bool withSettings) => new(province, async (stream, cancellation) =>
    {
        if (withSettings)
            await HearRequestAsync(stream, cancellation);
        await stream.WriteAsync(bytes, cancellation);
        await stream.FlushAsync(cancellation);
        await Task.Delay(Timeout.Infinite, cancellation);
    });

    /// <summary>One byte at a time of a frame that never ends.</summary>
    public static UnrulyPeer Dripping(PilotProvince province) => new(province, async (stream, cancellation) =>
    {
        await HearRequestAsync(stream, cancellation);
        byte[] frame = [0, 0x40, 0, 1, 4, 0, 0, 0, 1];
        await stream.WriteAsync(frame, cancellation);
        while (true)
        {
            await stream.WriteAsync(new byte[1], cancellation);
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
        }
    });

    /// <summary>A frame's head, for a length of the caller's choice.</summary>
    public static byte[] Frame(int length, byte type, byte flags, int streamId)
    {
        var head = new byte[9];
        (head[0], head[1], head[2], head[3], head[4]) = ((byte)((length >> 16) & 0xFF), (byte)((length >> 8) & 0xFF), (byte)(length & 0xFF), type, flags);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(5), streamId);
        return head;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _certificate.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        await using var stream = new SslStream(client.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate.Certificate,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                ClientCertificateRequired = true,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null,
            }, _stopping.Token);
            Interlocked.Increment(ref _connections);
            await _speak(stream, _stopping.Token);
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or AuthenticationException or ObjectDisposedException)
        {
            // The node has had enough, or the test is over.
        }
    }

    /// <summary>Waits until the node has sent more than its preface: the head of a request.</summary>
    private static async Task HearRequestAsync(SslStream stream, CancellationToken cancellation)
    {
        await stream.WriteAsync(Settings, cancellation);
        await stream.FlushAsync(cancellation);
        var buffer = new byte[16 * 1024];
        for (var heard = 0; heard < 200;)
            heard += await stream.ReadAsync(buffer, cancellation) is > 0 and var count ? count : throw new IOException("The node has closed the connection.");
    }
}
