using Google.Protobuf;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;
using Hospitals = Provincial.His.V1;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>
/// A peer with the right key answers a cancellation or a reversal with what cannot be true: it is parked, no money moves on its word, and nothing
/// else begins at the stay. Reversals are lied about beside an original that was answered, and beside one that nobody has answered; where the two
/// are found out by different rules, no reason is named.
/// </summary>
internal sealed class When_the_peer_lies_about_an_undo : RecoveryTest
{
    private static readonly (string What, Action<ReverseTransactionResponse> Lie, string Reason)[] LiesAboutAnything =
    [
        ("another transaction's id", reply => reply.TransactionId = reply.TransactionId[..^1] + "x", "another transaction id"),
        ("neither data nor refusal", reply => reply.ClearOutcome(), "neither a refusal nor an effect"),
        ("no effect", reply => reply.Reversal.Effect = ReversalEffect.Unspecified, "neither a refusal nor an effect"),
        ("an effect of a later release", reply => reply.Reversal.Effect = (ReversalEffect)99, "neither a refusal nor an effect"),
        ("a refusal without a reason", reply => reply.Refusal = new(), "refusal without a code"),
        ("a business date other than its time", reply => reply.Reversal.BusinessDate = "2017-09-19", "business date"),
        ("a time beyond the calendar", reply => reply.Reversal.ReversedAtMs = long.MaxValue, "business date"),
    ];

    private static readonly (string What, Action<ReverseTransactionResponse> Lie, string Reason)[] LiesAboutSettlements =
    [
        .. LiesAboutAnything,
        ("no settlement", reply => reply.Reversal.Settlement = null, "enclosed exactly"),
        ("a cancellation beside the settlement", reply => reply.Reversal.Cancellation = new(), "enclosed exactly"),
        ("void, with a settlement", reply => reply.Reversal.Effect = ReversalEffect.Voided, ""),
        ("nothing to undo, with a settlement", reply => reply.Reversal.Effect = ReversalEffect.NothingToUndo, ""),
        ("no payments", reply => reply.Reversal.Settlement.Decision.Payments = null, "settlement"),
        ("sums that do not add up", reply => reply.Reversal.Settlement.Decision.Payments.FundTotalFen++, ""),
        ("other charges", reply => (ChargesOf(reply).InScopeFen, ChargesOf(reply).PreSelfPayFen) = (3_599_99, 1), ""),
        ("another visit", reply => reply.Reversal.Settlement.VisitNumber = "S5301001709200000077", ""),
        ("a settlement number of a third province", reply => reply.Reversal.Settlement.SettlementNumber = "A3101001709200000001", ""),
        ("a settlement on another day than its time", reply => reply.Reversal.Settlement.BusinessDate = "2017-09-19", ""),
    ];

    private static readonly (string What, Action<ReverseTransactionResponse> Lie, string Reason)[] LiesAboutKnownSettlements =
    [
        .. LiesAboutSettlements,
        ("void, although it was answered", reply => (reply.Reversal.Effect, reply.Reversal.Settlement) = (ReversalEffect.Voided, null), "does not undo what took effect"),
        ("nothing to undo, although it stands", reply => (reply.Reversal.Effect, reply.Reversal.Settlement) = (ReversalEffect.NothingToUndo, null), "does not undo what took effect"),
        ("other payments that add up", reply => (reply.Reversal.Settlement.Decision.Payments.AccountFen, reply.Reversal.Settlement.Decision.Payments.CashFen) = (0, 1_560_00), "another settlement"),
        ("another settlement number", reply => reply.Reversal.Settlement.SettlementNumber = "A5301001709200000055", "another settlement"),
        ("another time of the settlement", reply => reply.Reversal.Settlement.SettledAtMs++, "another settlement"),
    ];

    private static readonly (string What, Action<ReverseTransactionResponse> Lie, string Reason)[] LiesAboutCancellations =
    [
        .. LiesAboutAnything,
        ("no cancellation", reply => reply.Reversal.Cancellation = null, "enclosed exactly"),
        ("a settlement beside the cancellation", reply => reply.Reversal.Settlement = new(), "enclosed exactly"),
        ("void, with a cancellation", reply => reply.Reversal.Effect = ReversalEffect.Voided, ""),
        ("the cancellation of another settlement", reply => reply.Reversal.Cancellation.SettlementNumber = "A5301001709200000055", "another settlement"),
        ("a cancellation on another day than its time", reply => reply.Reversal.Cancellation.BusinessDate = "2017-09-19", "business date"),
    ];

