using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;

namespace ProvincialGateway.Tests.Network;

/// <summary>Who is let in, from the server's and from the client's side.</summary>
internal sealed class PeerTrustOnTheWireTests : NetworkTest
{
    [Test]
    public async Task A_certificate_the_peer_does_not_list_is_refused_before_anything_is_sent()
    {
        var others = NetworkNode.Listing(Yunnan.Entry with { Certificates = [] }, Guangdong.Entry);
        await Yunnan.StartAsync(NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry));
        await Guangdong.StartAsync(others);
        AssertUnreachable(await CallAsync(), "does not trust this node's certificate");
        await Logs.WaitForAsync(1000, Yunnan.Certificate.Pin.Text);
        Assert.That(Guangdong.Persons.Calls, Is.Zero);
    }

    [Test]
    public async Task An_expired_certificate_is_refused()
    {
        await CertifyYunnanAtAsync(Yunnan.Time.GetUtcNow().AddYears(-4));
        await StartBothAsync();
        AssertUnreachable(await CallAsync(), "does not trust this node's certificate");
        await Logs.WaitForAsync(1000, "expired");
    }

    [Test]
    public async Task A_certificate_that_expires_while_connected_is_refused_from_then_on()
    {
        await StartBothAsync();
        AssertAnswered(await CallAsync());
        Guangdong.Time.Advance(NodeCertificate.DefaultValidity + TimeSpan.FromSeconds(1));
        AssertRejected(await CallAsync(), StatusCode.Unauthenticated, "expired");
        await Logs.WaitForAsync(1002, "Unauthenticated");
    }

    [Test]
    public async Task A_certificate_listed_under_another_province_is_refused()
    {
        await Yunnan.StartAsync(NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry));
        await Guangdong.StartAsync(NetworkNode.Listing(Yunnan.Entry with { Division = Values.Division.Parse("310000") }, Guangdong.Entry));
        AssertUnreachable(await CallAsync(), "does not trust this node's certificate");
        await Logs.WaitForAsync(1000, "names 530000 but is listed for node 310000");
    }

    [Test]
    public async Task A_server_that_is_another_peer_is_not_spoken_to()
    {
        var shanghai = Place("310000");
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry with { Address = shanghai.Entry.Address }, shanghai.Entry);
        await Yunnan.StartAsync(listing);
        await shanghai.StartAsync(listing);
        AssertUnreachable(await CallAsync(), "node 310000 answers there, not node 440000");
        await Logs.WaitForAsync(1020, shanghai.Certificate.Pin.Text);
    }

    [Test]
    public async Task A_server_whose_certificate_is_not_listed_is_not_spoken_to()
    {
        var stranger = Place("440000");
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry with { Address = stranger.Entry.Address });
        await Yunnan.StartAsync(listing);
        await stranger.StartAsync(NetworkNode.Listing(Yunnan.Entry, stranger.Entry));
        AssertUnreachable(await CallAsync(), "is not in nodes.json");
        Assert.That(stranger.Persons.Calls, Is.Zero);
    }

    [Test]
    public async Task A_peer_without_a_listed_certificate_is_not_called_at_all()
    {
        await Yunnan.StartAsync(NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry with { Certificates = [] }));
        AssertUnreachable(await CallAsync(), "lists no certificate for node 440000");
    }

    [Test]
    public async Task During_rotation_the_old_and_the_new_certificate_both_work()
    {
        var renewed = Place("530000");
        var listing = NetworkNode.Listing(Yunnan.Entry with { Certificates = [Yunnan.Certificate.Pin, renewed.Certificate.Pin] }, Guangdong.Entry);
        await Guangdong.StartAsync(listing);
        await Yunnan.StartAsync(listing);
        AssertAnswered(await CallAsync());
        await renewed.StartAsync(listing);
        var outcome = await renewed.PeerTo(Guangdong).CallAsync(PeerMethod.VerifyPerson, Google.Protobuf.MessageExtensions.ToByteArray(Request()), CancellationToken.None);
        AssertAnswered(outcome);
    }

    [Test]
    public async Task Nobody_gets_in_without_a_certificate()
    {
        await StartBothAsync();
        using var channel = Channel(certificate: null);
        Assert.That(async () => await new NodeService.NodeServiceClient(channel).PingAsync(new()), Throws.TypeOf<RpcException>()
            .With.Property(nameof(RpcException.StatusCode)).AnyOf(StatusCode.Unavailable, StatusCode.Internal));
        await Logs.WaitForAsync(1000, "no certificate was presented");
    }

    [Test]
    public async Task HTTP_1_is_not_spoken()
    {
        await StartBothAsync();
        using var client = new HttpClient(Handler(Yunnan.Certificate.Certificate)) { DefaultRequestVersion = HttpVersion.Version11 };
        Assert.That(async () => await client.GetAsync(Guangdong.Entry.Address), Throws.TypeOf<HttpRequestException>());
        await Logs.WaitForAsync(1001, "does not speak HTTP/2");
    }

    [Test]
    public async Task Noise_on_the_port_is_one_line_in_the_log()
    {
        await StartBothAsync();
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(Guangdong.Port.EndPoint);
        await socket.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        socket.Close();
        await Logs.WaitForAsync(1001);
    }

    [Test]
    public async Task Old_TLS_is_not_spoken()
    {
        await StartBothAsync();
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(Guangdong.Port.EndPoint);
        await using var tls = new SslStream(socket.GetStream());
#pragma warning disable SYSLIB0039, CA5397, CA5398 // The point of the test.
        var options = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls11, TargetHost = "node", ClientCertificates = [Yunnan.Certificate.Certificate] };
