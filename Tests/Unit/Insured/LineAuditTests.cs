using System.Text;
using NUnit.Framework;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Insured;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tables;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Insured;

/// <summary>The rules over received lines: what each finds, and that money taken back is exactly what the funds paid.</summary>
internal sealed class LineAuditTests
{
    private const string Albumin = "XB05AAA225B006060110065", Care = "001201000030000";

    private static readonly DateOnly From = new(2024, 2, 26), To = new(2024, 3, 2);

    [Test]
    public void Shares_of_the_funds_add_up_to_the_fund_total_with_refunds_and_all()
    {
        const int Seed = 20240229;
        var random = new Random(Seed);
        TestContext.Out.WriteLine($"seed {Seed}");
        foreach (var _ in Enumerable.Range(0, 500))
        {
            var lines = Enumerable.Range(1, random.Next(1, 60)).Select(number => Line(number, scopeFen: random.Next(3) == 0 ? 0 : random.Next(1, 500_00))).ToList();
            lines.Add(Line(lines.Count + 1, scopeFen: -lines[0].InScopeFen, quantityE2: -100));
            var scope = lines.Sum(line => line.InScopeFen);
            var fund = scope == 0 ? 0 : random.NextInt64(0, scope + 1);

            var shares = LineAuditor.FundShares(Settled(scope, fund), lines);

            Assert.That(shares.Values.Sum(), Is.EqualTo(fund));
            Assert.That(lines.Where(line => line.InScopeFen == 0).Select(line => shares[line.LineNumber]), Is.All.Zero);
            Assert.That(lines.Where(line => line.InScopeFen > 0).Select(line => shares[line.LineNumber]), Is.All.GreaterThanOrEqualTo(0));
        }
    }

    [Test]
    public void A_line_in_a_better_class_than_the_exchange_catalogue_waits_for_an_explanation()
    {
        var findings = Examine(LineAuditRules.Default, [Line(1, Albumin, itemClass: "01"), Line(2, Albumin, itemClass: "02", serial: "b"), Line(3, Care, itemClass: "01")]);

        Assert.That(findings.Select(finding => (finding.LineNumber, finding.Rule, finding.Outcome, finding.AmountFen)),
            Is.EqualTo(new[] { (1, LineAuditRule.Class, LineAuditOutcome.Delay, 0L) }));
        Assert.That(findings[0].English, Does.Contain("class 01").And.Contain("02"));
    }

    [Test]
    public void An_item_of_restricted_use_needs_a_reason()
    {
        var rules = Rules("""{"items":[{"exchange_code":"XB05AAA225B006060110065","restricted":true}]}""");

        var findings = Examine(rules, [Line(1, Albumin), Line(2, Albumin, serial: "b") with { RestrictedUseReason = "低蛋白血症" }]);

        Assert.That(findings.Select(finding => (finding.LineNumber, finding.Rule, finding.Outcome, finding.AmountFen, finding.Responsible)),
            Is.EqualTo(new[] { (1, LineAuditRule.Restricted, LineAuditOutcome.Delay, 0L, "02") }), "A hospital that cannot say why is asked.");
    }

    [Test]
    public void What_is_above_the_limit_of_a_day_is_deducted_from_the_last_of_the_day_and_refunds_count_against_it()
    {
        var rules = Rules("""{"outcomes":{"duplicate":"off"},"items":[{"exchange_code":"XB05AAA225B006060110065","max_per_day":3}]}""");
        List<DetailLineRow> lines =
        [
            Line(1, Albumin, quantityE2: 200), Line(2, Albumin, quantityE2: 200), Line(3, Albumin, quantityE2: 200), Line(4, Albumin, scopeFen: -50_00, quantityE2: -100),
            Line(5, Albumin, quantityE2: 300, date: "2024-03-01"),
        ];

        var findings = Examine(rules, lines);

        // 2+2+1 = 5 of 3: the refund left one unit of the last line, which is too much, and one of the line before it.
        Assert.That(findings.Select(finding => (finding.LineNumber, finding.Rule, finding.AmountFen)),
            Is.EqualTo(new[] { (2, LineAuditRule.Quantity, 40_00L), (3, LineAuditRule.Quantity, 40_00L) }));
    }

