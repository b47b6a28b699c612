using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// The treatment side's picture of a settlement the insured side made: same number, same figures, same business date, with the postings that
/// belong to it, to its undo and to its restoration.
/// </summary>
internal static class SettlementMirror
{
    /// <param name="row">The request that was the settlement's.</param>
    /// <param name="catalogueVersions">Of the settled lines.</param>
    /// <param name="isInterim">The stay goes on.</param>
    /// <param name="feeVersion">Of the visit when the lines were settled.</param>
    public static TreatmentSettlementRow Of(OutboundRow row, VisitRow visit, Settlement settlement, string? catalogueVersions, bool isInterim, int? feeVersion)
    {
        var (charges, payments) = (settlement.Decision.Charges, settlement.Decision.Payments);
        return new TreatmentSettlementRow
        {
            SettlementNumber = settlement.SettlementNumber,
            TransactionId = row.TransactionId,
            VisitId = visit.Id,
            InsuredProvince = row.Peer,
            PolicyVersion = settlement.Decision.PolicyVersion,
            SettledAtMs = settlement.SettledAtMs,
            BusinessDate = settlement.BusinessDate,
            CatalogueVersions = catalogueVersions,
            State = 1,
            Interim = isInterim,
            FeeVersion = feeVersion,
            TotalFen = charges.TotalFen,
            FullSelfPayFen = charges.FullSelfPayFen,
            OverLimitFen = charges.OverLimitFen,
            PreSelfPayFen = charges.PreSelfPayFen,
            InScopeFen = charges.InScopeFen,
            DeductibleFen = payments.DeductibleFen,
            PoolFen = payments.PoolFen,
            CivilServantFen = payments.CivilServantFen,
            EnterpriseFen = payments.EnterpriseFen,
            EmployeeLargeAmountFen = payments.EmployeeLargeAmountFen,
            ResidentCriticalIllnessFen = payments.ResidentCriticalIllnessFen,
            MedicalAidFen = payments.MedicalAidFen,
            OtherFundFen = payments.OtherFen,
            FundTotalFen = payments.FundTotalFen,
            AccountFen = payments.AccountFen,
            CashFen = payments.CashFen,
            PersonalTotalFen = payments.PersonalTotalFen,
            HospitalBorneFen = payments.HospitalBorneFen,
        };
    }

    /// <summary>Books a settlement that this side learns of.</summary>
    /// <param name="row">The request that was the settlement's.</param>
    public static void Book(Session session, OutboundRow row, VisitRow visit, Settlement settlement, long nowMs)
    {
        var mirror = Of(row, visit, settlement, FeeLineStore.CatalogueVersions(session, visit.Id), visit.Course is SettlementCourse.Interim, visit.FeeVersion);
        VisitStore.InsertSettlement(session, mirror);
        FeeLineStore.Settle(session, visit.Id, mirror.SettlementNumber);
        FeeTransfers.Owe(session, mirror.SettlementNumber, nowMs);
        Post(session, mirror, mirror.TransactionId, PostingEvent.Settlement, mirror.BusinessDate, PostingRules.Treatment(mirror), nowMs);
        LedgerBook.Settled(session, LedgerSide.Treatment, Division.Parse(row.Peer), row.TransactionId, settlement, visit.InstitutionCode, visit.VisitKind);
    }

    /// <summary>Cancels or reverses a standing settlement.</summary>
    public static void TakeBack(Session session, TreatmentSettlementRow mirror, UndoRow undo, long nowMs)
    {
        VisitStore.CancelSettlement(session, mirror.SettlementNumber, undo.TransactionId, undo.UndoneAtMs, undo.BusinessDate);
        FeeLineStore.Unsettle(session, mirror.SettlementNumber);
        FeeTransfers.Withdraw(session, mirror.SettlementNumber, nowMs);
        BookUndo(session, mirror, undo, nowMs);
    }

    /// <summary>The undo and its postings alone, where the settlement itself stands.</summary>
    public static void BookUndo(Session session, TreatmentSettlementRow mirror, UndoRow undo, long nowMs)
    {
        UndoStore.Insert(session, undo);
        Post(session, mirror, undo.TransactionId, undo.ByReversal ? PostingEvent.Reversal : PostingEvent.Cancellation, undo.BusinessDate,
            PostingRules.Opposite(PostingRules.Treatment(mirror)), nowMs);
        LedgerBook.TakenBack(
            session, undo.ByReversal ? LedgerRowKind.Reversal : LedgerRowKind.Cancellation, undo.TransactionId, undo.OriginalId, undo.BusinessDate);
    }

    /// <summary>What the reversal of a cancellation posts: the settlement's own set again.</summary>
    public static void BookRestoration(Session session, TreatmentSettlementRow mirror, UndoRow undo, long nowMs)
    {
        UndoStore.Insert(session, undo);
        // Also where the cancellation was never learned here: the insured side may have refused lines meanwhile.
        FeeTransfers.OweAgain(session, mirror.SettlementNumber, nowMs);
        Post(session, mirror, undo.TransactionId, PostingEvent.Reversal, undo.BusinessDate, PostingRules.Treatment(mirror), nowMs);
        LedgerBook.TakenBack(session, LedgerRowKind.Reversal, undo.TransactionId, undo.OriginalId, undo.BusinessDate);
    }

    /// <summary>Why a settlement that is not stored yet cannot be true, or null.</summary>
    public static string? ContradictionIn(Session session, Settlement? settlement, string peer, string visitNumber, Charges asked)
    {
        if (settlement is not { Decision: { Person: { } person, Charges: { } charges, Payments: { } payments } })
            return "结算没有参保人、费用或支付 / a settlement without person, charges or payments";
        if (!HisPersons.IsWhole(person))
            return "参保人没有年度或出生日期 / a person without year or birth date";
        if (LedgerBook.FaultOf(person, peer) is { } fault)
            return fault;
        if (!IssuedNumber.IsSettlement(settlement.SettlementNumber) || IssuedNumber.InsuredOf(settlement.SettlementNumber).Province.Code != peer)
            return "结算流水号不是该省所编 / a settlement number that this peer does not issue";
        if (settlement.VisitNumber != visitNumber)
            return "是另一次就诊的结算 / a settlement of another visit";
        if (VisitStore.FindSettlement(session, settlement.SettlementNumber) is not null)
            return "结算流水号已入账 / a settlement number that is booked already";
        if (!ChinaTime.IsOn(settlement.SettledAtMs, settlement.BusinessDate))
            return "业务日期与结算时间不符 / a business date that is not the settlement time's";
        return charges.Equals(asked) ? SettlementFigures.MismatchOf(charges, payments) : "费用与所请求的不同 / charges other than those asked for";
    }

    private static void Post(
        Session session, TreatmentSettlementRow mirror, string transactionId, PostingEvent what, string businessDate, IReadOnlyList<Posting> postings, long nowMs) =>
        PostingStore.Append(session, new PostingSet
        {
            TransactionId = TransactionId.Parse(transactionId),
            Event = what,
            Subject = mirror.SettlementNumber,
            Partner = Division.Parse(mirror.InsuredProvince),
            BusinessDate = ChinaTime.ParseIso(businessDate),
            PostedAtMs = nowMs,
            Postings = postings,
        });
}
