using System.Security.Cryptography;
using Provincial.Exchange.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Network;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Tests.Oversight;

/// <summary>What is cancelled and reversed between the two provinces, in books of their own or in ones that were there before.</summary>
internal sealed class UndoneStays(TwoProvinces provinces)
{
    /// <summary>Reverses every transaction that is unanswered, whatever became of it at the insured side.</summary>
    /// <returns>How many.</returns>
    public async Task<int> ReverseOpenAsync()
    {
        var open = Open();
        foreach (var (id, visit) in open)
            await ReverseAsync(visit, id);
        return open.Count;
    }

    /// <summary>Every kind of undo, with each kind of effect a reversal can have, whichever answer comes first.</summary>
    public async Task LiveAsync()
    {
        await CancelAdmissionAsync(await provinces.Stays.AdmitAsync(2));
        await CancelDischargeAsync(await provinces.Stays.StayAsync(2));
        await CancelAdmissionAsync(await provinces.Stays.AdmitAsync(2), Fate.ReplyLost);
        await CancelDischargeAsync(await provinces.Stays.StayAsync(2), Fate.NeverArrived);

        var lost = await provinces.Stays.AdmitAsync(2, Fate.ReplyLost);
        await ReverseAsync(lost, provinces.Visit(lost).AdmissionId);
        var refused = await provinces.Stays.AdmitAsync(9, Fate.ReplyLost);
        await ReverseAsync(refused, provinces.Visit(refused).AdmissionId);
        var unsent = await provinces.Stays.AdmitAsync(2, Fate.NeverArrived);
        await ReverseAsync(unsent, provinces.Visit(unsent).AdmissionId);
        var known = await provinces.Stays.AdmitAsync(2);
        await ReverseAsync(known, provinces.Visit(known).AdmissionId);

        var discharged = await provinces.Stays.StayAsync(2);
        await ReverseAsync(discharged, provinces.Visit(discharged).DischargeId!);
        var corrected = await provinces.Stays.StayAsync(2);
        await provinces.Stays.DischargeAsync(corrected, "2024-06-03");
        await ReverseAsync(corrected, provinces.Visit(corrected).DischargeId!);

        var settled = await provinces.Stays.StayAsync(1);
        await provinces.Stays.SettleAsync(settled);
        await ReverseAsync(settled, provinces.Visit(settled).SettlementId!);
        var settlementLost = await provinces.Stays.StayAsync(1);
        await provinces.Stays.SettleAsync(settlementLost, Fate.ReplyLost);
        await ReverseAsync(settlementLost, provinces.Visit(settlementLost).SettlementId!);
        var settlementUnsent = await provinces.Stays.StayAsync(2);
        await provinces.Stays.SettleAsync(settlementUnsent, Fate.NeverArrived);
        await ReverseAsync(settlementUnsent, provinces.Visit(settlementUnsent).SettlementId!);

        var restored = await provinces.Stays.StayAsync(1);
        await provinces.Stays.SettleAsync(restored);
        await provinces.Stays.CancelAsync(restored);
        await ReverseAsync(restored, provinces.Visit(restored).CancellationId!);
        await provinces.Stays.CancelAsync(restored);
        var restoredUnknown = await provinces.Stays.StayAsync(2);
        await provinces.Stays.SettleAsync(restoredUnknown);
        await provinces.Stays.CancelAsync(restoredUnknown, Fate.ReplyLost);
        await ReverseAsync(restoredUnknown, provinces.Visit(restoredUnknown).CancellationId!);
        var admittedAgain = await provinces.Stays.AdmitAsync(2);
        await ReverseAsync(admittedAgain, await CancelAdmissionAsync(admittedAgain));
        var dischargedAgain = await provinces.Stays.StayAsync(2);
        await ReverseAsync(dischargedAgain, await CancelDischargeAsync(dischargedAgain, Fate.ReplyLost));

        var pending = await provinces.Stays.StayAsync(2);
        await provinces.Stays.SettleAsync(pending, Fate.ReplyLost);
        await ReverseAsync(pending, provinces.Visit(pending).SettlementId!, Fate.NeverArrived);
        var pendingToo = await provinces.Stays.StayAsync(1);
        await provinces.Stays.SettleAsync(pendingToo);
        await ReverseAsync(pendingToo, provinces.Visit(pendingToo).SettlementId!, Fate.ReplyLost);
        await ReverseUnseenAsync();
        await HoldAsync(await provinces.Stays.AdmitAsync(2));
    }