    [Test]
    public void The_same_item_twice_under_one_prescription_is_a_duplicate_and_another_doctors_is_not()
    {
        var findings = Examine(LineAuditRules.Default, [Line(1), Line(2), Line(3) with { Doctor = "另一医师" }, Line(4, date: "2024-03-01")]);

        Assert.That(findings.Select(finding => (finding.LineNumber, finding.Rule, finding.Outcome)), Is.EqualTo(new[] { (2, LineAuditRule.Duplicate, LineAuditOutcome.Delay) }));
    }

    [TestCase("2024-02-25", true)]
    [TestCase("2024-02-26", false)]
    [TestCase("2024-02-29", false)]
    [TestCase("2024-03-02", false)]
    [TestCase("2024-03-03", true)]
    public void A_fee_outside_the_stay_is_refused(string date, bool isFound)
    {
        var findings = Examine(LineAuditRules.Default, [Line(1, date: date)]);

        Assert.That(findings.Select(finding => (finding.Rule, finding.AmountFen)), Is.EqualTo(isFound ? new[] { (LineAuditRule.OutsideStay, 80_00L) } : []));
    }

    [Test]
    public void Several_findings_of_one_line_take_no_more_than_the_funds_paid_for_it()
    {
        var rules = Rules("""{"outcomes":{"class":"refuse","restricted":"refuse"},"items":[{"exchange_code":"XB05AAA225B006060110065","restricted":true,"max_per_day":0.5}]}""");

        var findings = Examine(rules, [Line(1, Albumin, itemClass: "01", date: "2024-01-01")]);

        Assert.That(findings.Select(finding => finding.Rule), Is.EqualTo(new[] { LineAuditRule.Class, LineAuditRule.Restricted, LineAuditRule.Quantity, LineAuditRule.OutsideStay }));
        Assert.That(findings.Sum(finding => finding.AmountFen), Is.EqualTo(80_00));
    }

    [Test]
    public void What_was_refunded_is_not_taken_back_again()
    {
        List<DetailLineRow> lines = [Line(1, date: "2024-01-01"), Line(2, scopeFen: -60_00, quantityE2: -60) with { OriginalLineSerial = "1" }];

        var findings = Examine(LineAuditRules.Default, lines, scopeFen: 40_00);

        Assert.That(findings.Sum(finding => finding.AmountFen), Is.EqualTo(32_00));
    }

    [Test]
    public void A_refund_that_names_no_line_is_of_the_latest_line_before_it_of_the_same_code_and_price()
    {
        List<DetailLineRow> lines =
        [
            Line(1, date: "2024-01-01"), Line(2, date: "2024-01-01", serial: "b"), Line(3, date: "2024-01-01", serial: "c") with { UnitPriceE4 = 2_000_000 },
            Line(4, scopeFen: -60_00, quantityE2: -60, serial: "d"),
        ];

        var findings = Examine(LineAuditRules.Default, lines);

        Assert.That(findings.Select(finding => (finding.LineNumber, finding.AmountFen)), Is.EqualTo(new[] { (1, 80_00L), (2, 32_00L), (3, 80_00L) }));
    }

    [Test]
    public void A_refund_that_finds_no_line_is_of_the_bill()
    {
        List<DetailLineRow> lines = [Line(1, date: "2024-01-01"), Line(2, scopeFen: -60_00, quantityE2: -60, serial: "b") with { LocalCode = "L2" }];

        var findings = Examine(LineAuditRules.Default, lines);

        Assert.That(findings.Select(finding => (finding.LineNumber, finding.AmountFen)), Is.EqualTo(new[] { (1, 32_00L) }), "four fifths of the forty yuan that the bill has in scope");
    }

    [Test]
    public void A_line_that_was_refunded_and_is_charged_again_is_no_duplicate()
    {
        var findings = Examine(LineAuditRules.Default, [Line(1), Line(2, scopeFen: -100_00, quantityE2: -100), Line(3), Line(4)]);

        Assert.That(findings.Select(finding => (finding.LineNumber, finding.Rule)), Is.EqualTo(new[] { (4, LineAuditRule.Duplicate) }));
    }

    [Test]
    public void Nothing_is_found_in_a_line_that_is_refunded_altogether()
    {
        var findings = Examine(LineAuditRules.Default, [Line(1), Line(2, date: "2024-01-01"), Line(3, scopeFen: -100_00, quantityE2: -100, date: "2024-01-01")]);

        Assert.That(findings, Is.Empty);
    }

