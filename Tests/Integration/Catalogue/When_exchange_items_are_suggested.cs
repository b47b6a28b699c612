using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Matching;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary><c>gateway unmapped suggest</c> on codes that a hospital really sent, while the node serves.</summary>
internal sealed class When_exchange_items_are_suggested : CatalogueTest
{
    private const string ExchangeHeader = "exchange_code,exchange_name,kind,dose_form,specification,unit,manufacturer,item_class,reference_price,valid_from,valid_to";
    private const string Amoxicillin = "Y999991", Cefuroxime = "Y999992", Nothing = "Y999993", Bare = "Y999994";

    private static readonly string[] ExchangeRows =
    [
        ExchangeHeader,
        "E0001,阿莫西林胶囊,101,胶囊剂,0.25g*24粒,盒,,01,9.6,2016-01-01,",
        "E0002,阿莫西林胶囊,101,胶囊剂,0.5g*24粒,盒,,01,16.8,2016-01-01,",
        "E0003,阿莫西林颗粒,101,颗粒剂,0.125g*12袋,盒,,01,8.2,2016-01-01,",
        "E0010,头孢呋辛酯片,101,片剂,0.25g*12片,盒,,01,15,2016-01-01,2017-01-01",
        "E0010,头孢呋辛酯片,101,片剂,0.25g*12片,盒,,02,14,2017-01-01,",
        "E0020,静脉采血,201,,,次,,01,5,2016-01-01,",
    ];

    private string _exchange = "";
    private string _visit = "";

    [SetUp]
    public async Task HoldUpBill()
    {
        _exchange = Write("exchange.csv", ExchangeRows);
        _visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        var amoxicillin = Line("1", Amoxicillin, "阿莫西林胶囊", "01", "9.5000");
        (amoxicillin.Unit, amoxicillin.Specification, amoxicillin.DoseForm) = ("盒", "0.25g*24粒", "胶囊剂");
        (await Guangzhou.UploadAsync(_visit,
        [
            amoxicillin, Line("2", Cefuroxime, "头孢呋辛酯片", "01", "14.2000"), Line("3", Nothing, "院内自拟合剂甲", "01", "30.0000"), Line("4", Bare, "静脉采血", "06", "5.0000"),
        ], "up-1")).Pending();
    }

