using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// The treatment province's use cases for its hospitals. Coded header fields are exchange codes here, in and out. What changes something is
/// stored first and then sent; what the hospital is told is read back from disk.
/// </summary>
internal sealed class TreatmentAgency(
    NodesConfiguration configuration, Database database, TransactionIdSource ids, PeerDirectory peers, Outbox outbox, Vault vault, TimeProvider time)
{
    private readonly HisInbox _hisInbox = new(vault, time);
    private readonly HisAnswers _answers = new(outbox);
    private readonly FeeLineBook _feeLines = new(time);
    private readonly VisitIntents _intents = new(configuration, vault, time);

    /// <param name="cancellation">The node's stopping token, not the hospital's connection: what is begun is finished although nobody waits.</param>
    public async Task<HisResult> HandleAsync(HisCaller caller, HisOperation operation, CancellationToken cancellation)
    {
        var id = await ids.NextAsync(cancellation);
        var result = operation switch
        {
            Acknowledge => new Acknowledged { TransactionId = id.Text },
            IssueSerial => new SerialIssued { TransactionId = id.Text, Serial = id.Text },
            LookUpItem lookUp => FeeLineBook.LookUp(caller, lookUp, id, time.Today()),
            LookUpApproval => new ApprovalLookedUp { TransactionId = id.Text },
            TranslateFeeLines translate => FeeLineBook.Translate(caller, translate, id),
            QueryTransaction query => database.Read(session => Query(session, caller, query, id)),
            VerifyPerson verify => await VerifyAsync(caller, verify, id, cancellation),
            PreviewSettlement preview => await PreviewAsync(caller, preview, id, cancellation),
            OpenBusinessPeriod open => await StoreAsync(caller, operation, id, session => OpenPeriod(session, caller, open, id), cancellation),
            UploadFeeLines upload => await UploadAsync(caller, upload, id, cancellation),
            WithdrawFeeLines withdraw => await StoreAsync(caller, operation, id, session => FeeLineBook.Withdraw(session, caller, withdraw, id), cancellation),
            RefundFeeLine refund => await StoreAsync(caller, operation, id, session => FeeLineBook.Refund(session, caller, refund, id), cancellation),
            RegisterAdmission admission => await ExchangeAsync(caller, operation, id, session => _intents.Admit(session, caller, admission, id), cancellation),
            Discharge discharge => await ExchangeAsync(caller, operation, id, session => _intents.Discharge(session, caller, discharge, id), cancellation),
            Settle settle => await ExchangeAsync(caller, operation, id, session => _intents.Settle(session, caller, settle, id), cancellation),
            CancelSettlement cancel => await ExchangeAsync(caller, operation, id, session => _intents.Cancel(session, caller, cancel, id), cancellation),
            _ => TreatmentRefusals.NotImplemented(operation.GetType().Name),
        };
        return result.TransactionId.Length > 0 ? result : result with { TransactionId = id.Text };
    }

    /// <summary>One local transaction: the work, and the memory of having done it for this request id.</summary>
    private Task<HisResult> StoreAsync(HisCaller caller, HisOperation operation, TransactionId id, Func<Session, HisResult> work, CancellationToken cancellation) =>
        database.WriteAsync(session =>
        {
            if (_hisInbox.Find(session, caller, operation) is { } known)
                return known.Result ?? _answers.Load(session, known.TransactionId);
            var result = work(session);
            // A refusal has done nothing: it is not remembered, so the hospital may correct the cause and use its serial again.
            if (result is not HisRefusal)
                _hisInbox.Add(session, caller, operation, id, result);
            return result;
        }, cancellation);

    /// <summary>Intent and request bytes in one transaction; then send, and tell what the disk says.</summary>
    private async Task<HisResult> ExchangeAsync(HisCaller caller, HisOperation operation, TransactionId id, Func<Session, Intent> prepare, CancellationToken cancellation)
    {
        var prepared = await database.WriteAsync(session =>
        {
            if (_hisInbox.Find(session, caller, operation) is { } known)
                return new Prepared(known.Result, known.TransactionId);
            var intent = prepare(session);
            if (intent.Request is null)
                return new Prepared(intent.Refusal, intent.KnownTransactionId);
            outbox.Add(session, intent.Request);
            _hisInbox.Add(session, caller, operation, id, result: null);
            return new Prepared(null, id.Text);
        }, cancellation);
        if (prepared.Result is not null)
            return prepared.Result;
        if (prepared.TransactionId == id.Text)
            await outbox.SendAsync(id.Text, cancellation);
        return database.Read(session => _answers.Load(session, prepared.TransactionId!));
    }

    private async Task<HisResult> UploadAsync(HisCaller caller, UploadFeeLines upload, TransactionId id, CancellationToken cancellation)
    {
        if (upload.Lines.Count > configuration.Limits.LinesPerMessageMax)
        {
            return Refusals.InvalidField("lines", "detail",
                $"一次最多 {configuration.Limits.LinesPerMessageMax} 条明细", $"at most {configuration.Limits.LinesPerMessageMax} lines per message");
        }
        var result = await StoreAsync(caller, upload, id, session => _feeLines.Upload(session, caller, upload, id), cancellation);
        if (result is HisRefusal { Code: "UNMAPPED_CODE" })
            await database.WriteAsync(session => _feeLines.RecordBlocked(session, caller, upload.Lines), cancellation);
        return result;
    }

    private async Task<HisResult> VerifyAsync(HisCaller caller, VerifyPerson verify, TransactionId id, CancellationToken cancellation)
    {
        if (FindPeer(verify.Person.InsuredDivision, out var insured) is not { } peer)
            return TreatmentRefusals.PeerUnknown(verify.Person.InsuredDivision);
        var request = new VerifyPersonRequest
        {
            Header = RequestHeaders.Create(configuration, id, insured, caller.Operator, time.GetUtcNow()),
            Person = VisitIntents.ToMessage(verify.Person),
            ServiceDate = (verify.ServiceDate ?? time.Today()).Iso(),
            TreatmentDivision = caller.Institution.Division,
            VisitKind = verify.VisitKind ?? "",
        };
        var (reply, refusal) = await AskAsync(peer, PeerMethod.VerifyPerson, request, VerifyPersonResponse.Parser, insured, cancellation);
        return refusal is null ? new PersonVerified { TransactionId = id.Text, Person = HisPersons.From(reply!.Person, request.ServiceDate) } : refusal;
    }

    private async Task<HisResult> PreviewAsync(HisCaller caller, PreviewSettlement preview, TransactionId id, CancellationToken cancellation)
    {
        var (visit, bill, refused) = database.Read(session => _intents.PreviewBill(session, caller, preview));
        if (refused is not null)
            return refused;
        if (FindPeer(visit!.InsuredDivision, out var insured) is not { } peer)
            return TreatmentRefusals.PeerUnknown(visit.InsuredDivision);
        var request = new PreviewSettlementRequest
        {
            Header = RequestHeaders.Create(configuration, id, insured, caller.Operator, time.GetUtcNow()),
            Bill = bill,
        };
        var (reply, refusal) = await AskAsync(peer, PeerMethod.PreviewSettlement, request, PreviewSettlementResponse.Parser, insured, cancellation);
        if (refusal is not null)
            return refusal;
        await database.WriteAsync(session => VisitStore.Previewed(session, visit.Id, visit.FeeVersion), cancellation);
        var decision = reply!.Decision;
        return new SettlementPreviewed
        {
            TransactionId = id.Text,
            Person = HisPersons.From(decision.Person, visit.AdmissionDate),
            Figures = HisPersons.Figures(decision.Charges, decision.Payments),
            AdmissionOrdinal = decision.AdmissionOrdinal,
            Steps = HisPersons.Steps(decision.Steps),
        };
    }

    /// <summary>A question that changes nothing at the peer: an answer, or a refusal that says nothing was done.</summary>
    private static async Task<(TReply? Reply, HisRefusal? Refusal)> AskAsync<TReply>(
        PeerClient peer, PeerMethod method, IExchangeRequest request, MessageParser<TReply> parser, Division insured, CancellationToken cancellation)
        where TReply : class, IExchangeReply, IMessage<TReply>
    {
        var outcome = await peer.CallAsync(method, request.ToByteArray(), cancellation);
        var id = request.Header!.TransactionId;
        switch (outcome)
        {
            case PeerOutcome.Answered(var bytes):
                return ReadReply(bytes, id, parser) switch
                {
                    null => (null, TreatmentRefusals.PeerUnavailable(insured.Code, "应答无法识别 unreadable answer")),
                    { Refusal: { } refusal } => (null, TreatmentRefusals.From(refusal, id)),
                    var reply => (reply, null),
                };
            case PeerOutcome.Rejected(var status, var detail):
                return (null, TreatmentRefusals.PeerRejected(id, insured.Code, $"{status}: {detail}"));
            case PeerOutcome.Unreachable(var reason):
                return (null, TreatmentRefusals.PeerUnavailable(insured.Code, reason));
            case PeerOutcome.Unknown(var reason):
                return (null, TreatmentRefusals.PeerUnavailable(insured.Code, reason));
            default:
                throw new InvalidOperationException($"Outcome {outcome.GetType().Name} is not handled.");
        }
    }

    // Null when the bytes are no reply to this request: a question may be asked again, nothing depends on it.
    private static TReply? ReadReply<TReply>(byte[] bytes, string id, MessageParser<TReply> parser)
        where TReply : class, IExchangeReply, IMessage<TReply>
    {
        try
        {
            var reply = parser.ParseFrom(bytes);
            var isWhole = reply switch
            {
                { Refusal: not null } => true,
                VerifyPersonResponse verify => HisPersons.IsWhole(verify.Person),
                PreviewSettlementResponse preview => HisPersons.IsWhole(preview.Decision?.Person) && preview.Decision is { Charges: { } charges, Payments: { } payments }
                    && SettlementFigures.MismatchOf(charges, payments) is null,
                _ => throw new InvalidOperationException($"Reply {typeof(TReply).Name} is not a question's."),
            };
            return isWhole && reply.TransactionId == id ? reply : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private PeerClient? FindPeer(string insuredDivision, out Division insured) =>
        Division.TryParse(insuredDivision, out insured) ? peers.Find(insured) : null;

    private BusinessPeriodOpened OpenPeriod(Session session, HisCaller caller, OpenBusinessPeriod open, TransactionId id)
    {
        session.ExecuteExpecting(1,
            "INSERT INTO business_period (period_number, institution_code, operator_number, opened_at_ms) VALUES (@Text, @Code, @OperatorNumber, @now)",
            new { id.Text, caller.Institution.Code, open.OperatorNumber, now = time.NowMs() });
        return new BusinessPeriodOpened { TransactionId = id.Text, PeriodNumber = id.Text };
    }

    private TransactionFound Query(Session session, HisCaller caller, QueryTransaction query, TransactionId id) => new()
    {
        TransactionId = id.Text,
        State = HisInbox.IsDone(session, caller.Institution.Code, query.OriginalTransactionId) ? HisTransactionState.Committed
            : HisInbox.Resolve(session, caller.Institution.Code, query.OriginalTransactionId) is { } original
                ? _answers.StateOf(session, caller.Institution.Code, original)
                : HisTransactionState.NotFound,
    };

    private sealed record Prepared(HisResult? Result, string? TransactionId);
}
