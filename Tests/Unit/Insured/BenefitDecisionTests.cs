using NUnit.Framework;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;
using static ProvincialGateway.Tests.Insured.Policies;

namespace ProvincialGateway.Tests.Insured;

internal sealed class BenefitDecisionTests
{
    private static readonly BenefitPolicy Kunming = Sample("530000");
    private static readonly BenefitPolicy Xian = WithEveryFeature();

    private static readonly BenefitCase KunmingResident = KunmingEmployee with { Scheme = "390", PersonClass = PersonClass.ResidentAdult };
    private static readonly BenefitCase XianEmployee = KunmingEmployee with { PoolingArea = Division.Parse("610100") };
    private static readonly BenefitCase XianResident = XianEmployee with { Scheme = "390", PersonClass = PersonClass.ResidentAdult };

    private static readonly BenefitPolicy Lanzhou = WithEveryKind();
    private static readonly BenefitCase LanzhouResident = KunmingEmployee with { PoolingArea = Division.Parse("620100"), Scheme = "390", PersonClass = PersonClass.ResidentAdult };

    private static readonly BenefitCase ChongqingEmployee = KunmingEmployee.OfInScope(0) with { PoolingArea = Division.Parse("500000") };

    [Test]
    public void The_worked_example_of_a_Kunming_employee_comes_out_to_the_fen()
    {
        var decision = Kunming.Decided(KunmingEmployee);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(decision.Deductible, Is.EqualTo(Yuan("1200.00")));
            Assert.That(decision.Pool, Is.EqualTo(Yuan("34680.00")));
            Assert.That(decision.FundTotal, Is.EqualTo(Yuan("34680.00")));
            Assert.That(decision.PersonalTotal, Is.EqualTo(Yuan("15320.00")));
            Assert.That(decision.Account, Is.EqualTo(Yuan("2000.00")));
            Assert.That(decision.Cash, Is.EqualTo(Yuan("13320.00")));
            Assert.That(decision.HospitalBorne, Is.EqualTo(Fen.Zero));
            Assert.That(decision.PolicyVersion, Is.EqualTo("530100-310-sample-1"));
            Assert.That(decision.Delta.PoolPaid, Is.EqualTo(Yuan("34680.00")));
            Assert.That(decision.Delta.DeductiblePaid, Is.EqualTo(Yuan("1200.00")));
            Assert.That(decision.Delta.LayerPaid, Is.Empty);
        }
    }

    [Test]
    public void A_bill_below_the_deductible_pays_what_is_in_scope_towards_it()
    {
        var decision = Kunming.Decided(KunmingEmployee with
        {
            Total = Yuan("980"),
            FullSelfPay = Yuan("100"),
            OverLimit = Fen.Zero,
            PreSelfPay = Yuan("60"),
            InScope = Yuan("820"),
            AccountBalance = Fen.Zero,
        });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(decision.Deductible, Is.EqualTo(Yuan("820")));
            Assert.That(decision.FundTotal, Is.EqualTo(Fen.Zero));
            Assert.That(decision.PersonalTotal, Is.EqualTo(Yuan("980")));
            Assert.That(decision.Cash, Is.EqualTo(Yuan("980")));
        }
    }

    [Test]
    public void The_steps_tell_the_computation_with_its_figures_in_both_languages()
    {
        var steps = Kunming.Decided(KunmingEmployee with { FilingKind = "04" }).Steps;

        Assert.That(
            steps.Select(step => step.Code),
            Is.EqualTo(new[]
            {
                BenefitStepCode.Bill, BenefitStepCode.Deductible, BenefitStepCode.Remote, BenefitStepCode.Segment, BenefitStepCode.Pool,
                BenefitStepCode.FundTotal, BenefitStepCode.Account, BenefitStepCode.Cash,
            }));
        Assert.That(steps[1].Chinese, Is.EqualTo("三级医疗机构，本年第 1 次，起付标准 1200.00 元，本次计入 1200.00 元"));
        Assert.That(steps[2].English, Is.EqualTo("Remote treatment (referral): 90% of the ratios"));
        Assert.That(steps[3].Chinese, Is.EqualTo("统筹：40800.00 元 × 76.5% = 31212.00 元"));
        Assert.That(steps[3].English, Is.EqualTo("Pool: 40800.00 × 76.5% = 31212.00"));
        Assert.That(steps[3].Amount, Is.EqualTo(Yuan("31212.00")));
    }

    [TestCase("01", "85", ExpectedResult = "34680.00")]
    [TestCase("04", "76.5", ExpectedResult = "31212.00")]
    [TestCase("05", "76.5", ExpectedResult = "31212.00")]
    [TestCase(null, "59.5", ExpectedResult = "24276.00")]
    public string A_factor_multiplies_the_ratio(string? filing, string ratio)
    {
        var decision = Kunming.Decided(KunmingEmployee with { FilingKind = filing });

        Assert.That(decision.Steps.Single(step => step.Code == BenefitStepCode.Segment).English, Does.Contain($"× {ratio}%"));
        return decision.Pool.ToString();
    }

    [Test]
    public void Points_are_taken_off_every_ratio()
    {
        // (11000 - 1000) × 70 % + 10000 × 78.5 %
        Assert.That(Xian.Decided(XianEmployee.OfInScope(21_000) with { FilingKind = "04" }).Pool, Is.EqualTo(Yuan("14850.00")));
    }

    [Test]
    public void Points_never_take_a_ratio_below_zero()
    {
        var json = EveryFeatureJson();
        json["plans"]![2]!["remote"]!["04"]!["points"] = 70;

        Assert.That(Accepted(json).Decided(XianResident.OfInScope(5_000) with { FilingKind = "04" }).FundTotal, Is.EqualTo(Fen.Zero));
    }

    [Test]
    public void A_remote_rule_may_raise_the_deductible()
    {
        Assert.That(Xian.Decided(XianResident.OfInScope(5_000) with { FilingKind = "05" }).Deductible, Is.EqualTo(Yuan("1800.00")));
    }

    [Test]
    public void A_factor_of_zero_is_a_settlement_without_any_fund_and_says_so()
    {
        var decision = Xian.Decided(XianResident.OfInScope(500_000) with { FilingKind = null, AccountBalance = Yuan("800") });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(decision.FundTotal, Is.EqualTo(Fen.Zero));
            Assert.That(decision.Account, Is.EqualTo(Yuan("800")));
            Assert.That(decision.Cash, Is.EqualTo(Yuan("499200")));
            Assert.That(decision.Steps.Select(step => step.Code), Does.Contain(BenefitStepCode.ZeroBenefit));
            Assert.That(decision.Delta.LayerBase, Is.Empty);
        }
    }

    [TestCase("11", "02", ExpectedResult = "85")]
    [TestCase("11", "05", ExpectedResult = "88")]
    [TestCase("11", "08", ExpectedResult = "91")]
    [TestCase("11", "11", ExpectedResult = "91")]
    [TestCase("21", "01", ExpectedResult = "89")]
    [TestCase("21", "07", ExpectedResult = "92")]
    [TestCase("21", "10", ExpectedResult = "95")]
    public string The_ratio_depends_on_person_class_and_tier(string personClass, string level)
    {
        var bill = KunmingEmployee.OfInScope(101_200) with { PersonClass = personClass, InstitutionLevel = level };
        var text = Kunming.Decided(bill).Steps.Single(step => step.Code == BenefitStepCode.Segment).English;
        return text.Split(" × ")[1].Split('%')[0];
    }

    [Test]
    public void A_person_class_may_have_its_own_deductible()
    {
        var shanghai = Sample("310000");
        var working = KunmingEmployee.OfInScope(10_000) with { PoolingArea = Division.Parse("310000") };

        Assert.That(shanghai.Decided(working).Deductible, Is.EqualTo(Yuan("1500")));
        Assert.That(shanghai.Decided(working with { PersonClass = PersonClass.Retired }).Deductible, Is.EqualTo(Yuan("1200")));
    }

    [TestCase(1, ExpectedResult = "1000.00")]
    [TestCase(2, ExpectedResult = "700.00")]
    [TestCase(3, ExpectedResult = "500.00")]
    [TestCase(9, ExpectedResult = "500.00")]
    public string Repeat_admissions_may_pay_a_falling_share_of_the_deductible(int ordinal) =>
        Xian.Decided(XianEmployee.OfInScope(9_000) with { AdmissionOrdinal = ordinal }).Deductible.ToString();

    [TestCase(1, ExpectedResult = "1200.00")]
    [TestCase(2, ExpectedResult = "600.00")]
    [TestCase(5, ExpectedResult = "600.00")]
    public string Repeat_admissions_may_pay_half_the_deductible(int ordinal) =>
        Kunming.Decided(KunmingEmployee with { AdmissionOrdinal = ordinal, YearByKind = [new("310", "21", null, Fen.Zero, Fen.Zero, ordinal - 1)] }).Deductible.ToString();

    [TestCase("02", 1, ExpectedResult = "900.00")]
    [TestCase("02", 2, ExpectedResult = "300.00")]
    [TestCase("08", 4, ExpectedResult = "100.00")]
    public string Repeat_admissions_may_pay_a_fixed_deductible(string level, int ordinal) =>
        Xian.Decided(XianResident.OfInScope(9_000) with { InstitutionLevel = level, AdmissionOrdinal = ordinal }).Deductible.ToString();

    [Test]
    public void Without_a_repeat_rule_every_admission_pays_the_full_deductible()
    {
        var guangzhou = KunmingEmployee with { PoolingArea = Division.Parse("440100"), AdmissionOrdinal = 3 };

        Assert.That(Sample("440000").Decided(guangzhou).Deductible, Is.EqualTo(Yuan("1000")));
    }

    [TestCase("0", ExpectedResult = "1200.00")]
    [TestCase("900", ExpectedResult = "300.00")]
    [TestCase("1500", ExpectedResult = "0.00")]
    public string An_annual_deductible_is_due_once(string paidThisYear)
    {
        var bill = XianEmployee.OfInScope(9_000) with { ServiceDate = new DateOnly(2025, 3, 1), DeductiblePaidYear = Yuan(paidThisYear), AdmissionOrdinal = 2 };
        return Xian.Decided(bill).Deductible.ToString();
    }

    [Test]
    public void Segments_apply_slice_by_slice_above_the_deductible()
    {
        // 10000 × 80 % + 20000 × 88.5 %; retired have the general ratio below 10000 and their own above.
        Assert.That(Xian.Decided(XianEmployee.OfInScope(31_000)).Pool, Is.EqualTo(Yuan("25700.00")));
        Assert.That(Xian.Decided(XianEmployee.OfInScope(31_000) with { PersonClass = PersonClass.Retired }).Pool, Is.EqualTo(Yuan("27050.00")));
    }

    [TestCase("2024-12-31", ExpectedResult = "xian-310-2024")]
    [TestCase("2025-01-01", ExpectedResult = "xian-310-2025")]
    public string The_service_date_selects_the_version_and_the_end_is_exclusive(string date) =>
        Xian.Decided(XianEmployee.OfInScope(100) with { ServiceDate = DateOnly.Parse(date, null) }).PolicyVersion;

    [Test]
    public void The_pool_stops_at_what_is_left_of_the_annual_cap()
    {
        var decision = Kunming.Decided(KunmingEmployee with { PoolPaidYear = Yuan("499000") });

        Assert.That(decision.Pool, Is.EqualTo(Yuan("1000")));
        Assert.That(decision.Cash + decision.Account, Is.EqualTo(Yuan("49000")));
        Assert.That(Kunming.Decided(KunmingEmployee with { PoolPaidYear = Yuan("500000") }).Pool, Is.EqualTo(Fen.Zero));
    }

    [Test]
    public void A_cap_per_bill_starts_again_with_every_bill()
    {
        var bill = XianEmployee.OfInScope(900_000) with { ServiceDate = new DateOnly(2025, 3, 1), PoolPaidYear = Yuan("700000") };

        Assert.That(Xian.Decided(bill).Pool, Is.EqualTo(Yuan("50000")));
    }

    [Test]
    public void The_upper_contribution_level_of_Chongqing_residents_has_its_own_cap()
    {
        var bill = ChongqingEmployee.OfInScope(900_000) with { Scheme = "390", PersonClass = PersonClass.ResidentAdult };
        var chongqing = Sample("500000");

        Assert.That(chongqing.Decided(bill).Pool, Is.EqualTo(Yuan("80000")));
        Assert.That(chongqing.Decided(bill with { PersonClass = PersonClass.ResidentAdultUpperLevel }).Pool, Is.EqualTo(Yuan("120000")));
    }

    [Test]
    public void A_district_of_a_municipality_has_the_plans_of_the_whole()
    {
        var bill = ChongqingEmployee.OfInScope(10_000) with { PoolingArea = Division.Parse("500100") };
        var chongqing = Sample("500000");

        Assert.That(chongqing.Decided(bill).Pool, Is.EqualTo(chongqing.Decided(ChongqingEmployee.OfInScope(10_000)).Pool).And.GreaterThan(Fen.Zero));
        Assert.That(chongqing.Find(Division.Parse("500100"), "310", "21", null, PersonClass.Working, new DateOnly(2018, 6, 12)), Is.SameAs(chongqing.Find(Division.Parse("500000"), "310", "21", null, PersonClass.Working, new DateOnly(2018, 6, 12))));
    }

    [Test]
    public void The_large_amount_layer_takes_the_expenses_above_the_pool_cap()
    {
        // 47000 / 85 % = 55294.12 use up the pool; the rest of 100880 - 880 is paid in full.
        var decision = Sample("500000").Decided(ChongqingEmployee.OfInScope(100_880));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(decision.Pool, Is.EqualTo(Yuan("47000")));
            Assert.That(decision.EmployeeLargeAmount, Is.EqualTo(Yuan("44705.88")));
            Assert.That(decision.Cash, Is.EqualTo(Yuan("880") + Yuan("55294.12") - Yuan("47000")));
            Assert.That(decision.Delta.LayerPaid["large-amount"], Is.EqualTo(Yuan("44705.88")));
        }
    }

    [Test]
    public void The_large_amount_layer_pays_its_own_ratio_and_stops_at_its_own_cap()
    {
        var shanghai = KunmingEmployee.OfInScope(11_500) with { PoolingArea = Division.Parse("310000"), PoolPaidYear = Yuan("650000") };
        var chongqing = ChongqingEmployee.OfInScope(10_880) with
        {
            PoolPaidYear = Yuan("47000"),
            LayerPaidYear = new Dictionary<string, Fen> { ["large-amount"] = Yuan("499000") },
        };

        Assert.That(Sample("310000").Decided(shanghai).EmployeeLargeAmount, Is.EqualTo(Yuan("8000")));
        Assert.That(Sample("500000").Decided(chongqing).EmployeeLargeAmount, Is.EqualTo(Yuan("1000")));
    }

    [Test]
    public void A_layer_is_lowered_by_the_remote_rule_only_when_it_says_so()
    {
        var bill = ChongqingEmployee.OfInScope(10_880) with { PoolPaidYear = Yuan("47000"), FilingKind = null };
        var resident = KunmingResident.OfInScope(100_880) with { PoolPaidYear = Yuan("60000"), FilingKind = null };

        Assert.That(Sample("500000").Decided(bill).EmployeeLargeAmount, Is.EqualTo(Yuan("8000")));
        Assert.That(Kunming.Decided(resident).ResidentCriticalIllness, Is.EqualTo(Yuan("62104.00")));
    }

    [Test]
    public void Critical_illness_counts_its_bands_from_the_threshold_on_what_the_pool_leaves()
    {
        // Pool: cap reached, 0 left. Base 100880 - 12000 = 88880: 30000 × 60 % + 30000 × 70 % + 28880 × 80 %.
        var decision = Kunming.Decided(KunmingResident.OfInScope(100_880) with { PoolPaidYear = Yuan("60000") });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(decision.ResidentCriticalIllness, Is.EqualTo(Yuan("62104.00")));
            Assert.That(decision.FundTotal, Is.EqualTo(Yuan("62104.00")));
            Assert.That(decision.Delta.LayerBase["critical-illness"], Is.EqualTo(Yuan("100880")));
            Assert.That(decision.Steps.Count(step => step.Code == BenefitStepCode.LayerBand), Is.EqualTo(3));
        }
    }

    [Test]
    public void The_critical_illness_base_includes_the_deductible()
    {
        // Pool (40880 - 880) × 60 % = 24000; left 16880; above 12000: 4880 × 60 %.
        Assert.That(Kunming.Decided(KunmingResident.OfInScope(40_880)).ResidentCriticalIllness, Is.EqualTo(Yuan("2928.00")));
    }

    [Test]
    public void The_critical_illness_threshold_goes_on_counting_through_the_year()
    {
        var bill = KunmingResident.OfInScope(10_880);
        var later = bill with { LayerBaseYear = new Dictionary<string, Fen> { ["critical-illness"] = Yuan("11000") } };

        // Each leaves 4880: alone it stays under 12000, after 11000 it is 3880 above.
        Assert.That(Kunming.Decided(bill).ResidentCriticalIllness, Is.EqualTo(Fen.Zero));
        Assert.That(Kunming.Decided(later).ResidentCriticalIllness, Is.EqualTo(Yuan("2328.00")));
    }

    [Test]
    public void A_later_bill_starts_in_the_band_where_the_year_has_arrived()
    {
        var bill = KunmingResident.OfInScope(10_880) with { LayerBaseYear = new Dictionary<string, Fen> { ["critical-illness"] = Yuan("40000") } };

        // 28000 above the threshold already: 2000 × 60 % + 2880 × 70 %.
        Assert.That(Kunming.Decided(bill).ResidentCriticalIllness, Is.EqualTo(Yuan("3216.00")));
    }

    [Test]
    public void Critical_illness_stops_at_its_annual_cap()
    {
        var bill = KunmingResident.OfInScope(400_000) with { LayerPaidYear = new Dictionary<string, Fen> { ["critical-illness"] = Yuan("299900") } };

        Assert.That(Kunming.Decided(bill).ResidentCriticalIllness, Is.EqualTo(Yuan("100")));
    }

    [Test]
    public void Layers_pay_in_order_on_what_is_left_and_only_for_their_person_classes()
    {
        // Pool 8000 + 9000 × 88.5 %; civil servant on 4035 - 1000 at 33.33 % ; aid only for low income, 70 % of the rest.
        var working = Xian.Decided(XianEmployee.OfInScope(20_000));
        var poor = Xian.Decided(XianEmployee.OfInScope(20_000) with { PersonClass = PersonClass.LowIncome });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(working.Pool, Is.EqualTo(Yuan("15965.00")));
            Assert.That(working.CivilServant, Is.EqualTo(Yuan("1011.57")));
            Assert.That(working.MedicalAid, Is.EqualTo(Fen.Zero));
            Assert.That(poor.Pool, Is.EqualTo(Yuan("16850.00")));
            Assert.That(poor.CivilServant, Is.EqualTo(Yuan("716.60")));
            Assert.That(poor.MedicalAid, Is.EqualTo(Yuan("1703.38")));
            Assert.That(poor.FundTotal, Is.EqualTo(Yuan("19269.98")));
        }
    }

    [TestCase("by_default", null, ExpectedResult = "1500.00")]
    [TestCase("by_default", "200", ExpectedResult = "200.00")]
    [TestCase("by_default", "0", ExpectedResult = "0.00")]
    [TestCase("on_request", null, ExpectedResult = "0.00")]
    [TestCase("on_request", "9999", ExpectedResult = "1500.00")]
    [TestCase("never", "200", ExpectedResult = "0.00")]
    public string The_account_pays_what_policy_request_balance_and_limit_all_allow(string use, string? requested)
    {
        var json = EveryFeatureJson();
        json["plans"]![2]!["account"]!["use"] = use;
        var bill = XianResident with { AccountBalance = Yuan("1800"), AccountRequested = requested is null ? null : Yuan(requested) };
        return Accepted(json).Decided(bill).Account.ToString();
    }

    [Test]
    public void The_account_never_pays_more_than_the_balance_or_than_the_person_owes()
    {
        Assert.That(Kunming.Decided(KunmingEmployee with { AccountBalance = Yuan("3.07") }).Account, Is.EqualTo(Yuan("3.07")));
        Assert.That(Kunming.Decided(KunmingEmployee with { AccountBalance = Yuan("99999") }).Cash, Is.EqualTo(Fen.Zero));
    }

    [Test]
    public void A_bill_of_nothing_is_a_decision_of_nothing()
    {
        var decision = Kunming.Decided(KunmingEmployee.OfInScope(0));

        Assert.That(decision.FundTotal + decision.PersonalTotal + decision.Deductible, Is.EqualTo(Fen.Zero));
    }

    [Test]
    public void Every_refusal_has_its_code_and_names_the_insured_side_in_both_languages()
    {
        var refusals = new (BenefitPolicy Policy, BenefitCase Bill, BenefitRefusalCode Code)[]
        {
            (Kunming, KunmingEmployee with { InScope = Fen.FromYuan(-1) }, BenefitRefusalCode.AmountNegative),
            (Kunming, KunmingEmployee with { AccountRequested = Fen.FromYuan(-1) }, BenefitRefusalCode.AmountNegative),
            (Kunming, KunmingEmployee.OfInScope(new Fen(long.MaxValue)), BenefitRefusalCode.AmountTooLarge),
            (Kunming, KunmingEmployee with { Total = Fen.FromYuan(50_001) }, BenefitRefusalCode.TotalNotSum),
            (Kunming, KunmingEmployee with { PersonClass = "99" }, BenefitRefusalCode.PersonClassUnknown),
            (Kunming, KunmingEmployee with { InstitutionLevel = "32" }, BenefitRefusalCode.InstitutionLevelUnknown),
            (Kunming, KunmingEmployee with { FilingKind = "07" }, BenefitRefusalCode.FilingKindUnknown),
            (Kunming, KunmingEmployee with { PoolingArea = Division.Parse("530300") }, BenefitRefusalCode.AreaNotCovered),
            (Kunming, KunmingEmployee with { Scheme = "340" }, BenefitRefusalCode.SchemeNotCovered),
            (Kunming, KunmingEmployee with { VisitKind = "99" }, BenefitRefusalCode.VisitKindNotCovered),
            (Xian, XianEmployee with { ServiceDate = new DateOnly(2023, 12, 31) }, BenefitRefusalCode.NotInForce),
            (Sample("310000"), KunmingEmployee with { PoolingArea = Division.Parse("310000"), FilingKind = null }, BenefitRefusalCode.FilingRequired),
            (Xian, XianEmployee with { FilingKind = "06" }, BenefitRefusalCode.FilingKindNotCovered),
            (Kunming, KunmingEmployee with { ChronicDisease = "M99999" }, BenefitRefusalCode.ChronicDiseaseUnknown),
            (Lanzhou, LanzhouResident with { VisitKind = "14" }, BenefitRefusalCode.ChronicDiseaseNotCovered),
            (Lanzhou, LanzhouResident with { VisitKind = "14", ChronicDisease = "M00500" }, BenefitRefusalCode.ChronicDiseaseNotCovered),
            (Lanzhou, LanzhouResident with { VisitKind = "11" }, BenefitRefusalCode.PersonClassNotCovered),
        };

        foreach (var (policy, bill, code) in refusals)
        {
            var refusal = policy.Refused(bill);
            Assert.That(refusal.Code, Is.EqualTo(code));
            Assert.That(refusal.Chinese, Does.StartWith($"参保地 {bill.PoolingArea} 不予结算："));
            Assert.That(refusal.English, Does.StartWith($"Insured side {bill.PoolingArea} does not settle: "));
        }
        Assert.That(refusals.Select(refusal => refusal.Code).Distinct(), Is.EquivalentTo(Enum.GetValues<BenefitRefusalCode>()));
    }

    [Test]
    public void Negative_accumulators_are_a_bug_of_the_caller()
    {
        Assert.That(() => Kunming.Decide(KunmingEmployee with { PoolPaidYear = new Fen(-1) }), Throws.ArgumentException);
        Assert.That(() => Kunming.Decide(KunmingEmployee with { AdmissionOrdinal = 0 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