    [Test]
    public async Task The_queue_gets_scores_and_reasons_in_the_words_of_catalogue_match()
    {
        await Operator.SucceedAsync("unmapped", "suggest", "--exchange", _exchange);
        var shown = await Operator.AskAsync("unmapped", "show", Amoxicillin);

        var review = MatchedAsFiles("Y999991,阿莫西林胶囊,drug,盒,0.25g*24粒,胶囊剂,,9.5,2017-09-17,");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(review, Has.Count.EqualTo(2), "granules are another thing than capsules");
            Assert.That(shown["suggestions"]!.AsArray().Select(Row), Is.EqualTo(review));
            Assert.That(Guangdong.Value<string>($"SELECT group_concat(rank || ' ' || exchange_code, ', ' ORDER BY rank) FROM unmapped_suggestion WHERE local_code = '{Amoxicillin}'"),
                Is.EqualTo("1 E0001, 2 E0002"));
            Assert.That(await Operator.SucceedAsync("unmapped", "show", Amoxicillin), Does.Contain("E0001 阿莫西林胶囊").And.Contain("名称相同").And.Contain("same name"));
        }
    }

    [Test]
    public async Task A_code_without_a_counterpart_says_so()
    {
        var printed = await Operator.SucceedAsync("unmapped", "suggest", "--exchange", _exchange);
        var shown = await Operator.AskAsync("unmapped", "show", Nothing);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(printed, Does.Contain("无匹配 no match").And.Contain("3 with suggestions, 1 without a match"));
            Assert.That(shown["suggestions"]!.AsArray(), Is.Empty);
            Assert.That(shown["noMatch"]![0]!["english"]!.GetValue<string>(), Is.EqualTo("the exchange catalogue has nothing alike"));
            Assert.That(await Operator.SucceedAsync("unmapped", "show", Nothing), Does.Contain("无匹配 no match: 交换目录中没有相近的项目"));
            Assert.That(await Operator.SucceedAsync("unmapped", "list"), Does.Contain("no match"));
        }
    }

    [Test]
    public async Task Rows_in_force_today_of_the_catalogue_the_node_keeps_are_proposed_by_default()
    {
        Assert.That(await Operator.RefuseAsync("unmapped", "suggest"), Does.Contain("catalogue import --exchange"));
        await Operator.SucceedAsync("catalogue", "import", "--exchange", _exchange);

        var codes = (await Operator.AskAsync("unmapped", "suggest")).AsArray();

        Assert.That(codes.Select(code => $"{code!["localCode"]} {code["source"]} {code["proposals"]!.AsArray().FirstOrDefault()?["exchangeCode"]}"),
            Is.EquivalentTo(new[] { $"{Amoxicillin} waiting-line E0001", $"{Cefuroxime} waiting-line E0010", $"{Nothing} waiting-line ", $"{Bare} waiting-line E0020" }));
    }

    [Test]
    public async Task Where_only_the_name_is_left_it_is_looked_for_among_all_kinds()
    {
        (await Guangzhou.WithdrawAsync(_visit, null)).Granted();

        var codes = (await Operator.AskAsync("unmapped", "suggest", "--exchange", _exchange)).AsArray();

        Assert.That(codes.Where(code => code!["decision"]!.GetValue<string>() != "no-match").Select(code => $"{code!["localCode"]} {code["source"]} {code["proposals"]![0]!["exchangeCode"]}"),
            Is.EquivalentTo(new[] { $"{Amoxicillin} name E0001", $"{Cefuroxime} name E0010", $"{Bare} name E0020" }));
    }

    [Test]
    public async Task Where_lines_without_a_mapping_are_stored_their_words_are_used()
    {
        var visit = await AdmitAsync(Kunming, Patient.OfGuangzhou);
        var line = SampleBills.Line("1", "9999999997", "阿莫西林胶囊", "01", "9.5000", "2", FeesOn);
        (line.Unit, line.Specification) = ("盒", "0.5g*24粒");
        (await Kunming.UploadAsync(visit, [line])).Granted();
        await using var desk = new OperatorDesk(Yunnan, Clock);

        var code = (await desk.AskAsync("unmapped", "suggest", "--exchange", _exchange)).AsArray().Single()!;

        Assert.That($"{code["localCode"]} {code["source"]} {code["proposals"]![0]!["exchangeCode"]}", Is.EqualTo("9999999997 stored-line E0002"), "the specification decides between two of one name");
    }

    [Test]
    public async Task A_new_run_replaces_what_was_suggested_before_and_leaves_dismissed_codes_alone()
    {
        await Operator.SucceedAsync("unmapped", "suggest", "--exchange", _exchange);
        await Operator.SucceedAsync("unmapped", "dismiss", Cefuroxime, "--reason", "测试");
        var other = Write("other.csv", ExchangeHeader, "E0099,阿莫西林胶囊,101,胶囊剂,0.25g*24粒,盒,,01,9.6,2016-01-01,", "E0098,头孢呋辛酯片,101,片剂,,盒,,01,,2016-01-01,");

        await Operator.SucceedAsync("unmapped", "suggest", "--exchange", other);

        Assert.That(Guangdong.Value<string>("SELECT group_concat(local_code || ' ' || exchange_code, ', ' ORDER BY local_code, rank) FROM unmapped_suggestion"),
            Is.EqualTo($"{Amoxicillin} E0099, {Cefuroxime} E0010"));
    }

    [Test]
    public async Task A_bad_exchange_catalogue_is_refused_and_changes_nothing()
    {
        await Operator.SucceedAsync("unmapped", "suggest", "--exchange", _exchange);
        var before = Guangdong.Count("unmapped_suggestion");
        var bad = Write("bad.csv", [.. ExchangeRows, "E0001,阿莫西林胶囊,999,,,,,,,2016-01-01,", "E0010,头孢呋辛酯片,101,,,,,,,2017-06-01,"]);

        var refused = await Operator.RefuseAsync("unmapped", "suggest", "--exchange", bad);

        Assert.That(refused, Does.Contain("bad.csv:8 kind").And.Contain("bad.csv:9 exchange_code").And.Contain("overlaps line 6"));
        Assert.That(Guangdong.Count("unmapped_suggestion"), Is.EqualTo(before).And.Positive);
    }

    [Test]
    public async Task A_code_that_lost_its_counterpart_keeps_no_suggestion_and_one_that_found_it_no_refusal()
    {
        var other = Write("other.csv", ExchangeHeader, "E0098,院内自拟合剂甲,102,,,盒,,01,,2016-01-01,");
        await Operator.SucceedAsync("unmapped", "suggest", "--exchange", _exchange);
        await Operator.SucceedAsync("unmapped", "suggest", "--exchange", other);

        var (lost, found) = (await Operator.AskAsync("unmapped", "show", Amoxicillin), await Operator.AskAsync("unmapped", "show", Nothing));

        Assert.That((lost["suggestions"]!.AsArray().Count, lost["noMatch"]?.AsArray().Count > 0), Is.EqualTo((0, true)));
        Assert.That((found["suggestions"]!.AsArray().Count, found["noMatch"]), Is.EqualTo((1, (JsonNode?)null)));
    }

    /// <summary>What <c>catalogue match</c> writes for the same item.</summary>
    private List<string> MatchedAsFiles(string item)
    {
        var local = Write("local.csv", "local_code,local_name,kind,unit,specification,dose_form,item_class,limit_tertiary,valid_from,valid_to", item.Replace("胶囊剂,,", "胶囊剂,9,", StringComparison.Ordinal));
        var exchange = Write("dated.csv", ExchangeRows.Where(row => !row.EndsWith("2017-01-01", StringComparison.Ordinal)));
        var run = new MatchRun
        {
            Local = new MatchInput(local, Encoding.UTF8),
            Exchange = new MatchInput(exchange, Encoding.UTF8),
            Truth = null,
            Folder = Files.File("matched"),
            Options = new MatchOptions(),
        };
        Assert.That(run.Execute((_, _) => _ => { }, CancellationToken.None).Errors, Is.Empty);
        return [.. File.ReadLines(Path.Combine(run.Folder, "review.csv")).Skip(1).Select(line => line.Split(',')).Select(cells => $"{cells[3]} {cells[4]} {cells[5]} {cells[7]} / {cells[8]}")];
    }

    private static string Row(JsonNode? suggestion)
    {
        var reasons = suggestion!["reasons"]!.AsArray();
        string Words(string language, string separator) => string.Join(separator, reasons.Select(reason => reason![language]!.GetValue<string>()));
        return $"{suggestion["exchangeCode"]} {suggestion["exchangeName"]} {suggestion["score"]!.GetValue<decimal>():0.0} {Words("chinese", "；")} / {Words("english", "; ")}";
    }

    private FeeLine Line(string serial, string code, string name, string category, string price) => SampleBills.Line(serial, code, name, category, price, "2", FeesOn);
}