    [Test]
    public void Whatever_the_lines_no_more_is_taken_than_the_funds_paid_for_the_bill_and_for_each_line()
    {
        const int Seed = 20240301;
        var random = new Random(Seed);
        TestContext.Out.WriteLine($"seed {Seed}");
        var rules = Rules("""
            {"outcomes":{"class":"refuse","restricted":"deduct","quantity":"deduct","duplicate":"refuse","outside_stay":"refuse"},
             "items":[{"exchange_code":"XB05AAA225B006060110065","restricted":true,"max_per_day":0.5}]}
            """);
        foreach (var _ in Enumerable.Range(0, 2_000))
        {
            var lines = AnyLines(random);
            var scope = lines.Sum(line => line.InScopeFen);
            var fund = random.NextInt64(0, scope + 1);
            var shares = LineAuditor.FundShares(Settled(scope, fund), lines);

            var net = LineAuditor.NetLines(shares, lines);
            var findings = new LineAuditor(rules, AnyExchange).Examine(new AuditedBill(Settled(scope, fund), From, To), lines);

            Assert.That((net.Values.Sum(line => line.ShareFen), net.Values.Sum(line => line.QuantityE2)), Is.EqualTo((fund, lines.Sum(line => line.QuantityE2))), "nothing is lost");
            foreach (var line in lines)
            {
                var (quantity, share) = net[line.LineNumber];
                Assert.That(quantity, line.QuantityE2 > 0 ? Is.InRange(0, line.QuantityE2) : Is.InRange(line.QuantityE2, 0));
                Assert.That(share, line.QuantityE2 > 0 ? Is.InRange(0, shares[line.LineNumber]) : Is.InRange(shares[line.LineNumber], 0));
                Assert.That(findings.Where(finding => finding.LineNumber == line.LineNumber).Sum(finding => finding.AmountFen), Is.InRange(0, Math.Max(0, share)));
            }
            Assert.That(findings.Sum(finding => finding.AmountFen), Is.LessThanOrEqualTo(fund));
            Assert.That(findings.Select(finding => finding.AmountFen), Is.All.GreaterThanOrEqualTo(0));
        }
    }

    [Test]
    public void A_rule_that_is_off_finds_nothing() =>
        Assert.That(Examine(Rules("""{"outcomes":{"outside_stay":"off"}}"""), [Line(1, date: "2024-01-01")]), Is.Empty);

    [Test]
    public void Every_error_of_a_rules_file_is_told_with_its_place()
    {
        var rules = LineAuditRules.Read(Encoding.UTF8.GetBytes(
            """
            {"outcomes":{"class":"maybe","duplicats":"off"},"items":[{"exchange_code":"A"},{"exchange_code":"A","max_per_day":-1},{"restricted":"yes"},{"exchange_code":"B","max_per_day":0.125}]}
            """), out var errors);

        Assert.That(rules, Is.Null);
        Assert.That(errors.Select(error => error.Path), Is.EquivalentTo(new[]
        {
            "$.outcomes.class", "$.outcomes.duplicats", "$.items[1].max_per_day", "$.items[1].exchange_code", "$.items[2].exchange_code", "$.items[2].restricted", "$.items[3].max_per_day",
        }));
        Assert.That(errors.Single(error => error.Path == "$.outcomes.duplicats").English, Does.Contain("duplicate"));
    }

