using Google.Protobuf;
using Grpc.Core;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Network;

/// <summary>Two nodes on loopback: Yunnan calls, Guangdong answers.</summary>
internal abstract class NetworkTest : LoggedTest
{
    private readonly List<NetworkNode> _nodes = [];
    private long _serial;

    protected NetworkNode Yunnan => _nodes[0];

    protected NetworkNode Guangdong => _nodes[1];

    [SetUp]
    public void PlaceNodes()
    {
        Place("530000");
        Place("440000");
    }

    [TearDown]
    public async Task RemoveNodes()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _nodes.Clear();
    }

    protected NetworkNode Place(string province)
    {
        var node = new NetworkNode(province, Logs);
        _nodes.Add(node);
        return node;
    }

    protected async Task CertifyYunnanAtAsync(DateTimeOffset at)
    {
        await Yunnan.DisposeAsync();
        _nodes[0] = new NetworkNode("530000", Logs, certifiedAt: at);
    }

    protected async Task StartBothAsync()
    {
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry);
        await Yunnan.StartAsync(listing);
        await Guangdong.StartAsync(listing);
    }

    protected VerifyPersonRequest Request(Action<RequestHeader>? change = null)
    {
        var id = TransactionId.Create(Yunnan.Province, Yunnan.Time.GetUtcNow(), Interlocked.Increment(ref _serial));
        var request = new VerifyPersonRequest
        {
            Header = RequestHeaders.Create(NetworkNode.Listing(), id, Guangdong.Province, "测试", Yunnan.Time.GetUtcNow()),
        };
        change?.Invoke(request.Header);
        return request;
    }

    protected Task<PeerOutcome> CallAsync(VerifyPersonRequest? request = null, CancellationToken ct = default) =>
        Yunnan.PeerTo(Guangdong).CallAsync(PeerMethod.VerifyPerson, (request ?? Request()).ToByteArray(), ct).WaitAsync(TimeSpan.FromSeconds(60), CancellationToken.None);

    protected static void AssertAnswered(PeerOutcome outcome) => Assert.That(outcome, Is.TypeOf<PeerOutcome.Answered>(), outcome.ToString());

    protected static void AssertRejected(PeerOutcome outcome, StatusCode status, string detail)
    {
        Assert.That(outcome, Is.TypeOf<PeerOutcome.Rejected>(), outcome.ToString());
        var rejected = (PeerOutcome.Rejected)outcome;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rejected.Status, Is.EqualTo(status));
            Assert.That(rejected.Detail, Does.Contain(detail));
        }
    }

    protected static void AssertUnreachable(PeerOutcome outcome, string reason)
    {
        Assert.That(outcome, Is.TypeOf<PeerOutcome.Unreachable>(), outcome.ToString());
        Assert.That(((PeerOutcome.Unreachable)outcome).Reason, Does.Contain(reason));
    }

    protected static void AssertUnknown(PeerOutcome outcome, string reason)
    {
        Assert.That(outcome, Is.TypeOf<PeerOutcome.Unknown>(), outcome.ToString());
        Assert.That(((PeerOutcome.Unknown)outcome).Reason, Does.Contain(reason));
    }
}
