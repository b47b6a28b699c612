using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Provincial.Exchange.V1;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Insured;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Oversight;

/// <summary>What becomes of one request between the two provinces.</summary>
internal enum Fate
{
    Answered = 1,
    NeverArrived = 2,
    ReplyLost = 3,
    TurnedAway = 4,
}

/// <summary>
/// A treatment province 530000 and an insured province 610000 with real databases, stores, insured agency and reply applier; only the wire
/// between them is a method call. Makes visits in every state a clean pair of nodes can be in.
/// </summary>
internal sealed class TwoProvinces : IAsyncDisposable
{
    public const string Institution = "H53010001";

    private const string FirstVersion = "111111111111", SecondVersion = "222222222222";

    private static readonly BenefitPolicySource Policy = new(Policies.WithEveryFeature(), "for tests", new string('a', 64));

    private static readonly DateTimeOffset Start = new(2024, 6, 3, 9, 0, 0, ChinaTime.Offset);

    private readonly ManualTimeProvider _time = new(Start);
    private readonly Database _insured;
    private readonly Outbox _outbox;
    private readonly ReplyApplier _applier;
    private readonly FeeDetailAgency _details;
    private readonly Inbox _inbox;
    private readonly FilingAgency _filings;
    private TransactionIdSource _ids = null!;
    private int _visits;

    private TwoProvinces(string treatmentFolder, string insuredFolder)
    {
        (TreatmentFolder, InsuredFolder) = (treatmentFolder, insuredFolder);
        (TreatmentBooks, TreatmentVault) = Open(treatmentFolder);
        (_insured, var insuredVault) = Open(insuredFolder);
        _applier = new ReplyApplier(_time);
        var options = new OutboxOptions { InteractiveBudget = TimeSpan.FromSeconds(10), RetryDelay = TimeSpan.FromSeconds(5), RetryDelayMax = TimeSpan.FromMinutes(5) };
        _outbox = new Outbox(TreatmentBooks, TreatmentVault, null!, _applier, options, _time, NullLogger<Outbox>.Instance);
        Persons = new PersonStore(insuredVault);
        _inbox = new Inbox(_insured, insuredVault, _time);
        var assessment = new BenefitAssessment(Insured, Persons, Policy, FilingRules.Defaults);
        Agency = new InsuredAgency(_insured, _inbox, assessment, _time);
        _filings = new FilingAgency(_insured, _inbox, assessment, FilingRules.Defaults, _time, NullLogger<FilingAgency>.Instance);
        _details = new FeeDetailAgency(_insured, _inbox, _time);
    }

    public static Division Treatment { get; } = Division.Parse("530000");

    public static Division Insured { get; } = Division.Parse("610000");

    public string TreatmentFolder { get; }

    public string InsuredFolder { get; }

    public Database TreatmentBooks { get; }

    public Vault TreatmentVault { get; }

    /// <summary>The insured side's.</summary>
    public InsuredAgency Agency { get; }

    private PersonStore Persons { get; }

    public static async Task<TwoProvinces> StartAsync(string root)
    {
        var provinces = new TwoProvinces(Folder(root, "530000"), Folder(root, "610000"));
        await provinces.TreatmentBooks.WriteAsync(provinces.PrepareTreatment, CancellationToken.None);
        await provinces._insured.WriteAsync(provinces.PrepareInsured, CancellationToken.None);
        provinces._ids = await TransactionIdSource.OpenAsync(provinces.TreatmentBooks, Treatment, provinces._time, CancellationToken.None);
        return provinces;
    }

    /// <summary>Two provinces whose folders are there already; what is unanswered in them can be reversed, not delivered.</summary>
    public static async Task<TwoProvinces> ReopenAsync(string root)
    {
        var provinces = new TwoProvinces(Folder(root, "530000"), Folder(root, "610000"));
        await provinces.TreatmentBooks.WriteAsync(session => TreatmentLedgerArrears.Pay(session, provinces.TreatmentVault), CancellationToken.None);
        await provinces._insured.WriteAsync(session => InsuredLedgerArrears.Pay(session, provinces._inbox), CancellationToken.None);
        provinces._ids = await TransactionIdSource.OpenAsync(provinces.TreatmentBooks, Treatment, provinces._time, CancellationToken.None);
        return provinces;
    }

