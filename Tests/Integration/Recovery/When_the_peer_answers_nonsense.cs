using Google.Protobuf;
using Grpc.Core;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;
using Settlement = Provincial.Exchange.V1.Settlement;
using TransactionState = Provincial.His.V1.TransactionState;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>
/// A peer with the right key and a broken mind. Whatever it says, nothing is booked that cannot be true, the hospital is told that the
/// result is unknown, and the node lives on.
/// </summary>
internal sealed class When_the_peer_answers_nonsense : RecoveryTest
{
    private static readonly (string What, Action<SettleResponse> Lie, string Reason)[] SettlementLies =
    [
        ("a fund total that is not the sum of the funds", reply => Paid(reply).FundTotalFen++, "fund total"),
        ("a personal total that is not account and cash", reply => Paid(reply).CashFen++, "personal total"),
        ("more money than the bill has", reply => (Paid(reply).PoolFen, Paid(reply).FundTotalFen) = (Paid(reply).PoolFen + 1, Paid(reply).FundTotalFen + 1), "total"),
        ("a deductible above what is in scope", reply => Paid(reply).DeductibleFen = 3_600_01, "deductible"),
        ("negative cash that makes the sums come out", reply => (Paid(reply).AccountFen, Paid(reply).CashFen) = (Paid(reply).PersonalTotalFen + 100, -100), "cash"),
        ("sums beyond any number", reply => (Paid(reply).PoolFen, Paid(reply).OtherFen) = (long.MaxValue, long.MaxValue), "pool"),
        ("other charges than were sent", reply => (reply.Settlement.Decision.Charges.InScopeFen, reply.Settlement.Decision.Charges.PreSelfPayFen) = (3_599_99, 1), "charges"),
        ("no payments", reply => reply.Settlement.Decision.Payments = null, "without person, charges or payments"),
        ("no person", reply => reply.Settlement.Decision.Person = null, "without person, charges or payments"),
        ("a person without a birth date", reply => reply.Settlement.Decision.Person.BirthDate = "2017-02-30", "birth date"),
        ("a person of a third province", reply => reply.Settlement.Decision.Person.InsuredDivision = "310000", "of another province"),
        ("a person without a number", reply => reply.Settlement.Decision.Person.PersonNumber = "", "without scheme or number"),
        ("a scheme that no row could hold", reply => reply.Settlement.Decision.Person.Scheme = "31\u001f", "control characters"),
        ("another transaction's id", reply => reply.TransactionId = reply.TransactionId[..^1] + "x", "another transaction id"),
        ("another visit", reply => reply.Settlement.VisitNumber = "S5301001709200000077", "of another visit"),
        ("a settlement number that is none", reply => reply.Settlement.SettlementNumber = "A5301", "settlement number"),
        ("a settlement number of a third province", reply => reply.Settlement.SettlementNumber = "A3101001709200000001", "settlement number"),
        ("a business date other than its time", reply => reply.Settlement.BusinessDate = "2017-09-19", "business date"),
        ("a time beyond the calendar", reply => reply.Settlement.SettledAtMs = long.MaxValue, "business date"),
        ("a conflict with what was never sent", reply => reply.Refusal = new() { Code = RefusalCode.IdConflict, Field = "bill.charges" }, "holds another request under this id, which differs in bill.charges"),
        ("a refusal without a reason", reply => reply.Refusal = new(), "refusal without a code"),
        ("neither data nor refusal", reply => reply.ClearOutcome(), "without person, charges or payments"),
    ];

    public static IEnumerable<TestCaseData> Lies => SettlementLies.Select((lie, index) => new TestCaseData(index).SetArgDisplayNames(lie.What));

    [TestCaseSource(nameof(Lies))]
    public async Task A_settlement_that_cannot_be_true_is_parked_and_nothing_is_booked(int index)
    {
        var (_, lie, reason) = SettlementLies[index];
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await using var liar = await LieAsync(request =>
        {
            var reply = Honest(SettleRequest.Parser.ParseFrom(request));
            lie(reply);
            return reply.ToByteArray();
        });

        await AssertParkedAsync(visit, reason);
    }

