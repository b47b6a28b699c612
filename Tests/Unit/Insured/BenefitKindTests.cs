using NUnit.Framework;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;
using static ProvincialGateway.Tests.Insured.Policies;

namespace ProvincialGateway.Tests.Insured;

/// <summary>Plans side by side: what each counts, long stays, fixed amounts, chronic diseases, explicit zero, and time.</summary>
internal sealed class BenefitKindTests
{
    private static readonly BenefitPolicy Lanzhou = WithEveryKind();

    private static readonly BenefitCase Employee = KunmingEmployee with { PoolingArea = Division.Parse("620100") };
    private static readonly BenefitCase Resident = Employee with { Scheme = "390", PersonClass = PersonClass.ResidentAdult };
    private static readonly BenefitCase Outpatient = Employee with { VisitKind = "11", StayDays = 1 };
    private static readonly BenefitCase Chronic = Employee with { VisitKind = "14", StayDays = 1 };

    [TestCase(1, ExpectedResult = "1000.00")]
    [TestCase(90, ExpectedResult = "1000.00")]
    [TestCase(91, ExpectedResult = "1500.00")]
    [TestCase(180, ExpectedResult = "1500.00")]
    [TestCase(181, ExpectedResult = "1750.00")]
    [TestCase(365, ExpectedResult = "2250.00")]
    public string A_long_stay_carries_a_deductible_for_every_90_days_begun(int days) =>
        Lanzhou.Decided(Employee.OfInScope(50_000) with { StayDays = days }).Deductible.ToString();

    [Test]
    public void A_long_stay_goes_on_from_the_admission_it_is()
    {
        var second = Employee.OfInScope(50_000) with { StayDays = 100, YearByKind = [new("310", "21", null, Yuan("1000"), Yuan("5000"), 1)] };
        var decision = Lanzhou.Decided(second);

        Assert.That(decision.Deductible, Is.EqualTo(Yuan("750")), "50 % and 25 % of 1000");
        Assert.That(decision.AdmissionOrdinal, Is.EqualTo(2));
        Assert.That(decision.Steps.Single(step => step.Code == BenefitStepCode.Deductible).Chinese, Does.Contain("住院 100 天，每 90 天计一次，共 2 次"));
    }