    /// <summary>One visit in each state, and everything that can be under way.</summary>
    public async Task LiveAsync()
    {
        var corrected = await StayAsync(1);
        await DischargeAsync(corrected, "2024-06-03");
        await SettleAsync(corrected);
        await RecordHospitalRequestsAsync(corrected);
        await ReconciledDay.StoreAsync(TreatmentBooks);

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
        await new UndoneStays(this).LiveAsync();
        await FileAsync(3);
        await _insured.WriteAsync(session => PersonRegister.Freeze(
            session, PersonNumber(2), new(2023, 1, 1), new(2023, 1, 31), new Change("测试经办", "测试", _time.NowMs())), CancellationToken.None);
    }

    /// <summary>A referral of a person, submitted by the treatment province and answered.</summary>
    private async Task FileAsync(int person)
    {
        var id = await NextIdAsync();
        var request = new SubmitFilingRequest
        {
            Header = Header(id),
            Person = new PersonReference { InsuredDivision = "610100", PersonNumber = PersonNumber(person) },
            Kind = "04",
            TargetArea = "530100",
            ValidFrom = _time.Today().Iso(),
        };
        var reply = await _filings.SubmitFilingAsync(request, Treatment, CancellationToken.None);
        await TreatmentBooks.WriteAsync(session =>
        {
            var row = new FilingRequestRow
            {
                TransactionId = id.Text,
                Peer = Insured.Code,
                Kind = FilingRequestKind.Submission,
                Request = TreatmentVault.Seal(request.ToByteArray(), FilingRequests.RequestPurpose),
                RequestedBy = "测试经办",
                State = OutboundState.Awaiting,
                Attempts = 1,
                PreparedAtMs = 1,
                NextAttemptAtMs = 1,
            };
            FilingRequestStore.Insert(session, row);
            FilingRequestStore.End(session, row, OutboundState.Answered, TreatmentVault.Seal(reply.ToByteArray(), FilingRequests.ReplyPurpose), null, 1);
        }, CancellationToken.None);
    }

    /// <summary>A whole stay of one person, up to the settlement.</summary>
    public async Task SettleOneAsync(int person) => await SettleAsync(await StayAsync(person));

