using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// What a step prepares in its first transaction: a request to send, or the reason why there is none: a refusal, a result that needs no other
/// province, or a transaction that already stands for the same business (dialects without request ids repeat themselves).
/// </summary>
internal sealed record Intent(OutboundRequest? Request, HisResult? Result, string? KnownTransactionId)
{
    public static Intent Send(OutboundRequest request) => new(request, null, null);

    public static Intent Refuse(HisRefusal refusal) => new(null, refusal, null);

    public static Intent Done(HisResult result) => new(null, result, null);

    public static Intent Known(string transactionId) => new(null, null, transactionId);
}

/// <summary>The checks and the stored intent of the steps of an open visit that the insured side decides. Everything here runs in one transaction, before the first packet.</summary>
internal sealed class VisitIntents(NodesConfiguration configuration, TimeProvider time)
{
    public Intent Discharge(Session session, HisCaller caller, Discharge discharge, TransactionId id)
    {
        if (VisitStore.Find(session, caller.Institution.Code, discharge.Visit) is not { } visit)
            return Intent.Refuse(TreatmentRefusals.VisitNotFound());
        // Some systems send the discharge each time a window opens, most of it empty: what is empty stays as it was.
        var date = discharge.DischargeDate?.Iso() ?? visit.DischargeDate ?? time.Today().Iso();
        var diagnoses = discharge.Diagnoses.Count > 0 ? Diagnoses.ToJson(discharge.Diagnoses) : visit.Diagnoses;
        if (visit is { State: VisitState.Discharged, DischargeId: not null } && visit.DischargeDate == date && visit.Diagnoses == diagnoses)
            return Intent.Known(visit.DischargeId);
        if (Suspensions.Refuse(caller, discharge, time.Today()) is { } suspended)
            return Intent.Refuse(suspended);
        if (VisitMachine.Next(visit.Course, visit.State, VisitEvent.DischargeSent) is null)
            return Intent.Refuse(visit.IsOutpatient ? TreatmentRefusals.NoDischarge() : TreatmentRefusals.NotOpen(visit));
        if (string.CompareOrdinal(date, visit.AdmissionDate) < 0 || string.CompareOrdinal(date, time.Today().Iso()) > 0)
            return Intent.Refuse(TreatmentRefusals.DateOutsideStay("discharge_date", date, visit.AdmissionDate, time.Today().Iso()));
        if (FeeLineStore.LastFeeDate(session, visit.Id) is { } last && string.CompareOrdinal(last, date) > 0)
            return Intent.Refuse(TreatmentRefusals.DateOutsideStay("lines.fee_date", last, visit.AdmissionDate, date));
        VisitStore.Move(session, visit, VisitEvent.DischargeSent);
        var insured = Division.Parse(visit.InsuredDivision);
        var request = new RegisterDischargeRequest
        {
            Header = Header(caller, id, insured),
            VisitNumber = visit.VisitNumber,
            DischargeDate = date,
            Diagnoses = { Diagnoses.FromJson(diagnoses) },
            DischargeReason = discharge.DischargeReason ?? "",
        };
        return Send(id, insured, OutboundKind.Discharge, visit.Id, PeerMethod.RegisterDischarge, request);
    }

