using System.Net.Sockets;
using System.Text;
using ProvincialGateway.Cli;

namespace ProvincialGateway.Tests.BadInput;

/// <summary>A POST whose body never comes to its end.</summary>
internal static class BrokenPost
{
    /// <param name="inGoodOrder">Whether the connection is closed or torn down.</param>
    public static async Task SendAsync(PilotProvince node, string path, string contentType, string token, byte[] begun, int announced, bool inGoodOrder)
    {
        using var client = new TcpClient { LingerState = new LingerOption(enable: !inGoodOrder, seconds: 0) };
        await client.ConnectAsync(node.HisAddress.Host, node.HisAddress.Port);
        var head = $"POST {path} HTTP/1.1\r\nHost: {node.HisAddress.Authority}\r\nAuthorization: Bearer {token}\r\nContent-Type: {contentType}\r\nContent-Length: {announced}\r\n\r\n";
        await client.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. begun]);
    }
}