    public ValueTask<TransactionId> NextIdAsync() => _ids.NextAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await TreatmentBooks.DisposeAsync();
        await _insured.DisposeAsync();
    }

    private static string Folder(string root, string name)
    {
        var folder = Path.Combine(root, name);
        Directory.CreateDirectory(Path.Combine(folder, "keys"));
        return folder;
    }

    private (Database Database, Vault Vault) Open(string folder) => (DataFolder.OpenDatabase(folder, _time), DataFolder.OpenVault(folder));

    private void PrepareTreatment(Session session)
    {
        NodeIdentity.Claim(session, Treatment, TreatmentVault);
        session.Execute(
            "INSERT INTO institution (code, name, division, level, adapter, token_hash) VALUES (@Institution, '测试医院', '530100', '02', 'test', @hash)",
            new { Institution, hash = SHA256.HashData("token"u8) });
        // Version 2 was activated on top of version 1 and rolled back.
        foreach (var version in (string[])[FirstVersion, SecondVersion])
            CatalogueStore.Insert(session, CatalogueVersion(version));
        CatalogueStore.Activate(session, "test", FirstVersion, "2024-05-01", "", 1);
        CatalogueStore.Activate(session, "test", SecondVersion, "2024-06-01", "", 2);
        CatalogueStore.RollBack(session, "test", "", 3);
    }

    private static CatalogueVersionRow CatalogueVersion(string version) => new()
    {
        Adapter = "test",
        Version = version,
        Sha256 = version.PadRight(64, '0'),
        BaseVersion = "000000000000",
        ItemCount = 1,
        MappingCount = 0,
        CodeCount = 1,
        RatioCount = 0,
        ImportedAtMs = 1,
    };

    private void PrepareInsured(Session session)
    {
        NodeIdentity.Claim(session, Insured, DataFolder.OpenVault(InsuredFolder));
        Policy.Record(session, Start.ToUnixTimeMilliseconds());
        foreach (var number in (int[])[1, 2, 3])
        {
            Persons.Put(session, new Person
            {
                InsuredDivision = "610100",
                PersonNumber = PersonNumber(number),
                Name = $"测试患者{number}",
                CertificateKind = "01",
                CertificateNumber = $"T{number:000}",
                Gender = "1",
                BirthDate = "1970-01-01",
                PersonClass = "31",
                Scheme = "390",
                AccountBalanceFen = 1_000_000,
            }, insuranceState: 1);
            FilingStore.Insert(session, new FilingRow
            {
                FilingNumber = $"F{number}",
                PersonNumber = PersonNumber(number),
                Kind = "02",
                TargetArea = "530000",
                ValidFrom = "2024-01-01",
                State = FilingStatus.Effective,
            }, new Change("import", "import", _time.GetUtcNow().ToUnixTimeMilliseconds()));
        }
    }

    private static string PersonNumber(int number) => string.Create(CultureInfo.InvariantCulture, $"P{number:000}");

    public async Task<long> StayAsync(int person)
    {
        var visit = await AdmitAsync(person);
        await TreatmentBooks.WriteAsync(session => AddLines(session, visit), CancellationToken.None);
        await DischargeAsync(visit, "2024-06-02");
        return visit;
    }

    public async Task<long> AdmitAsync(int person, Fate fate = Fate.Answered)
    {
        var id = await NextIdAsync();
        var hospitalNumber = string.Create(CultureInfo.InvariantCulture, $"ZY{++_visits:000}");
        var request = new RegisterAdmissionRequest
        {
            Header = Header(id),
            Person = new PersonReference { InsuredDivision = "610100", PersonNumber = PersonNumber(person) },
            Institution = InstitutionMessage(),
            VisitKind = "21",
            AdmissionDate = "2024-06-01",
            HospitalVisitNumber = hospitalNumber,
            Diagnoses = { new Diagnosis { Code = "K35.8", Name = "急性阑尾炎" } },
        };
        long visit = 0;
        await ExchangeAsync(id, OutboundKind.Admission, PeerMethod.RegisterAdmission, request, fate, session => visit = VisitStore.Insert(session, new VisitRow
        {
            Id = 0,
            InstitutionCode = Institution,
            HospitalVisitNumber = hospitalNumber,
            InsuredDivision = "610100",
            AdmissionId = id.Text,
            Admission = TreatmentVault.Seal("{}"u8, "treatment.admission"),
            State = VisitState.AdmissionSent,
            VisitKind = "21",
            AdmissionDate = "2024-06-01",
            Diagnoses = "[]",
            FeeVersion = 0,
        }), async () => await Agency.RegisterAdmissionAsync(request, Treatment, CancellationToken.None));
        return visit;
    }

    public async Task DischargeAsync(long visit, string date, Fate fate = Fate.Answered)
    {
        var id = await NextIdAsync();
        var request = new RegisterDischargeRequest
        {
            Header = Header(id),
            VisitNumber = Visit(visit).VisitNumber,
            DischargeDate = date,
            Diagnoses = { new Diagnosis { Code = "K35.8", Name = "急性阑尾炎" } },
        };
        await ExchangeAsync(id, OutboundKind.Discharge, PeerMethod.RegisterDischarge, request, fate, session => Move(session, visit, VisitEvent.DischargeSent),
            async () => await Agency.RegisterDischargeAsync(request, Treatment, CancellationToken.None));
    }

    public async Task SettleAsync(long visit, Fate fate = Fate.Answered, string? serviceDate = null)
    {
        var id = await NextIdAsync();
        var row = Visit(visit);
        var sums = TreatmentBooks.Read(session => FeeLineStore.CategorySums(session, visit));
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
        var request = new SettleRequest { Header = Header(id), Bill = bill };
        await ExchangeAsync(id, OutboundKind.Settlement, PeerMethod.Settle, request, fate, session =>
        {
            Move(session, visit, VisitEvent.SettlementSent);
            VisitStore.SetSettlementId(session, visit, id.Text);
            return visit;
        }, async () => await Agency.SettleAsync(request, Treatment, CancellationToken.None));
    }

    /// <summary>What the sender does, without its peer client.</summary>
    private async Task SendDetailsAsync(long visit)
    {
        var id = await _ids.NextAsync(CancellationToken.None);
        var (settlement, start, lines, feeVersion) = TreatmentBooks.Read(session =>
        {
            var settled = VisitStore.SettlementsOf(session, visit).Single(settlement => settlement.State == 1);
            var begun = FeeDetailLines.StartOf(session, settled);
            return (settled.SettlementNumber, begun, FeeDetailLines.Read(session, settled.SettlementNumber, new LineSpan(1, begun.LineCount)), VisitStore.Get(session, visit).FeeVersion);
        });
        await TreatmentBooks.WriteAsync(session => FeeTransfers.Prepare(session, id.Text, start, start.ToByteArray(), feeVersion), CancellationToken.None);
        var transfer = (await _details.BeginAsync(id.Text, start, Treatment, CancellationToken.None)).Transfer!;
        await _details.StoreAsync(transfer, FeeDetailLines.FirstChunk(lines, FeeDetailLimits.ChunkBytesMax), CancellationToken.None);
        var reply = await _details.ConcludeAsync(transfer, CancellationToken.None);
        NUnit.Framework.Assert.That(reply.Progress?.State, NUnit.Framework.Is.EqualTo(FeeDetailState.Complete), reply.ToString());
        await TreatmentBooks.WriteAsync(session => FeeTransfers.Complete(session, FeeTransfers.Find(session, settlement)!, _time.NowMs()), CancellationToken.None);
    }

    public async Task CancelAsync(long visit, Fate fate = Fate.Answered)
    {
        var id = await NextIdAsync();
        var settled = TreatmentBooks.Read(session => VisitStore.SettlementOf(session, VisitStore.Get(session, visit).SettlementId!))!;
        var request = new CancelSettlementRequest
        {
            Header = Header(id),
            SettlementNumber = settled.SettlementNumber,
            SettlementTransactionId = settled.TransactionId,
        };
        await ExchangeAsync(id, OutboundKind.SettlementCancellation, PeerMethod.CancelSettlement, request, fate, session =>
        {
            Move(session, visit, VisitEvent.CancellationSent);
            VisitStore.SetCancellationId(session, visit, settled.TransactionId, id.Text);
            return visit;
        }, async () => await Agency.CancelSettlementAsync(request, Treatment, CancellationToken.None), settled.TransactionId);
    }

    /// <summary>Stores the intent, asks if the request arrives, and records the answer if that arrives.</summary>
    /// <returns>What the insured side answered, whether that arrived or not; null when it was never asked.</returns>
    public async Task<IExchangeReply?> ExchangeAsync(
        TransactionId id, OutboundKind kind, PeerMethod method, IExchangeRequest request, Fate fate, Func<Session, long> intend, Func<Task<IExchangeReply>> ask,
        string? originalId = null)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        var bytes = request.ToByteArray();
        await TreatmentBooks.WriteAsync(
            session => _outbox.Add(session, new OutboundRequest(id, Insured, kind, intend(session), method, bytes) { OriginalId = originalId }), CancellationToken.None);
        var reply = fate is Fate.Answered or Fate.ReplyLost ? await ask() : null;
        if (fate is Fate.Answered or Fate.TurnedAway)
            await TreatmentBooks.WriteAsync(session => Record(session, id, bytes, reply?.ToByteArray()), CancellationToken.None);
        return reply;
    }

    // What the outbox does with an answer, without its peer client.
    private void Record(Session session, TransactionId id, byte[] request, byte[]? reply)
    {
        var row = Outbox.Find(session, id.Text)!;
        session.ExecuteExpecting(1,
            "UPDATE outbound SET state = @state, reply = @sealedReply, answered_at_ms = @now WHERE transaction_id = @Text AND state = 1",
            new { state = reply is null ? 3 : 2, sealedReply = reply is null ? null : TreatmentVault.Seal(reply, "outbound.reply"), now = _time.NowMs(), id.Text });
        if (reply is null)
        {
            _applier.Reject(session, row);
            return;
        }
        NUnit.Framework.Assert.That(_applier.Contradiction(session, row, request, reply), NUnit.Framework.Is.Null);
        _applier.Apply(session, row, request, reply);
    }

    private async Task RecordHospitalRequestsAsync(long visit)
    {
        var (own, period, update) = (await NextIdAsync(), await NextIdAsync(), await NextIdAsync());
        await TreatmentBooks.WriteAsync(session =>
        {
            AddHisRequest(session, "HIS0001", Visit(session, visit).SettlementId!, withResult: false);
            AddHisRequest(session, "HIS0002", own.Text, withResult: true);
            session.Execute(
                "INSERT INTO business_period (period_number, institution_code, operator_number, opened_at_ms) VALUES (@Text, @Institution, '001', 1)",
                new { period.Text, Institution });
            session.Execute("INSERT INTO period_transaction (transaction_id, period_number) VALUES (@SettlementId, @Text)", new { Visit(session, visit).SettlementId, period.Text });
            session.Execute(
                "INSERT INTO confirmation (transaction_id, institution_code, transaction_code, state, recorded_at_ms, decided_at_ms) VALUES (@DischargeId, @Institution, '25', 2, 1, 2)",
                new { Visit(session, visit).DischargeId, Institution });
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
            Institution,
            hisId,
            hash = SHA256.HashData(Encoding.UTF8.GetBytes(hisId)),
            operation = TreatmentVault.Seal("{}"u8, "his.operation"),
            transactionId,
            result = withResult ? TreatmentVault.Seal("{}"u8, "his.result") : null,
        });

    // A drug with a refund, an item above its limit, two self-paid items of which one is negative, and a withdrawn line.
    private void AddLines(Session session, long visit)
    {
        var id = TransactionId.Create(Treatment, _time.GetUtcNow(), 9_000_000_000 + visit).Text;
        FeeLineStore.Insert(session, Line(visit, id, "1", priceE4: 1_000_000, quantityE2: 30_000, preSelfPay: 300_000, inScope: 2_700_000));
        FeeLineStore.Insert(session, Line(visit, id, "2", priceE4: 2_000_000, quantityE2: 1_000, overLimit: 50_000, inScope: 150_000));
        FeeLineStore.Insert(session, Line(visit, id, "3", priceE4: 333_333, quantityE2: 1_000, fullSelfPay: 33_333));
        FeeLineStore.Insert(session, Line(visit, id, "4", priceE4: 5_000, quantityE2: -100, fullSelfPay: -50));
        FeeLineStore.Insert(session, Line(visit, id, "5", priceE4: 10_000, quantityE2: 100, fullSelfPay: 100));
        var drug = FeeLineStore.BySerial(session, visit, "1")!.Id;
        FeeLineStore.Insert(session, Line(visit, id, "1/r", priceE4: 1_000_000, quantityE2: -3_000, preSelfPay: -30_000, inScope: -270_000, refundOf: drug));
        var withdrawal = TransactionId.Create(Treatment, _time.GetUtcNow(), 8_000_000_000 + visit).Text;
        FeeLineStore.InsertWithdrawal(session, withdrawal, visit, FeeLineStore.Withdraw(session, visit, "5", withdrawal), waitingCount: 0);
    }

    private static FeeLineRow Line(
        long visit, string id, string serial, long priceE4, long quantityE2, long fullSelfPay = 0, long overLimit = 0, long preSelfPay = 0, long inScope = 0, long? refundOf = null) => new()
        {
            VisitId = visit,
            TransactionId = id,
            LineSerial = serial,
            ContentHash = SHA256.HashData(Encoding.UTF8.GetBytes(serial)),
            LocalCode = "X1",
            LocalName = "测试项目",
            FeeCategory = serial.StartsWith('1') ? "09" : "14",
            ItemClass = fullSelfPay != 0 ? "03" : "02",
            SelfPayBasisPoints = 1_000,
            UnitPriceE4 = priceE4,
            QuantityE2 = quantityE2,
            AmountFen = fullSelfPay + overLimit + preSelfPay + inScope,
            FullSelfPayFen = fullSelfPay,
            OverLimitFen = overLimit,
            PreSelfPayFen = preSelfPay,
            InScopeFen = inScope,
            FeeDate = "2024-06-01",
            CatalogueKind = serial.StartsWith('1') ? "101" : "201",
            // The lines of one bill may be split by two versions.
            CatalogueVersion = serial.StartsWith('1') ? FirstVersion : SecondVersion,
            RefundOf = refundOf,
            Details = "{}",
        };

    private static Charges Sum(params CategorySumRow[] sums) => new()
    {
        TotalFen = sums.Sum(sum => sum.TotalFen),
        FullSelfPayFen = sums.Sum(sum => sum.FullSelfPayFen),
        OverLimitFen = sums.Sum(sum => sum.OverLimitFen),
        PreSelfPayFen = sums.Sum(sum => sum.PreSelfPayFen),
        InScopeFen = sums.Sum(sum => sum.InScopeFen),
    };

    public RequestHeader Header(TransactionId id) => new()
    {
        TransactionId = id.Text,
        SenderDivision = Treatment.Code,
        ReceiverDivision = "610100",
        Operator = "001",
        SentAtMs = _time.NowMs(),
        ProtocolRelease = "1.0",
        CatalogueRelease = "2016.1",
    };

    private static Institution InstitutionMessage() => new() { Code = Institution, Name = "测试医院", Division = "530100", Level = "02" };

    public VisitRow Visit(long id) => TreatmentBooks.Read(session => VisitStore.Get(session, id));

    private static VisitRow Visit(Session session, long id) => VisitStore.Get(session, id);

    public static long Move(Session session, long visit, VisitEvent happened)
    {
        VisitStore.Move(session, VisitStore.Get(session, visit), happened);
        return visit;
    }
}
