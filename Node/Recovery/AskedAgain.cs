using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>
/// Requests that this node had sent and forgotten, with the answers they got: what they had prepared is made again from the request, and the
/// answer is applied by the same code as when it came first, at the time of the request.
/// </summary>
internal sealed class AskedAgain : IDisposable
{
    private readonly PinnedClock _clock = new();
    private readonly NodesConfiguration _configuration;
    private readonly Division _self;
    private readonly Vault _vault;
    private readonly Outbox _outbox;
    private readonly ClearingSender _messages;
    private readonly ForgottenIntents _intents;

    public AskedAgain(NodesConfiguration configuration, Division self, Database database, Vault vault, PeerDirectory peers, ILoggerFactory loggers)
    {
        (_configuration, _self, _vault) = (configuration, self, vault);
        // Nothing is sent from here, so no pause is ever drawn.
        var options = OutboxOptions.From(configuration.Timeouts, BackOff.Draw);
        _outbox = new Outbox(database, vault, peers, new ReplyApplier(_clock), options, _clock, loggers.CreateLogger<Outbox>());
        _messages = new ClearingSender(configuration, self, database, peers, options.BackOff, _clock, loggers.CreateLogger<ClearingSender>());
        _intents = new ForgottenIntents(vault);
    }

    /// <summary>Whether the request is on record with an answer, or with the knowledge that it has none.</summary>
    public static bool IsKnown(Session session, string transactionId) =>
        Outbox.Find(session, transactionId) is { State: not OutboundState.Awaiting }
        || ClearingOutbox.Find(session, transactionId) is { State: not AgencyMessageState.Awaiting }
        || FilingRequestStore.Find(session, transactionId) is { State: not OutboundState.Awaiting };

    /// <summary>Whether the request is on record at all.</summary>
    public static bool IsOnRecord(Session session, string transactionId) => Outbox.Find(session, transactionId) is not null
        || ClearingOutbox.Find(session, transactionId) is not null || FilingRequestStore.Find(session, transactionId) is not null;

    /// <summary>Takes an exchange in, in the caller's transaction.</summary>
    /// <returns>What somebody has to know; null when nothing is missing.</returns>
    /// <exception cref="ForgottenStepException">It cannot be taken in.</exception>
    public Remark? Take(Session session, ForgottenExchange exchange)
    {
        if (IsKnown(session, exchange.TransactionId))
            return null;
        _clock.Pin(exchange.Request.Header!.SentAtMs);
        if (AgencySteps.Find(exchange.Method) is { } step)
            return OfAgency(session, step, exchange);
        return exchange.Request is SubmitFilingRequest or CancelFilingRequest ? OfFiling(session, exchange) : OfCare(session, exchange);
    }

    public void Dispose() => _messages.Dispose();

    private Remark? OfCare(Session session, ForgottenExchange exchange)
    {
        var isNew = Outbox.Find(session, exchange.TransactionId) is null;
        if (isNew)
            _outbox.Add(session, _intents.Prepare(session, ExchangeMethods.MethodOf(exchange.Method), exchange.Request, exchange.RequestBytes));
        if (_outbox.Learn(session, exchange.TransactionId, exchange.ReplyBytes) is { } contradiction)
            throw new ForgottenStepException($"对方所存的应答不可信（{contradiction}）；请与对方核对", $"the answer it holds cannot be true ({contradiction}); compare with that province");
        if (exchange.Reply is SettleResponse { Settlement: { } settlement } && !HasAllLines(session, settlement))
            MissLines(session, settlement);
        return null;
    }

    private static bool HasAllLines(Session session, Settlement settlement) =>
        VisitIntents.ChargesOf(FeeLineStore.CategorySumsOf(session, settlement.SettlementNumber)).Equals(settlement.Decision.Charges);