    private static readonly (string What, Action<ReverseTransactionResponse> Lie, string Reason)[] LiesAboutKnownCancellations =
    [
        .. LiesAboutCancellations,
        ("nothing to undo, although it was granted", reply => (reply.Reversal.Effect, reply.Reversal.Cancellation) = (ReversalEffect.NothingToUndo, null), "does not undo what took effect"),
        ("another time of the cancellation", reply => reply.Reversal.Cancellation.CancelledAtMs++, "another cancellation"),
    ];

    private string _visit = "";

    public static IEnumerable<TestCaseData> KnownSettlements => Cases(LiesAboutKnownSettlements);

    public static IEnumerable<TestCaseData> OpenSettlements => Cases(LiesAboutSettlements);

    public static IEnumerable<TestCaseData> KnownCancellations => Cases(LiesAboutKnownCancellations);

    public static IEnumerable<TestCaseData> OpenCancellations => Cases(LiesAboutCancellations);

    [SetUp]
    public async Task Discharge() => _visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));

    [TestCaseSource(nameof(KnownSettlements))]
    public async Task A_reversal_of_a_known_settlement(int index)
    {
        (await Guangzhou.SettleAsync(_visit, "T1")).Granted();
        var settlement = SettleResponse.Parser.ParseFrom(StoredReply("T1")).Settlement;

        await AssertParkedAsync("T1", Lie(LiesAboutKnownSettlements[index].Lie, reversal => reversal.Settlement = settlement), LiesAboutKnownSettlements[index].Reason, settledSets: 1);
    }

    [TestCaseSource(nameof(OpenSettlements))]
    public async Task A_reversal_of_a_settlement_that_nobody_answered(int index)
    {
        await MeetNobodyAsync(() => Guangzhou.SettleAsync(_visit, "T1"));

        await AssertParkedAsync("T1", Lie(LiesAboutSettlements[index].Lie, reversal => reversal.Settlement = Invented()), LiesAboutSettlements[index].Reason, settledSets: 0, open: 2);
    }

    [TestCaseSource(nameof(KnownCancellations))]
    public async Task A_reversal_of_a_known_cancellation(int index)
    {
        var settlement = (await Guangzhou.SettleAsync(_visit, "T1")).Granted().Result.SettlementNumber;
        (await Guangzhou.CancelAsync(_visit, settlement, "K1")).Granted();
        var cancellation = CancelSettlementResponse.Parser.ParseFrom(StoredReply("K1")).Cancellation;

        await AssertParkedAsync("K1", Lie(LiesAboutKnownCancellations[index].Lie, reversal => reversal.Cancellation = cancellation), LiesAboutKnownCancellations[index].Reason, settledSets: 2);
    }

    [TestCaseSource(nameof(OpenCancellations))]
    public async Task A_reversal_of_a_cancellation_that_nobody_answered(int index)
    {
        var settlement = (await Guangzhou.SettleAsync(_visit, "T1")).Granted().Result.SettlementNumber;
        await MeetNobodyAsync(() => Guangzhou.CancelAsync(_visit, settlement, "K1"));
        var lie = Lie(LiesAboutCancellations[index].Lie, reversal =>
            reversal.Cancellation = new() { SettlementNumber = settlement, CancelledAtMs = Clock.NowMs(), BusinessDate = Clock.Today().Iso() });

        await AssertParkedAsync("K1", lie, LiesAboutCancellations[index].Reason, settledSets: 1, open: 2);
    }

    [TestCase(ReversalEffect.Voided, TestName = "A_reversal_that_voids_a_known_discharge")]
    [TestCase(ReversalEffect.NothingToUndo, TestName = "A_reversal_that_finds_no_known_discharge")]
    public async Task A_reversal_of_a_known_discharge(ReversalEffect effect) =>
        await AssertParkedAsync(Guangdong.Value<string>("SELECT discharge_id FROM treatment_visit"), Lie(reply => reply.Reversal.Effect = effect), "does not undo what took effect", settledSets: 0);

    [Test]
    public async Task A_reversal_of_a_known_discharge_with_a_settlement() => await AssertParkedAsync(
        Guangdong.Value<string>("SELECT discharge_id FROM treatment_visit"), Lie(reply => reply.Reversal.Settlement = Invented()), "enclosed exactly", settledSets: 0);

    [TestCase("S5301001709200000099", null, "another visit", TestName = "A_cancelled_discharge_of_another_visit_is_parked")]
    [TestCase(null, null, "neither data nor refusal", TestName = "A_cancelled_discharge_without_data_is_parked")]
    [TestCase("S5301001709200000001", "440000201709201000009999999999", "another transaction id", TestName = "A_cancelled_discharge_under_another_id_is_parked")]
    public async Task A_cancelled_discharge_that_cannot_be_true_is_parked(string? visit, string? id, string reason)
    {
        await using var liar = await LieAsync(request => new CancelDischargeResponse
        {
            TransactionId = id ?? CancelDischargeRequest.Parser.ParseFrom(request).Header.TransactionId,
            Undone = visit is null ? null : new() { VisitNumber = visit },
        }.ToByteArray());

        (await Guangzhou.CancelDischargeAsync(_visit, "C1")).Pending();

        await AssertParkedAsync("C1", reason, liar, settledSets: 0);
    }

    [TestCase("S5301001709200000099", "another visit", TestName = "A_cancelled_admission_of_another_visit_is_parked")]
    [TestCase(null, "neither data nor refusal", TestName = "A_cancelled_admission_without_data_is_parked")]
    public async Task A_cancelled_admission_that_cannot_be_true_is_parked(string? visit, string reason)
    {
        (await Guangzhou.CancelDischargeAsync(_visit)).Granted();
        (await Guangzhou.WithdrawAsync(_visit, lineSerials: null)).Granted();
        await using var liar = await LieAsync(request => new CancelAdmissionResponse
        {
            TransactionId = CancelAdmissionRequest.Parser.ParseFrom(request).Header.TransactionId,
            Undone = visit is null ? null : new() { VisitNumber = visit },
        }.ToByteArray());

        (await Guangzhou.CancelAdmissionAsync(_visit, "C1")).Pending();

        await AssertParkedAsync("C1", reason, liar, settledSets: 0);
    }

    [Test]
    public async Task What_was_lied_about_can_be_reversed_when_the_peer_tells_the_truth()
    {
        Logs.ExpectError(Parked);
        await using (var liar = await LieAsync(_ => []))
            (await Guangzhou.SettleAsync(_visit, "T1")).Pending();
        Line.LeadTo(Yunnan.PeerPort);

        Assert.That((await Guangzhou.ReverseAsync("T1", "R1")).Granted().Result.Effect, Is.EqualTo(Hospitals.ReversalEffect.Voided));
        var settlement = (await Guangzhou.SettleAsync(_visit, "T2")).Granted().Result.SettlementNumber;
        await using (var liar = await LieAsync(_ => []))
            (await Guangzhou.CancelAsync(_visit, settlement, "K1")).Pending();
        Line.LeadTo(Yunnan.PeerPort);
        Assert.That((await Guangzhou.ReverseAsync("K1", "R2")).Granted().Result.Effect, Is.EqualTo(Hospitals.ReversalEffect.Voided));

        AssertPosted(settledSets: 1);
        (await Guangzhou.CancelAsync(_visit, settlement, "K2")).Granted();
        AssertPosted(settledSets: 2);
    }

    [Test]
    public async Task While_the_lie_about_its_reversal_is_parked_the_original_is_not_sent()
    {
        var other = await DischargeAsync(Guangzhou, Patient.RetiredOfKunming, SampleBills.IntensiveCare(FeesOn), "ZY0002");
        await MeetNobodyAsync(() => Guangzhou.SettleAsync(_visit, "T1"));
        await MeetNobodyAsync(() => Guangzhou.SettleAsync(other, "T2"));
        await using (var liar = await LieAsync(Lie(reply => reply.ClearOutcome())))
            (await Guangzhou.ReverseAsync("T1", "R1")).Pending();
        Line.LeadTo(Yunnan.PeerPort);

        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T2", Hospitals.TransactionState.Committed);

        Logs.ExpectError(Parked);
        InFlightAtTheEnd = 2;
        Assert.That((Guangdong.Value<long>("SELECT attempts FROM outbound WHERE kind = 3 ORDER BY rowid LIMIT 1"), Yunnan.Count("insured_settlement")), Is.EqualTo((1L, 1L)), "T1 came first.");
    }

    private static IEnumerable<TestCaseData> Cases((string What, Action<ReverseTransactionResponse> Lie, string Reason)[] lies) =>
        lies.Select((lie, index) => new TestCaseData(index).SetArgDisplayNames(lie.What));

    private static Charges ChargesOf(ReverseTransactionResponse reply) => reply.Reversal.Settlement.Decision.Charges;

    /// <summary>What Yunnan would answer, with one lie in it.</summary>
    private Func<byte[], byte[]> Lie(Action<ReverseTransactionResponse> lie, Action<Reversal>? enclose = null) => request =>
    {
        var reply = new ReverseTransactionResponse
        {
            TransactionId = ReverseTransactionRequest.Parser.ParseFrom(request).Header.TransactionId,
            Reversal = new() { Effect = ReversalEffect.Undone, ReversedAtMs = Clock.NowMs(), BusinessDate = Clock.Today().Iso() },
        };
        enclose?.Invoke(reply.Reversal);
        lie(reply);
        return reply.ToByteArray();
    };

    /// <summary>A settlement of 3600.00 in scope that could be true, although Yunnan has never made it.</summary>
    private Settlement Invented() => new()
    {
        SettlementNumber = "A5301001709200000055",
        VisitNumber = _visit,
        SettledAtMs = Clock.NowMs(),
        BusinessDate = Clock.Today().Iso(),
        Decision = new()
        {
            Person = new() { InsuredDivision = "530100", PersonNumber = "5301000001", Scheme = "310", BirthDate = "1976-01-01", Accumulators = new() },
            Charges = new() { TotalFen = 3_600_00, InScopeFen = 3_600_00 },
            Payments = new() { DeductibleFen = 1_200_00, PoolFen = 2_040_00, FundTotalFen = 2_040_00, AccountFen = 1_560_00, PersonalTotalFen = 1_560_00 },
            AdmissionOrdinal = 1,
            PolicyVersion = "lie",
        },
    };

    private byte[] StoredReply(string hisTransactionId) => Guangdong.Host.Database.Read(session => Outbox.ReplyOf(Outbox.Find(session, session.QuerySingle<string>(
        "SELECT transaction_id FROM his_request WHERE his_transaction_id = @hisTransactionId", new { hisTransactionId }))!, Guangdong.Host.Vault));

    private async Task AssertParkedAsync(string original, Func<byte[], byte[]> lie, string reason, int settledSets, int open = 1)
    {
        await using var liar = await LieAsync(lie);
        (await Guangzhou.ReverseAsync(original, "R1")).Pending();
        await AssertParkedAsync("R1", reason, liar, settledSets, open);
        (await Guangzhou.ReverseAsync(original, "R2")).Pending();
    }

    /// <param name="settledSets">How often a settlement had been posted, there and back, before the lie.</param>
    /// <param name="open">How many transactions wait for an answer that can be believed.</param>
    private async Task AssertParkedAsync(string id, string reason, LyingPeer liar, int settledSets, int open = 1)
    {
        Logs.ExpectError(Parked);
        InFlightAtTheEnd = open;
        await LatestIsAnsweredAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Guangdong.Value<string>("SELECT state || ' ' || last_error FROM outbound ORDER BY rowid DESC LIMIT 1"), Does.StartWith("4 ").And.Contain(reason));
            Assert.That(await Guangzhou.QueryAsync(id), Is.EqualTo(Hospitals.TransactionState.Pending));
            Assert.That(liar.Calls, Is.EqualTo(1));
        }
        (await Guangzhou.SettleAsync(_visit, "T9")).Refused("VISIT_STATE", Hospitals.RefusingSide.Treatment, "visit");
        AssertPosted(settledSets);
    }

    private void AssertPosted(int settledSets) =>
        Assert.That((Guangdong.Count("posting"), Yunnan.Count("posting")), Is.EqualTo((2L * settledSets, 3L * settledSets)));
}
