using Google.Protobuf;
using Grpc.Core;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Tests.Network;

internal sealed class PeerCallTests : NetworkTest
{
    [Test]
    public async Task A_call_brings_back_the_exact_bytes_and_tells_the_service_who_calls()
    {
        await StartBothAsync();
        PeerIdentity? seen = null;
        // A field that this release does not know must survive as well: the reply is kept as evidence.
        var reply = VerifyPersonResponse.Parser.ParseFrom([.. ScriptedPersonService.Answer(Request()).ToByteArray(), 0xA0, 0x3F, 0x07]);
        Guangdong.Persons.Then((_, context) =>
        {
            seen = context.Peer();
            return reply;
        });
        var outcome = await CallAsync();
        AssertAnswered(outcome);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(((PeerOutcome.Answered)outcome).Reply, Is.EqualTo(reply.ToByteArray()));
            Assert.That(seen, Is.EqualTo(new PeerIdentity(Yunnan.Province)));
            Assert.That(Yunnan.PeerTo(Guangdong).State.Status.Availability, Is.EqualTo(PeerAvailability.Up));
        }
    }

    [Test]
    public async Task A_node_tells_its_name_its_releases_and_the_services_it_really_has()
    {
        await StartBothAsync();
        var request = new GetNodeRequest { Header = Request().Header };
        var outcome = await Yunnan.PeerTo(Guangdong).CallAsync(PeerMethod.GetNode, request.ToByteArray(), CancellationToken.None);
        AssertAnswered(outcome);
        var node = GetNodeResponse.Parser.ParseFrom(((PeerOutcome.Answered)outcome).Reply).Node;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Division, Is.EqualTo("440000"));
            Assert.That(node.Name, Is.EqualTo("测试节点 440000"));
            Assert.That(node.ProtocolReleases, Is.EqualTo(new[] { "1.0", "1.1" }));
            Assert.That(node.SoftwareRelease, Does.Match(@"^\d+\.\d+\.\d+"));
            Assert.That(node.Services, Is.EqualTo(new[]
            {
                "grpc.health.v1.Health", "provincial.exchange.v1.FeeDetailService", "provincial.exchange.v1.NodeService", "provincial.exchange.v1.PersonService",
            }));
        }
    }

    [Test]
    public async Task All_calls_that_a_peer_may_have_under_way_come_in_over_its_one_connection()
    {
        const int Calls = 120;
        await StartBothAsync();
        for (var call = 0; call < Calls; call++)
            Guangdong.Persons.ThenHang();
        var calls = Enumerable.Range(0, Calls).Select(_ => CallAsync()).ToList();

        for (var call = 0; call < Calls; call++)
            await Guangdong.Persons.EnteredAsync();
        Guangdong.Persons.Release();

        foreach (var outcome in await Task.WhenAll(calls))
            AssertAnswered(outcome);
    }

    [TestCase(4096, true)]
    [TestCase(4097, false)]
    public async Task A_ping_returns_its_payload_up_to_the_limit(int length, bool isReturned)
    {
        await StartBothAsync();
        var request = new PingRequest { Header = Request().Header, Payload = ByteString.CopyFrom(new byte[length]) };
        var outcome = await Yunnan.PeerTo(Guangdong).CallAsync(PeerMethod.Ping, request.ToByteArray(), CancellationToken.None);
        AssertAnswered(outcome);
        var response = PingResponse.Parser.ParseFrom(((PeerOutcome.Answered)outcome).Reply);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.TransactionId, Is.EqualTo(request.Header.TransactionId));
            Assert.That(response.Pong?.Payload == request.Payload, Is.EqualTo(isReturned));
            Assert.That(response.Refusal?.Code, isReturned ? Is.Null : Is.EqualTo(RefusalCode.InvalidField));
        }
    }

    [Test]
    public async Task A_header_that_speaks_for_another_province_is_rejected()
    {
        await StartBothAsync();
        AssertRejected(await CallAsync(Request(header => header.SenderDivision = "310000")), StatusCode.PermissionDenied, "may not speak for 310000");
        await Logs.WaitForAsync(1002, "PermissionDenied");
        Assert.That(Guangdong.Persons.Calls, Is.Zero);
    }

    [Test]
    public async Task A_request_for_another_province_is_rejected()
    {
        await StartBothAsync();
        AssertRejected(await CallAsync(Request(header => header.ReceiverDivision = "310100")), StatusCode.InvalidArgument, "this node is 440000");
        await Logs.WaitForAsync(1002, "header.receiver_division");
        Assert.That(Guangdong.Persons.Calls, Is.Zero);
    }

    [Test]
    public async Task A_malformed_or_missing_header_is_rejected()
    {
        await StartBothAsync();
        AssertRejected(await CallAsync(new()), StatusCode.InvalidArgument, "header:");
        AssertRejected(await CallAsync(Request(header => header.TransactionId = "1")), StatusCode.InvalidArgument, "header.transaction_id");
        AssertRejected(await CallAsync(Request(header => header.ProtocolRelease = "2.0")), StatusCode.FailedPrecondition, "upgrade the older side");
        await Logs.WaitForAsync(1002, "header.transaction_id");
        Assert.That(Guangdong.Persons.Calls, Is.Zero);
    }

    [Test]
    public async Task A_service_the_peer_does_not_have_is_rejected()
    {
        await StartBothAsync();
        var outcome = await Yunnan.PeerTo(Guangdong).CallAsync(PeerMethod.Settle, new SettleRequest { Header = Request().Header }.ToByteArray(), CancellationToken.None);
        AssertRejected(outcome, StatusCode.Unimplemented, "");
    }

    [Test]
    public async Task A_message_above_the_receivers_limit_is_rejected()
    {
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry);
        await Yunnan.StartAsync(listing);
        await Guangdong.StartAsync(listing with { Limits = new() { MessageBytesMax = 64 * 1024 } });
        AssertRejected(await CallAsync(Request(header => header.Operator = new('x', 1024 * 1024))), StatusCode.ResourceExhausted, "");
        AssertAnswered(await CallAsync());
        Assert.That(Guangdong.Persons.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_message_above_the_senders_own_limit_is_not_even_sent()
    {
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry);
        await Yunnan.StartAsync(listing with { Limits = new() { MessageBytesMax = 64 * 1024 } });
        AssertRejected(await CallAsync(Request(header => header.Operator = new('x', 64 * 1024))), StatusCode.ResourceExhausted, "not sent");
    }

    [Test]
    public async Task A_reply_above_the_senders_limit_proves_nothing()
    {
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry);
        await Yunnan.StartAsync(listing with { Limits = new() { MessageBytesMax = 64 * 1024 } });
        await Guangdong.StartAsync(listing);
        Guangdong.Persons.Then((_, _) => new() { Person = new() { Name = new('x', 128 * 1024) } });
        AssertUnknown(await CallAsync(), "ResourceExhausted");
    }

    [Test]
    public async Task A_fault_of_the_peer_tells_the_caller_nothing_but_that_the_outcome_is_unknown()
    {
        Logs.ExpectError(1004);
        await StartBothAsync();
        Guangdong.Persons.ThenThrow(new InvalidOperationException("inner workings"));
        var outcome = await CallAsync();
        AssertUnknown(outcome, "internal fault of node 440000");
        Assert.That(((PeerOutcome.Unknown)outcome).Reason, Does.Not.Contain("inner workings"));
        Assert.That((await Logs.WaitForAsync(1004)).Exception, Is.TypeOf<InvalidOperationException>());
    }

    [Test]
    public async Task A_peer_whose_storage_is_busy_says_so_and_the_outcome_is_unknown()
    {
        await StartBothAsync();
        Guangdong.Persons.ThenThrow(StorageBusyException.QueueFull(7));
        AssertUnknown(await CallAsync(), "its write queue is full (7 works)");
        await Logs.WaitForAsync(1003, "write queue is full");
    }

    [Test]
    public async Task A_retry_after_a_fault_can_still_bring_the_answer()
    {
        Logs.ExpectError(1004);
        await StartRetryingAsync();
        Guangdong.Persons.ThenThrow(new InvalidOperationException("first"));
        AssertAnswered(await CallAsync());
        Assert.That(Guangdong.Persons.Calls, Is.EqualTo(2));
    }

    [Test]
    public async Task A_rejection_after_an_attempt_of_unknown_outcome_leaves_it_unknown()
    {
        Logs.ExpectError(1004);
        await StartRetryingAsync();
        Guangdong.Persons.ThenThrow(new InvalidOperationException("first"));
        Guangdong.Persons.ThenThrow(new RpcException(new Status(StatusCode.PermissionDenied, "not you")));
        AssertUnknown(await CallAsync(), "PermissionDenied: not you");
    }

    [Test]
    public async Task A_rejection_is_not_repeated()
    {
        await StartRetryingAsync();
        Guangdong.Persons.ThenThrow(new RpcException(new Status(StatusCode.PermissionDenied, "not you")));
        AssertRejected(await CallAsync(), StatusCode.PermissionDenied, "not you");
        Assert.That(Guangdong.Persons.Calls, Is.EqualTo(1));
    }

    private async Task StartRetryingAsync()
    {
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry);
        await Yunnan.StartAsync(listing with { Timeouts = listing.Timeouts with { RetriesMax = 2 } });
        await Guangdong.StartAsync(listing);
    }
}
