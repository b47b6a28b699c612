using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Oversight;

/// <summary>The stays that two provinces live through, in every state that a clean pair of nodes can be in, and what goes with them.</summary>
internal sealed class LivedStays(TwoProvinces provinces)
{
    private int _visits = provinces.TreatmentBooks.Read(session => session.QuerySingle<int>("SELECT count(*) FROM treatment_visit"));

    /// <summary>One visit in each state, and everything that can be under way.</summary>
    public async Task LiveAsync()
    {
        var corrected = await StayAsync(1);
        await DischargeAsync(corrected, "2024-06-03");
        await SettleAsync(corrected);
        await RecordHospitalRequestsAsync(corrected);
        await ReconciledDay.StoreAsync(provinces.TreatmentBooks);

        var settledAgain = await StayAsync(1);
        await SettleAsync(settledAgain);
        await CancelAsync(settledAgain);
        await SettleAsync(settledAgain);
        await SendDetailsAsync(settledAgain);

        var cancelled = await StayAsync(2);
        await SettleAsync(cancelled);
        await CancelAsync(cancelled);

        await AdmitAsync(2);
        await AdmitAsync(9);
        await AdmitAsync(2, Fate.TurnedAway);
        await AdmitAsync(2, Fate.NeverArrived);
        await AdmitAsync(2, Fate.ReplyLost);
        var dischargeLost = await AdmitAsync(2);
        await DischargeAsync(dischargeLost, "2024-06-03", Fate.ReplyLost);
        var correctionLost = await StayAsync(2);
        await DischargeAsync(correctionLost, "2024-06-03", Fate.NeverArrived);

        var refused = await StayAsync(2);
        await SettleAsync(refused, serviceDate: "2024-01-01");
        await SettleAsync(await StayAsync(2), Fate.NeverArrived);
        await SettleAsync(await StayAsync(2), Fate.ReplyLost);
        var cancellationLost = await StayAsync(1);
        await SettleAsync(cancellationLost);
        await CancelAsync(cancellationLost, Fate.ReplyLost);
        var cancellationUnsent = await StayAsync(2);
        await SettleAsync(cancellationUnsent);
        await CancelAsync(cancellationUnsent, Fate.NeverArrived);
        await new UndoneStays(provinces).LiveAsync();
        await FileAsync(3);
        await provinces.InsuredBooks.WriteAsync(session => PersonRegister.Freeze(
            session, PreparedBooks.PersonNumber(2), new(2023, 1, 1), new(2023, 1, 31), new Change("测试经办", "测试", provinces.Time.NowMs())), CancellationToken.None);
    }

    /// <summary>A referral of a person, submitted by the treatment province and answered.</summary>
    private async Task FileAsync(int person)
    {
        var id = await provinces.NextIdAsync();
        var request = new SubmitFilingRequest
        {
            Header = provinces.Header(id),
            Person = new PersonReference { InsuredDivision = "610100", PersonNumber = PreparedBooks.PersonNumber(person) },
            Kind = "04",
            TargetArea = "530100",
            ValidFrom = provinces.Time.Today().Iso(),
        };
        var reply = await provinces.Filings.SubmitFilingAsync(request, TwoProvinces.Treatment, CancellationToken.None);
        await provinces.TreatmentBooks.WriteAsync(session =>
        {
            var row = new FilingRequestRow
            {
                TransactionId = id.Text,
                Peer = TwoProvinces.Insured.Code,
                Kind = FilingRequestKind.Submission,
                Request = provinces.TreatmentVault.Seal(request.ToByteArray(), FilingRequests.RequestPurpose),
                RequestedBy = "测试经办",
                State = OutboundState.Awaiting,
                Attempts = 1,
                PerhapsReceived = 1,
                PreparedAtMs = 1,
                NextAttemptAtMs = 1,
            };
            FilingRequestStore.Insert(session, row);
            FilingRequestStore.End(session, row, OutboundState.Answered, provinces.TreatmentVault.Seal(reply.ToByteArray(), FilingRequests.ReplyPurpose), null, 1);
        }, CancellationToken.None);
    }

    /// <summary>A whole stay of one person, up to the settlement.</summary>
    public async Task SettleOneAsync(int person) => await SettleAsync(await StayAsync(person));

    public async Task<long> StayAsync(int person)
    {
        var visit = await AdmitAsync(person);
        await provinces.TreatmentBooks.WriteAsync(session => BilledLines.Add(session, visit, provinces.Time.GetUtcNow()), CancellationToken.None);
        await DischargeAsync(visit, "2024-06-02");
        return visit;
    }

