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
    NodesConfiguration configuration, Database database, TransactionIdSource ids, PeerDirectory peers, Outbox outbox, Vault vault, RecoveryGate gate, TimeProvider time)
{
    private readonly HisInbox _hisInbox = new(vault, time);
    private readonly HisAnswers _answers = new(outbox, new HisInbox(vault, time), new HeldUploads(vault, time));
    private readonly FeeLineBook _feeLines = new(new HeldUploads(vault, time), time);
    private readonly VisitOpenings _openings = new(configuration, vault, time);
    private readonly VisitIntents _intents = new(configuration, time);
    private readonly UndoIntents _undo = new(configuration, outbox, vault, time);
    private readonly VisitUpdates _visitUpdates = new(time);
    private readonly BusinessPeriods _periods = new(time);
    private readonly Confirmations _confirmations = new(time);
    private readonly HospitalReconciliation _reconciliation = new(outbox);
    private readonly StatedSettlements _stated = new(new HisInbox(vault, time), new HospitalReconciliation(outbox));

    /// <summary>Answered from this node's own data and kept nowhere: it can be asked while nothing can be written.</summary>
    public static bool OnlyReads(HisOperation operation) => operation is QueryTransaction or QueryFeeLines or QueryBusinessPeriod or QueryReconciliation or ReconcileTotals
        or ReconcileSettlements { RowsOf: null } or ListSettlements or ListUnconfirmed or DescribeInstitution or ConvertCode or TranslateFeeLines or LookUpItem or LookUpApproval or Acknowledge;

    /// <param name="cancellation">The node's stopping token, not the hospital's connection: what is begun is finished although nobody waits.</param>
    public async Task<HisResult> HandleAsync(HisCaller caller, HisOperation operation, CancellationToken cancellation)
    {
        gate.Require();
        var id = OnlyReads(operation) ? await ids.NextOfQuestionAsync(cancellation) : await ids.NextAsync(cancellation);
        var result = Refuse(caller, operation) ?? operation switch
        {
            Acknowledge => new Acknowledged { TransactionId = id.Text },
            IssueSerial => new SerialIssued { TransactionId = id.Text, Serial = id.Text },
            LookUpItem lookUp => FeeLineBook.LookUp(caller, lookUp, id, time.Today()),
            LookUpApproval => new ApprovalLookedUp { TransactionId = id.Text },
            TranslateFeeLines translate => database.Read(session => FeeLineBook.Translate(session, caller, translate, id)),
            QueryTransaction query => database.Read(session => Query(session, caller, query, id)),
            VerifyPerson verify => await VerifyAsync(caller, verify, id, cancellation),
            PreviewSettlement preview => await PreviewAsync(caller, preview, id, cancellation),
            UploadFeeLines upload => await UploadAsync(caller, upload, id, cancellation),
            WithdrawFeeLines withdraw => await StoreAsync(caller, operation, id, session => _feeLines.Withdraw(session, caller, withdraw, id), cancellation),
            RefundFeeLine refund => await StoreAsync(caller, operation, id, session => FeeLineBook.Refund(session, caller, refund, id), cancellation),
            RegisterAdmission admission => await ExchangeAsync(caller, operation, id, session => _openings.Admit(session, caller, admission, id), cancellation),
            RegisterOutpatient outpatient => await ExchangeAsync(caller, operation, id, session => _openings.Register(session, caller, outpatient, id), cancellation),
            Discharge discharge => await ExchangeAsync(caller, operation, id, session => _intents.Discharge(session, caller, discharge, id), cancellation),
            Settle settle => await ExchangeAsync(caller, operation, id, session => _intents.Settle(session, caller, settle, id), cancellation),
            CancelSettlement cancel => await ExchangeAsync(caller, operation, id, session => _intents.Cancel(session, caller, cancel, id), cancellation),
            CancelAdmission cancel => await ExchangeAsync(caller, operation, id, session => _undo.CancelAdmission(session, caller, cancel, id), cancellation),
            CancelDischarge cancel => await ExchangeAsync(caller, operation, id, session => _undo.CancelDischarge(session, caller, cancel, id), cancellation),
            ReverseTransaction reverse => await ExchangeAsync(caller, operation, id, session => _undo.Reverse(session, caller, reverse, id), cancellation),
            _ => await AtTheDeskAsync(caller, operation, id, cancellation),
        };
        return result.TransactionId.Length > 0 ? result : result with { TransactionId = id.Text };
    }

    /// <summary>What the province answers a hospital by itself, beside its visits.</summary>
    private async Task<HisResult> AtTheDeskAsync(HisCaller caller, HisOperation operation, TransactionId id, CancellationToken cancellation) => operation switch
    {
        DescribeInstitution => Describe(caller.Institution, id),
        ConvertCode convert => CodeConversion.Convert(caller, convert, id, time.Today()),
        QueryFeeLines query => database.Read(session => FeeLineBook.Query(session, caller, query, id)),
        UpdateVisit update => await StoreAsync(caller, operation, id, session => _visitUpdates.Update(session, caller, update, id), cancellation),
        OpenBusinessPeriod open => await StoreAsync(caller, operation, id, session => _periods.Open(session, caller, open, id), cancellation),
        QueryBusinessPeriod query => database.Read(session => BusinessPeriods.Query(session, caller, query, id)),
        CloseBusinessPeriod close => await StoreAsync(caller, operation, id, session => _periods.Close(session, caller, close, id), cancellation),
        ReconcileTotals reconcile => database.Read(session => _reconciliation.Totals(session, caller, reconcile, id)),
        StateSettlements => await StoreAsync(caller, operation, id, _ => StatedSettlements.State(caller, id), cancellation),
        ReconcileSettlements { RowsOf: not null } reconcile => await StoreAsync(caller, operation, id, session => _stated.Reconcile(session, caller, reconcile, id), cancellation),
        QueryReconciliation query => database.Read(session => _stated.Find(session, caller, query, id)),
        ReconcileSettlements reconcile => database.Read(session => _reconciliation.Rows(session, caller, reconcile, id)),
        ListSettlements list => database.Read(session => _reconciliation.List(session, caller, list, id)),
        ConfirmTransaction confirm => await StoreAsync(caller, operation, id, session => _confirmations.Confirm(session, caller, confirm, id), cancellation),
        ListUnconfirmed list => database.Read(session => Confirmations.List(session, caller, list, id)),
        _ => TreatmentRefusals.NotImplemented(operation.GetType().Name),
    };

    /// <summary>
    /// What is refused before anything is looked up. A suspended institution is still answered what it was answered before; the steps that reach
    /// the insured side look for that in more places than the request's id, so they check the suspension themselves, after that.
    /// </summary>
    private HisRefusal? Refuse(HisCaller caller, HisOperation operation)
    {
        if (OperationLimits.Refuse(operation, configuration.Limits) is { } tooMuch)
            return tooMuch;
        if (operation is RegisterAdmission or RegisterOutpatient or Discharge or Settle || Suspensions.Refuse(caller, operation, time.Today()) is not { } suspended)
            return null;
        var content = _hisInbox.ContentOf(caller, operation);
        return database.Read(session => _hisInbox.Find(session, caller, content)) is null ? suspended : null;
    }

    private InstitutionDescribed Describe(InstitutionRow institution, TransactionId id) => new()
    {
        TransactionId = id.Text,
        InstitutionCode = institution.Code,
        Name = institution.Name,
        Division = institution.Division,
        Level = institution.Level,
        Now = ChinaTime.Local(time.GetUtcNow()),
    };

    /// <summary>One local transaction: the work, and the memory of having done it for this request id.</summary>
    private Task<HisResult> StoreAsync(HisCaller caller, HisOperation operation, TransactionId id, Func<Session, HisResult> work, CancellationToken cancellation)
    {
        var content = _hisInbox.ContentOf(caller, operation);
        return database.WriteAsync(session =>
        {
            if (_hisInbox.Find(session, caller, content) is { } known)
                return known.Result ?? _answers.Load(session, known.TransactionId);
            var result = work(session);
            // A refusal has done nothing: it is not remembered, so the hospital may correct the cause and use its serial again.
            if (result is not HisRefusal)
            {
                var owner = TransactionIdOf(result, id);
                _hisInbox.Add(session, caller, content, owner, result is HisPending ? null : result);
                if (owner == id)
                    _confirmations.Enter(session, caller, operation, id.Text);
            }
            return result;
        }, cancellation);
    }

    // A message that waits already is answered with the id it waits under.
    private static TransactionId TransactionIdOf(HisResult result, TransactionId id) => result is HisPending ? TransactionId.Parse(result.TransactionId) : id;

    /// <summary>Intent and request bytes in one transaction; then send, and tell what the disk says.</summary>
    private async Task<HisResult> ExchangeAsync(HisCaller caller, HisOperation operation, TransactionId id, Func<Session, Intent> prepare, CancellationToken cancellation)
    {
        var content = _hisInbox.ContentOf(caller, operation);
        var prepared = await database.WriteAsync(session =>
        {
            if (_hisInbox.Find(session, caller, content) is { } asked)
                return new Prepared(asked.Result, asked.TransactionId);
            var intent = prepare(session);
            if (intent.Request is null)
            {
                // As for what is stored here alone: only what was done is remembered.
                if (intent.Result is not null and not HisRefusal)
                {
                    _hisInbox.Add(session, caller, content, id, intent.Result);
                    _confirmations.Enter(session, caller, operation, id.Text);
                }
                if (intent.KnownTransactionId is { } known)
                    Remember(session, caller, content, id, known);
                return new Prepared(intent.Result, intent.KnownTransactionId);
            }
            gate.Require(intent.Request.Peer);
            outbox.Add(session, intent.Request);
            _hisInbox.Add(session, caller, content, id, result: null);
            _confirmations.Enter(session, caller, operation, id.Text);
            return new Prepared(null, id.Text);
        }, cancellation);
        if (prepared.Result is not null)
            return prepared.Result;
        if (prepared.TransactionId == id.Text)
            await outbox.SendAsync(id.Text, cancellation);
        return database.Read(session => _answers.Load(session, prepared.TransactionId!));
    }

    /// <summary>
    /// Under another id of the hospital's the same was asked for before: this id is told the same from now on, also that it is void. It waits for what is
    /// under way, and has done nothing of its own where the answer is there.
    /// </summary>
    private void Remember(Session session, HisCaller caller, HisContent? content, TransactionId id, string known)
    {
        var answer = _answers.Load(session, known);
        if (answer is HisPending)
            _hisInbox.Add(session, caller, content, TransactionId.Parse(known), result: null);
        else
            _hisInbox.Add(session, caller, content, id, answer);
    }

    private async Task<HisResult> UploadAsync(HisCaller caller, UploadFeeLines upload, TransactionId id, CancellationToken cancellation)
    {
        if (upload.Lines.Count > configuration.Limits.LinesPerMessageMax)
        {
            return Refusals.InvalidField("lines", "detail",
                $"一次最多 {configuration.Limits.LinesPerMessageMax} 条明细", $"at most {configuration.Limits.LinesPerMessageMax} lines per message");
        }
        var visit = database.Read(session => VisitStore.Find(session, caller.Institution.Code, upload.Visit));
        var lines = UploadedLines.Of(caller, visit?.PersonClass, upload);
        return await StoreAsync(caller, upload, id, session => _feeLines.Upload(session, caller, lines, id), cancellation);
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
        var (visit, bill, refused) = database.Read(session => VisitIntents.PreviewBill(session, caller, preview));
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
        IPeerLink peer, PeerMethod method, IExchangeRequest request, MessageParser<TReply> parser, Division insured, CancellationToken cancellation)
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

    private IPeerLink? FindPeer(string insuredDivision, out Division insured) =>
        Division.TryParse(insuredDivision, out insured) ? peers.Find(insured) : null;

    private TransactionFound Query(Session session, HisCaller caller, QueryTransaction query, TransactionId id) => new()
    {
        TransactionId = id.Text,
        State = _answers.StateOf(session, caller.Institution.Code, query.OriginalTransactionId),
    };

    private sealed record Prepared(HisResult? Result, string? TransactionId);
}
