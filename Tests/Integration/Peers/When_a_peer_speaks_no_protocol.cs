using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Peers;

/// <summary>The other end has Yunnan's key and says bytes that are no HTTP/2, no gRPC, too many or never enough. A settlement waits; the truth settles it once.</summary>
internal sealed class When_a_peer_speaks_no_protocol : RecoveryTest
{
    private static readonly (string What, Func<ProvincialGateway.Cli.PilotProvince, UnrulyPeer> Start)[] Unruly =
    [
        ("noise instead of HTTP/2", province => UnrulyPeer.Saying(province, Noise(4_096), withSettings: false)),
        ("HTTP/1.1", province => UnrulyPeer.Saying(province, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), withSettings: false)),
        ("nothing at all", province => UnrulyPeer.Saying(province, [], withSettings: false)),
        ("nothing after the request", province => UnrulyPeer.Saying(province, [], withSettings: true)),
        ("noise after the request", province => UnrulyPeer.Saying(province, Noise(4_096), withSettings: true)),
        ("a frame above every limit", province => UnrulyPeer.Saying(province, UnrulyPeer.Frame(0xFFFFFF, type: 0, flags: 0, streamId: 1), withSettings: true)),
        ("headers that are none", province => UnrulyPeer.Saying(province, [.. UnrulyPeer.Frame(8, type: 1, flags: 4, streamId: 1), .. Noise(8)], withSettings: true)),
        ("data for a request nobody made", province => UnrulyPeer.Saying(province, [.. UnrulyPeer.Frame(4, type: 0, flags: 1, streamId: 99), 1, 2, 3, 4], withSettings: true)),
        ("one byte after another", UnrulyPeer.Dripping),
    ];

    public static IEnumerable<TestCaseData> Ways => Unruly.Select((way, index) => new TestCaseData(index).SetArgDisplayNames(way.What));

    protected override NodesConfiguration Configure(NodesConfiguration configuration) => configuration with
    {
        Timeouts = configuration.Timeouts with { InteractiveBudget = TimeSpan.FromSeconds(5), Attempt = TimeSpan.FromSeconds(5) },
    };

    [TestCaseSource(nameof(Ways))]
    public async Task The_settlement_waits_and_is_made_once(int index)
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await using (var unruly = Unruly[index].Start(Yunnan))
        {
            Line.LeadTo(unruly.Port);
            (await Guangzhou.SettleAsync(visit, "T1")).Pending();
            await IsMetAsync(() => unruly.Connections);
        }
        Line.LeadTo(Yunnan.PeerPort);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        Assert.That((Guangdong.Count("treatment_settlement"), Yunnan.Count("insured_settlement")), Is.EqualTo((1L, 1L)));
    }

    // The same on every run.
    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(20170920).NextBytes(bytes);
        return bytes;
    }
}