    public Intent Settle(Session session, HisCaller caller, Settle settle, TransactionId id)
    {
        var isInterim = settle.Interim is true;
        if (VisitStore.Find(session, caller.Institution.Code, settle.Visit) is not { } visit)
            return Intent.Refuse(TreatmentRefusals.VisitNotFound());
        if (visit.State is VisitState.Settled or VisitState.SettlementSent or VisitState.CancellationSent)
            return RepeatedSettlement(session, caller, visit, settle);
        if (RepeatedInterim(session, caller, visit, settle) is { } repeated)
            return repeated;
        if (Suspensions.Refuse(caller, settle, time.Today()) is { } suspended)
            return Intent.Refuse(suspended);
        if (VisitMachine.Next(visit.Course, visit.State, VisitEvent.SettlementSent) is null || (visit.Course is SettlementCourse.Interim) != isInterim)
            return Intent.Refuse(isInterim ? TreatmentRefusals.NotToBeSettledInParts(visit) : TreatmentRefusals.NotToBeSettled(visit));
        if (visit.PreviewFeeVersion is { } previewed && previewed != visit.FeeVersion)
            return Intent.Refuse(TreatmentRefusals.PreviewStale());
        var (bill, refusal) = BillOf(session, caller, visit, ServiceDateOf(session, visit), settle.ClaimedTotalFen, settle.AccountRequestedFen, settle.InvoiceNumber);
        if (refusal is not null)
            return Intent.Refuse(refusal);
        if (BusinessPeriods.Enter(session, caller, id) is { } periodRefusal)
            return Intent.Refuse(periodRefusal);
        VisitStore.Move(session, visit, VisitEvent.SettlementSent);
        VisitStore.SetSettlementId(session, visit.Id, id.Text);
        var insured = Division.Parse(visit.InsuredDivision);
        var request = new SettleRequest { Header = Header(caller, id, insured), Bill = bill, Interim = isInterim };
        return Send(id, insured, OutboundKind.Settlement, visit.Id, PeerMethod.Settle, request);
    }

    public Intent Cancel(Session session, HisCaller caller, CancelSettlement cancel, TransactionId id)
    {
        if (FindSettled(session, caller, cancel) is not { } found)
            return Intent.Refuse(TreatmentRefusals.SettlementNotFound());
        var (visit, settlement) = found;
        // Dialects without request ids repeat a cancellation by sending it again.
        if (visit.CancellationId is not null && caller.HisTransactionId is null && visit.SettlementId == settlement.TransactionId)
            return Intent.Known(visit.CancellationId);
        if (settlement.State == 2)
            return Intent.Refuse(TreatmentRefusals.SettlementCancelled(settlement.SettlementNumber));
        if (settlement.Interim && UndoChain.OnSettlement(session, visit, settlement) is { } obstacle)
            return Intent.Refuse(TreatmentRefusals.UndoFirst(obstacle));
        if (VisitMachine.Next(visit.Course, visit.State, VisitEvent.CancellationSent) is null)
            return Intent.Refuse(TreatmentRefusals.VisitState(visit, "已结算", "settled"));
        if (BusinessPeriods.Enter(session, caller, id) is { } periodRefusal)
            return Intent.Refuse(periodRefusal);
        VisitStore.Move(session, visit, VisitEvent.CancellationSent);
        VisitStore.SetCancellationId(session, visit.Id, settlement.TransactionId, id.Text);
        var insured = Division.Parse(visit.InsuredDivision);
        var request = new CancelSettlementRequest
        {
            Header = Header(caller, id, insured),
            SettlementNumber = settlement.SettlementNumber,
            SettlementTransactionId = settlement.TransactionId,
        };
        return Intent.Send(Outbound(id, insured, OutboundKind.SettlementCancellation, visit.Id, PeerMethod.CancelSettlement, request) with { OriginalId = settlement.TransactionId });
    }

    /// <summary>The bill a preview asks about, of the day a settlement that followed at once would have.</summary>
    public static (VisitRow? Visit, Bill? Bill, HisRefusal? Refusal) PreviewBill(Session session, HisCaller caller, PreviewSettlement preview)
    {
        if (VisitStore.Find(session, caller.Institution.Code, preview.Visit) is not { } visit)
            return (null, null, TreatmentRefusals.VisitNotFound());
        if (!visit.AllowsFeeChanges)
            return (null, null, TreatmentRefusals.NotOpen(visit));
        var (bill, refusal) = BillOf(session, caller, visit, ServiceDateOf(session, visit), preview.ClaimedTotalFen, preview.AccountRequestedFen, null);
        return (visit, bill, refusal);
    }

    /// <summary>What the lines of a visit add up to.</summary>
    public static Charges ChargesOf(IReadOnlyList<CategorySumRow> sums) => new()
    {
        TotalFen = sums.Sum(sum => sum.TotalFen),
        FullSelfPayFen = sums.Sum(sum => sum.FullSelfPayFen),
        OverLimitFen = sums.Sum(sum => sum.OverLimitFen),
        PreSelfPayFen = sums.Sum(sum => sum.PreSelfPayFen),
        InScopeFen = sums.Sum(sum => sum.InScopeFen),
    };

