using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>The value stands in <c>filing_request.kind</c>.</summary>
internal enum FilingRequestKind
{
    Submission = 1,
    Cancellation = 2,
}

/// <summary>
/// Filings that an operator of this treatment province submits to the insured province, and cancels there. Stored with the exact bytes before the
/// first packet; what is not answered is asked again with the same bytes until it is, also after a restart.
/// </summary>
internal sealed partial class FilingRequests(
    NodesConfiguration configuration, Database database, Vault vault, TransactionIdSource ids, PeerDirectory peers, OutboxOptions options, TimeProvider time,
    ILogger<FilingRequests> logger) : BackgroundService
{
    public const string RequestPurpose = "filing.request";
    public const string ReplyPurpose = "filing.reply";

    private readonly PeerLanes _lanes = new(peers);
    private readonly HashSet<string> _sending = [];
    private readonly Lock _gate = new();

    /// <returns>The stored request, with its answer when that has come.</returns>
    /// <param name="request">Without header.</param>
    /// <param name="insured">Any division of the province that is asked.</param>
    public Task<FilingRequestRow> SubmitAsync(SubmitFilingRequest request, Division insured, string requestedBy, CancellationToken cancellation) =>
        SendAsync(FilingRequestKind.Submission, insured, requestedBy, header => request.Header = header, request, cancellation);

    /// <inheritdoc cref="SubmitAsync"/>
    public Task<FilingRequestRow> CancelAsync(CancelFilingRequest request, Division insured, string requestedBy, CancellationToken cancellation) =>
        SendAsync(FilingRequestKind.Cancellation, insured, requestedBy, header => request.Header = header, request, cancellation);

    /// <summary>Asks for the filings of a person. Nothing is stored.</summary>
    /// <param name="request">Without header.</param>
    public async Task<PeerOutcome> GetAsync(GetFilingsRequest request, Division insured, string requestedBy, CancellationToken cancellation)
    {
        if (peers.Find(insured) is not { } peer)
            return new PeerOutcome.Unreachable(Unlisted(insured));
        request.Header = RequestHeaders.Create(configuration, await ids.NextAsync(cancellation), insured, requestedBy, time.GetUtcNow());
        return await peer.CallAsync(PeerMethod.GetFilings, request.ToByteArray(), cancellation);
    }

    /// <summary>The answer as it was stored; null while there is none.</summary>
    public static IExchangeReply? ReplyOf(FilingRequestRow row, Vault vault) =>
        row is { State: OutboundState.Answered, Reply: { } reply } ? Parse(row.Kind, vault.Open(reply, ReplyPurpose)) : null;

    /// <summary>Whatever came, true or not.</summary>
    /// <exception cref="InvalidOperationException">Nothing came.</exception>
    public byte[] ReplyOf(FilingRequestRow row) => vault.Open(row.Reply ?? throw new InvalidOperationException("The row has no reply."), ReplyPurpose);

    /// <summary>Sends an unanswered request once, at once, and records what came of it. Nothing to do for one that is being sent.</summary>
    public Task AskAsync(string transactionId, CancellationToken cancellation) =>
        DeliverAsync(transactionId, session => FilingRequestStore.BeginAsked(session, transactionId, time.NowMs()), cancellation);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _lanes.RunAsync(configuration.Timeouts.ResolverInterval, time, ServeAsync, stoppingToken);

    private async Task ServeAsync(PeerLane lane, CancellationToken stopping)
    {
        while (await lane.WaitAsync(stopping))
            await BackgroundWork.AttemptAsync(() => ResolveDueAsync(lane, stopping), LogPostponed, logger, stopping);
    }

    /// <summary>One after another, until nothing is due or the peer does not answer: the rest waits for the next look, or for its return.</summary>
    private async Task ResolveDueAsync(PeerLane lane, CancellationToken cancellation)
    {
        var peer = lane.Peer.Entry.Division;
        if (lane.TakeCameUp())
            await database.WriteAsync(session => FilingRequestStore.MakeDue(session, peer, time.NowMs()), cancellation);
        while (lane.Peer.State.Hold is null && database.Read(session => FilingRequestStore.NextDue(session, peer, options, time.NowMs())) is { } id)
        {
            if (!await DeliverAsync(id, session => FilingRequestStore.BeginRetry(session, id, options, time.NowMs()), cancellation))
                return;
        }
    }

    private async Task<FilingRequestRow> SendAsync(
        FilingRequestKind kind, Division insured, string requestedBy, Action<RequestHeader> setHeader, IMessage request, CancellationToken cancellation)
    {
        var id = await ids.NextAsync(cancellation);
        setHeader(RequestHeaders.Create(configuration, id, insured, requestedBy, time.GetUtcNow()));
        var now = time.NowMs();
        await database.WriteAsync(session => FilingRequestStore.Insert(session, new FilingRequestRow
        {
            TransactionId = id.Text,
            Peer = insured.Province.Code,
            Kind = kind,
            Request = vault.Seal(request.ToByteArray(), RequestPurpose),
            RequestedBy = requestedBy,
            State = OutboundState.Awaiting,
            Attempts = 1,
            AttemptedAtMs = now,
            PerhapsReceived = 1,
            PreparedAtMs = now,
            // The interactive attempt has this long before the resolver looks at the row.
            NextAttemptAtMs = now + (long)options.InteractiveBudget.TotalMilliseconds,
        }), cancellation);
        await DeliverAsync(id.Text, begin: null, cancellation);
        return database.Read(session => FilingRequestStore.Find(session, id.Text))!;
    }

    /// <param name="begin">Counts the attempt, once it is certain to be made; null when it is counted already.</param>
    /// <returns>Whether the peer has answered.</returns>
    private async Task<bool> DeliverAsync(string id, Action<Session>? begin, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!_sending.Add(id))
                return false;
        }
        try
        {
            if (begin is not null)
                await database.WriteAsync(begin, cancellation);
            if (database.Read(session => FilingRequestStore.Find(session, id)) is not { State: OutboundState.Awaiting } row)
                return false;
            var outcome = peers.Find(Division.Parse(row.Peer)) is { } peer
                ? await peer.CallAsync(MethodOf(row.Kind), vault.Open(row.Request, RequestPurpose), cancellation)
                : new PeerOutcome.Unreachable(Unlisted(Division.Parse(row.Peer)));
            await database.WriteAsync(session => Record(session, row, outcome), CancellationToken.None);
            return outcome is PeerOutcome.Answered;
        }
        finally
        {
            lock (_gate)
                _sending.Remove(id);
        }
    }

    private void Record(Session session, FilingRequestRow row, PeerOutcome outcome)
    {
        switch (outcome)
        {
            case PeerOutcome.Answered(var reply):
                var contradiction = ContradictionIn(row, reply);
                if (contradiction is not null)
                    LogContradiction(row.TransactionId, row.Peer, contradiction);
                FilingRequestStore.End(session, row, contradiction is null ? OutboundState.Answered : OutboundState.Parked, vault.Seal(reply, ReplyPurpose), contradiction, time.NowMs());
                break;
            // Only when nothing of this id can ever have reached the peer's books: no attempt but this one, which was turned away at the door, can have got there.
            case PeerOutcome.Rejected(var status, var detail) when row.PerhapsReceived == 1:
                FilingRequestStore.End(session, row, OutboundState.Rejected, null, $"{status}: {detail}", time.NowMs());
                break;
            case PeerOutcome.Rejected(var status, var detail):
                StayAwaiting(session, row, $"{status}: {detail}", isReceived: false);
                break;
            case PeerOutcome.Unreachable(var reason) unreachable:
                StayAwaiting(session, row, reason, isReceived: false, isMade: !unreachable.IsHeld);
                break;
            case PeerOutcome.Unknown(var reason):
                StayAwaiting(session, row, reason, isReceived: true);
                break;
            default:
                throw new InvalidOperationException($"Outcome {outcome.GetType().Name} is not handled.");
        }
    }

    private void StayAwaiting(Session session, FilingRequestRow row, string reason, bool isReceived, bool isMade = true)
    {
        LogStillAwaiting(row.TransactionId, row.Peer, reason);
        FilingRequestStore.Note(session, row.TransactionId, reason, isReceived, isMade);
    }

    /// <summary>Why the reply cannot be true, or null.</summary>
    private string? ContradictionIn(FilingRequestRow row, byte[] bytes)
    {
        try
        {
            var reply = Parse(row.Kind, bytes);
            if (reply.TransactionId != row.TransactionId)
                return "应答的是另一流水号 / the reply answers another transaction id";
            if (reply.Refusal is not null)
                return RefusalFault.In(reply.Refusal);
            var request = vault.Open(row.Request, RequestPurpose);
            return row.Kind is FilingRequestKind.Submission
                ? ContradictionIn(((SubmitFilingResponse)reply).Filing, SubmitFilingRequest.Parser.ParseFrom(request))
                : ContradictionIn(((CancelFilingResponse)reply).Filing, CancelFilingRequest.Parser.ParseFrom(request));
        }
        catch (InvalidProtocolBufferException)
        {
            return "应答不是约定的报文 / the reply is not a message of the contract";
        }
    }

    private static string? ContradictionIn(FilingRecord? record, SubmitFilingRequest asked) => record switch
    {
        null or { Filing: null or { FilingNumber: "" } } => "既无备案也无拒绝 / neither a filing nor a refusal",
        { State: not (FilingState.Effective or FilingState.UnderReview) } => "所报备案既非有效也非审核中 / a submitted filing in another state than effective or under review",
        { Filing: var filing } when (filing.Kind, filing.TargetArea, filing.ValidFrom) != (asked.Kind, asked.TargetArea, asked.ValidFrom) => "不是所报的备案 / another filing than was submitted",
        _ => null,
    };

    private static string? ContradictionIn(FilingRecord? record, CancelFilingRequest asked) => record switch
    {
        null or { Filing: null } => "既无备案也无拒绝 / neither a filing nor a refusal",
        { State: not FilingState.Cancelled } => "所取消的备案状态不符 / a cancelled filing in another state",
        _ => record.Filing.FilingNumber == asked.FilingNumber ? null : "取消的是另一备案 / the cancellation of another filing",
    };

    private static IExchangeReply Parse(FilingRequestKind kind, byte[] reply) => kind switch
    {
        FilingRequestKind.Submission => SubmitFilingResponse.Parser.ParseFrom(reply),
        FilingRequestKind.Cancellation => CancelFilingResponse.Parser.ParseFrom(reply),
        _ => throw new InvalidOperationException($"Filing request kind {kind} is not handled."),
    };

    private static PeerMethod MethodOf(FilingRequestKind kind) => kind is FilingRequestKind.Submission ? PeerMethod.SubmitFiling : PeerMethod.CancelFiling;

    private static string Unlisted(Division insured) => $"nodes.json 中没有 {insured.Province} / province {insured.Province} is not in nodes.json";

    [LoggerMessage(3301, LogLevel.Warning, "Filing request {TransactionId} to {Peer} is still unanswered: {Reason}. The node goes on asking with the same id.")]
    private partial void LogStillAwaiting(string transactionId, string peer, string reason);

    [LoggerMessage(3302, LogLevel.Error, "Filing request {TransactionId} was answered by {Peer} with what cannot be true: {Contradiction}. It is parked; call the peer. / 应答不可信，已搁置")]
    private partial void LogContradiction(string transactionId, string peer, string contradiction);

    [LoggerMessage(3303, LogLevel.Warning, "Unanswered filing requests are not asked for now: {Reason}")]
    private partial void LogPostponed(string reason);
}
