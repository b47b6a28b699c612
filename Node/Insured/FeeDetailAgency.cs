using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>How a stream may go on after its start.</summary>
/// <param name="Refusal">Why it may not; null when it may, or has ended well already.</param>
/// <param name="Transfer">Null when it may not.</param>
internal sealed record BegunTransfer(Refusal? Refusal, DetailTransferRow? Transfer);

/// <summary>
/// The lines behind a settled bill, received from the treatment province that settled it. Each chunk is one transaction. A transfer changes no
/// money: it ends complete when its lines are the bill, category by category, or refused with what is off.
/// </summary>
internal sealed class FeeDetailAgency(Database database, Inbox inbox, TimeProvider time)
{
    /// <summary>Called when the lines of a bill are complete.</summary>
    public Action Completed { get; init; } = () => { };

    /// <summary>Begins a transfer, or goes on with the one the id stands for. A new id takes the place of one that is not complete.</summary>
    public Task<BegunTransfer> BeginAsync(string transactionId, FeeDetailStart start, Division sender, CancellationToken cancellation) =>
        database.WriteAsync(session => Begin(session, transactionId, start, sender), cancellation);

    /// <summary>Stores a chunk whole or not at all.</summary>
    /// <returns>The transfer afterwards, or why nothing was stored.</returns>
    public async Task<BegunTransfer> StoreAsync(DetailTransferRow transfer, FeeDetailChunk chunk, CancellationToken cancellation)
    {
        if (FeeDetailRules.FaultIn(chunk, transfer.LineCount!.Value) is { } fault)
            return new(fault, null);
        // Made before the writer's turn: digests are the expensive part.
        var lines = chunk.Lines.Select(DetailLineRow.Of).ToList();
        return await database.WriteAsync(session => Store(session, transfer.Id, lines, time.NowMs()), cancellation);
    }

    /// <summary>The end of a stream: when all lines are there, whether they are the bill.</summary>
    public async Task<UploadFeeDetailsResponse> ConcludeAsync(DetailTransferRow begun, CancellationToken cancellation)
    {
        var transfer = database.Read(session => FeeDetailStore.Get(session, begun.Id));
        if (transfer is { State: DetailTransferState.Receiving, HasAllLines: true })
        {
            // Stored lines do not change any more, so that a large bill is not added up in the writer's turn.
            var fault = database.Read(session => FaultIn(session, transfer));
            transfer = await database.WriteAsync(session =>
            {
                FeeDetailStore.Finish(session, transfer.Id, fault, time.NowMs());
                return FeeDetailStore.Get(session, transfer.Id);
            }, cancellation);
            Completed();
        }
        return Reply(transfer);
    }

    /// <summary>What a stream of this transfer is answered.</summary>
    public UploadFeeDetailsResponse Reply(DetailTransferRow transfer) => transfer switch
    {
        { State: DetailTransferState.Replaced } => Reply(transfer.TransactionId, InsuredRefusals.DetailsReplaced()),
        { Refusal: { } refusal } => Reply(transfer.TransactionId, Refusal.Parser.ParseFrom(refusal)),
        _ => Answered(new UploadFeeDetailsResponse { Progress = ProgressOf(transfer) }, transfer.TransactionId),
    };

    public UploadFeeDetailsResponse Reply(string transactionId, Refusal refusal) => Answered(new UploadFeeDetailsResponse { Refusal = refusal }, transactionId);

    public GetFeeDetailProgressResponse Progress(GetFeeDetailProgressRequest request, Division sender) => Answered(database.Read(session =>
    {
        if (InsuredStore.FindSettlement(session, request.SettlementNumber) is not { } settlement || settlement.TreatmentProvince != sender.Code)
            return new GetFeeDetailProgressResponse { Refusal = InsuredRefusals.SettlementNotFound() };
        return FeeDetailStore.Standing(session, settlement.SettlementNumber) is { } transfer
            ? new GetFeeDetailProgressResponse { Progress = ProgressOf(transfer) }
            : new GetFeeDetailProgressResponse { Progress = new FeeDetailProgress { SettlementNumber = settlement.SettlementNumber, State = FeeDetailState.NotBegun } };
    }), request.Header.TransactionId);

