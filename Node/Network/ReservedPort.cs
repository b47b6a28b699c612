using System.Net;
using System.Net.Sockets;

namespace ProvincialGateway.Network;

/// <summary>
/// A free loopback port that stays reserved: the socket is bound and never listens, so callers are refused until a server takes the port
/// over, and again after that server has stopped. No other process can get in between.
/// </summary>
internal sealed class ReservedPort : IDisposable
{
    private readonly Socket _reservation = Bound(new(IPAddress.Loopback, 0));

    public IPEndPoint EndPoint => (IPEndPoint)_reservation.LocalEndPoint!;

    public int Port => EndPoint.Port;

    /// <summary>A socket bound to the same port, ready to listen. The caller owns it; only one of them may listen at a time.</summary>
    public Socket CreateListenSocket() => Bound(EndPoint);

    public void Dispose() => _reservation.Dispose();

    private static Socket Bound(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Sharing is what lets the reservation and the server hold the port together.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
