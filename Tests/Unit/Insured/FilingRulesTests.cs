using NUnit.Framework;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Insured;

internal sealed class FilingRulesTests
{
    private static readonly Division Yunnan = Division.Parse("530000"), Kunming = Division.Parse("530100"), Wuhua = Division.Parse("530102"), Qujing = Division.Parse("530300");

    [Test]
    public void Without_a_file_the_national_defaults_hold()
    {
        var rule = FilingRules.Defaults.For(Kunming);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((rule.TemporaryMonths, rule.TemporaryMonthsMax, rule.LongTermMonths), Is.EqualTo((6, 12, 0)));
            Assert.That(rule.EffectiveAtOnce, Is.EqualTo(new[] { "04", "05", "06" }));
            Assert.That(rule.PeersMaySubmit, Has.Count.EqualTo(6));
            Assert.That(rule.EmergencyVisitKinds, Is.EqualTo(new[] { "13", "24" }));
            Assert.That((rule.MakeUpUntil, rule.TwoWay, rule.EndUnderOpenVisit), Is.EqualTo((MakeUpLimit.Settlement, true, false)));
        }
    }

    [Test]
    public void A_division_inherits_from_its_city_and_that_from_the_files_default()
    {
        var rules = Read("""
            {
              "default": { "temporaryMonths": 3, "twoWay": false },
              "divisions": [ { "division": "530100", "temporaryMonths": 9, "makeUpUntil": "never", "effectiveAtOnce": [] } ]
            }
            """);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((rules.For(Kunming).TemporaryMonths, rules.For(Kunming).TwoWay, rules.For(Kunming).MakeUpUntil), Is.EqualTo((9, false, MakeUpLimit.Never)));
            Assert.That(rules.For(Wuhua), Is.SameAs(rules.For(Kunming)));
            Assert.That(rules.For(Kunming).EffectiveAtOnce, Is.Empty);
            Assert.That((rules.For(Qujing).TemporaryMonths, rules.For(Qujing).MakeUpUntil), Is.EqualTo((3, MakeUpLimit.Settlement)));
        }
    }

    [Test]
    public void Every_error_is_found_in_one_reading()
    {
        var read = FilingRules.Parse("""
            {
              "default": { "temporaryMonths": 13, "temporaryMonth": 6, "effectiveAtOnce": ["07", "04", "04"], "makeUpUntil": "later" },
              "divisions": [ { "division": "440100" }, { "division": "530100" }, { "division": "530100", "twoWay": "yes" }, {} ],
              "rules": []
            }
            """, Yunnan, out var errors);

        Assert.That(read, Is.Null);
        Assert.That(errors.Select(error => error.Path), Is.SupersetOf(new[]
        {
            "$.default.temporaryMonthsMax", "$.default.temporaryMonth", "$.default.effectiveAtOnce", "$.default.makeUpUntil",
            "$.divisions[0].division", "$.divisions[2].division", "$.divisions[2].twoWay", "$.divisions[3].division", "$.rules",
        }));
        Assert.That(errors.Select(error => error.English), Has.Some.Contain("did you mean 'temporaryMonths'?"));
    }

    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("""{ "default": 6 }""")]
    [TestCase("""{ "divisions": [] }""")]
    public void What_is_no_rules_file_is_refused(string json)
    {
        Assert.That(FilingRules.Parse(json, Yunnan, out var errors), Is.Null);
        Assert.That(errors, Is.Not.Empty);
    }

    [TestCase("2017-09-20", 6, "2018-03-19")]
    [TestCase("2019-08-29", 6, "2020-02-28", Description = "a leap year has the 29th, the period ends the day before it")]
    [TestCase("2018-08-29", 6, "2019-02-28", Description = "no 29th: the month's last day")]
    [TestCase("2019-08-31", 6, "2020-02-29", Description = "no 31st: the month's last day, which is the 29th")]
    [TestCase("2020-02-29", 6, "2020-08-28")]
    [TestCase("2020-02-29", 12, "2021-02-28")]
    [TestCase("2020-02-29", 48, "2024-02-28")]
    [TestCase("2020-03-01", 12, "2021-02-28")]
    [TestCase("2019-03-01", 12, "2020-02-29")]
    public void A_period_of_months_ends_the_day_before_the_same_day_or_with_the_month(string from, int months, string last) =>
        Assert.That(FilingValidity.LastDay(ChinaTime.ParseIso(from), months).Iso(), Is.EqualTo(last));

    [Test]
    public void Periods_that_follow_each_other_leave_no_day_out_and_are_as_long_as_the_calendar_says()
    {
        for (var from = new DateOnly(2019, 1, 1); from.Year < 2021; from = from.AddDays(1))
        {
            foreach (var months in (int[])[1, 3, 6, 12, 36])
            {
                var next = FilingValidity.LastDay(from, months).AddDays(1);
                // The same day of the month, or the first of the month after the one that has no such day.
                Assert.That(next.Day == from.Day || (next.Day == 1 && DateTime.DaysInMonth(next.AddDays(-1).Year, next.AddDays(-1).Month) < from.Day), Is.True, $"{from} + {months} = {next}");
            }
        }
    }

    [TestCase("04", null, "2018-03-19", Description = "nobody says: the least")]
    [TestCase("04", "2017-10-01", "2018-03-19", Description = "shorter than the least")]
    [TestCase("04", "2018-06-30", "2018-06-30", Description = "longer")]
    [TestCase("02", null, null, Description = "until cancelled")]
    [TestCase("02", "2017-10-01", "2017-10-01", Description = "a long-term filing ends when it is said")]
    public void The_rules_say_how_long_a_filing_lasts(string kind, string? asked, string? last) => Assert.That(
        FilingRules.Defaults.For(Kunming).LastDay(kind, new(2017, 9, 20), asked is null ? null : ChinaTime.ParseIso(asked))?.Iso(), Is.EqualTo(last));

    [Test]
    public void A_division_may_end_long_term_filings_by_itself() =>
        Assert.That(new FilingRule { LongTermMonths = 12 }.LastDay("01", new(2020, 2, 29), null)?.Iso(), Is.EqualTo("2021-02-28"));

    private static FilingRules Read(string json)
    {
        var rules = FilingRules.Parse(json, Yunnan, out var errors);
        Assert.That(errors, Is.Empty);
        return rules!;
    }
}
