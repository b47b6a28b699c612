using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary>A new version of Guangdong's catalogue, from the dry run on a settled month to the way back, while hospitals work.</summary>
internal sealed class When_a_catalogue_changes : CatalogueTest
{
    /// <summary>注射用头孢曲松钠: 乙 with 10 % pre-self-pay in the packed catalogue.</summary>
    private const string Drug = "Y000456";

    private static string PolicyOfYunnan => Path.Combine(AppContext.BaseDirectory, "Samples", "530000-policy.json");

    private static DateOnly ChangedOn => new(2017, 9, 15);

    [Test]
    public async Task A_dry_run_says_to_the_fen_what_a_settled_month_would_have_been_and_changes_nothing()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settled = (await Guangzhou.SettleAsync(visit)).Granted().Result;
        await AllEndedAsync();
        var version = await ImportAsync("--items", ItemsWithDrugInFull());
        var before = StoredRows.In(Guangdong.DataFolder, Yunnan.DataFolder);

        var report = await Operator.AskAsync("catalogue", "dry-run", version, "--month", "2017-09", "--policy", PolicyOfYunnan);

        var (totals, only) = (report["totals"]!, report["visits"]!.AsArray().Single()!);
        var code = totals["codes"]!.AsArray().Single()!;
        using (Assert.EnterMultipleScope())
        {
            before.AssertSame(StoredRows.In(Guangdong.DataFolder, Yunnan.DataFolder));
            Assert.That((totals["lineCount"]!.GetValue<long>(), totals["changedLineCount"]!.GetValue<long>(), totals["blockedLineCount"]!.GetValue<long>()), Is.EqualTo((24L, 1L, 0L)));
            Assert.That($"{code["localCode"]} {code["oldClass"]}→{code["newClass"]} {code["oldExchangeCode"]}={code["newExchangeCode"]}", Is.EqualTo($"{Drug} 02→01 XJ01DDA100E002020110013=XJ01DDA100E002020110013"));
            Assert.That((code["before"]!["preSelfPay"]!.GetValue<string>(), code["before"]!["inScope"]!.GetValue<string>()), Is.EqualTo(("180.00", "1620.00")));
            Assert.That((code["after"]!["preSelfPay"]!.GetValue<string>(), code["after"]!["inScope"]!.GetValue<string>()), Is.EqualTo(("0.00", "1800.00")));
            Assert.That((only["change"]!["preSelfPay"]!.GetValue<string>(), only["change"]!["inScope"]!.GetValue<string>()), Is.EqualTo(("-180.00", "180.00")));
            Assert.That(only["settlements"]!.AsArray().Select(number => (string)number!), Is.EqualTo(new[] { settled.SettlementNumber }));
            Assert.That(only["fund"]!["outcome"]!.GetValue<string>(), Is.EqualTo("computed"));
            Assert.That((Paid(only, "stored", "pool"), Paid(only, "computed", "pool")), Is.EqualTo((settled.Figures.PoolFen, 34833_00L)));
            Assert.That((Paid(only, "stored", "cash"), Paid(only, "computed", "cash")), Is.EqualTo((settled.Figures.CashFen, 13167_00L)));
        }
    }

    [Test]
    public async Task A_dry_run_without_the_insured_provinces_policy_says_so_instead_of_guessing()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        (await Guangzhou.SettleAsync(visit)).Granted();
        var version = await ImportAsync("--items", ItemsWithDrugInFull());

        var report = await Operator.AskAsync("catalogue", "dry-run", version, "--month", "2017-09");
        var printed = await Operator.SucceedAsync("catalogue", "dry-run", version, "--month", "2017-09");
        var earlier = await Operator.AskAsync("catalogue", "dry-run", version, "--month", "2017-08");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(report["visits"]![0]!["fund"]!["outcome"]!.GetValue<string>(), Is.EqualTo("no-policy"));
            Assert.That(printed, Does.Contain(Drug).And.Contain("02 → 01").And.Contain("180.00"));
            Assert.That(earlier["totals"]!["lineCount"]!.GetValue<long>(), Is.Zero);
        }
    }

    [Test]
    public async Task The_fee_date_decides_between_two_versions_in_one_bill_and_the_settlement_names_both()
    {
        var version = await ImportAsync("--items", ItemsWithDrugInFull());
        await ActivateAsync(version, ChangedOn);

        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, [Line("1", ChangedOn.AddDays(-1)), Line("2", ChangedOn)]);
        var settled = (await Guangzhou.SettleAsync(visit)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Lines(), Is.EqualTo($"1 {PackedVersion} 02 450 4050; 2 {version} 01 0 4500"));
            Assert.That(Guangdong.Value<string>("SELECT catalogue_versions FROM treatment_settlement"), Is.EqualTo(string.Join(',', new[] { PackedVersion, version }.Order(StringComparer.Ordinal))));
            Assert.That((settled.Figures.PreSelfPayFen, settled.Figures.InScopeFen), Is.EqualTo((4_50L, 85_50L)));
        }
    }

    [Test]
    public async Task A_rollback_decides_what_is_uploaded_from_then_on_and_leaves_what_is_stored()
    {
        var version = await ImportAsync("--items", ItemsWithDrugInFull());
        await ActivateAsync(version, ChangedOn);
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, [Line("1", ChangedOn)])).Granted();

        var printed = await Operator.SucceedAsync("catalogue", "rollback", "--reason", "测试");
        (await Guangzhou.UploadAsync(visit, [Line("2", ChangedOn)])).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(printed, Does.Contain(version).And.Contain($"{PackedVersion} 自带 packed ← 今天 today"));
            Assert.That(Lines(), Is.EqualTo($"1 {version} 01 0 4500; 2 {PackedVersion} 02 450 4050"));
            Assert.That(await Operator.RefuseAsync("catalogue", "rollback"), Does.Contain("no activation to undo"));
            Assert.That(Guangdong.Count("catalogue_activation"), Is.EqualTo(2), "both are appended, nothing is overwritten");
        }
    }

    [Test]
    public async Task A_version_with_a_target_that_is_no_exchange_code_is_not_activated()
    {
        var exchange = Write("exchange.csv",
            "exchange_code,exchange_name,kind,dose_form,specification,unit,manufacturer,item_class,reference_price,valid_from,valid_to", "E0001,测试药品,101,,,,,,,2015-01-01,");
        var version = await ImportAsync("--items", ItemsWithDrugInFull());
        await Operator.SucceedAsync("catalogue", "import", "--exchange", exchange);

        Assert.That(await Operator.RefuseAsync("catalogue", "activate", version, "--from", "2017-09-15"), Does.Contain("✗ Target C060001").And.Contain("its target is not an exchange code").And.Contain("not activated"));
        Assert.That(Guangdong.Count("catalogue_activation"), Is.Zero);
    }

    [TestCase("items.csv", "local_code,local_nane,kind\nD1,测试药品,drug\n", "local_nane", TestName = "A mistyped column")]
    [TestCase("items.xlsx", "PK no workbook", "items.xlsx", TestName = "What is no workbook")]
    public async Task A_bad_file_is_refused_with_its_place_and_stores_nothing(string name, string content, string named)
    {
        var before = StoredRows.In(Guangdong.DataFolder);

        var refused = await Operator.RefuseAsync("catalogue", "import", "--items", Write(name, content.TrimEnd('\n').Split('\n')));

        before.AssertSame(StoredRows.In(Guangdong.DataFolder));
        Assert.That(refused, Does.Contain(named));
    }

    [Test]
    public async Task Two_versions_are_compared_field_by_field()
    {
        var version = await ImportAsync("--items", ItemsWithDrugInFull());

        var differences = (await Operator.AskAsync("catalogue", "diff", "packed", version))["differences"]!.AsArray();

        Assert.That(differences.Select(row => $"{row!["table"]} {row["key"]} {row["kind"]}: {string.Join(", ", row["fields"]!.AsArray().Select(field => $"{field!["column"]} {field["old"]}→{field["new"]}"))}"),
            Is.EqualTo(new[] { $"items {Drug} 2015-01-01 changed: item_class 2→1, self_pay_percent 10→0" }));
        Assert.That((await Operator.AskAsync("catalogue", "diff", "current", "packed"))["differences"]!.AsArray(), Is.Empty);
    }

    private static long Paid(JsonNode visit, string which, string fund) => (long)(decimal.Parse((string)visit["fund"]![which]![fund]!, CultureInfo.InvariantCulture) * 100);

    private string ItemsWithDrugInFull() => WithRows("items", row => row.StartsWith($"{Drug},", StringComparison.Ordinal) ? row.Replace(",01,2,10,", ",01,1,0,", StringComparison.Ordinal) : row);

    private static FeeLine Line(string serial, DateOnly on) => SampleBills.Line(serial, Drug, "注射用头孢曲松钠", "01", "45.0000", "1", on);

    private string Lines() => Guangdong.Value<string>(
        "SELECT group_concat(line_serial || ' ' || catalogue_version || ' ' || item_class || ' ' || pre_self_pay_fen || ' ' || in_scope_fen, '; ' ORDER BY line_serial) FROM fee_line");
}
