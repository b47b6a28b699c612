using Google.Protobuf;
using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// Sends the lines of settled bills to the insured side, as long as it takes: at once after a settlement, later when the peer is back, after any
/// restart of either side. One stream to a peer at a time. What was cut off goes on at the first line the insured side has not got.
/// </summary>
internal sealed partial class FeeDetailSender(
    NodesConfiguration configuration, Database database, TransactionIdSource ids, PeerDirectory peers, Outbox outbox, BackOff backOff, TimeProvider time,
    ILogger<FeeDetailSender> logger) : BackgroundService
{
    /// <summary>To a peer whose release does not take fee details yet.</summary>
    private static readonly TimeSpan UnimplementedDelay = TimeSpan.FromHours(1);

    private static readonly TimeSpan StreamMax = TimeSpan.FromMinutes(10);

    private readonly PeerLanes _lanes = new(peers);

    private TaskCompletionSource _changed = NewChange();

    // A chunk is one message, and a node may take less than the contract allows.
    private int ChunkBytesMax => Math.Min(FeeDetailLimits.ChunkBytesMax, configuration.Limits.MessageBytesMax);

    /// <summary>Something may be due: every peer's transfers are looked at.</summary>
    public void Wake() => _lanes.Wake();

    /// <summary>Returns when no transfer is open: everything that is owed has arrived, was refused or withdrawn.</summary>
    public async Task AllEndedAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (database.Read(FeeTransfers.CountOpen) == 0)
                return;
            await changed.WaitAsync(cancellation);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        outbox.Recorded += OnRecorded;
        try
        {
            await _lanes.RunAsync(configuration.Timeouts.ResolverInterval, time, ServeAsync, stoppingToken);
        }
        finally
        {
            outbox.Recorded -= OnRecorded;
        }
    }

    private void OnRecorded(object? sender, EventArgs recorded)
    {
        Changed();
        Wake();
    }

    private async Task ServeAsync(PeerLane lane, CancellationToken cancellation)
    {
        var peer = lane.Peer.Entry.Division;
        while (await lane.WaitAsync(cancellation))
        {
            await BackgroundWork.AttemptAsync(async () =>
            {
                if (lane.TakeCameUp())
                    await database.WriteAsync(session => FeeTransfers.MakeDue(session, peer, time.NowMs()), cancellation);
                // Every attempt sets the next one into the future, so this ends.
                while (lane.Peer.State.Hold is null && database.Read(session => FeeTransfers.NextDue(session, peer, time.NowMs(), LatestAttemptMs())) is { } settlementNumber)
                {
                    await SendAsync(lane.Peer, settlementNumber, cancellation);
                    Changed();
                }
            }, reason => LogPostponed(peer, reason), logger, cancellation);
        }
    }

    /// <summary>One attempt: asks what is there where an earlier one may have brought lines across, then streams what is missing.</summary>
    private async Task SendAsync(IPeerLink peer, string settlementNumber, CancellationToken cancellation)
    {
        if (await PrepareAsync(peer, settlementNumber, cancellation) is not { } transfer)
            return;
        var stored = LineRanges.None;
        if (transfer.Attempts > 0)
        {
            switch (await AskAsync(peer, transfer, cancellation))
            {
                case PeerOutcome.Answered(var reply):
                    if (StoredOf(reply, transfer) is not { } known)
                    {
                        await FailAsync(transfer, "对方的进度应答与本次传输不符 / the progress the peer answered does not fit this transfer", null);
                        return;
                    }
                    stored = known;
                    await database.WriteAsync(session => FeeTransfers.Acknowledge(session, transfer, stored), cancellation);
                    break;
                case var unanswered:
                    await FailAsync(transfer, unanswered);
                    return;
            }
        }
        var outcome = await peer.StreamAsync(
            PeerMethod.UploadFeeDetails, MessagesAsync(transfer, stored), new PeerStreamLimits(configuration.Timeouts.InteractiveBudget, StreamMax), cancellation);
        cancellation.ThrowIfCancellationRequested();
        if (outcome is PeerOutcome.Answered(var answer))
            await RecordAsync(transfer, answer);
        else
            await FailAsync(transfer, outcome);
    }

    /// <summary>The transfer with its id and start on disk, and the attempt counted; null when there is nothing to send any more.</summary>
    private async Task<FeeTransferRow?> PrepareAsync(IPeerLink peer, string settlementNumber, CancellationToken cancellation)
    {
        var (transfer, settlement) = database.Read(session => (FeeTransfers.Find(session, settlementNumber)!, VisitStore.FindSettlement(session, settlementNumber)!));
        // Undone since it was found to be due.
        if (settlement is not { State: 1, FeeVersion: { } feeVersion })
            return null;
        if (transfer.FeeVersion != feeVersion)
        {
            var start = database.Read(session => FeeDetailLines.StartOf(session, settlement));
            if (start.LineCount is 0 or > FeeDetailLimits.LinesOfBillMax)
            {
                await database.WriteAsync(session => FeeTransfers.Fail(
                    session, settlementNumber, $"账单有 {start.LineCount} 行,协议允许 1..{FeeDetailLimits.LinesOfBillMax} 行 / the bill has {start.LineCount} lines, the contract allows 1..{FeeDetailLimits.LinesOfBillMax}",
                    time.NowMs() + (long)UnimplementedDelay.TotalMilliseconds), cancellation);
                return null;
            }
            if (transfer.TransactionId is null || !start.LinesSha256.Span.SequenceEqual(transfer.LinesSha256))
                await BeginAsync(peer, start, feeVersion, cancellation);
            else
                await database.WriteAsync(session => FeeTransfers.SetFeeVersion(session, settlementNumber, feeVersion), cancellation);
        }
        return await database.WriteAsync(session => FeeTransfers.BeginAttempt(session, settlementNumber, row => time.NowMs() + (long)backOff.After(row.Failures + 1).TotalMilliseconds), cancellation);
    }

    private async Task BeginAsync(IPeerLink peer, FeeDetailStart start, int feeVersion, CancellationToken cancellation)
    {
        var id = await ids.NextAsync(cancellation);
        var message = new UploadFeeDetailsRequest { Header = RequestHeaders.Create(configuration, id, peer.Entry.Division, "", time.GetUtcNow()), Start = start };
        var bytes = message.ToByteArray();
        await database.WriteAsync(session => FeeTransfers.Prepare(session, id.Text, start, bytes, feeVersion), cancellation);
    }

    private async Task<PeerOutcome> AskAsync(IPeerLink peer, FeeTransferRow transfer, CancellationToken cancellation)
    {
        var id = await ids.NextAsync(cancellation);
        var request = new GetFeeDetailProgressRequest
        {
            Header = RequestHeaders.Create(configuration, id, peer.Entry.Division, "", time.GetUtcNow()),
            SettlementNumber = transfer.SettlementNumber,
        };
        return await peer.CallAsync(PeerMethod.GetFeeDetailProgress, request.ToByteArray(), cancellation);
    }

    /// <summary>The start, then what is missing, read chunk by chunk as the peer takes them. Ends when the lines are not the settled ones any more.</summary>
    private async IAsyncEnumerable<byte[]> MessagesAsync(FeeTransferRow transfer, LineRanges stored)
    {
        // SQLite has no asynchronous I/O: only whoever takes the messages waits.
        await Task.CompletedTask;
        yield return transfer.Start!;
        foreach (var gap in stored.Missing(transfer.LineCount!.Value))
        {
            for (var next = gap.First; next <= gap.Last;)
            {
                var span = new LineSpan(next, Math.Min(gap.Last, next + FeeDetailLimits.LinesOfChunkMax - 1));
                var lines = database.Read(session => LinesOf(session, transfer, span));
                if (lines.Count == 0)
                    yield break;
                var chunk = FeeDetailLines.FirstChunk(lines, ChunkBytesMax);
                yield return new UploadFeeDetailsRequest { Chunk = chunk }.ToByteArray();
                next += chunk.Lines.Count;
            }
        }
    }

    private static IReadOnlyList<FeeDetailLine> LinesOf(Session session, FeeTransferRow transfer, LineSpan span)
    {
        if (FeeTransfers.Find(session, transfer.SettlementNumber) is not { State: FeeTransferState.Owed or FeeTransferState.Receiving, IsBeingUndone: false })
            return [];
        var settlement = VisitStore.FindSettlement(session, transfer.SettlementNumber)!;
        return settlement.State == 1 && settlement.FeeVersion == transfer.FeeVersion ? FeeDetailLines.Read(session, settlement.SettlementNumber, span) : [];
    }

    private async Task RecordAsync(FeeTransferRow transfer, byte[] answer)
    {
        if (Parse(UploadFeeDetailsResponse.Parser, answer) is not { } reply || reply.TransactionId != transfer.TransactionId || (reply.Refusal is null && reply.Progress is null))
        {
            await FailAsync(transfer, "对方的应答不是本次传输的 / what the peer answered is no answer to this transfer", null);
            return;
        }
        if (reply.Refusal is { } refusal)
        {
            if (await database.WriteAsync(session => FeeTransfers.Refuse(session, transfer, refusal, time.NowMs()), CancellationToken.None))
                LogRefused(transfer.SettlementNumber, transfer.TransactionId!, refusal.Code, refusal.MessageZh, refusal.MessageEn);
        }
        else if (reply.Progress.State is FeeDetailState.Complete && reply.Progress.LineCount == transfer.LineCount)
        {
            await database.WriteAsync(session => FeeTransfers.Complete(session, transfer, time.NowMs()), CancellationToken.None);
            LogComplete(transfer.SettlementNumber, transfer.LineCount!.Value);
        }
        else if (RangesOf(reply.Progress, transfer) is { } stored)
        {
            await database.WriteAsync(session => FeeTransfers.Acknowledge(session, transfer, stored), CancellationToken.None);
        }
        else
        {
            await FailAsync(transfer, "对方的进度应答与本次传输不符 / the progress the peer answered does not fit this transfer", null);
        }
    }

    /// <summary>
    /// The lines the peer has of this transfer: none when it knows another one or none at all. Also none of a finished one: its outcome, and the
    /// reason of a refusal, come as the answer to a stream. Null when that cannot be true.
    /// </summary>
    private static LineRanges? StoredOf(byte[] answer, FeeTransferRow transfer) => Parse(GetFeeDetailProgressResponse.Parser, answer) switch
    {
        { Refusal: not null } => LineRanges.None,
        { Progress: { State: FeeDetailState.Receiving } progress } when progress.TransferTransactionId == transfer.TransactionId => RangesOf(progress, transfer),
        { Progress: not null } => LineRanges.None,
        _ => null,
    };

    private static LineRanges? RangesOf(FeeDetailProgress progress, FeeTransferRow transfer)
    {
        if (progress.State is not FeeDetailState.Receiving || progress.Stored.Count > FeeDetailLimits.RangesMax
            || progress.Stored.Any(range => range.FirstLineNumber < 1 || range.LastLineNumber < range.FirstLineNumber || range.LastLineNumber > transfer.LineCount))
        {
            return null;
        }
        return progress.Stored.Aggregate(LineRanges.None, (ranges, range) => ranges.With(new LineSpan(range.FirstLineNumber, range.LastLineNumber)));
    }

    private static T? Parse<T>(MessageParser<T> parser, byte[] bytes)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private Task FailAsync(FeeTransferRow transfer, PeerOutcome outcome) => outcome switch
    {
        PeerOutcome.Rejected { Status: StatusCode.Unimplemented } => FailAsync(
            transfer, "对方节点的版本尚不接收费用明细 / the peer's release does not take fee details yet", time.NowMs() + (long)UnimplementedDelay.TotalMilliseconds),
        PeerOutcome.Rejected(var status, var detail) => FailAsync(transfer, $"{status}: {detail}", null),
        PeerOutcome.Unreachable(var reason) => FailAsync(transfer, reason, null),
        PeerOutcome.Unknown(var reason) => FailAsync(transfer, reason, null),
        _ => throw new InvalidOperationException($"Outcome {outcome.GetType().Name} is not handled."),
    };

    private async Task FailAsync(FeeTransferRow transfer, string reason, long? nextAttemptAtMs)
    {
        await database.WriteAsync(session => FeeTransfers.Fail(session, transfer.SettlementNumber, reason, nextAttemptAtMs), CancellationToken.None);
        LogStillOwed(transfer.SettlementNumber, transfer.TransactionId!, reason);
    }

    private long LatestAttemptMs()
    {
        var longest = configuration.Timeouts.ResolverDelayMax > UnimplementedDelay ? configuration.Timeouts.ResolverDelayMax : UnimplementedDelay;
        return time.NowMs() + (long)longest.TotalMilliseconds;
    }

    private void Changed() => Interlocked.Exchange(ref _changed, NewChange()).TrySetResult();

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(3201, LogLevel.Information, "All {LineCount} lines of settlement {SettlementNumber} have arrived at the insured side and make the bill.")]
    private partial void LogComplete(string settlementNumber, int lineCount);

    [LoggerMessage(3202, LogLevel.Warning, "The lines of settlement {SettlementNumber} (transfer {TransactionId}) were refused: {Code} {Chinese} {English} See gateway details list --state refused.")]
    private partial void LogRefused(string settlementNumber, string transactionId, RefusalCode code, string chinese, string english);

    [LoggerMessage(3203, LogLevel.Warning, "The lines of settlement {SettlementNumber} (transfer {TransactionId}) have not arrived yet: {Reason}. The node goes on with the same id.")]
    private partial void LogStillOwed(string settlementNumber, string transactionId, string reason);

    [LoggerMessage(3204, LogLevel.Warning, "Fee details to {Peer} are not sent now: {Reason}")]
    private partial void LogPostponed(Division peer, string reason);
}
