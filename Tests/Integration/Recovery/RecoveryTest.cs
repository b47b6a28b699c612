using Google.Protobuf;
using Grpc.Core;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>
/// Yunnan is reached over a line that can be cut. After the interactive budget the resolver is due at once: the clock is put forward, nobody
/// waits for it.
/// </summary>
internal abstract class RecoveryTest : CountryTest
{
    /// <summary>Between Guangdong's client and Yunnan's port.</summary>
    protected CuttingProxy Line { get; private set; } = null!;

    /// <summary>What an operator sees of an unanswered transaction in the log.</summary>
    protected const int StillAwaiting = 1101;

    /// <summary>What an operator sees of an answer that cannot be true.</summary>
    protected const int Parked = 1103;

    /// <summary>Nobody listens there.</summary>
    private readonly ReservedPort _nowhere = new();

    [TearDown]
    public async Task TakeLineDown() => await Line.DisposeAsync();

    [OneTimeTearDown]
    public void GiveThePortBack() => _nowhere.Dispose();

    protected override void Arrange()
    {
        Line = new CuttingProxy(Yunnan.PeerPort);
        Guangdong.Configuration = Guangdong.Configuration with { Nodes = [.. Guangdong.Configuration.Nodes.Select(Rerouted)] };
    }

    /// <summary>What is stored and unanswered becomes due for the resolver.</summary>
    protected void LetTheResolverBegin() => Clock.PutForward(Guangdong.Configuration.Timeouts.InteractiveBudget);

    /// <summary>An attempt that met the end of a line that was just cut is no answer: the resolver makes the next.</summary>
    protected async Task LatestIsAnsweredAsync()
    {
        if (LatestState() != (long)OutboundState.Awaiting)
            return;
        LetTheResolverBegin();
        await Eventually.GetAsync("the latest transaction to be answered", LatestState, Is.Not.EqualTo((long)OutboundState.Awaiting));
    }

    /// <summary>Asks under the hospital's own id until there is an answer, as a cashier would.</summary>
    protected static Task<TransactionState> StateAsync(Hospital hospital, string id, TransactionState expected) =>
        Eventually.GetAsync($"transaction {id} to become {expected}", () => hospital.QueryAsync(id), Is.EqualTo(expected));

    /// <summary>Waits until Yunnan has committed its answer to that many requests.</summary>
    protected Task YunnanHasAnsweredAsync(long requests) =>
        Eventually.GetAsync($"Yunnan to commit {requests} answers", () => Yunnan.Count("inbox"), Is.EqualTo(requests));

    /// <summary>The request arrives and is answered; the answer does not arrive.</summary>
    protected async Task LoseReplyAsync<T>(Func<Task<HospitalReply<T>>> step)
        where T : class, IMessage<T>
    {
        var reply = await WithholdReplyAsync(step);
        Line.Cut();
        (await reply).Pending();
    }

    /// <summary>The request has arrived and is answered; the answer is on the line.</summary>
    /// <returns>The hospital, waiting.</returns>
    protected async Task<Task<HospitalReply<T>>> WithholdReplyAsync<T>(Func<Task<HospitalReply<T>>> step)
        where T : class, IMessage<T>
    {
        var answered = Yunnan.Count("inbox") + 1;
        // A new line could not be laid while replies are withheld.
        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted();
        Line.WithholdReplies();
        var reply = step();
        await YunnanHasAnsweredAsync(answered);
        return reply;
    }

    /// <summary>
    /// The request meets nobody, and stays unanswered until the line leads somewhere again. Yunnan is not stopped for it: a node that is back is sent to at once,
    /// which would race with what the test does next.
    /// </summary>
    protected async Task MeetNobodyAsync<T>(Func<Task<HospitalReply<T>>> step)
        where T : class, IMessage<T>
    {
        LeadNowhere();
        (await step()).Pending();
    }

    protected void LeadNowhere() => Line.LeadTo(_nowhere.Port);

    /// <summary>An attempt that met the end of the line that was just cut has not come as far as the other end: the resolver makes the next.</summary>
    /// <param name="times">How often somebody has come there.</param>
    protected async Task IsMetAsync(Func<int> times)
    {
        if (times() == 0)
            LetTheResolverBegin();
        await Eventually.GetAsync("somebody to come to the other end", times, Is.Positive);
    }

    /// <summary>From now on the line leads to somebody who holds Yunnan's key and says this.</summary>
    private protected Task<LyingPeer> LieAsync(Func<byte[], byte[]> answer) => LieAsync(request => new LyingPeer.Answer(StatusCode.OK, answer(request)));

    private protected async Task<LyingPeer> LieAsync(Func<byte[], LyingPeer.Answer> answer)
    {
        var liar = await LyingPeer.StartAsync(Yunnan, Clock, Logs, answer);
        Line.LeadTo(liar.Port);
        return liar;
    }

    private long LatestState() => Guangdong.Value<long>("SELECT state FROM outbound ORDER BY prepared_at_ms DESC, transaction_id DESC LIMIT 1");

    private NodeEntry Rerouted(NodeEntry entry) =>
        entry.Division == PilotCountry.Yunnan ? entry with { Address = new($"https://127.0.0.1:{Line.Port}") } : entry;
}