    /// <summary>Lines that belong to the settlement are not told from others: none is called settled by it until all of them are there.</summary>
    private void MissLines(Session session, Settlement settlement)
    {
        FeeLineStore.Unsettle(session, settlement.SettlementNumber);
        session.ExecuteExpecting(1, "INSERT INTO recovered_settlement (settlement_number, recovered_at_ms) VALUES (@SettlementNumber, @now)",
            new { settlement.SettlementNumber, now = _clock.NowMs() });
    }

    private Remark? OfFiling(Session session, ForgottenExchange exchange)
    {
        var header = exchange.Request.Header!;
        if (FilingRequestStore.Find(session, exchange.TransactionId) is null)
        {
            FilingRequestStore.Insert(session, new FilingRequestRow
            {
                TransactionId = exchange.TransactionId,
                Peer = exchange.Peer.Code,
                Kind = exchange.Request is SubmitFilingRequest ? FilingRequestKind.Submission : FilingRequestKind.Cancellation,
                Request = _vault.Seal(exchange.RequestBytes, FilingRequests.RequestPurpose),
                RequestedBy = header.Operator,
                State = OutboundState.Awaiting,
                Attempts = 1,
                PerhapsReceived = 1,
                PreparedAtMs = header.SentAtMs,
                NextAttemptAtMs = header.SentAtMs,
            });
        }
        FilingRequestStore.End(session, FilingRequestStore.Find(session, exchange.TransactionId)!, OutboundState.Answered,
            _vault.Seal(exchange.ReplyBytes, FilingRequests.ReplyPurpose), null, header.SentAtMs);
        return null;
    }

    private Remark? OfAgency(Session session, IAgencyStep step, ForgottenExchange exchange)
    {
        if (ClearingOutbox.Find(session, exchange.TransactionId) is null)
        {
            var scope = new AgencyScope
            {
                Session = session,
                Self = _self,
                Partner = exchange.Peer,
                IsSender = true,
                Options = _configuration.Clearing,
                NowMs = _clock.NowMs(),
            };
            if (exchange.Request is ProposeStatementRequest propose)
                Draft(session, propose.Statement, exchange.Peer);
            step.Prepare(scope, exchange.Request);
            ClearingOutbox.Add(session, exchange.TransactionId, exchange.Peer, step.Method, step.SubjectOf(exchange.Request), exchange.RequestBytes, _clock.NowMs());
        }
        _messages.Learn(session, exchange.TransactionId, exchange.ReplyBytes);
        if (ClearingOutbox.Find(session, exchange.TransactionId) is { State: AgencyMessageState.Parked, LastError: var contradiction })
            throw new ForgottenStepException($"对方所存的应答不可信（{contradiction}）；请与对方核对", $"the answer it holds cannot be true ({contradiction}); compare with that province");
        return null;
    }

    /// <summary>The claim as it was proposed: what it was cut from stands in this node's ledger again by now.</summary>
    private static void Draft(Session session, Statement statement, Division partner)
    {
        var isWithin = statement.FirstSequence > 0 && statement.LastSequence <= LedgerRows.Last(session, LedgerSide.Treatment, partner);
        if (!isWithin || !statement.RowsSha256.Span.SequenceEqual(LedgerRange.Read(session, LedgerSide.Treatment, partner, statement.FirstSequence, statement.LastSequence).RowsSha256))
        {
            throw new ForgottenStepException(
                $"清算单 {statement.StatementNumber} 第 {statement.FirstSequence} 至 {statement.LastSequence} 行与本节点台账不符；请与对方核对",
                $"rows {statement.FirstSequence} to {statement.LastSequence} of statement {statement.StatementNumber} are not those of this node's ledger; compare with that province");
        }
        IssuedSerials.Reach(session, statement.StatementNumber);
        if (StatementBook.Find(session, statement.StatementNumber, statement.Revision) is { } draft)
            StatementBook.DeleteDraft(session, draft.StatementNumber, draft.Revision);
        StatementBook.Insert(session, LedgerSide.Treatment, partner, statement, StatementStage.Draft, null, null);
    }
}
