using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using ProvincialGateway.Configuration;

namespace ProvincialGateway.Network;

/// <summary>
/// Calls one peer within the interactive budget. It never throws for what the network or the peer does: the outcome says what is certain.
/// Repeats send the same bytes, so the transaction id in them makes any number of attempts one transaction.
/// </summary>
internal sealed class PeerClient : IPeerLink
{
    // The standard health protocol's question: it has no header and is let in always.
    private static readonly PeerMethod CheckHealth = PeerMethod.Of(Health.Descriptor, "Check");

    // Little of the interactive budget: whoever listens says at once whether it serves.
    private static readonly TimeSpan HealthPatience = TimeSpan.FromSeconds(1);

    private readonly AsyncLocal<PeerAttempt?> _current = new();
    private readonly PeerConnection _connection;
    private readonly GrpcChannel _channel;
    private readonly CallInvoker _invoker;
    private readonly ResiliencePipeline<PeerOutcome> _pipeline;
    private readonly CircuitBreakerManualControl _circuit = new();
    private readonly NodesConfiguration _configuration;
    private readonly RecoveryGate _gate;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public PeerClient(NodeEntry entry, NodesConfiguration configuration, NodeCertificate certificate, PeerTrust trust, RecoveryGate gate, TimeProvider time, ILogger<PeerClient> logger)
    {
        Entry = entry;
        State = new(entry.Division, time, logger);
        (_configuration, _gate, _time, _logger) = (configuration, gate, time, logger);
        _connection = new(entry, configuration, certificate, trust, logger);
        _channel = _connection.Open(_current);
        _invoker = _channel.CreateCallInvoker();
        _pipeline = PeerPipeline.Create(configuration.Timeouts, State, _circuit, time);
    }

    public NodeEntry Entry { get; }

    public PeerState State { get; }

    /// <param name="method">A unary rpc.</param>
    /// <param name="request">The stored bytes of the request, sent as they are.</param>
    /// <param name="ct">Gives up waiting; what was sent by then stays sent, and the outcome says so.</param>
    public async Task<PeerOutcome> CallAsync(PeerMethod method, byte[] request, CancellationToken ct)
    {
        var started = _time.GetTimestamp();
        await LookWhetherBackAsync(method, ct);
        var outcome = NotToBeSent(method, request) ?? await SendAsync(new PeerCall(method, request, LeftOfBudget(started), _time.GetUtcNow(), ct));
        if (outcome is PeerOutcome.Rejected rejected)
            NetworkLog.CallRejected(_logger, Entry.Division, method, rejected.Status, rejected.Detail);
        if (outcome is PeerOutcome.Unknown unknown)
            NetworkLog.CallUnknown(_logger, Entry.Division, method, unknown.Reason);
        return outcome;
    }

    /// <summary>Asks once and says nothing of it to the peer's state or the log: a question that is asked of peers that may be away.</summary>
    /// <returns>The reply's bytes, or the status the peer gave; null when it cannot be reached in time.</returns>
    public async Task<(byte[]? Reply, StatusCode Status)?> ProbeAsync(PeerMethod method, byte[] request, TimeSpan patience, CancellationToken ct)
    {
        if (Entry.Certificates.Count == 0)
            return null;
        var attempt = new PeerAttempt(patience);
        _current.Value = attempt;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        end.CancelAfter(patience);
        try
        {
            using var unary = _invoker.AsyncUnaryCall(method.AsUnary(), null, new CallOptions(cancellationToken: end.Token), request);
            return (await unary.ResponseAsync, StatusCode.OK);
        }
        catch (RpcException fault)
        {
            ct.ThrowIfCancellationRequested();
            return PeerFault.Judge(fault, attempt, _connection) is PeerOutcome.Rejected rejected ? (null, rejected.Status) : null;
        }
    }