    [Test]
    public void The_example_of_the_readme_is_a_rules_file()
    {
        var readme = File.ReadAllText(Repository.PathTo("Node", "README.md"));
        var start = readme.IndexOf("```json", readme.IndexOf("Line audit", StringComparison.Ordinal), StringComparison.Ordinal) + "```json".Length;

        var rules = Rules(readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)]);

        Assert.That(rules.Outcomes, Is.EqualTo(LineAuditRules.Default.Outcomes), "the README shows the defaults");
        Assert.That(rules.Items[Albumin], Is.EqualTo(new AuditedItem(Albumin, IsRestricted: true, MaxPerDayE2: 400)));
    }

    /// <summary>The funds pay four fifths of what is in scope.</summary>
    private static IReadOnlyList<LineFinding> Examine(LineAuditRules rules, List<DetailLineRow> lines, long? scopeFen = null)
    {
        var scope = scopeFen ?? lines.Sum(line => line.InScopeFen);
        return new LineAuditor(rules, Exchange()).Examine(new AuditedBill(Settled(scope, scope * 4 / 5), From, To), lines);
    }

    private static readonly ExchangeCatalogue AnyExchange = Exchange();

    /// <summary>Charges and refunds in any order, of few codes and prices, some refunds naming a line and some more than was charged; together in scope of not less than nothing.</summary>
    private static List<DetailLineRow> AnyLines(Random random)
    {
        var lines = new List<DetailLineRow>();
        foreach (var number in Enumerable.Range(1, random.Next(1, 30)))
        {
            var isRefund = random.Next(3) == 0;
            var (price, quantity) = (random.Next(1, 4), random.Next(1, 400) * (isRefund ? -1 : 1));
            var line = Line(number, random.Next(2) == 0 ? Albumin : Care, scopeFen: random.Next(3) == 0 ? 0 : quantity * price - Math.Sign(quantity) * random.Next(0, Math.Abs(quantity)),
                quantityE2: quantity, date: random.Next(3) == 0 ? "2024-01-01" : "2024-02-29", itemClass: random.Next(2) == 0 ? "01" : "03");
            lines.Add(line with
            {
                LocalCode = $"L{random.Next(3)}",
                UnitPriceE4 = price * 1_0000,
                OriginalLineSerial = isRefund && lines.Count > 0 && random.Next(2) == 0 ? lines[random.Next(lines.Count)].LineSerial : "",
            });
        }
        var scope = lines.Sum(line => line.InScopeFen);
        if (scope < 0)
            lines.Insert(0, Line(lines.Count + 1, scopeFen: -scope, quantityE2: 100) with { LocalCode = "L9" });
        return lines;
    }

    private static LineAuditRules Rules(string json)
    {
        var rules = LineAuditRules.Read(Encoding.UTF8.GetBytes(json), out var errors);
        Assert.That(errors, Is.Empty);
        return rules!;
    }

    private static ExchangeCatalogue Exchange()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("exchange.csv"),
            $"""
            exchange_code,exchange_name,kind,dose_form,specification,unit,manufacturer,item_class,reference_price,valid_from,valid_to
            {Albumin},人血白蛋白,101,,,,,02,,2016-01-01,
            {Care},一级护理,201,,,,,,,2016-01-01,
            """);
        var errors = new List<TableError>();
        return ExchangeCatalogue.Load(new TableSource(folder.File("exchange.csv")).Read(), errors) ?? throw new InvalidOperationException(errors[0].ToString());
    }

    private static SettlementFigures Settled(long scopeFen, long fundFen) => new()
    {
        TotalFen = scopeFen,
        FullSelfPayFen = 0,
        OverLimitFen = 0,
        PreSelfPayFen = 0,
        InScopeFen = scopeFen,
        DeductibleFen = 0,
        PoolFen = fundFen,
        CivilServantFen = 0,
        EnterpriseFen = 0,
        EmployeeLargeAmountFen = 0,
        ResidentCriticalIllnessFen = 0,
        MedicalAidFen = 0,
        OtherFundFen = 0,
        FundTotalFen = fundFen,
        AccountFen = 0,
        CashFen = scopeFen - fundFen,
        PersonalTotalFen = scopeFen - fundFen,
        HospitalBorneFen = 0,
    };

    private static DetailLineRow Line(
        int number, string code = Care, long scopeFen = 100_00, long quantityE2 = 100, string date = "2024-02-29", string itemClass = "03", string? serial = null) => new()
        {
            LineNumber = number,
            LineSerial = serial ?? $"{number}",
            OriginalLineSerial = "",
            PrescriptionNumber = serial ?? "CF1",
            LocalCode = "L1",
            LocalName = "项目",
            ExchangeCode = code,
            ExchangeName = "项目",
            MappingQuality = 1,
            ItemClass = itemClass,
            CatalogueKind = "101",
            FeeCategory = "09",
            FeeDate = date,
            UnitPriceE4 = 1_000_000,
            QuantityE2 = quantityE2,
            AmountFen = scopeFen,
            FullSelfPayFen = 0,
            OverLimitFen = 0,
            PreSelfPayFen = 0,
            InScopeFen = scopeFen,
            SelfPayBasisPoints = 0,
            CatalogueVersion = "v",
            RestrictedUseReason = "",
            Unit = "",
            Specification = "",
            DoseForm = "",
            Department = "",
            Doctor = "测试医师",
            ApprovalNumber = "",
            RowSha256 = new byte[32],
        };
}