    public static PersonReference ToMessage(HisPersonReference person) => new()
    {
        InsuredDivision = person.InsuredDivision,
        CertificateKind = person.CertificateKind ?? "",
        CertificateNumber = person.CertificateNumber ?? "",
        SocialSecurityNumber = person.SocialSecurityNumber ?? "",
        CardNumber = person.CardNumber ?? "",
        PersonNumber = person.PersonNumber ?? "",
        Name = person.Name ?? "",
    };

    // Dialects without request ids repeat a settlement by sending it again; those with ids have their own memory and mean something new. A part of a
    // stay is no repeat of its end, nor the end of a part.
    private static Intent RepeatedSettlement(Session session, HisCaller caller, VisitRow visit, Settle settle)
    {
        var settlement = VisitStore.SettlementOf(session, visit.SettlementId!);
        var totalFen = settlement?.TotalFen ?? ChargesOf(FeeLineStore.CategorySums(session, visit.Id)).TotalFen;
        var isSameCourse = (visit.Course is SettlementCourse.Interim) == settle.Interim is true;
        if (caller.HisTransactionId is null && isSameCourse && (settle.ClaimedTotalFen is null || settle.ClaimedTotalFen == totalFen))
            return Intent.Known(visit.SettlementId!);
        return settlement is not null
            ? Intent.Refuse(TreatmentRefusals.AlreadySettled(settlement.SettlementNumber))
            : Intent.Refuse(TreatmentRefusals.NotToBeSettled(visit));
    }

    // The same, where the stay went on: nothing was charged since, so nothing else can be meant.
    private static Intent? RepeatedInterim(Session session, HisCaller caller, VisitRow visit, Settle settle) =>
        settle.Interim is true && caller.HisTransactionId is null && visit.State is VisitState.Admitted && FeeLineStore.LastUnsettledFeeDate(session, visit.Id) is null
        && VisitStore.LastStanding(session, visit.Id) is { Interim: true } settlement && (settle.ClaimedTotalFen ?? settlement.TotalFen) == settlement.TotalFen
            ? Intent.Known(settlement.TransactionId)
            : null;

    /// <summary>The discharge; without one, in an outpatient visit or a stay that goes on, the day of the last fee line that is settled.</summary>
    private static string ServiceDateOf(Session session, VisitRow visit) =>
        visit.DischargeDate ?? FeeLineStore.LastUnsettledFeeDate(session, visit.Id) ?? visit.AdmissionDate;

    private static (VisitRow Visit, TreatmentSettlementRow Settlement)? FindSettled(Session session, HisCaller caller, CancelSettlement cancel)
    {
        var settlement = cancel switch
        {
            { SettlementNumber.Length: > 0 } => VisitStore.FindSettlement(session, cancel.SettlementNumber),
            { OriginalTransactionId.Length: > 0 } => HisInbox.Resolve(session, caller.Institution.Code, cancel.OriginalTransactionId) is { } transaction
                ? VisitStore.SettlementOf(session, transaction)
                : null,
            _ => VisitStore.Find(session, caller.Institution.Code, cancel.Visit) is { SettlementId: { } settlementId } visited ? Meant(session, caller, visited, settlementId) : null,
        };
        if (settlement is null)
            return null;
        var visit = VisitStore.Get(session, settlement.VisitId);
        return visit.InstitutionCode == caller.Institution.Code ? (visit, settlement) : null;
    }

    // Without ids it may be the repeat of the last cancellation, and of several settlements the earlier one must be named.
    private static TreatmentSettlementRow? Meant(Session session, HisCaller caller, VisitRow visit, string settlementId) =>
        (caller.HisTransactionId is null ? null : VisitStore.LastStanding(session, visit.Id)) ?? VisitStore.SettlementOf(session, settlementId);

