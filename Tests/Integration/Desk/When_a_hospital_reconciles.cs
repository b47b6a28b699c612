using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;
using static ProvincialGateway.Tests.Desk.DeskCalls;

namespace ProvincialGateway.Tests.Desk;

/// <summary>The hospital's settlements beside the node's: a settlement on one day, its cancellation on another, two schemes, two hospitals.</summary>
internal sealed class When_a_hospital_reconciles : CountryTest
{
    private DateOnly _firstDay, _secondDay;
    private Settled _employee = null!, _resident = null!;
    private string _cancelledVisit = "", _cancellation = "";

    // Day one: an employee's stay and a resident's. Day two: the employee's settlement is taken back. Another hospital settles as well.
    [SetUp]
    public async Task LiveTwoDays()
    {
        _firstDay = Today;
        _cancelledVisit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn), "ZY1");
        var visit = await DischargeAsync(Guangzhou, Patient.ResidentOfKunming, SampleBills.BelowDeductible(FeesOn), "ZY2");
        var elsewhere = HospitalOf(Guangdong, SecondHospital);
        var other = await DischargeAsync(elsewhere, Patient.RetiredOfKunming, SampleBills.IntensiveCare(FeesOn), "ZY1");
        _employee = (await Guangzhou.SettleAtAsync(_cancelledVisit, period: null, id: "T1", invoice: "FP0000123")).Granted().Result;
        _resident = (await Guangzhou.SettleAtAsync(visit, period: null)).Granted().Result;
        (await elsewhere.SettleAtAsync(other, period: null)).Granted();
        Clock.PutForward(TimeSpan.FromDays(1));
        _secondDay = Today;
        _cancellation = (await Guangzhou.CancelAtAsync(_cancelledVisit, period: null, id: "T2")).Granted().TransactionId;
    }

    [Test]
    public async Task The_list_holds_a_settlement_and_its_cancellation_each_on_its_own_day()
    {
        var all = (await Guangzhou.SettlementsAsync(Scope())).Granted().Result.Rows;
        var first = (await Guangzhou.SettlementsAsync(Scope(_firstDay, _firstDay))).Granted().Result.Rows;
        var second = (await Guangzhou.SettlementsAsync(Scope(from: _secondDay))).Granted().Result.Rows;
        var standing = (await Guangzhou.SettlementsAsync(Scope(withoutCancelled: true))).Granted().Result.Rows;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(all.Select(row => (row.SettlementNumber, row.IsCancellation)),
                Is.EqualTo(new[] { (_employee.SettlementNumber, false), (_resident.SettlementNumber, false), (_employee.SettlementNumber, true) }));
            Assert.That(first, Is.EqualTo(all.Take(2)));
            Assert.That(second, Is.EqualTo(all.Skip(2)));
            Assert.That(standing.Select(row => row.SettlementNumber), Is.EqualTo(new[] { _resident.SettlementNumber }));
        }
    }

    [Test]
    public async Task A_row_says_whose_settlement_it_is_and_a_cancellation_has_every_figure_negative()
    {
        var rows = (await Guangzhou.SettlementsAsync(Scope())).Granted().Result.Rows;
        var (settled, cancelled) = (rows[0], rows[2]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((settled.HisTransactionId, settled.VisitNumber, settled.HospitalVisitNumber, settled.InvoiceNumber), Is.EqualTo(("T1", _cancelledVisit, "ZY1", "FP0000123")));
            Assert.That((settled.PersonNumber, settled.Name, settled.InsuredDivision, settled.Scheme), Is.EqualTo(("5301000001", "测试患者甲", "530100", "310")));
            Assert.That(settled.SettledAt, Is.EqualTo(_employee.SettledAt));
            Assert.That(settled.Figures, Is.EqualTo(_employee.Figures));
            Assert.That((cancelled.OriginalTransactionId, cancelled.HisTransactionId), Is.EqualTo((_cancellation, "T2")));
            Assert.That(cancelled.SettledAt, Does.StartWith(_secondDay.Iso()));
            Assert.That(cancelled.Figures.ToBooks(), Is.EqualTo(Negative(_employee.Figures.ToBooks())));
            Assert.That((rows[1].HasInvoiceNumber, rows[1].HasHisTransactionId, rows[1].Scheme), Is.EqualTo((false, false, "390")));
        }
    }

    [Test]
    public async Task Totals_balance_or_not_by_day_and_scheme()
    {
        var (one, two) = (_employee.Figures, _resident.Figures);
        (SettlementScope Scope, SettlementTotals Expected)[] questions =
        [
            (Scope(), Sum([one, two], [one])),
            (Scope(_firstDay, _firstDay), Sum([one, two])),
            (Scope(from: _secondDay), Sum([], [one])),
            (Scope(to: _firstDay.AddDays(-1)), Sum([])),
            (Scope(_firstDay, _secondDay, withoutCancelled: true), Sum([two])),
            (Scope(scheme: "310"), Sum([one], [one])),
            (Scope(scheme: "390"), Sum([two])),
            (Scope(from: _secondDay, scheme: "390"), Sum([])),
        ];

        foreach (var (scope, expected) in questions)
        {
            var balanced = (await Guangzhou.TotalsAsync(scope, Claim(expected))).Granted().Result;
            Assert.That((balanced.Balanced, balanced.Totals), Is.EqualTo((true, expected)), scope.ToString());
            var wrong = (await Guangzhou.TotalsAsync(scope, new ClaimedTotals { CashFen = expected.CashFen + 1 })).Granted().Result;
            Assert.That((wrong.Balanced, wrong.Totals), Is.EqualTo((false, expected)), scope.ToString());
        }
    }

    [Test]
    public async Task Every_row_gets_its_verdict()
    {
        var rows = (await Guangzhou.ReconcileAsync(
            Scope(_firstDay, _firstDay),
            new ClaimedSettlement { RowKey = "balanced", SettlementNumber = _resident.SettlementNumber, IsCancellation = false, TotalFen = 980_00, VisitNumber = _resident.VisitNumber },
            new ClaimedSettlement { RowKey = "claimed twice", SettlementNumber = _resident.SettlementNumber, IsCancellation = false },
            new ClaimedSettlement { RowKey = "on another day", OriginalTransactionId = "T2", IsCancellation = true, TotalFen = -3_600_00 },
            new ClaimedSettlement { RowKey = "unknown", OriginalTransactionId = "T9", IsCancellation = false },
            new ClaimedSettlement { RowKey = "another hospital's", SettlementNumber = OfTheOtherHospital(), IsCancellation = false },
            new ClaimedSettlement { RowKey = "never cancelled", SettlementNumber = _resident.SettlementNumber, IsCancellation = true })).Granted().Result.Rows;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Select(row => (row.RowKey, row.Verdict, row.Field)), Is.EqualTo(new[]
            {
                ("balanced", ReconciliationVerdict.Balanced, ""),
                ("claimed twice", ReconciliationVerdict.OnlyHospital, ""),
                ("on another day", ReconciliationVerdict.Differs, "business_date"),
                ("unknown", ReconciliationVerdict.OnlyHospital, ""),
                ("another hospital's", ReconciliationVerdict.OnlyHospital, ""),
                ("never cancelled", ReconciliationVerdict.OnlyHospital, ""),
                ("", ReconciliationVerdict.OnlyNode, ""),
            }));
            Assert.That(rows[^1].HasRowKey, Is.False);
            Assert.That(rows[^1].Row.SettlementNumber, Is.EqualTo(_employee.SettlementNumber));
            Assert.That(rows[2].Row.IsCancellation, Is.True);
        }
    }

    [Test]
    public async Task A_difference_names_its_field()
    {
        var right = new ClaimedSettlement
        {
            RowKey = "1",
            SettlementNumber = _employee.SettlementNumber,
            IsCancellation = false,
            VisitNumber = _cancelledVisit,
            TotalFen = _employee.Figures.TotalFen,
            FundTotalFen = _employee.Figures.FundTotalFen,
            AccountFen = _employee.Figures.AccountFen,
        };
        (string Field, Action<ClaimedSettlement> Spoil)[] fields =
        [
            ("", _ => { }), ("visit_number", claim => claim.VisitNumber = "S5301001709200000099"), ("total_fen", claim => claim.TotalFen++),
            ("fund_total_fen", claim => claim.FundTotalFen--), ("account_fen", claim => claim.AccountFen++),
        ];
        foreach (var (field, spoil) in fields)
        {
            var claim = right.Clone();
            spoil(claim);
            var row = (await Guangzhou.ReconcileAsync(Scope(), claim)).Granted().Result.Rows[0];
            Assert.That((row.Verdict, row.Field), Is.EqualTo((field.Length == 0 ? ReconciliationVerdict.Balanced : ReconciliationVerdict.Differs, field)));
        }
        var ofOtherScheme = (await Guangzhou.ReconcileAsync(Scope(scheme: "390"), right)).Granted().Result.Rows[0];
        Assert.That((ofOtherScheme.Verdict, ofOtherScheme.Field), Is.EqualTo((ReconciliationVerdict.Differs, "scheme")));
        var cancelled = (await Guangzhou.ReconcileAsync(Scope(withoutCancelled: true), right)).Granted().Result.Rows[0];
        Assert.That((cancelled.Verdict, cancelled.Field), Is.EqualTo((ReconciliationVerdict.Differs, "state")));
        var period = await Guangzhou.SignInAsync("01");
        var ofNoPeriod = (await Guangzhou.ReconcileAsync(Scope(period: period), right)).Granted().Result.Rows[0];
        Assert.That((ofNoPeriod.Verdict, ofNoPeriod.Field), Is.EqualTo((ReconciliationVerdict.Differs, "period_number")));
    }

    [Test]
    public async Task A_hospital_that_claims_nothing_is_shown_everything()
    {
        var rows = (await Guangzhou.ReconcileAsync(Scope())).Granted().Result.Rows;

        Assert.That(rows.Select(row => row.Verdict), Is.EqualTo(Enumerable.Repeat(ReconciliationVerdict.OnlyNode, 3)));
    }

    [Test]
    public async Task A_scope_that_says_nothing_sensible_is_refused()
    {
        (await Guangzhou.SettlementsAsync(Scope(_secondDay, _firstDay))).Refused("INVALID_FIELD", RefusingSide.Hospital, "scope.to");
        (await Guangzhou.TotalsAsync(Scope(period: "20160615080001"), new ClaimedTotals())).Refused("BUSINESS_PERIOD_NOT_FOUND", RefusingSide.Treatment, "scope.period_number");
        (await Guangzhou.SettlementsAsync(Scope(scheme: "999"))).Refused("UNMAPPED_CODE", RefusingSide.Treatment, "scope.scheme");
        (await Guangzhou.ReconcileAsync(Scope(), new ClaimedSettlement { RowKey = "1", IsCancellation = false }))
            .Refused("MISSING_FIELD", RefusingSide.Hospital, "rows[0].settlement_number");
    }

    [Test]
    public async Task More_rows_than_one_answer_holds_are_refused_and_a_narrower_scope_is_answered()
    {
        // A busy hospital: the same settlement ten thousand times over, on the day before. Only these queries ever see it.
        var day = _firstDay.AddDays(-1).Iso();
        await Guangdong.Host.Database.WriteAsync(session => session.Execute(
            $"""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9998)
            INSERT INTO treatment_settlement (settlement_number, transaction_id, visit_id, insured_province, policy_version, settled_at_ms, business_date, state,
              cancellation_id, cancelled_at_ms, cancellation_date, {SettlementFigures.Columns})
            SELECT printf('A%019d', i), printf('%030d', i), visit_id, insured_province, policy_version, 1, '{day}', 2, printf('9%029d', i), 1, '2000-01-01', {SettlementFigures.Columns}
            FROM treatment_settlement, n WHERE settlement_number = @SettlementNumber
            """, new { _employee.SettlementNumber }), CancellationToken.None);
        try
        {
            (await Guangzhou.SettlementsAsync(Scope(from: _firstDay.AddDays(-1)))).Refused("INVALID_FIELD", RefusingSide.Hospital, "scope");
            (await Guangzhou.TotalsAsync(Scope(scheme: "310"), new ClaimedTotals())).Refused("INVALID_FIELD", RefusingSide.Hospital, "scope");
            Assert.That((await Guangzhou.TotalsAsync(Scope(), new ClaimedTotals())).Granted().Result.Totals.SettlementCount, Is.EqualTo(10_000));
            Assert.That((await Guangzhou.SettlementsAsync(Scope(from: _firstDay))).Granted().Result.Rows, Has.Count.EqualTo(3));
            (await Guangzhou.ReconcileAsync(Scope(from: _firstDay), Enumerable.Range(0, 10_001).Select(row => new ClaimedSettlement { RowKey = "1", SettlementNumber = $"{row}", IsCancellation = false })))
                .Refused("INVALID_FIELD", RefusingSide.Hospital, "rows");
        }
        finally
        {
            await Guangdong.Host.Database.WriteAsync(session => session.Execute("DELETE FROM treatment_settlement WHERE settled_at_ms = 1"), CancellationToken.None);
        }
    }

    [Test]
    public void A_days_settlements_are_found_without_reading_all_of_them()
    {
        var plan = QueryPlan.Of(Guangdong.Host.Database,
            "SELECT 1 FROM treatment_settlement WHERE business_date >= '2017-01-01' AND business_date <= '2017-01-02'"
            + " UNION ALL SELECT 1 FROM treatment_settlement WHERE cancellation_date >= '2017-01-01' AND cancellation_date <= '2017-01-02' AND cancellation_id IS NOT NULL");
        Assert.That(plan, Has.None.StartsWith("SCAN"));
    }

    private string OfTheOtherHospital() => Guangdong.Value<string>(
        "SELECT settlement_number FROM treatment_settlement JOIN treatment_visit v ON v.id = visit_id WHERE v.institution_code = @SecondHospital", new { SecondHospital });

    private static SettlementFigures Negative(SettlementFigures figures) => new()
    {
        TotalFen = -figures.TotalFen,
        FullSelfPayFen = -figures.FullSelfPayFen,
        OverLimitFen = -figures.OverLimitFen,
        PreSelfPayFen = -figures.PreSelfPayFen,
        InScopeFen = -figures.InScopeFen,
        DeductibleFen = -figures.DeductibleFen,
        PoolFen = -figures.PoolFen,
        CivilServantFen = -figures.CivilServantFen,
        EnterpriseFen = -figures.EnterpriseFen,
        EmployeeLargeAmountFen = -figures.EmployeeLargeAmountFen,
        ResidentCriticalIllnessFen = -figures.ResidentCriticalIllnessFen,
        MedicalAidFen = -figures.MedicalAidFen,
        OtherFundFen = -figures.OtherFundFen,
        FundTotalFen = -figures.FundTotalFen,
        AccountFen = -figures.AccountFen,
        CashFen = -figures.CashFen,
        PersonalTotalFen = -figures.PersonalTotalFen,
        HospitalBorneFen = -figures.HospitalBorneFen,
    };
}