    public async Task<long> AdmitAsync(int person, Fate fate = Fate.Answered)
    {
        var id = await provinces.NextIdAsync();
        var hospitalNumber = string.Create(CultureInfo.InvariantCulture, $"ZY{++_visits:000}");
        var request = new RegisterAdmissionRequest
        {
            Header = provinces.Header(id),
            Person = new PersonReference { InsuredDivision = "610100", PersonNumber = PreparedBooks.PersonNumber(person) },
            Institution = InstitutionMessage(),
            VisitKind = "21",
            AdmissionDate = "2024-06-01",
            HospitalVisitNumber = hospitalNumber,
            Diagnoses = { new Diagnosis { Code = "K35.8", Name = "急性阑尾炎" } },
        };
        long visit = 0;
        await provinces.ExchangeAsync(id, OutboundKind.Admission, PeerMethod.RegisterAdmission, request, fate, session => visit = VisitStore.Insert(session, new VisitRow
        {
            Id = 0,
            InstitutionCode = TwoProvinces.Institution,
            HospitalVisitNumber = hospitalNumber,
            InsuredDivision = "610100",
            AdmissionId = id.Text,
            Admission = provinces.TreatmentVault.Seal("{}"u8, "treatment.admission"),
            State = VisitState.AdmissionSent,
            VisitKind = "21",
            AdmissionDate = "2024-06-01",
            Diagnoses = "[]",
            FeeVersion = 0,
        }), async () => await provinces.Agency.RegisterAdmissionAsync(request, TwoProvinces.Treatment, CancellationToken.None));
        return visit;
    }

    public async Task DischargeAsync(long visit, string date, Fate fate = Fate.Answered)
    {
        var id = await provinces.NextIdAsync();
        var request = new RegisterDischargeRequest
        {
            Header = provinces.Header(id),
            VisitNumber = provinces.Visit(visit).VisitNumber,
            DischargeDate = date,
            Diagnoses = { new Diagnosis { Code = "K35.8", Name = "急性阑尾炎" } },
        };
        await provinces.ExchangeAsync(id, OutboundKind.Discharge, PeerMethod.RegisterDischarge, request, fate, session => TwoProvinces.Move(session, visit, VisitEvent.DischargeSent),
            async () => await provinces.Agency.RegisterDischargeAsync(request, TwoProvinces.Treatment, CancellationToken.None));
    }

    public async Task SettleAsync(long visit, Fate fate = Fate.Answered, string? serviceDate = null)
    {
        var id = await provinces.NextIdAsync();
        var row = provinces.Visit(visit);
        var sums = provinces.TreatmentBooks.Read(session => FeeLineStore.CategorySums(session, visit));
        var bill = new Bill
        {
            VisitNumber = row.VisitNumber,
            Institution = InstitutionMessage(),
            ServiceDate = serviceDate ?? row.DischargeDate,
            Diagnoses = { new Diagnosis { Code = "K35.8", Name = "急性阑尾炎" } },
            Charges = Sum([.. sums]),
            LineCount = sums.Sum(sum => sum.LineCount),
        };
        bill.CategorySums.Add(sums.Select(sum => new CategorySum { FeeCategory = sum.FeeCategory, LineCount = sum.LineCount, Charges = Sum(sum) }));
        var request = new SettleRequest { Header = provinces.Header(id), Bill = bill };
        await provinces.ExchangeAsync(id, OutboundKind.Settlement, PeerMethod.Settle, request, fate, session =>
        {
            TwoProvinces.Move(session, visit, VisitEvent.SettlementSent);
            VisitStore.SetSettlementId(session, visit, id.Text);
            return visit;
        }, async () => await provinces.Agency.SettleAsync(request, TwoProvinces.Treatment, CancellationToken.None));
    }

