using System.Buffers.Binary;
using Google.Protobuf;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;
using TransactionState = Provincial.His.V1.TransactionState;

namespace ProvincialGateway.Tests.Peers;

/// <summary>Frames that no gRPC service writes: two replies, a reply cut short, one that says it is larger than it may be, one that never ends.</summary>
internal sealed class When_a_peer_answers_too_much : RecoveryTest
{
    private static readonly (string What, Func<Stream, byte[], CancellationToken, Task> Say)[] Answers =
    [
        ("twice the same", async (body, reply, ct) =>
        {
            await body.WriteAsync(Framed(reply), ct);
            await body.WriteAsync(Framed(reply), ct);
        }),
        ("a reply and noise", async (body, reply, ct) =>
        {
            await body.WriteAsync(Framed(reply), ct);
            await body.WriteAsync(new byte[] { 0x5A, 0x5A, 0x5A }, ct);
        }),
        ("a reply cut short", async (body, reply, ct) => await body.WriteAsync(Framed(reply).AsMemory(0, 10), ct)),
        ("a compressed reply that is none", async (body, reply, ct) => await body.WriteAsync(new byte[] { 1 }.Concat(Framed(reply).Skip(1)).ToArray(), ct)),
        ("a reply that says it has two gigabytes", async (body, _, ct) => await body.WriteAsync(new byte[] { 0, 0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3 }, ct)),
        ("a reply that never ends", async (body, _, ct) =>
        {
            await body.WriteAsync(new byte[] { 0, 0, 0x3F, 0xFF, 0xFF }, ct);
            while (!ct.IsCancellationRequested)
                await body.WriteAsync(new byte[16 * 1024], ct);
        }),
        ("a reply drop by drop", async (body, reply, ct) =>
        {
            foreach (var one in Framed(reply))
            {
                await body.WriteAsync(new[] { one }, ct);
                await Task.Delay(TimeSpan.FromMilliseconds(500), ct);
            }
        }),
    ];

    public static IEnumerable<TestCaseData> Ways => Answers.Select((answer, index) => new TestCaseData(index).SetArgDisplayNames(answer.What));

    protected override NodesConfiguration Configure(NodesConfiguration configuration) => configuration with
    {
        Timeouts = configuration.Timeouts with { InteractiveBudget = TimeSpan.FromSeconds(5), Attempt = TimeSpan.FromSeconds(5) },
    };

    [TestCaseSource(nameof(Ways))]
    public async Task It_proves_nothing_and_the_truth_is_asked_for_again(int index)
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await using (var liar = await LyingPeer.StartSpeakingAsync(Yunnan, Clock, Logs, (body, request, cancellation) =>
            Answers[index].Say(body, new SettleResponse { TransactionId = SettleRequest.Parser.ParseFrom(request).Header.TransactionId, Refusal = new() { Code = RefusalCode.PolicyMissing } }.ToByteArray(), cancellation)))
        {
            Line.LeadTo(liar.Port);
            (await Guangzhou.SettleAsync(visit, "T1")).Pending();
            await IsMetAsync(() => liar.Calls);
        }
        Line.LeadTo(Yunnan.PeerPort);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        Assert.That((Guangdong.Count("treatment_settlement"), Yunnan.Count("insured_settlement")), Is.EqualTo((1L, 1L)));
    }

    private static byte[] Framed(byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }
}