#pragma warning restore SYSLIB0039, CA5397, CA5398
        Assert.That(async () => await tls.AuthenticateAsClientAsync(options), Throws.InstanceOf<Exception>());
        socket.Close();
        await Logs.WaitForAsync(1001);
    }

    [Test]
    public async Task A_foreign_gRPC_client_with_a_listed_certificate_is_served_and_judged_like_any_other()
    {
        await StartBothAsync();
        using var channel = Channel(Yunnan.Certificate.Certificate);
        var client = new NodeService.NodeServiceClient(channel);
        Assert.That((await client.PingAsync(new() { Header = Request().Header })).Pong, Is.Not.Null);
        Assert.That(async () => await client.PingAsync(new()),
            Throws.TypeOf<RpcException>().With.Property(nameof(RpcException.StatusCode)).EqualTo(StatusCode.InvalidArgument));
    }

    [Test]
    public async Task In_a_client_stream_the_first_message_has_the_header_and_no_later_one()
    {
        await Yunnan.StartAsync(NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry));
        await Guangdong.StartAsync(NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry));
        var header = Request().Header;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await UploadAsync(new() { Header = header }, new(), new()), Is.EqualTo(StatusCode.OK));
            Assert.That(await UploadAsync(new(), new()), Is.EqualTo(StatusCode.InvalidArgument));
            Assert.That(await UploadAsync(new() { Header = header }, new() { Header = header }), Is.EqualTo(StatusCode.InvalidArgument));
        }
    }

    private async Task<StatusCode> UploadAsync(params UploadFeeDetailsRequest[] messages)
    {
        using var channel = Channel(Yunnan.Certificate.Certificate);
        using var call = new FeeDetailService.FeeDetailServiceClient(channel).UploadFeeDetails();
        try
        {
            foreach (var message in messages)
                await call.RequestStream.WriteAsync(message);
            await call.RequestStream.CompleteAsync();
        }
        catch (RpcException)
        {
            // The server has ended the call already; its status follows.
        }
        try
        {
            await call.ResponseAsync;
            return StatusCode.OK;
        }
        catch (RpcException fault)
        {
            return fault.StatusCode;
        }
    }

    private GrpcChannel Channel(X509Certificate2? certificate) =>
        GrpcChannel.ForAddress(Guangdong.Entry.Address, new GrpcChannelOptions { HttpHandler = Handler(certificate), DisposeHttpClient = true });

    private SocketsHttpHandler Handler(X509Certificate2? certificate) => new()
    {
        SslOptions =
        {
            LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
            RemoteCertificateValidationCallback = (_, presented, _, _) => CertificatePin.Of((X509Certificate2)presented!) == Guangdong.Certificate.Pin,
        },
    };
}