    /// <summary>What the sender does, without its peer client.</summary>
    private async Task SendDetailsAsync(long visit)
    {
        var id = await provinces.NextIdAsync();
        var (settlement, start, lines, feeVersion) = provinces.TreatmentBooks.Read(session =>
        {
            var settled = VisitStore.SettlementsOf(session, visit).Single(settlement => settlement.State == 1);
            var begun = FeeDetailLines.StartOf(session, settled);
            return (settled.SettlementNumber, begun, FeeDetailLines.Read(session, settled.SettlementNumber, new LineSpan(1, begun.LineCount)), VisitStore.Get(session, visit).FeeVersion);
        });
        await provinces.TreatmentBooks.WriteAsync(session => FeeTransfers.Prepare(session, id.Text, start, start.ToByteArray(), feeVersion), CancellationToken.None);
        var transfer = (await provinces.Details.BeginAsync(id.Text, start, TwoProvinces.Treatment, CancellationToken.None)).Transfer!;
        await provinces.Details.StoreAsync(transfer, FeeDetailLines.FirstChunk(lines, FeeDetailLimits.ChunkBytesMax), CancellationToken.None);
        var reply = await provinces.Details.ConcludeAsync(transfer, CancellationToken.None);
        Assert.That(reply.Progress?.State, Is.EqualTo(FeeDetailState.Complete), reply.ToString());
        await provinces.TreatmentBooks.WriteAsync(session => FeeTransfers.Complete(session, FeeTransfers.Find(session, settlement)!, provinces.Time.NowMs()), CancellationToken.None);
    }

    public async Task CancelAsync(long visit, Fate fate = Fate.Answered)
    {
        var id = await provinces.NextIdAsync();
        var settled = provinces.TreatmentBooks.Read(session => VisitStore.SettlementOf(session, VisitStore.Get(session, visit).SettlementId!))!;
        var request = new CancelSettlementRequest
        {
            Header = provinces.Header(id),
            SettlementNumber = settled.SettlementNumber,
            SettlementTransactionId = settled.TransactionId,
        };
        await provinces.ExchangeAsync(id, OutboundKind.SettlementCancellation, PeerMethod.CancelSettlement, request, fate, session =>
        {
            TwoProvinces.Move(session, visit, VisitEvent.CancellationSent);
            VisitStore.SetCancellationId(session, visit, settled.TransactionId, id.Text);
            return visit;
        }, async () => await provinces.Agency.CancelSettlementAsync(request, TwoProvinces.Treatment, CancellationToken.None), settled.TransactionId);
    }

    private async Task RecordHospitalRequestsAsync(long visit)
    {
        var (own, period, update) = (await provinces.NextIdAsync(), await provinces.NextIdAsync(), await provinces.NextIdAsync());
        await provinces.TreatmentBooks.WriteAsync(session =>
        {
            AddHisRequest(session, "HIS0001", VisitStore.Get(session, visit).SettlementId!, withResult: false);
            AddHisRequest(session, "HIS0002", own.Text, withResult: true);
            session.Execute(
                "INSERT INTO business_period (period_number, institution_code, operator_number, opened_at_ms) VALUES (@Text, @Institution, '001', 1)",
                new { period.Text, TwoProvinces.Institution });
            session.Execute("INSERT INTO period_transaction (transaction_id, period_number) VALUES (@SettlementId, @Text)", new { VisitStore.Get(session, visit).SettlementId, period.Text });
            session.Execute(
                "INSERT INTO confirmation (transaction_id, institution_code, transaction_code, state, recorded_at_ms, decided_at_ms) VALUES (@DischargeId, @Institution, '25', 2, 1, 2)",
                new { VisitStore.Get(session, visit).DischargeId, TwoProvinces.Institution });
            session.Execute("INSERT INTO visit_update (transaction_id, visit_id, bed, updated_at_ms) VALUES (@Text, @visit, '12', 1)", new { update.Text, visit });
        }, CancellationToken.None);
    }

    private void AddHisRequest(Session session, string hisId, string transactionId, bool withResult) => session.Execute(
        """
        INSERT INTO his_request (institution_code, his_transaction_id, content_hash, operation, transaction_id, result, received_at_ms)
        VALUES (@Institution, @hisId, @hash, @operation, @transactionId, @result, 1)
        """,
        new
        {
            TwoProvinces.Institution,
            hisId,
            hash = SHA256.HashData(Encoding.UTF8.GetBytes(hisId)),
            operation = provinces.TreatmentVault.Seal("{}"u8, "his.operation"),
            transactionId,
            result = withResult ? provinces.TreatmentVault.Seal("{}"u8, "his.result") : null,
        });

    private static Charges Sum(params CategorySumRow[] sums) => new()
    {
        TotalFen = sums.Sum(sum => sum.TotalFen),
        FullSelfPayFen = sums.Sum(sum => sum.FullSelfPayFen),
        OverLimitFen = sums.Sum(sum => sum.OverLimitFen),
        PreSelfPayFen = sums.Sum(sum => sum.PreSelfPayFen),
        InScopeFen = sums.Sum(sum => sum.InScopeFen),
    };

    private static Institution InstitutionMessage() => new() { Code = TwoProvinces.Institution, Name = "测试医院", Division = "530100", Level = "02" };
}