    /// <summary>
    /// Sends a stream once, outside the interactive budget: the caller's own rule says when to try again. It ends early when the peer has answered.
    /// </summary>
    /// <param name="method">A client-streaming rpc.</param>
    /// <param name="messages">Asked for one after another, as the peer takes them; what this throws goes to the caller.</param>
    /// <param name="limits">How long it may take.</param>
    /// <param name="ct">Gives up; what was sent by then stays sent.</param>
    public async Task<PeerOutcome> StreamAsync(PeerMethod method, IAsyncEnumerable<byte[]> messages, PeerStreamLimits limits, CancellationToken ct)
    {
        if ((NotToBeSent(method, []) ?? await MeetAsync(method, CancellationToken.None)) is { } notSent)
            return notSent;
        var attempt = new PeerAttempt(limits.Whole);
        _current.Value = attempt;
        using var idle = new CancellationTokenSource(limits.Idle, _time);
        using var whole = new CancellationTokenSource(limits.Whole, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, whole.Token, ct);
        try
        {
            using var call = _invoker.AsyncClientStreamingCall(method.AsClientStream(), null, new CallOptions(cancellationToken: end.Token));
            await WriteAsync(call, messages, () => idle.CancelAfter(limits.Idle));
            var reply = await call.ResponseAsync;
            State.Succeeded();
            return new PeerOutcome.Answered(reply);
        }
        catch (RpcException) when (end.IsCancellationRequested)
        {
            var reason = ct.IsCancellationRequested ? "本节点放弃等待 / this node gave up waiting" : "对方在时限内未接收或未应答 / the peer took or answered nothing in time";
            if (!ct.IsCancellationRequested)
                State.Failed(reason);
            return attempt.Close() ? new PeerOutcome.Unknown(reason) : new PeerOutcome.Unreachable(reason);
        }
        catch (RpcException fault)
        {
            var outcome = PeerFault.Judge(fault, attempt, _connection);
            Note(outcome);
            return outcome;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.ShutdownAsync();
        _channel.Dispose();
    }

    /// <summary>A peer that was stopping may have been back for seconds before it says so by itself: no patient waits for that.</summary>
    private async Task LookWhetherBackAsync(PeerMethod method, CancellationToken ct)
    {
        if (RecoveryGate.IsAlwaysServed(method.Service) || State.Hold is not { Cause: PeerHoldCause.Draining })
            return;
        var budget = _configuration.Timeouts.InteractiveBudget;
        try
        {
            if (await ProbeAsync(CheckHealth, new HealthCheckRequest().ToByteArray(), HealthPatience < budget ? HealthPatience : budget, ct) is (var reply, StatusCode.OK) && IsServing(reply))
                State.HeardServing();
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Whoever gave up is told so like everybody else who is held.
        }
    }

    /// <summary>A moment at least: none at all would mean no limit.</summary>
    private TimeSpan LeftOfBudget(long started)
    {
        var left = _configuration.Timeouts.InteractiveBudget - _time.GetElapsedTime(started);
        return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
    }

    private static bool IsServing(byte[]? reply)
    {
        try
        {
            return reply is not null && HealthCheckResponse.Parser.ParseFrom(reply).Status is HealthCheckResponse.Types.ServingStatus.Serving;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    /// <summary>What needs no network to be known.</summary>
    private PeerOutcome? NotToBeSent(PeerMethod method, byte[] request)
    {
        // How a peer stands, and what it remembers, is asked and told however it stands.
        if (!RecoveryGate.IsAlwaysServed(method.Service) && State.Hold is { } hold)
            return new PeerOutcome.Unreachable(hold.Text) { IsHeld = true };
        if (request.Length > _configuration.Limits.MessageBytesMax)
            return new PeerOutcome.Rejected(StatusCode.ResourceExhausted,
                $"报文 {request.Length} 字节,超过上限 {_configuration.Limits.MessageBytesMax} 字节,未发送;请减少内容。 / "
                + $"the message has {request.Length} bytes, above the limit of {_configuration.Limits.MessageBytesMax}; not sent: send less");
        if (Entry.Certificates.Count > 0)
            return null;
        var reason = $"nodes.json 未登记节点 {Entry.Division} 的证书指纹 / nodes.json lists no certificate for node {Entry.Division}";
        State.Failed(reason);
        return new PeerOutcome.Unreachable(reason);
    }

    /// <summary>Before the first exchange with a peer it is asked what it knows of this node: one whose data are old must not act on them.</summary>
    /// <returns>Null when the call may go on.</returns>
    private async Task<PeerOutcome?> MeetAsync(PeerMethod method, CancellationToken ct)
    {
        if (RecoveryGate.IsAlwaysServed(method.Service))
            return null;
        var meeting = _gate.Meet(Entry.Division, isCalling: false, ct);
        if (meeting.IsCompletedSuccessfully && meeting.Result)
            return null;
        if (!await meeting)
        {
            const string Reason = "未接通，尚不能向对方核对往来 / not connected: the peer could not be asked yet what it knows of this node";
            State.Failed(Reason);
            return new PeerOutcome.Unreachable(Reason);
        }
        // It may have known more.
        return NotToBeSent(method, []);
    }

    private async Task<PeerOutcome> SendAsync(PeerCall call)
    {
        var context = ResilienceContextPool.Shared.Get(call.Abandoned);
        context.Properties.Set(PeerPipeline.Left, call.Left);
        try
        {
            return call.Conclude(await _pipeline.ExecuteAsync(
                static (context, state) => state.Client.AttemptAsync(state.call, context.CancellationToken), context, (Client: this, call)));
        }
        catch (BrokenCircuitException) when (call.Method == PeerMethod.Ping)
        {
            return await PingPastCircuitAsync(call);
        }
        catch (BrokenCircuitException)
        {
            return call.Conclude(new PeerOutcome.Unreachable("连续失败后暂停呼叫 / the circuit is open after repeated failures"));
        }
        catch (TimeoutRejectedException)
        {
            return call.Conclude(call.TurnedAway ?? new PeerOutcome.Unreachable("时限内未接通 / no connection within the time limit"));
        }
        catch (OperationCanceledException) when (call.Abandoned.IsCancellationRequested)
        {
            return call.Conclude(new PeerOutcome.Unreachable("本节点放弃等待 / this node gave up waiting"));
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>An open circuit spares patients the wait and the peer the calls; a ping is neither, and the first that is answered closes it.</summary>
    private async Task<PeerOutcome> PingPastCircuitAsync(PeerCall call)
    {
        using var patience = new CancellationTokenSource(_configuration.Timeouts.Attempt, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, call.Abandoned);
        try
        {
            var outcome = await AttemptAsync(call, end.Token);
            if (outcome is PeerOutcome.Answered)
                await _circuit.CloseAsync(call.Abandoned);
            return call.Conclude(outcome);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return call.Conclude(new PeerOutcome.Unreachable("时限内未接通 / no connection within the time limit"));
        }
    }

    private static async Task WriteAsync(AsyncClientStreamingCall<byte[], byte[]> call, IAsyncEnumerable<byte[]> messages, Action moved)
    {
        await foreach (var message in messages)
        {
            moved();
            if (!await TryAsync(() => call.RequestStream.WriteAsync(message)))
                return;
        }
        moved();
        await TryAsync(call.RequestStream.CompleteAsync);
    }

    /// <returns>False when the call has ended: its answer or its status says why.</returns>
    private static async Task<bool> TryAsync(Func<Task> write)
    {
        try
        {
            await write();
            return true;
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException or OperationCanceledException or IOException or HttpRequestException)
        {
            return false;
        }
    }

    private async ValueTask<PeerOutcome> AttemptAsync(PeerCall call, CancellationToken ct)
    {
        if (await MeetAsync(call.Method, ct) is { } notSent)
            return notSent;
        var attempt = new PeerAttempt(call.AttemptTimeout(_configuration.Timeouts.Attempt, _time.GetUtcNow()));
        _current.Value = attempt;
        try
        {
            using var unary = _invoker.AsyncUnaryCall(call.Method.AsUnary(), null, new CallOptions(cancellationToken: ct), call.Request);
            var reply = await unary.ResponseAsync;
            State.Succeeded();
            return new PeerOutcome.Answered(reply);
        }
        catch (RpcException) when (ct.IsCancellationRequested)
        {
            call.MayBeProcessed |= attempt.Close();
            if (!call.Abandoned.IsCancellationRequested)
                State.Failed("时限内无应答 / no answer in time");
            throw new OperationCanceledException(ct);
        }
        catch (RpcException fault)
        {
            var outcome = PeerFault.Judge(fault, attempt, _connection);
            Note(outcome);
            call.MayBeProcessed |= outcome is PeerOutcome.Unknown;
            call.TurnedAway = outcome is PeerOutcome.Unreachable { TurnedAway: not null } away ? away : null;
            return outcome;
        }
    }

    /// <summary>A peer that refuses this node as such is of no use; one that refuses a message is well.</summary>
    private void Note(PeerOutcome outcome)
    {
        switch (outcome)
        {
            case PeerOutcome.Rejected { Status: StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.FailedPrecondition } rejected:
                State.Failed($"{rejected.Status}: {rejected.Detail}");
                break;
            case PeerOutcome.Rejected:
                State.Succeeded();
                break;
            case PeerOutcome.Unreachable { TurnedAway: { } away }:
                State.Succeeded();
                State.Heard(away);
                break;
            case PeerOutcome.Unreachable unreachable:
                State.Failed(unreachable.Reason);
                break;
            case PeerOutcome.Unknown unknown:
                State.Failed(unknown.Reason);
                break;
        }
    }

    /// <summary>All attempts of one call.</summary>
    private sealed class PeerCall(PeerMethod method, byte[] request, TimeSpan left, DateTimeOffset begunAt, CancellationToken abandoned)
    {
        public PeerMethod Method => method;

        public byte[] Request => request;

        /// <summary>How long all attempts may take together; above zero.</summary>
        public TimeSpan Left => left;

        /// <summary>The caller no longer waits.</summary>
        public CancellationToken Abandoned => abandoned;

        /// <summary>Once true, only an answer can end the uncertainty.</summary>
        public bool MayBeProcessed { get; set; }

        /// <summary>The last attempt's end, when the peer turned it away for now: a better reason than that time ran out before the next.</summary>
        public PeerOutcome.Unreachable? TurnedAway { get; set; }

        public TimeSpan AttemptTimeout(TimeSpan attemptMax, DateTimeOffset now)
        {
            var remaining = begunAt + left - now;
            return remaining < attemptMax ? remaining : attemptMax;
        }

        /// <summary>The last attempt speaks for the call only as far as the earlier ones allow.</summary>
        public PeerOutcome Conclude(PeerOutcome last) => last switch
        {
            _ when !MayBeProcessed => last,
            PeerOutcome.Rejected rejected => new PeerOutcome.Unknown(
                $"先前一次发送结果未知,随后被拒绝 / an earlier attempt may have been processed, the last was rejected: {rejected.Status}: {rejected.Detail}"),
            PeerOutcome.Unreachable unreachable => new PeerOutcome.Unknown(
                $"已发送,结果未知 / sent, outcome unknown: {unreachable.Reason}"),
            _ => last,
        };
    }
}

/// <summary>How long one stream may take.</summary>
/// <param name="Idle">For one message to be taken by the peer, or for its answer to the last; above zero.</param>
/// <param name="Whole">Altogether; above zero, and what the peer is told.</param>
internal readonly record struct PeerStreamLimits(TimeSpan Idle, TimeSpan Whole);
