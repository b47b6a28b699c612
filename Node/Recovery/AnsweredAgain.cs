using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Configuration;
using ProvincialGateway.Insured;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>Done again an answer would be another than was given.</summary>
internal sealed class OtherAnswerException(string difference) : Exception(difference);

/// <summary>
/// Requests of peers that this node had answered and forgotten: decided again by the same code, at the time and with the number they had. The
/// answer that was given is what is stored, in any case; where deciding again gives another, its figures are booked as they were given.
/// </summary>
internal sealed class AnsweredAgain
{
    private readonly PinnedClock _clock = new();
    private readonly NodesConfiguration _configuration;
    private readonly Division _self;
    private readonly Inbox _inbox;
    private readonly InsuredAgency _care;
    private readonly FilingAgency _filings;
    private readonly GivenAnswers _given;

    public AnsweredAgain(
        NodesConfiguration configuration, Division self, Database database, Vault vault, BenefitAssessment assessment, FilingRules filings, ILogger<FilingAgency> logger)
    {
        (_configuration, _self) = (configuration, self);
        _inbox = new Inbox(database, vault, _clock);
        // Whether the prepayment was used up was decided then.
        _care = new InsuredAgency(database, _inbox, assessment, _clock);
        _filings = new FilingAgency(database, _inbox, assessment, filings, _clock, logger);
        _given = new GivenAnswers(new PersonStore(vault));
    }

    /// <summary>Decides again, in the caller's transaction.</summary>
    /// <exception cref="OtherAnswerException">The answer is another; the transaction must be undone.</exception>
    public void Decide(Session session, ForgottenExchange exchange)
    {
        if (exchange.Reply.Refusal is null)
        {
            var again = IssuedSerials.With(session, ExchangeCheck.NumberIn(exchange.Reply), () => DecideAt(session, exchange));
            if (!again.Equals(exchange.Reply))
                throw new OtherAnswerException(again.Refusal is { } refusal ? $"{refusal.Code} {refusal.Field}" : MessageDifference.FirstPath(exchange.Reply, again) ?? "unknown fields");
        }
        Store(session, exchange);
    }

    /// <summary>Books what was answered as it was answered, in the caller's transaction.</summary>
    /// <param name="difference">What deciding again found.</param>
    /// <returns>What somebody has to know.</returns>
    /// <exception cref="ForgottenStepException">It cannot be booked.</exception>
    public Remark Take(Session session, ForgottenExchange exchange, string difference)
    {
        var remark = _given.Book(session, exchange);
        if (ExchangeCheck.NumberIn(exchange.Reply) is { } number)
            IssuedSerials.Reach(session, number);
        Store(session, exchange);
        return new($"重新计算与当时应答不同（{difference}），以当时应答为准。{remark?.Chinese}", $"decided again it would differ ({difference}); the answer that was given stands. {remark?.English}");
    }

    private IExchangeReply DecideAt(Session session, ForgottenExchange exchange)
    {
        _clock.Pin(DecidedAtMs(exchange.Reply));
        var again = _care.Decide(session, exchange.Request, exchange.Peer) ?? _filings.Decide(session, exchange.Request, exchange.Peer) ?? OfAgency(session, exchange);
        _clock.Pin(exchange.Reply.AnsweredAtMs);
        _inbox.Complete(again, exchange.TransactionId);
        return again;
    }

    private IExchangeReply OfAgency(Session session, ForgottenExchange exchange)
    {
        var step = AgencySteps.Find(exchange.Method) ?? throw new InvalidOperationException($"{exchange.Method} is answered by nobody.");
        var scope = new AgencyScope
        {
            Session = session,
            Self = _self,
            Partner = exchange.Peer,
            IsSender = false,
            Options = _configuration.Clearing,
            NowMs = exchange.Reply.AnsweredAtMs,
        };
        step.Apply(scope, exchange.Request);
        return step.Accept(scope, exchange.Request);
    }

    private void Store(Session session, ForgottenExchange exchange) => _inbox.Restore(
        session, exchange.TransactionId, exchange.Peer, exchange.Method, exchange.RequestBytes, exchange.ReplyBytes, exchange.Reply.AnsweredAtMs);

    /// <summary>The time a reply states inside, which may be a moment before the answer's.</summary>
    private static long DecidedAtMs(IExchangeReply reply) => reply switch
    {
        SettleResponse settle => settle.Settlement.SettledAtMs,
        CancelSettlementResponse cancel => cancel.Cancellation.CancelledAtMs,
        ReverseTransactionResponse reverse => reverse.Reversal.ReversedAtMs,
        SubmitFilingResponse submit => submit.Filing.RecordedAtMs,
        CancelFilingResponse cancel => cancel.Filing.CancelledAtMs,
        _ => reply.AnsweredAtMs,
    };
}