    [TestCase("", "another transaction id", TestName = "An_empty_answer_is_parked")]
    [TestCase("5A5A5A5A", "not a message of the contract", TestName = "Bytes_that_are_no_message_are_parked")]
    public async Task Bytes_that_say_nothing_are_parked(string hex, string reason)
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await using var liar = await LieAsync(_ => Convert.FromHexString(hex));

        await AssertParkedAsync(visit, reason);
    }

    [Test]
    public async Task A_settlement_number_that_is_booked_already_is_parked()
    {
        var first = await DischargeAsync(Guangzhou, Patient.RetiredOfKunming, SampleBills.IntensiveCare(FeesOn), "ZY0001");
        var number = (await Guangzhou.SettleAsync(first)).Granted().Result.SettlementNumber;
        var second = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn), "ZY0002");
        await using var liar = await LieAsync(request =>
        {
            var reply = Honest(SettleRequest.Parser.ParseFrom(request));
            reply.Settlement.SettlementNumber = number;
            return reply.ToByteArray();
        });

        await AssertParkedAsync(second, "settlement number", settlements: 1);
    }

    [Test]
    public async Task A_visit_that_is_settled_anew_is_not_settled_by_its_first_settlement_with_other_amounts()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var first = (await Guangzhou.SettleAsync(visit, "T0")).Granted().Result.SettlementNumber;
        (await Guangzhou.CancelAsync(visit, first, "T0C")).Granted();
        await using var liar = await LieAsync(request =>
        {
            var reply = Honest(SettleRequest.Parser.ParseFrom(request));
            reply.Settlement.SettlementNumber = first;
            return reply.ToByteArray();
        });

        await AssertParkedAsync(visit, "settlement number", settlements: 1);
    }

    /// <summary>Neither the hospital's repeat nor an operator's question lets a peer that has changed its mind change what is booked.</summary>
    [Test]
    public async Task A_settled_visit_stays_as_it_was_booked_whatever_its_peer_says_of_it_later()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var settled = (await Guangzhou.SettleAsync(visit, "T1")).Granted();
        await using var guangdong = new OperatorDesk(Guangdong, Clock);
        Assert.That((bool)(await guangdong.AskAsync("transactions", "show", settled.TransactionId))["peer"]!["isAnswerWeApplied"]!, Is.True);
        await using var liar = await LieAsync(request =>
        {
            var asked = GetTransactionRequest.Parser.ParseFrom(request);
            var reply = SettleResponse.Parser.ParseFrom(Guangdong.Host.Vault.Open(Guangdong.Value<byte[]>("SELECT reply FROM outbound WHERE method = 'Settle'"), Outbox.ReplyPurpose));
            (Paid(reply).PoolFen, Paid(reply).FundTotalFen, Paid(reply).AccountFen, Paid(reply).PersonalTotalFen) = (2_041_00, 2_041_00, 1_559_00, 1_559_00);
            return new GetTransactionResponse
            {
                TransactionId = asked.Header.TransactionId,
                Transaction = new() { State = Provincial.Exchange.V1.TransactionState.Answered, Method = PeerMethod.Settle.Path, Reply = reply.ToByteString() },
            }.ToByteArray();
        });

        var shown = await guangdong.AskAsync("transactions", "show", settled.TransactionId);
        var again = (await Guangzhou.SettleAsync(visit, "T1")).Granted();
        (await Guangzhou.SettleAsync(visit, "T2")).Refused("VISIT_STATE", Provincial.His.V1.RefusingSide.Treatment, "visit");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((bool)shown["peer"]!["isAnswerWeApplied"]!, Is.False);
            // A cell of a table breaks its lines anywhere.
            Assert.That(string.Concat((await guangdong.SucceedAsync("transactions", "show", settled.TransactionId)).Where(each => !char.IsWhiteSpace(each))), Does.Contain("anotheranswerthantheone"));
            Assert.That(again.Result.Figures, Is.EqualTo(settled.Result.Figures));
            Assert.That(Guangdong.MirroredFigures(settled.Result.SettlementNumber).PoolFen, Is.EqualTo(2_040_00));
        }
    }

    [TestCase("S3101001709200000001", "1976-01-01", "visit number", TestName = "A_visit_number_of_a_third_province_is_parked")]
    [TestCase("S53", "1976-01-01", "visit number", TestName = "A_visit_number_that_is_none_is_parked")]
    [TestCase("S5301001709200000001", "1976-01-01", "visit number", TestName = "A_visit_number_that_is_given_already_is_parked")]
    [TestCase("S5301001709200000002", "", "birth date", TestName = "An_admission_of_a_person_without_birth_date_is_parked")]
    public async Task An_admission_that_cannot_be_true_is_parked(string visitNumber, string birthDate, string reason)
    {
        await AdmitAsync(Guangzhou, Patient.RetiredOfKunming, "ZY0001");
        await using var liar = await LieAsync(request => new RegisterAdmissionResponse
        {
            TransactionId = RegisterAdmissionRequest.Parser.ParseFrom(request).Header.TransactionId,
            Admission = new() { VisitNumber = visitNumber, AdmissionOrdinal = 1, Person = new() { BirthDate = birthDate, Accumulators = new() } },
        }.ToByteArray());

        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0002", AdmittedOn, "T1")).Pending();

        await AssertParkedAsync(reason);
    }

    [TestCase("2017-09-19", TestName = "Another_discharge_date_than_was_sent_is_parked")]
    [TestCase("tomorrow", TestName = "A_discharge_date_that_is_none_is_parked")]
    public async Task A_discharge_that_cannot_be_true_is_parked(string date)
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        await using var liar = await LieAsync(request => new RegisterDischargeResponse
        {
            TransactionId = RegisterDischargeRequest.Parser.ParseFrom(request).Header.TransactionId,
            Discharge = new() { VisitNumber = visit, DischargeDate = date },
        }.ToByteArray());

        (await Guangzhou.DischargeAsync(visit, Today, "T1")).Pending();

        await AssertParkedAsync("discharge");
    }

    [TestCase("A5301001709200000009", "2017-09-20", 0, "another settlement", TestName = "A_cancellation_of_another_settlement_is_parked")]
    [TestCase("A5301001709200000001", "2017-09-19", 0, "business date", TestName = "A_cancellation_on_another_day_than_its_time_is_parked")]
    [TestCase("A5301001709200000001", "2017-09-20", long.MaxValue, "business date", TestName = "A_cancellation_beyond_the_calendar_is_parked")]
    public async Task A_cancellation_that_cannot_be_true_is_parked(string number, string date, long atMs, string reason)
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        await using var liar = await LieAsync(request => new CancelSettlementResponse
        {
            TransactionId = CancelSettlementRequest.Parser.ParseFrom(request).Header.TransactionId,
            Cancellation = new() { SettlementNumber = number, BusinessDate = date, CancelledAtMs = atMs == 0 ? Clock.NowMs() : atMs },
        }.ToByteArray());

        (await Guangzhou.CancelAsync(visit, settlement, "T1")).Pending();

        await AssertParkedAsync(reason);
        Assert.That(Guangdong.MirroredFigures(settlement).TotalFen, Is.EqualTo(3_600_00), "It stands.");
    }

    [Test]
    public async Task A_preview_that_cannot_be_true_is_refused_and_keeps_nothing()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await using var liar = await LieAsync(request =>
        {
            var asked = PreviewSettlementRequest.Parser.ParseFrom(request);
            var decision = Decision(asked.Bill);
            (decision.Payments.PoolFen, decision.Payments.OtherFen) = (long.MaxValue, long.MaxValue);
            return new PreviewSettlementResponse { TransactionId = asked.Header.TransactionId, Decision = decision }.ToByteArray();
        });

        (await Guangzhou.PreviewAsync(visit)).Refused("PEER_UNAVAILABLE", Provincial.His.V1.RefusingSide.Treatment, "");
        Line.LeadTo(Yunnan.PeerPort);
        (await Guangzhou.SettleAsync(visit)).Granted();
    }

    [TestCase(StatusCode.Internal)]
    [TestCase(StatusCode.Unavailable)]
    [TestCase(StatusCode.DataLoss)]
    [TestCase((StatusCode)77)]
    [TestCase(StatusCode.ResourceExhausted)]
    public async Task A_status_that_proves_nothing_leaves_it_pending_until_the_truth_is_told(StatusCode status)
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await using var liar = await LieAsync(_ => new LyingPeer.Answer(status, null));

        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        Line.LeadTo(Yunnan.PeerPort);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        Assert.That(Yunnan.Count("insured_settlement"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_message_turned_away_at_the_door_is_refused_and_the_stay_can_go_on()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await using var liar = await LieAsync(_ => new LyingPeer.Answer(StatusCode.PermissionDenied, null));

        (await Guangzhou.SettleAsync(visit, "T1")).Refused("PEER_REJECTED", Provincial.His.V1.RefusingSide.Insured, "");
        Line.LeadTo(Yunnan.PeerPort);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Refused));
            Assert.That((await Guangzhou.SettleAsync(visit, "T2")).IsGranted, Is.True);
        }
    }

    [Test]
    public async Task A_door_that_closes_after_the_message_was_heard_proves_nothing()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var answered = Yunnan.Count("inbox") + 1;
        Line.WithholdReplies();
        var settling = Guangzhou.SettleAsync(visit, "T1");
        await YunnanHasAnsweredAsync(answered);
        // In this order: a whole line that still led to Yunnan would bring the answer to the next attempt.
        await using var liar = await LieAsync(_ => new LyingPeer.Answer(StatusCode.PermissionDenied, null));
        Line.Mend();
        (await settling).Pending();
        LetTheResolverBegin();
        await Eventually.GetAsync("the resolver to be turned away", () => liar.Calls, Is.GreaterThan(0));
        var whileTurnedAway = await Guangzhou.QueryAsync("T1");

        Line.LeadTo(Yunnan.PeerPort);
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        Assert.That(whileTurnedAway, Is.EqualTo(TransactionState.Pending));
    }

    private static Payments Paid(SettleResponse reply) => reply.Settlement.Decision.Payments;

    /// <summary>What Yunnan would answer to 3600.00 in scope, but for its number: any single lie in it is the one that is found.</summary>
    private SettleResponse Honest(SettleRequest asked) => new()
    {
        TransactionId = asked.Header.TransactionId,
        Settlement = new Settlement
        {
            SettlementNumber = "A5301001709200000055",
            VisitNumber = asked.Bill.VisitNumber,
            SettledAtMs = Clock.NowMs(),
            BusinessDate = Clock.Today().Iso(),
            Decision = Decision(asked.Bill),
        },
    };

    private static Decision Decision(Bill bill) => new()
    {
        Person = new() { InsuredDivision = "530100", PersonNumber = "5301000001", Scheme = "310", BirthDate = "1976-01-01", Accumulators = new() },
        Charges = bill.Charges,
        Payments = new() { DeductibleFen = 1_200_00, PoolFen = 2_040_00, FundTotalFen = 2_040_00, AccountFen = 1_560_00, PersonalTotalFen = 1_560_00 },
        AdmissionOrdinal = 1,
        PolicyVersion = "lie",
    };

    private async Task AssertParkedAsync(string visit, string reason, long settlements = 0)
    {
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        await AssertParkedAsync(reason);
        Assert.That((Guangdong.Count("treatment_settlement"), Yunnan.Count("insured_settlement")), Is.EqualTo((settlements, settlements)));
    }

    /// <summary>Parked is the end: no resolver asks again, and the hospital's repeat is still told that the result is unknown.</summary>
    private async Task AssertParkedAsync(string reason)
    {
        Logs.ExpectError(Parked);
        InFlightAtTheEnd = 1;
        await LatestIsAnsweredAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Guangdong.Value<string>("SELECT state || ' ' || last_error FROM outbound ORDER BY prepared_at_ms DESC, transaction_id DESC LIMIT 1"),
                Does.StartWith("4 ").And.Contain(reason));
            Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Pending));
        }
    }
}