    [Test]
    public void Outpatient_visits_are_no_admissions_and_do_not_fill_the_inpatient_cap()
    {
        YearPart[] year = [new("310", "11", null, Yuan("400"), Yuan("1900"), 12), new("310", "22", null, Yuan("1000"), Yuan("59000"), 1)];
        var decision = Lanzhou.Decided(Employee.OfInScope(10_000) with { AdmissionOrdinal = 14, PoolPaidYear = Yuan("60900"), YearByKind = year });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(decision.AdmissionOrdinal, Is.EqualTo(2));
            Assert.That(decision.Deductible, Is.EqualTo(Yuan("500")));
            Assert.That(decision.Pool, Is.EqualTo(Yuan("1000")), "60000 less the 59000 of the inpatient stay");
        }
    }

    [Test]
    public void A_scope_may_count_two_schemes_together()
    {
        var moved = Employee.OfInScope(10_000) with { YearByKind = [new("390", "21", null, Fen.Zero, Yuan("59500"), 1)] };

        Assert.That(Lanzhou.Decided(moved).Pool, Is.EqualTo(Yuan("500")));
    }

    [TestCase("0", "0", ExpectedResult = "400.00 300.00")]
    [TestCase("150", "0", ExpectedResult = "250.00 375.00")]
    [TestCase("400", "1800", ExpectedResult = "0.00 200.00")]
    public string Ordinary_outpatient_has_its_own_annual_deductible_and_cap(string deductiblePaid, string poolPaid)
    {
        YearPart[] year = [new("310", "11", null, Yuan(deductiblePaid), Yuan(poolPaid), 3), new("310", "21", null, Yuan("1000"), Yuan("40000"), 1)];
        var decision = Lanzhou.Decided(Outpatient.OfInScope(1_000) with { YearByKind = year, AccountBalance = Yuan("900") });
        Assert.That(decision.Account, Is.EqualTo(Yuan("100")), "the account has a limit per bill");
        return $"{decision.Deductible} {decision.Pool}";
    }

    [Test]
    public void A_chronic_disease_has_its_own_figures_or_follows_inpatient_rules()
    {
        var own = Lanzhou.Decided(Chronic.OfInScope(2_000) with { ChronicDisease = "M03900" });
        var inpatient = Lanzhou.Decided(Chronic.OfInScope(2_000) with { ChronicDisease = "M00500" });
        var unnamed = Lanzhou.Decided(Chronic.OfInScope(2_000));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((own.PolicyVersion, own.Deductible, own.Pool), Is.EqualTo(("hypertension-diabetes", Yuan("300"), Yuan("1190"))));
            Assert.That((inpatient.PolicyVersion, inpatient.Deductible, inpatient.Pool), Is.EqualTo(("inpatient", Yuan("1000"), Yuan("800"))));
            Assert.That(unnamed.PolicyVersion, Is.EqualTo("inpatient"));
            Assert.That(own.Steps[1].Chinese, Is.EqualTo("门诊慢特病 M03900（高血压），按该病种待遇"));
            Assert.That(inpatient.Steps[1].English, Is.EqualTo("Chronic disease M00500 (outpatient treatment of a malignant tumour): the general benefits apply"));
        }
    }

    [Test]
    public void Two_diseases_of_one_plan_share_its_deductible_and_cap()
    {
        var diabetes = Chronic.OfInScope(1_000) with
        {
            ChronicDisease = "M01600",
            YearByKind = [new("310", "14", "M03900", Yuan("300"), Yuan("2800"), 5), new("310", "14", "M07800", Fen.Zero, Yuan("9000"), 20)],
        };

        var decision = Lanzhou.Decided(diabetes);

        Assert.That((decision.Deductible, decision.Pool), Is.EqualTo((Fen.Zero, Yuan("200"))));
    }

    [TestCase("11", "02", "02", 1_000, ExpectedResult = "400.00")]
    [TestCase("21", "02", "05", 1_000, ExpectedResult = "400.00")]
    [TestCase("11", "02", "08", 1_000, ExpectedResult = "350.00")]
    [TestCase("11", "04", "02", 1_000, ExpectedResult = "360.00")]
    [TestCase("11", "06", "02", 1_000, ExpectedResult = "320.00")]
    [TestCase("11", "02", "02", 250, ExpectedResult = "250.00")]
    public string A_fixed_amount_per_visit_is_paid_by_tier_and_class_and_never_exceeds_the_bill(string personClass, string filing, string level, long inScope) =>
        Lanzhou.Decided(Chronic.OfInScope(inScope) with { ChronicDisease = "M07800", PersonClass = personClass, FilingKind = filing, InstitutionLevel = level }).Pool.ToString();

    [Test]
    public void A_fixed_amount_per_day_is_paid_for_the_days_of_the_stay_up_to_the_cap_and_the_rest_falls_to_the_next_layers()
    {
        // 300 × 10 days = 3000 of 5000; enterprise 20 % of the 2000 left above 1000.
        var ten = Lanzhou.Decided(Resident.OfInScope(5_000) with { StayDays = 10 });
        // 300 × 40 days = 12000, cap 8000: the large-amount layer takes half of 4000; enterprise 20 % of 20000 - 8000 - 2000 - 1000.
        var forty = Lanzhou.Decided(Resident.OfInScope(20_000) with { StayDays = 40 });

        using (Assert.EnterMultipleScope())
        {
            Assert.That((ten.Pool, ten.Enterprise, ten.FundTotal), Is.EqualTo((Yuan("3000"), Yuan("200"), Yuan("3200"))));
            Assert.That((forty.Pool, forty.EmployeeLargeAmount, forty.Enterprise), Is.EqualTo((Yuan("8000"), Yuan("2000"), Yuan("1800"))));
            Assert.That(forty.Steps.Select(step => step.Code), Does.Contain(BenefitStepCode.FixedAmount).And.Contain(BenefitStepCode.PoolCap));
            Assert.That(ten.Steps.Single(step => step.Code == BenefitStepCode.FixedAmount).English, Is.EqualTo("Fixed amount for 10 days: 3000.00 × 100%, at most 5000.00, is 3000.00"));
        }
    }

    [Test]
    public void Enterprise_supplement_and_other_funds_pay_into_figures_of_their_own()
    {
        var decision = Lanzhou.Decided(Resident.OfInScope(5_000) with { StayDays = 10, PersonClass = PersonClass.ResidentAdultUpperLevel });

        Assert.That((decision.Enterprise, decision.OtherFund, decision.Cash), Is.EqualTo((Yuan("200"), Yuan("180"), Yuan("1620"))));
    }

    [Test]
    public void A_person_class_may_have_a_plan_of_its_own()
    {
        var poor = Lanzhou.Decided(Resident.OfInScope(5_000) with { PersonClass = PersonClass.LowIncome });

        Assert.That((poor.PolicyVersion, poor.Pool), Is.EqualTo(("resident-poor", Yuan("4500"))));
    }

    [Test]
    public void Zero_benefit_is_a_rule_with_a_reason_and_counts_nothing()
    {
        var decision = Lanzhou.Decided(Outpatient.OfInScope(25) with { VisitKind = "12" });

        using (Assert.EnterMultipleScope())
        {
            Assert.That((decision.FundTotal, decision.Deductible, decision.Cash), Is.EqualTo((Fen.Zero, Fen.Zero, Yuan("25"))));
            Assert.That(decision.Steps.Single(step => step.Code == BenefitStepCode.ZeroBenefit).Chinese, Is.EqualTo("按政策基金不予支付：挂号费由个人负担"));
            Assert.That(decision.Delta.DeductiblePaid + decision.Delta.PoolPaid, Is.EqualTo(Fen.Zero));
        }
    }

    [TestCase("2024-02-29", ExpectedResult = "old")]
    [TestCase("2024-03-01", ExpectedResult = "new")]
    [TestCase("2023-02-28", ExpectedResult = "old")]
    public string A_version_may_end_after_the_29th_of_February(string date)
    {
        var json = EveryKindJson();
        var plan = json["plans"]![0]!;
        var next = plan.DeepClone();
        (plan["version"], plan["to"], next["version"], next["from"]) = ("old", "2024-03-01", "new", "2024-03-01");
        json["plans"]!.AsArray().Add(next);
        return Accepted(json).Decided(Employee with { ServiceDate = DateOnly.Parse(date, null) }).PolicyVersion;
    }

    [TestCase("2024-02-28", "2024-03-01", ExpectedResult = 2)]
    [TestCase("2023-02-28", "2023-03-01", ExpectedResult = 1)]
    [TestCase("2023-12-20", "2024-01-05", ExpectedResult = 16)]
    [TestCase("2024-05-05", "2024-05-05", ExpectedResult = 1)]
    public int Days_of_a_stay_count_the_29th_of_February_and_cross_the_year(string from, string to) =>
        BenefitCase.DaysOf(DateOnly.Parse(from, null), DateOnly.Parse(to, null));

    /// <summary>What one settlement adds, the next one finds: the year as the store sums it.</summary>
    [Test]
    public void Bills_in_order_never_pass_a_cap_and_use_the_annual_deductible_once([Random(1, int.MaxValue, 20)] int seed)
    {
        var random = new Random(seed);
        var (deductible, pool) = (Fen.Zero, Fen.Zero);
        for (var visit = 1; visit <= 40; visit++)
        {
            var decision = Lanzhou.Decided(Outpatient.OfInScope(new Fen(random.Next(1, 80_000))) with
            {
                AdmissionOrdinal = visit,
                YearByKind = [new("310", "11", null, deductible, pool, visit - 1)],
            });
            (deductible, pool) = (deductible + decision.Delta.DeductiblePaid, pool + decision.Delta.PoolPaid);
            Assert.That(deductible <= Yuan("400") && pool <= Yuan("2000"), Is.True, $"seed {seed}, visit {visit}: {deductible}, {pool}");
        }
        Assert.That((deductible, pool), Is.EqualTo((Yuan("400"), Yuan("2000"))), $"seed {seed}");
    }

    [TestCase("530000", "530100", "310", "11", null, "690", ExpectedResult = "530100-310-outpatient-sample-1 90.00 300.00")]
    [TestCase("530000", "530100", "310", "14", "M01600", "1300", ExpectedResult = "530100-310-chronic-sample-1 300.00 800.00")]
    [TestCase("530000", "530100", "310", "14", "M08300", "2200", ExpectedResult = "530100-310-sample-1 1200.00 850.00")]
    [TestCase("530000", "530100", "390", "12", null, "10", ExpectedResult = "530100-390-registration-sample-1 0.00 0.00")]
    [TestCase("440000", "440100", "310", "14", "M07800", "560", ExpectedResult = "440100-310-dialysis-sample-1 0.00 400.00")]
    [TestCase("440000", "440100", "390", "13", null, "500", ExpectedResult = "440100-390-outpatient-sample-1 0.00 200.00")]
    [TestCase("310000", "310000", "310", "11", null, "2000", ExpectedResult = "310000-310-outpatient-sample-1 1500.00 250.00")]
    [TestCase("310000", "310000", "310", "14", "M00500", "1000", ExpectedResult = "310000-310-chronic-sample-1 0.00 850.00")]
    [TestCase("500000", "500000", "310", "11", null, "300", ExpectedResult = "500000-310-outpatient-sample-1 200.00 50.00")]
    [TestCase("500000", "500000", "390", "14", "M03900", "100", ExpectedResult = "500000-390-chronic-sample-1 0.00 50.00")]
    public string The_samples_cover_outpatient_and_chronic_disease(string province, string area, string scheme, string kind, string? disease, string inScope)
    {
        var decision = Sample(province).Decided(KunmingEmployee.OfInScope(Yuan(inScope)) with
        {
            PoolingArea = Division.Parse(area),
            Scheme = scheme,
            PersonClass = scheme == "310" ? PersonClass.Working : PersonClass.ResidentAdult,
            VisitKind = kind,
            ChronicDisease = disease,
            StayDays = 1,
        });
        return $"{decision.PolicyVersion} {decision.Deductible} {decision.Pool}";
    }
}
