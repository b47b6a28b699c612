using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;
using Row = Provincial.Exchange.V1.StatementRow;

namespace ProvincialGateway.Clearing;

/// <summary>Fetches the rows of a proposed statement from the treatment side, page by page, and examines them.</summary>
internal sealed class StatementChecker(NodesConfiguration configuration, Division self, Database database, TransactionIdSource ids, PeerDirectory peers, TimeProvider time)
{
    public const int PageMax = 1_000;

    /// <summary>Rows that one commit claims: a disk sync for each page would take longer than the check.</summary>
    private const int RowsPerCommit = 10 * PageMax;

    // A row has a few hundred bytes; a node may take less in one message than the contract allows.
    private int PageSize => Math.Clamp(configuration.Limits.MessageBytesMax / 1_024, 1, PageMax);

    /// <summary>Checks a revision once and keeps what was found.</summary>
    /// <returns>Null, or why it could not be checked now.</returns>
    public async Task<string?> CheckAsync(ClearingStatement statement, CancellationToken cancellation)
    {
        if (peers.Find(Division.Parse(statement.Partner)) is not { } peer)
            return $"nodes.json 未登记 {statement.Partner} / province {statement.Partner} is not in nodes.json";
        string? reason = null;
        await RunAsync(statement, async (after, token) =>
        {
            (var page, reason) = await FetchAsync(peer, statement, after, token);
            return page;
        }, cancellation);
        return reason;
    }

    /// <param name="fetch">The page after a sequence number; null breaks the check off without a result.</param>
    /// <returns>Null when it was broken off.</returns>
    public async Task<CheckRow?> RunAsync(ClearingStatement statement, Func<long, CancellationToken, Task<StatementRowPage?>> fetch, CancellationToken cancellation)
    {
        var agreement = configuration.Clearing.Of(Division.Parse(statement.Partner), self);
        using var examination = new StatementExamination(statement, agreement.LateMonthsMax);
        var waiting = new List<Row>();
        var after = examination.LastSequence;
        for (var more = statement.RowCount > 0; more;)
        {
            if (await fetch(after, cancellation) is not { } page)
                return null;
            waiting.AddRange(page.Rows);
            more = page.More && page.Rows.Count > 0;
            after = page.Rows.Count > 0 ? page.Rows[^1].Sequence : after;
            if (waiting.Count >= RowsPerCommit || !more)
            {
                more &= await database.WriteAsync(session => examination.Add(session, waiting), cancellation);
                waiting.Clear();
            }
        }
        var check = database.Read(session => examination.Conclude(session, time.NowMs()));
        await database.WriteAsync(session =>
        {
            if (StatementBook.Check(session, statement.StatementNumber, statement.Revision) is not null)
                return;
            StatementBook.InsertCheck(session, statement.StatementNumber, statement.Revision, check);
            StatementBook.InsertObjections(session, statement.StatementNumber, statement.Revision, ObjectionOrigin.Check, examination.Objections);
        }, cancellation);
        return check;
    }

    private async Task<(StatementRowPage? Page, string? Reason)> FetchAsync(PeerClient peer, ClearingStatement statement, long after, CancellationToken cancellation)
    {
        var id = await ids.NextAsync(cancellation);
        var request = new ListStatementRowsRequest
        {
            Header = RequestHeaders.Create(configuration, id, peer.Entry.Division, "", time.GetUtcNow()),
            StatementNumber = statement.StatementNumber,
            Revision = statement.Revision,
            AfterSequence = after,
            PageSize = PageSize,
        };
        switch (await peer.CallAsync(PeerMethod.ListStatementRows, request.ToByteArray(), cancellation))
        {
            case PeerOutcome.Answered(var bytes):
                return Parse(bytes) is { } reply && reply.TransactionId == id.Text
                    ? (reply.Page, reply.Refusal is { } refusal ? $"{refusal.MessageZh} / {refusal.MessageEn}" : reply.Page is null ? "对方应答无内容 / the peer's reply is empty" : null)
                    : (null, "对方应答无法识别 / the peer's reply cannot be read");
            case PeerOutcome.Rejected(var status, var detail):
                return (null, $"{status}: {detail}");
            case PeerOutcome.Unreachable(var reason):
                return (null, reason);
            case PeerOutcome.Unknown(var reason):
                return (null, reason);
            case var outcome:
                throw new InvalidOperationException($"Outcome {outcome.GetType().Name} is not handled.");
        }
    }

    private static ListStatementRowsResponse? Parse(byte[] bytes)
    {
        try
        {
            return ListStatementRowsResponse.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