    private static (Bill? Bill, HisRefusal? Refusal) BillOf(
        Session session, HisCaller caller, VisitRow visit, string serviceDate, long? claimedTotalFen, long? accountRequestedFen, string? invoiceNumber)
    {
        if (HeldUploads.CodesOf(session, visit) is { Count: > 0 } codes)
            return (null, TreatmentRefusals.BillWaits(codes));
        var sums = FeeLineStore.CategorySums(session, visit.Id);
        if (sums.Count == 0)
            return (null, TreatmentRefusals.NoFeeLines());
        var diagnoses = Diagnoses.FromJson(visit.Diagnoses).ToList();
        if (diagnoses.Count == 0)
            return (null, TreatmentRefusals.MissingField("diagnoses"));
        // Lines may be stored while a discharge is under way: only now it is certain which date it ended on.
        if (FeeLineStore.LastUnsettledFeeDate(session, visit.Id) is { } last && string.CompareOrdinal(last, serviceDate) > 0)
            return (null, TreatmentRefusals.DateOutsideStay("lines.fee_date", last, visit.AdmissionDate, serviceDate));
        var charges = ChargesOf(sums);
        if (FirstNegative(charges) is { } negative)
            return (null, negative);
        if (claimedTotalFen is { } claimed && claimed != charges.TotalFen)
            return (null, TreatmentRefusals.TotalMismatch(claimed, charges.TotalFen));
        var bill = new Bill
        {
            VisitNumber = visit.VisitNumber,
            Institution = ToMessage(caller.Institution),
            ServiceDate = serviceDate,
            Diagnoses = { diagnoses },
            Charges = charges,
            CategorySums = { sums.Select(ToMessage) },
            LineCount = sums.Sum(sum => sum.LineCount),
            InvoiceNumber = invoiceNumber ?? "",
        };
        if (accountRequestedFen is { } requested)
            bill.AccountRequestedFen = requested;
        return (bill, null);
    }

    private static HisRefusal? FirstNegative(Charges charges) => charges switch
    {
        { TotalFen: < 0 } => TreatmentRefusals.NegativeTotal("total_fen", charges.TotalFen),
        { FullSelfPayFen: < 0 } => TreatmentRefusals.NegativeTotal("full_self_pay_fen", charges.FullSelfPayFen),
        { OverLimitFen: < 0 } => TreatmentRefusals.NegativeTotal("over_limit_fen", charges.OverLimitFen),
        { PreSelfPayFen: < 0 } => TreatmentRefusals.NegativeTotal("pre_self_pay_fen", charges.PreSelfPayFen),
        { InScopeFen: < 0 } => TreatmentRefusals.NegativeTotal("in_scope_fen", charges.InScopeFen),
        _ => null,
    };

    private RequestHeader Header(HisCaller caller, TransactionId id, Division insured) =>
        RequestHeaders.Create(configuration, id, insured, caller.Operator, time.GetUtcNow());

    private static Intent Send(TransactionId id, Division insured, OutboundKind kind, long visitId, PeerMethod method, IExchangeRequest request) =>
        Intent.Send(Outbound(id, insured, kind, visitId, method, request));

    private static OutboundRequest Outbound(TransactionId id, Division insured, OutboundKind kind, long visitId, PeerMethod method, IExchangeRequest request) =>
        new(id, insured.Province, kind, visitId, method, request.ToByteArray());

    public static Institution ToMessage(InstitutionRow institution) => new()
    {
        Code = institution.Code,
        Name = institution.Name,
        Division = institution.Division,
        Level = institution.DeductibleLevel ?? institution.Level,
    };

    public static CategorySum ToMessage(CategorySumRow sum) => new()
    {
        FeeCategory = sum.FeeCategory,
        LineCount = sum.LineCount,
        Charges = new Charges
        {
            TotalFen = sum.TotalFen,
            FullSelfPayFen = sum.FullSelfPayFen,
            OverLimitFen = sum.OverLimitFen,
            PreSelfPayFen = sum.PreSelfPayFen,
            InScopeFen = sum.InScopeFen,
        },
    };
}
