using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Outpatient;

/// <summary>Registration, fee lines, preview, settlement for the day of the fees, and everything back in reverse order.</summary>
internal sealed class When_an_outpatient_visit_is_settled : OutpatientTest
{
    [Test]
    public async Task It_is_settled_without_a_discharge_to_the_fen_and_its_lines_follow()
    {
        var registered = (await Guangzhou.RegisterAsync(Patient.OfKunming.ToReference(), "MZ0001", FeesOn, Ordinary)).Granted().Result;
        (await Guangzhou.UploadAsync(registered.VisitNumber, SampleBills.BelowDeductible(FeesOn))).Granted();
        var preview = (await Guangzhou.PreviewAsync(registered.VisitNumber)).Granted().Result;
        var settled = (await Guangzhou.SettleAsync(registered.VisitNumber, claimedTotalFen: 980_00)).Granted().Result;
        await AllEndedAsync();

        // (820.00 - 90.00) × 50 %; the account pays what is left.
        var expected = Money.Figures(980m, 100m, 0m, 60m, 820m, 90m, 365m, 615m, 0m);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(registered.DeductibleFen, Is.EqualTo(90_00));
            Assert.That(preview.Figures.ToBooks(), Is.EqualTo(expected));
            Assert.That(settled.Figures.ToBooks(), Is.EqualTo(expected));
            Assert.That(Yunnan.InsuredFigures(settled.SettlementNumber), Is.EqualTo(expected));
            Assert.That(Guangdong.MirroredFigures(settled.SettlementNumber), Is.EqualTo(expected));
            Assert.That(Stands, Is.EqualTo(Settled));
            Assert.That(Yunnan.Value<string>("SELECT service_date FROM insured_settlement"), Is.EqualTo($"{FeesOn:yyyy-MM-dd}"));
            Assert.That(Yunnan.Value<string>("SELECT group_concat(clearing_type) FROM ledger_row"), Is.EqualTo("11"));
            Assert.That(Guangdong.Value<string>("SELECT group_concat(clearing_type) FROM ledger_row"), Is.EqualTo("11"));
            Assert.That(Yunnan.Count("insured_detail_line"), Is.EqualTo(3));
            Assert.That((Yunnan.Balance(Account.PayableToPartner), Guangdong.Balance(Account.ReceivableFromPartner)), Is.EqualTo((-980_00L, 980_00L)));
        }
    }

    [Test]
    public async Task A_chronic_disease_visit_is_settled_by_the_plan_of_its_disease_and_the_year_counts_on()
    {
        var figures = new List<(long DeductibleFen, long PoolFen)>();
        foreach (var number in new[] { "MZ0001", "MZ0002" })
        {
            var visit = (await Guangzhou.RegisterAsync(Patient.OfKunming.ToReference(), number, FeesOn, ChronicInGuangzhou, Hypertension)).Granted().Result.VisitNumber;
            (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn))).Granted();
            var settled = (await Guangzhou.SettleAsync(visit)).Granted().Result;
            figures.Add((settled.Figures.DeductibleFen, settled.Figures.PoolFen));
        }

        // (3600.00 - 300.00) × 80 %; then no deductible is left, and 360.00 under the disease's cap of 3000.00.
        Assert.That(figures, Is.EqualTo(new[] { (300_00L, 2_640_00L), (0L, 360_00L) }));
        Assert.That(Yunnan.Value<string>("SELECT group_concat(chronic_disease) FROM insured_visit"), Is.EqualTo("M03900,M03900"));
    }

    [Test]
    public async Task A_stay_of_the_same_person_is_not_counted_with_it()
    {
        var visit = await ChargeAsync();
        (await Guangzhou.SettleAsync(visit)).Granted();

        var stay = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));

        Assert.That((await Guangzhou.SettleAsync(stay)).Granted().Result.AdmissionOrdinal, Is.EqualTo(1));
    }

    [Test]
    public async Task Fees_after_midnight_are_settled_for_their_own_day()
    {
        var visit = (await Guangzhou.RegisterAsync(Patient.OfKunming.ToReference(), "MZ0001", FeesOn, "13")).Granted().Result.VisitNumber;
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn.AddDays(1)))).Granted();
        (await Guangzhou.UploadAsync(visit, [SampleBills.Line("2", "T330000", "重症监护", "06", "180.0000", "1", FeesOn.AddDays(-1))])).Refused("DATE_OUTSIDE_STAY", RefusingSide.Hospital, "lines[0].fee_date");

        (await Guangzhou.SettleAsync(visit)).Granted();

        Assert.That(Stands.Insured, Is.EqualTo($"3 {FeesOn.AddDays(1):yyyy-MM-dd}"));
    }

    [Test]
    public async Task Everything_goes_back_step_by_step_and_the_books_are_as_before()
    {
        var visit = await ChargeAsync();
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        AssertNames(await Guangzhou.CancelAdmissionAsync(visit, "C1"), settlement);

        (await Guangzhou.CancelAsync(visit, settlement)).Granted();
        Assert.That(Stands, Is.EqualTo(Registered));
        AssertNames(await Guangzhou.CancelAdmissionAsync(visit, "C2"), "3 fee lines");
        (await Guangzhou.WithdrawAsync(visit, lineSerials: null)).Granted();
        (await Guangzhou.CancelAdmissionAsync(visit, "C3")).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Stands, Is.EqualTo(("4 -", "11 -")));
            Assert.That((Yunnan.AccountBalanceFen("5301000001"), Yunnan.Year("5301000001", 2017)), Is.EqualTo((2_000_00L, (0L, 0L, 0L))));
            Assert.That((Yunnan.Balance(Account.PayableToPartner), Guangdong.Balance(Account.ReceivableFromPartner)), Is.EqualTo((0L, 0L)));
        }
        Assert.That(await RegisterAsync(), Is.Not.EqualTo(visit), "The outpatient number is free again.");
    }

    [Test]
    public async Task What_was_undone_is_brought_back_by_reversing_the_undo()
    {
        var visit = await ChargeAsync();
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        (await Guangzhou.CancelAsync(visit, settlement, "K1")).Granted();

        (await Guangzhou.ReverseAsync("K1", "R1")).Granted();

        Assert.That(Stands, Is.EqualTo(Settled));
        (await Guangzhou.CancelAsync(visit, settlement, "K2")).Granted();
        (await Guangzhou.WithdrawAsync(visit, lineSerials: null)).Granted();
        (await Guangzhou.CancelAdmissionAsync(visit, "C1")).Granted();
        (await Guangzhou.ReverseAsync("C1", "R2")).Granted();
        Assert.That(Stands, Is.EqualTo(Registered));
    }

    [Test]
    public async Task A_registration_can_be_reversed_by_its_own_operation_and_by_no_other()
    {
        await RegisterAsync(id: "A1");

        Assert.That((await Guangzhou.ReverseAsync("A1", "R1", "RegisterAdmission")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.NothingToUndo));
        Assert.That((await Guangzhou.ReverseAsync("A1", "R2", "RegisterOutpatient")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        Assert.That(Stands, Is.EqualTo(("4 -", "11 -")));
    }

    [Test]
    public async Task The_hospitals_number_is_taken_once()
    {
        var visit = await RegisterAsync();

        Assert.That(await RegisterAsync(), Is.EqualTo(visit), "The same again is answered with the same.");
        (await Guangzhou.RegisterAsync(Patient.OfKunming.ToReference(), "MZ0001", FeesOn, "13")).Refused("ID_CONFLICT", RefusingSide.Hospital, "visit_kind");
        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "MZ0001", AdmittedOn)).Refused("ID_CONFLICT", RefusingSide.Hospital, "operation");
        Assert.That(Yunnan.Count("insured_visit"), Is.EqualTo(1));
    }

    [Test]
    public async Task What_does_not_fit_an_outpatient_visit_is_refused()
    {
        var person = Patient.OfKunming.ToReference();
        (await Guangzhou.RegisterAsync(person, "MZ0002", FeesOn, Guangzhou.InpatientKind)).Refused("INVALID_FIELD", RefusingSide.Hospital, "visit_kind");
        (await Guangzhou.RegisterAsync(person, "MZ0002", FeesOn, ChronicInGuangzhou)).Refused("MISSING_FIELD", RefusingSide.Hospital, "chronic_disease");
        (await Guangzhou.RegisterAsync(person, "MZ0002", FeesOn, Ordinary, Hypertension)).Refused("INVALID_FIELD", RefusingSide.Hospital, "chronic_disease");
        (await Guangzhou.RegisterAsync(person, "MZ0002", FeesOn, ChronicInGuangzhou, "M99999")).Refused("UNMAPPED_CODE", RefusingSide.Treatment, "chronic_disease");
        (await Guangzhou.RegisterAsync(person, "MZ0002", Today.AddDays(1), Ordinary)).Refused("DATE_OUTSIDE_STAY", RefusingSide.Hospital, "visit_date");

        var visit = await ChargeAsync();
        (await Guangzhou.DischargeAsync(visit, Today)).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        Assert.That(Yunnan.Count("inbox"), Is.EqualTo(1), "The insured province is asked nothing that cannot be.");
    }

    [Test]
    public async Task A_kind_the_hospital_has_not_opened_is_refused()
    {
        await OpenAsync(Guangdong, "13 21");

        (await Guangzhou.RegisterAsync(Patient.OfKunming.ToReference(), "MZ0001", FeesOn, Ordinary)).Refused("BUSINESS_NOT_OPENED", RefusingSide.Treatment, "visit_kind");
    }

    [Test]
    public async Task A_kind_no_plan_of_the_insured_province_covers_is_refused_before_anything_is_charged()
    {
        var refusal = (await Kunming.RegisterAsync(Patient.OfGuangzhou.ToReference(), "MZ0001", FeesOn, "12")).Refused("POLICY_MISSING", RefusingSide.Insured, "visit_kind");

        Assert.That((refusal.English, refusal.Chinese), Is.EqualTo((
            $"the person's benefit policy has no plan for visit kind 12 on {FeesOn:yyyy-MM-dd}.", $"参保人的待遇政策在 {FeesOn:yyyy-MM-dd} 不含就诊类型 12。")));
        Assert.That(Guangdong.Count("insured_visit"), Is.Zero);
    }

    [Test]
    public async Task An_unknown_person_is_refused_and_the_number_stays_free()
    {
        (await Guangzhou.RegisterAsync((Patient.OfKunming with { SocialSecurityNumber = "530102197601019999" }).ToReference(), "MZ0001", FeesOn, Ordinary)).Refused("PERSON_NOT_FOUND", RefusingSide.Insured, "person");

        Assert.That(await RegisterAsync(), Does.StartWith("S530100"));
    }

    [Test]
    public async Task A_registration_and_an_admission_are_told_apart_when_they_are_asked_for_again()
    {
        var first = await Guangzhou.RegisterAsync(Patient.OfKunming.ToReference(), "MZ0001", FeesOn, Ordinary, id: "A1");
        var again = await Guangzhou.RegisterAsync(Patient.OfKunming.ToReference(), "MZ0001", FeesOn, Ordinary, id: "A1");

        Assert.That(again.Text, Is.EqualTo(first.Text));
    }

    private static void AssertNames(HospitalReply<CancelAdmissionResponse> reply, string obstacle) =>
        Assert.That(reply.Refused("VISIT_STATE", RefusingSide.Treatment, "visit").English, Does.Contain(obstacle));
}
