using System.Collections.Concurrent;
using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>How long a stream of fee lines may take.</summary>
internal sealed record FeeDetailStreamOptions
{
    public static FeeDetailStreamOptions From(TimeoutOptions timeouts) => new() { IdleMax = timeouts.InteractiveBudget };

    /// <summary>Between two messages; above zero. A sender that was cut off resumes.</summary>
    public required TimeSpan IdleMax { get; init; }

    /// <summary>Of a whole stream; above zero; default 10 minutes. What is stored by then stays stored.</summary>
    public TimeSpan WholeMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Of one province at a time, 1 or more; default 4.</summary>
    public int StreamsMax { get; init; } = 4;
}

/// <summary>Reads a stream of fee lines, bounded in everything: one chunk in memory, ascending lines, time between messages, time altogether, streams per peer.</summary>
internal sealed class FeeDetailStreams(FeeDetailAgency agency, FeeDetailStreamOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<Division, int> _open = new();

    /// <exception cref="RpcException">The stream is out of order, too slow, or one too many: what was stored before stays stored.</exception>
    public async Task<UploadFeeDetailsResponse> ReceiveAsync(IAsyncStreamReader<UploadFeeDetailsRequest> messages, Division sender, CancellationToken cancellation)
    {
        if (_open.AddOrUpdate(sender, 1, static (_, open) => open + 1) > options.StreamsMax)
        {
            Leave(sender);
            throw Ended(StatusCode.ResourceExhausted, $"同时传输的明细超过 {options.StreamsMax} 路,请稍后再传", $"more than {options.StreamsMax} streams of fee lines at once; try again later");
        }
        try
        {
            using var whole = new CancellationTokenSource(options.WholeMax, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(whole.Token, cancellation);
            return await ReceiveAsync(new Reader(messages, options.IdleMax, time, cancellation, either.Token), sender, cancellation);
        }
        finally
        {
            Leave(sender);
        }
    }

    private async Task<UploadFeeDetailsResponse> ReceiveAsync(Reader messages, Division sender, CancellationToken cancellation)
    {
        if (await messages.NextAsync() is not { PartCase: UploadFeeDetailsRequest.PartOneofCase.Start } first)
            throw Ended(StatusCode.InvalidArgument, "数据流的第一条消息应为 start", "the first message of the stream is the start");
        if (first.Start.CalculateSize() > FeeDetailLimits.StartBytesMax)
            throw Ended(StatusCode.InvalidArgument, $"start 超过 {FeeDetailLimits.StartBytesMax} 字节", $"the start has more than {FeeDetailLimits.StartBytesMax} bytes");
        var id = first.Header.TransactionId;
        var begun = await agency.BeginAsync(id, first.Start, sender, cancellation);
        var last = 0;
        while (begun.Transfer is { State: DetailTransferState.Receiving, HasAllLines: false } transfer && await messages.NextAsync() is { } message)
        {
            if (message is not { PartCase: UploadFeeDetailsRequest.PartOneofCase.Chunk, Chunk: { } chunk } || (chunk.FirstLineNumber <= last && last > 0))
                throw Ended(StatusCode.InvalidArgument, "数据流次序错误:start 之后只有行号递增的 chunk", "the stream is out of order: after the start only chunks with ascending line numbers");
            begun = await agency.StoreAsync(transfer, chunk, cancellation);
            last = chunk.FirstLineNumber + chunk.Lines.Count - 1;
        }
        return begun.Refusal is { } refusal ? agency.Reply(id, refusal) : await agency.ConcludeAsync(begun.Transfer!, cancellation);
    }

    private void Leave(Division sender) => _open.AddOrUpdate(sender, 0, static (_, open) => open - 1);

    private static RpcException Ended(StatusCode status, string chinese, string english) => new(new Status(status, $"{chinese} / {english}"));

    private sealed class Reader(IAsyncStreamReader<UploadFeeDetailsRequest> messages, TimeSpan idleMax, TimeProvider time, CancellationToken caller, CancellationToken whole)
    {
        /// <returns>Null at the end of the stream.</returns>
        public async Task<UploadFeeDetailsRequest?> NextAsync()
        {
            using var idle = new CancellationTokenSource(idleMax, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, whole);
            try
            {
                return await messages.MoveNext(either.Token) ? messages.Current : null;
            }
            catch (Exception fault) when (IsEnd(fault) && either.IsCancellationRequested && !caller.IsCancellationRequested)
            {
                throw Ended(StatusCode.DeadlineExceeded, "明细传输过慢,已中断;请从第一条缺少的明细续传", "the stream is too slow and was ended; go on at the first missing line");
            }
            catch (Exception fault) when (IsEnd(fault))
            {
                // Not every cut is known as one by the time the read fails. The sender goes on where this ended.
                throw Ended(StatusCode.Cancelled, "对方中断了数据流", "the sender has cut the stream");
            }
        }

        // Reading from a call that has ended meanwhile is called an invalid operation.
        private bool IsEnd(Exception fault) => fault is OperationCanceledException or IOException or RpcException { StatusCode: StatusCode.Cancelled }
            || (fault is InvalidOperationException && caller.IsCancellationRequested);
    }
}
