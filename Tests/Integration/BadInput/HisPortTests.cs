using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Xml.Linq;
using NUnit.Framework;

namespace ProvincialGateway.Tests.BadInput;

/// <summary>What is wrong with the request before any dialect sees its body.</summary>
[TestFixture]
internal sealed class HisPortTests : BadInputTest
{
    [TestCase("/"), TestCase("/Service2.asmx"), TestCase("/his/"), TestCase("/his/shanghai"), TestCase("/ydjy/"), TestCase("/token/x/nowhere"), TestCase("/provincial.exchange.v1.NodeService/Ping")]
    public async Task An_unknown_path_is_answered_with_the_paths_there_are(string path)
    {
        var post = await new GuangzhouStay(Client, Country).RawVerifyAsync() with { Address = new Uri(Guangdong.HisAddress, path) };
        var reply = await StoringNothingAsync(() => post.SendAsync(Client));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reply.Status, Is.EqualTo(404));
            Assert.That(reply.ContentType, Is.EqualTo("text/plain; charset=utf-8"));
            Assert.That(reply.Text, Does.Contain("没有这个地址").And.Contain("No such address").And.Contain("/his/v1/{operation}"));
        }
    }

    [Test]
    public async Task Messages_are_taken_by_POST_only([Values("GET", "PUT", "DELETE", "HEAD")] string method, [Values("/Service1.asmx", "/his/guangdong", "/his/v1/Settle")] string path)
    {
        var before = Stored();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Guangdong.HisAddress, path));
        using var response = await Client.SendAsync(request);
        before.AssertSame(Stored());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
            Assert.That(response.Content.Headers.Allow, Is.EqualTo(new[] { "POST" }));
            if (method != "HEAD")
                Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("只接受 POST").And.Contain("by POST only"));
        }
    }

    [Test]
    public async Task A_hospital_that_calls_another_adapter_than_its_own_is_told_which_is_its_own_in_the_dialect_it_called()
    {
        var (guangzhou, kunming) = (new GuangzhouStay(Client, Country), new KunmingStay(Client, Country));
        var good = await guangzhou.RawVerifyAsync();
        foreach (var path in (string[])["/his/yunnan", "/ydjy"])
        {
            var strayed = good with { Address = new Uri(Guangdong.HisAddress, path) };
            var reply = await StoringNothingAsync(() => strayed.SendAsync(Client));
            AssertRefused(kunming.RefusalIn(reply.Text), "INSTITUTION_MISMATCH", "适配器是 guangdong.*adapter is guangdong");
        }
    }

    [Test]
    public async Task A_message_of_another_dialect_is_refused_as_unreadable()
    {
        var (guangzhou, kunming) = (new GuangzhouStay(Client, Country), new KunmingStay(Client, Country));
        var misdirected = await kunming.RawVerifyAsync() with { Address = new Uri(Guangdong.HisAddress, "/his/guangdong"), Authorization = $"Bearer {guangzhou.Token}" };
        var reply = await StoringNothingAsync(() => misdirected.SendAsync(Client));
        AssertRefused(guangzhou.RefusalIn(reply.Text), "MALFORMED_MESSAGE", "Envelope");
    }

    [Test]
    public async Task A_visit_of_another_hospital_is_not_found()
    {
        var stay = new GuangzhouStay(Client, Country);
        await stay.AdmitAsync();
        var line = RawPost.Of(Guangdong, stay.Token, await stay.PlayAsync(await stay.LineAsync()));
        var (own, other) = ("H44010000001", Guangdong.Tokens.Keys.First(code => code != "H44010000001"));
        var foreign = line with
        {
            Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(line.Body).Replace(own, other, StringComparison.Ordinal)),
            Authorization = $"Bearer {Guangdong.Tokens[other]}",
        };
        var reply = await StoringNothingAsync(() => foreign.SendAsync(Client));
        AssertRefused(stay.RefusalIn(reply.Text), "VISIT_NOT_FOUND", "visit");
    }

    [Test]
    public async Task HTTP_2_with_prior_knowledge_is_not_spoken_to_hospitals()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Guangdong.HisAddress, "/his/guangdong"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent("<x/>"),
        };
        var before = Stored();
        Assert.That(async () => await Client.SendAsync(request), Throws.TypeOf<HttpRequestException>());
        before.AssertSame(Stored());
    }

    [Test]
    public async Task Plain_HTTP_1_is_not_spoken_to_peers()
    {
        var before = Stored();
        var reply = await ExchangeAsync(Guangdong.PeerPort, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        before.AssertSame(Stored());
        Assert.That(reply, Does.Not.StartWith("HTTP/"));
        await Logs.WaitForAsync(1001);
    }

    [TestCase("POST /his/guangdong HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")]
    [TestCase("POST /his/guangdong HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [TestCase("POST /his/guangdong HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")]
    [TestCase("POST /his/guangdong HTTP/1.1\r\n\r\n")]
    [TestCase("\u0016\u0003\u0001 not HTTP at all\r\n\r\n")]
    public async Task A_request_that_is_not_HTTP_is_answered_with_400(string request)
    {
        var before = Stored();
        var reply = await ExchangeAsync(Guangdong.HisAddress.Port, request);
        before.AssertSame(Stored());
        Assert.That(reply, Does.StartWith("HTTP/1.1 400 "));
    }

    [TestCase("/Service1.asmx?WSDL", "/Service1.asmx")]
    [TestCase("/token/{token}/Service1.asmx?WSDL", "/token/{token}/Service1.asmx")]
    [TestCase("/his/guangdong?wsdl", "/his/guangdong")]
    [TestCase("/axis2/services/SYDService?wsdl", "/axis2/services/SYDService.SYDServiceHttpSoap11Endpoint/")]
    [TestCase("/token/{token}/axis2/services/SYDService?wsdl", "/token/{token}/axis2/services/SYDService.SYDServiceHttpSoap11Endpoint/")]
    public async Task The_description_sends_clients_back_to_where_they_called(string described, string called)
    {
        var stay = new GuangzhouStay(Client, Country);
        string At(string path) => new Uri(Guangdong.HisAddress, path.Replace("{token}", stay.Token, StringComparison.Ordinal)).AbsoluteUri;
        using var response = await Client.GetAsync(At(described));
        var wsdl = XDocument.Parse(await response.Content.ReadAsStringAsync());
        var addresses = wsdl.Descendants().Where(element => element.Name.LocalName == "address").Select(element => element.Attribute("location")!.Value).Distinct().ToList();
        Assert.That(addresses, Is.EqualTo(new[] { At(called) }));
        // A client that is given nothing but this address must be able to call.
        var post = await stay.RawVerifyAsync() with { Address = new Uri(addresses[0]), Authorization = called.Contains("{token}", StringComparison.Ordinal) ? "" : $"Bearer {stay.Token}" };
        Assert.That((await post.SendAsync(Client)).Text, Does.Contain("errorcode&gt;0&lt;").And.Contain("测试患者甲"));
    }

    [Test]
    public async Task The_description_names_the_host_that_the_client_called()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Guangdong.HisAddress, "/Service1.asmx?WSDL"));
        request.Headers.Host = "yb-gateway.hospital.example:8080";
        using var response = await Client.SendAsync(request);
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("location=\"http://yb-gateway.hospital.example:8080/Service1.asmx\""));
    }

    [Test]
    public async Task A_client_that_names_no_host_is_sent_to_the_nodes_own_address()
    {
        var reply = await ExchangeAsync(Guangdong.HisAddress.Port, "GET /Service1.asmx?WSDL HTTP/1.0\r\n\r\n");
        Assert.That(reply, Does.StartWith("HTTP/1.1 200 ").And.Contain($"location=\"{Guangdong.HisAddress.GetLeftPart(UriPartial.Authority)}/Service1.asmx\""));
    }

    /// <summary>Sends raw bytes and reads until the server closes; the request must make it do so.</summary>
    private static async Task<string> ExchangeAsync(int port, string request)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, patience.Token);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), patience.Token);
        using var reply = new MemoryStream();
        await client.GetStream().CopyToAsync(reply, patience.Token);
        return Encoding.UTF8.GetString(reply.ToArray());
    }
}