    private async Task<string> CancelAdmissionAsync(long visit, Fate fate = Fate.Answered)
    {
        var (id, row) = (await provinces.NextIdAsync(), provinces.Visit(visit));
        var request = new CancelAdmissionRequest { Header = provinces.Header(id), VisitNumber = row.VisitNumber, AdmissionTransactionId = row.AdmissionId };
        await provinces.ExchangeAsync(id, OutboundKind.AdmissionCancellation, PeerMethod.CancelAdmission, request, fate,
            session => TwoProvinces.Move(session, visit, VisitEvent.AdmissionCancellationSent), async () => await provinces.Agency.CancelAdmissionAsync(request, TwoProvinces.Treatment, CancellationToken.None), row.AdmissionId);
        return id.Text;
    }

    private async Task<string> CancelDischargeAsync(long visit, Fate fate = Fate.Answered)
    {
        var (id, row) = (await provinces.NextIdAsync(), provinces.Visit(visit));
        var request = new CancelDischargeRequest { Header = provinces.Header(id), VisitNumber = row.VisitNumber, DischargeTransactionId = row.DischargeId };
        await provinces.ExchangeAsync(id, OutboundKind.DischargeCancellation, PeerMethod.CancelDischarge, request, fate,
            session => TwoProvinces.Move(session, visit, VisitEvent.DischargeCancellationSent), async () => await provinces.Agency.CancelDischargeAsync(request, TwoProvinces.Treatment, CancellationToken.None), row.DischargeId);
        return id.Text;
    }

    /// <returns>What the insured side answered; null when it was never asked.</returns>
    public async Task<ReverseTransactionResponse?> ReverseAsync(long visit, string originalId, Fate fate = Fate.Answered)
    {
        var id = await provinces.NextIdAsync();
        var request = new ReverseTransactionRequest { Header = provinces.Header(id), OriginalTransactionId = originalId };
        return (ReverseTransactionResponse?)await provinces.ExchangeAsync(id, OutboundKind.Reversal, PeerMethod.ReverseTransaction, request, fate, session =>
        {
            VisitStore.BeginReversal(session, VisitStore.Get(session, visit), Outbox.Find(session, originalId)!.Kind, id.Text);
            return visit;
        }, async () => await provinces.Agency.ReverseTransactionAsync(request, TwoProvinces.Treatment, CancellationToken.None), originalId);
    }

    /// <summary>An upload that waits for a mapping, and one that was refused when its mapping came.</summary>
    private async Task HoldAsync(long visit)
    {
        var (id, refused) = (await provinces.NextIdAsync(), await provinces.NextIdAsync());
        await provinces.TreatmentBooks.WriteAsync(session => session.Execute(
            """
            INSERT INTO held_upload (transaction_id, visit_id, institution_code, content_hash, operation, line_count, amount_fen, state, held_at_ms)
            VALUES (@Text, @visit, @Institution, @hash, @operation, 1, 100, 1, 1);
            INSERT INTO held_code (transaction_id, local_code) VALUES (@Text, 'X');
            INSERT INTO held_upload (transaction_id, visit_id, institution_code, content_hash, operation, line_count, amount_fen, state, result, held_at_ms, finished_at_ms)
            VALUES (@refused, @visit, @Institution, @hash, @operation, 1, 100, 3, @result, 1, 2)
            """,
            new
            {
                id.Text,
                refused = refused.Text,
                visit,
                TwoProvinces.Institution,
                hash = SHA256.HashData("held"u8),
                operation = provinces.TreatmentVault.Seal("{}"u8, "held.operation"),
                result = provinces.TreatmentVault.Seal("{}"u8, "held.result"),
            }), CancellationToken.None);
    }

    /// <summary>A hospital's id that never came.</summary>
    private async Task ReverseUnseenAsync()
    {
        var id = await provinces.NextIdAsync();
        await provinces.TreatmentBooks.WriteAsync(
            session => UndoStore.InsertVoid(session, TwoProvinces.Institution, new VoidRow { OriginalId = "HIS0009", ReversalId = id.Text, Effect = HisReversalEffect.Voided }, 1), CancellationToken.None);
    }

    private List<(string Id, long Visit)> Open() => provinces.TreatmentBooks.Read(session => session.Query<(string, long)>(
        "SELECT transaction_id, visit_id FROM outbound WHERE state = 1 AND kind < 7 ORDER BY rowid"));
}