    private BegunTransfer Begin(Session session, string transactionId, FeeDetailStart start, Division sender)
    {
        if (FeeDetailStore.Find(session, transactionId) is { } known)
            return Repeat(session, known, start);
        if (Inbox.Knows(session, transactionId))
            return new(InsuredRefusals.IdConflict("method"), null);
        var standing = FeeDetailStore.Standing(session, start.SettlementNumber);
        if (FaultIn(session, transactionId, start, standing, sender) is { } refusal)
        {
            FeeDetailStore.Insert(session, TurnedAway(transactionId, start, sender, refusal, time.NowMs()));
            return new(refusal, null);
        }
        if (standing is not null)
            FeeDetailStore.Replace(session, standing.Id, time.NowMs());
        FeeDetailStore.Insert(session, Receiving(transactionId, start, sender, time.NowMs()));
        return new(null, FeeDetailStore.Find(session, transactionId));
    }

    private static BegunTransfer Repeat(Session session, DetailTransferRow known, FeeDetailStart start)
    {
        if (MessageDifference.FirstPath(FeeDetailStart.Parser.ParseFrom(known.Start), start) is { } field)
            return new(InsuredRefusals.IdConflict($"start.{field}"), null);
        if (known.State is DetailTransferState.Replaced)
            return new(InsuredRefusals.DetailsReplaced(), null);
        if (known.Refusal is { } refusal)
            return new(Refusal.Parser.ParseFrom(refusal), null);
        return known.State is DetailTransferState.Receiving && IsUndone(session, known) ? new(InsuredRefusals.DetailsOfUndoneSettlement(), null) : new(null, known);
    }

    private Refusal? FaultIn(Session session, string transactionId, FeeDetailStart start, DetailTransferRow? standing, Division sender)
    {
        if (Inbox.IsVoid(session, transactionId))
            return InsuredRefusals.TransactionVoid();
        if (InsuredStore.FindSettlement(session, start.SettlementNumber) is not { } settlement || settlement.TreatmentProvince != sender.Code)
            return InsuredRefusals.SettlementNotFound();
        if (settlement.State != 1)
            return InsuredRefusals.DetailsOfUndoneSettlement();
        if (standing is { State: DetailTransferState.Complete })
            return InsuredRefusals.DetailsComplete(standing.TransactionId);
        if (FeeDetailStore.CountOf(session, start.SettlementNumber) >= FeeDetailLimits.TransfersMax)
            return InsuredRefusals.TooManyTransfers(FeeDetailLimits.TransfersMax);
        return FeeDetailRules.FaultIn(start, BillOf(session, settlement));
    }

    private static BegunTransfer Store(Session session, long transferId, List<DetailLineRow> lines, long nowMs)
    {
        var transfer = FeeDetailStore.Get(session, transferId);
        if (transfer.State is DetailTransferState.Replaced)
            return new(InsuredRefusals.DetailsReplaced(), null);
        if (transfer.State is DetailTransferState.Receiving && IsUndone(session, transfer))
            return new(InsuredRefusals.DetailsOfUndoneSettlement(), null);
        var span = new LineSpan(lines[0].LineNumber, lines[^1].LineNumber);
        var stored = FeeDetailStore.Lines(session, transferId, span).ToDictionary(line => line.LineNumber);
        foreach (var line in lines)
        {
            if (stored.TryGetValue(line.LineNumber, out var known) && !known.RowSha256.AsSpan().SequenceEqual(line.RowSha256))
                return new(InsuredRefusals.LineConflict(line.LineNumber, MessageDifference.FirstPath(known.ToMessage(), line.ToMessage()) ?? "line"), null);
        }
        // Whatever is there already of a finished transfer is all of it.
        if (stored.Count == lines.Count)
            return new(null, transfer);
        var ranges = transfer.Stored.With(span);
        if (ranges.Spans.Count > FeeDetailLimits.RangesMax)
            return new(InsuredRefusals.InvalidField("chunk.first_line_number", "请按行号顺序发送", "send the lines in order"), null);
        foreach (var line in lines.Where(line => !stored.ContainsKey(line.LineNumber)))
            FeeDetailStore.InsertLine(session, transferId, line);
        FeeDetailStore.SetStored(session, transferId, ranges);
        return new(null, FeeDetailStore.Get(session, transferId));
    }

