using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>Fetches the rows of a proposed statement from the treatment side, page by page, and examines them. One statement at a time.</summary>
internal sealed class StatementChecker(NodesConfiguration configuration, Division self, Database database, TransactionIdSource ids, PeerDirectory peers, TimeProvider time) : IDisposable
{
    public const int PageMax = 1_000;

    /// <summary>Whose rows one commit claims: a disk sync for each page would take longer than the check, and more would hold up every other writer.</summary>
    private const int PagesPerCommit = 5;

    private StatementExamination? _begun;

    // A row has a few hundred bytes; a node may take less in one message than the contract allows.
    private int PageSize => Math.Clamp(configuration.Limits.MessageBytesMax / 1_024, 1, PageMax);

    /// <summary>Checks a revision once and keeps what was found. What a cut line broke off goes on where it was, as long as the node runs.</summary>
    /// <returns>Null, or why it could not be checked now.</returns>
    public async Task<string?> CheckAsync(ClearingStatement statement, CancellationToken cancellation)
    {
        if (peers.Find(Division.Parse(statement.Partner)) is not { } peer)
            return $"nodes.json 未登记 {statement.Partner} / province {statement.Partner} is not in nodes.json";
        return (await RunAsync(statement, (after, max, token) => FetchAsync(peer, statement, after, max, token), cancellation)).Reason;
    }

    /// <param name="fetch">At most so many rows after a sequence number, or why they could not be had: that breaks the check off.</param>
    /// <returns>What the check came to, or why it was broken off.</returns>
    public async Task<(CheckRow? Check, string? Reason)> RunAsync(ClearingStatement statement, FetchRows fetch, CancellationToken cancellation)
    {
        var examination = Begin(statement);
        try
        {
            var reason = await ExamineAsync(examination, new StatementPages(fetch, examination.LastSequence, statement.LastSequence, PageSize), cancellation);
            if (reason is not null)
            {
                _begun = examination;
                return (null, reason);
            }
            var check = database.Read(session => examination.Conclude(session, time.NowMs()));
            await database.WriteAsync(session => Keep(session, examination, check), cancellation);
            return (check, null);
        }
        finally
        {
            if (_begun != examination)
                examination.Dispose();
        }
    }

    public void Dispose() => _begun?.Dispose();

    /// <returns>Null, or why it was broken off.</returns>
    private async Task<string?> ExamineAsync(StatementExamination examination, StatementPages pages, CancellationToken cancellation)
    {
        string? reason = null;
        var (waiting, claiming) = (new ExaminedRows(), Task.CompletedTask);
        try
        {
            await foreach (var page in pages.ReadAsync(cancellation))
            {
                if ((reason = page.Reason) is not null)
                    break;
                waiting.Add(database.Read(session => examination.Examine(session, page.Rows)));
                if (!examination.IsWorthGoingOn)
                    break;
                if (waiting.Rows.Count < PagesPerCommit * PageSize)
                    continue;
                // While one lot is claimed, the next is examined.
                await claiming;
                (claiming, waiting) = (ClaimAsync(examination, waiting, cancellation), new ExaminedRows());
            }
            await claiming;
            await ClaimAsync(examination, waiting, cancellation);
            return reason;
        }
        finally
        {
            await claiming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task ClaimAsync(StatementExamination examination, ExaminedRows rows, CancellationToken cancellation) => examination.Note(rows,
        await database.WriteAsync(session => ClearedRows.Claim(session, examination.Statement.StatementNumber, rows.Rows), cancellation));

    /// <summary>Goes on with what a cut line broke off, where that was of the same revision. After any other failure it begins anew.</summary>
    private StatementExamination Begin(ClearingStatement statement)
    {
        var begun = _begun;
        _begun = null;
        if (begun is not null && (begun.Statement.StatementNumber, begun.Statement.Revision) == (statement.StatementNumber, statement.Revision))
            return begun;
        begun?.Dispose();
        return new StatementExamination(statement, configuration.Clearing.Of(Division.Parse(statement.Partner), self).LateMonthsMax);
    }

    private static void Keep(Session session, StatementExamination examination, CheckRow check)
    {
        var (number, revision) = (examination.Statement.StatementNumber, examination.Statement.Revision);
        if (StatementBook.Check(session, number, revision) is not null)
            return;
        StatementBook.InsertCheck(session, number, revision, check);
        StatementBook.InsertObjections(session, number, revision, ObjectionOrigin.Check, examination.Objections);
    }

    private async Task<(StatementRowPage? Page, string? Reason)> FetchAsync(IPeerLink peer, ClearingStatement statement, long after, int max, CancellationToken cancellation)
    {
        var id = await ids.NextAsync(cancellation);
        var request = new ListStatementRowsRequest
        {
            Header = RequestHeaders.Create(configuration, id, peer.Entry.Division, "", time.GetUtcNow()),
            StatementNumber = statement.StatementNumber,
            Revision = statement.Revision,
            AfterSequence = after,
            PageSize = max,
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
