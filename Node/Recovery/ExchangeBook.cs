using System.Globalization;
using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>What this node and another one have exchanged, as this node's books hold it: what the other may have forgotten.</summary>
internal sealed class ExchangeBook(Database database, Vault vault)
{
    public const int ExchangesMax = 200;

    public const int IdsMax = 32;

    private const int PageBytesMax = 1 << 20;

    // Answered requests of this node, whichever table they stand in. A reply that was parked is no answer this node believes.
    private const string Asked =
        """
        SELECT transaction_id, '/' || service || '/' || method AS method, request, reply, answered_at_ms AS at_ms, 1 AS source FROM outbound WHERE peer = @peer AND state = 2
        UNION ALL SELECT transaction_id, '/' || service || '/' || method, request, reply, answered_at_ms, 2 FROM clearing_outbound WHERE peer = @peer AND state IN (2, 3)
        UNION ALL SELECT transaction_id, CASE kind WHEN 1 THEN @submit ELSE @cancel END, request, reply, answered_at_ms, 3 FROM filing_request WHERE peer = @peer AND state = 2
        """;

    /// <summary>The bound, which holds of all, has SQLite walk the index from its end and not sort all there ever was.</summary>
    internal const string NewestAskedSql = $"SELECT transaction_id FROM (SELECT transaction_id, at_ms FROM ({Asked}) WHERE at_ms <= @latest ORDER BY at_ms DESC, transaction_id DESC LIMIT @IdsMax)";

    internal const string AskedHereSql =
        """
        SELECT transaction_id, method, request, reply, rowid AS at_ms, 0 AS source FROM inbox WHERE sender = @Code AND rowid < @before ORDER BY rowid DESC LIMIT @ExchangesMax
        """;

    internal const string NewestAskedHereSql = "SELECT transaction_id FROM inbox WHERE sender = @Code ORDER BY rowid DESC LIMIT @IdsMax";

    public Watermark Watermark(Division peer) => database.Read(session => new Watermark
    {
        AskedByYou = { session.Query<string>(NewestAskedHereSql, new { peer.Code, IdsMax }) },
        AnsweredByYou =
        {
            session.Query<string>(NewestAskedSql, Of(peer, new { IdsMax, latest = long.MaxValue })),
        },
    });

    /// <returns>Null when the cursor is none this node gave.</returns>
    public ExchangePage? Page(Division peer, ExchangeDirection direction, string before) => direction switch
    {
        ExchangeDirection.AskedByYou => long.TryParse(before.Length > 0 ? before : $"{long.MaxValue}", NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            ? Filled(AskedHere(peer, row), last => $"{last.AtMs}") : null,
        ExchangeDirection.AnsweredByYou => CursorOf(before) is var (at, id) ? Filled(AskedThere(peer, at, id), last => $"{last.AtMs}.{last.TransactionId}") : null,
        _ => null,
    };

    /// <summary>The lines of a complete transfer between the two, whichever of them sent it; without lines where there is none.</summary>
    public TransferredDetails Details(Division peer, string settlementNumber, int firstLine) => database.Read(session =>
    {
        var span = new LineSpan(Math.Max(1, firstLine), Math.Max(1, firstLine) + FeeDetailLimits.LinesOfChunkMax - 1);
        if (FeeTransfers.Find(session, settlementNumber) is { State: FeeTransferState.Complete } sent
            && VisitStore.FindSettlement(session, settlementNumber) is { State: 1 } settlement && settlement.InsuredProvince == peer.Code)
        {
            return Filled(sent.TransactionId!, UploadFeeDetailsRequest.Parser.ParseFrom(sent.Start).Start, FeeDetailLines.Read(session, settlementNumber, span));
        }
        return FeeDetailStore.Standing(session, settlementNumber) is { State: DetailTransferState.Complete } received && received.Sender == peer.Code
            ? Filled(received.TransactionId, FeeDetailStart.Parser.ParseFrom(received.Start), [.. FeeDetailStore.Lines(session, received.Id, span).Select(line => line.ToMessage())])
            : new TransferredDetails();
    });

    private static TransferredDetails Filled(string transferId, FeeDetailStart start, IReadOnlyList<FeeDetailLine> lines) => new()
    {
        TransferTransactionId = transferId,
        Start = start,
        Lines = { lines.Count > 0 ? FeeDetailLines.FirstChunk(lines, PageBytesMax).Lines : [] },
    };

    private List<Row> AskedHere(Division peer, long before) => database.Read(session => session.Query<Row>(AskedHereSql, new { peer.Code, before, ExchangesMax }));

    private List<Row> AskedThere(Division peer, long at, string id) => database.Read(session => session.Query<Row>(
        $"SELECT * FROM ({Asked}) WHERE at_ms <= @at AND (at_ms, transaction_id) < (@at, @id) ORDER BY at_ms DESC, transaction_id DESC LIMIT @ExchangesMax",
        Of(peer, new { at, id, ExchangesMax })));

    private ExchangePage Filled(List<Row> rows, Func<Row, string> cursor)
    {
        var page = new ExchangePage();
        var bytes = 0;
        foreach (var row in rows)
        {
            var exchange = new Exchange
            {
                ExchangeTransactionId = row.TransactionId,
                Method = row.Method,
                Request = ByteString.CopyFrom(row.Open(vault, row.Request, isRequest: true)),
                Reply = ByteString.CopyFrom(row.Open(vault, row.Reply, isRequest: false)),
            };
            bytes += exchange.CalculateSize() + 8;
            if (page.Exchanges.Count > 0 && bytes > PageBytesMax)
                break;
            page.Exchanges.Add(exchange);
        }
        if (page.Exchanges.Count > 0 && (page.Exchanges.Count < rows.Count || rows.Count == ExchangesMax))
            page.Next = cursor(rows[page.Exchanges.Count - 1]);
        return page;
    }

    private static (long At, string Id)? CursorOf(string before)
    {
        if (before.Length == 0)
            return (long.MaxValue, "");
        return before.Split('.') is [var at, { Length: 30 } id] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var atMs) ? (atMs, id) : null;
    }

    private static Dapper.DynamicParameters Of(Division peer, object others)
    {
        var bound = new Dapper.DynamicParameters(others);
        bound.AddDynamicParams(new { peer = peer.Code, submit = PeerMethod.SubmitFiling.Path, cancel = PeerMethod.CancelFiling.Path });
        return bound;
    }

    private sealed class Row
    {
        private const int Inbox = 0, Outbound = 1, Clearing = 2, Filing = 3;

        public required string TransactionId { get; init; }
        public required string Method { get; init; }
        public required byte[] Request { get; init; }
        public required byte[] Reply { get; init; }

        /// <summary>Of what was asked here, its place in the inbox.</summary>
        public required long AtMs { get; init; }
        public required int Source { get; init; }

        public byte[] Open(Vault vault, byte[] kept, bool isRequest) => Source switch
        {
            Inbox => vault.Open(kept, isRequest ? Insured.Inbox.RequestPurpose : Insured.Inbox.ReplyPurpose),
            Outbound => vault.Open(kept, isRequest ? Outbox.RequestPurpose : Outbox.ReplyPurpose),
            Clearing => kept,
            Filing => vault.Open(kept, isRequest ? FilingRequests.RequestPurpose : FilingRequests.ReplyPurpose),
            _ => throw new InvalidOperationException($"Source {Source} is not handled."),
        };
    }
}