    /// <summary>Why all the lines together are not the settled bill; null when they are.</summary>
    private Refusal? FaultIn(Session session, DetailTransferRow transfer)
    {
        var settled = BillOf(session, InsuredStore.FindSettlement(session, transfer.SettlementNumber!)!);
        if (FeeDetailSums.Difference(settled.CategorySums, FeeDetailStore.CategorySums(session, transfer.Id)) is { } difference)
            return difference;
        var digest = RowDigest.Over(FeeDetailStore.Digests(session, transfer.Id).Select(row => new ReadOnlyMemory<byte>(row)));
        return digest.AsSpan().SequenceEqual(transfer.LinesSha256) ? null : InsuredRefusals.InvalidField(
            "start.lines_sha256", "与收到的明细不符", "it is not the digest of the lines that were received");
    }

    private static bool IsUndone(Session session, DetailTransferRow transfer) => InsuredStore.FindSettlement(session, transfer.SettlementNumber!) is not { State: 1 };

    /// <summary>The bill as it was settled: its request is kept with the answer.</summary>
    private Bill BillOf(Session session, InsuredSettlementRow settlement) => SettleRequest.Parser.ParseFrom(inbox.RequestOf(session, settlement.TransactionId)).Bill;

    private static DetailTransferRow Receiving(string transactionId, FeeDetailStart start, Division sender, long nowMs) => new()
    {
        TransactionId = transactionId,
        Sender = sender.Code,
        SettlementNumber = start.SettlementNumber,
        Start = start.ToByteArray(),
        LineCount = start.LineCount,
        LinesSha256 = start.LinesSha256.ToByteArray(),
        State = DetailTransferState.Receiving,
        BegunAtMs = nowMs,
    };

    private static DetailTransferRow TurnedAway(string transactionId, FeeDetailStart start, Division sender, Refusal refusal, long nowMs) => new()
    {
        TransactionId = transactionId,
        Sender = sender.Code,
        Start = start.ToByteArray(),
        State = DetailTransferState.TurnedAway,
        Refusal = refusal.ToByteArray(),
        BegunAtMs = nowMs,
        FinishedAtMs = nowMs,
    };

    private static FeeDetailProgress ProgressOf(DetailTransferRow transfer)
    {
        var progress = new FeeDetailProgress
        {
            SettlementNumber = transfer.SettlementNumber,
            State = transfer.State switch
            {
                DetailTransferState.Receiving => FeeDetailState.Receiving,
                DetailTransferState.Complete => FeeDetailState.Complete,
                DetailTransferState.Refused => FeeDetailState.Refused,
                _ => throw new InvalidOperationException($"A transfer in state {transfer.State} has no progress."),
            },
            TransferTransactionId = transfer.TransactionId,
            LineCount = transfer.LineCount!.Value,
            Stored = { transfer.Stored.Spans.Select(span => new LineRange { FirstLineNumber = span.First, LastLineNumber = span.Last }) },
        };
        if (transfer is { State: DetailTransferState.Complete, FinishedAtMs: { } at })
            progress.CompletedAtMs = at;
        return progress;
    }

    private T Answered<T>(T reply, string transactionId)
        where T : IExchangeReply
    {
        inbox.Complete(reply, transactionId);
        return reply;
    }
}
