using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Matching;
using ProvincialGateway.Tests.Catalogue;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Matching;

/// <summary>From files to files.</summary>
[TestFixture]
internal sealed class MatchRunTests
{
    private const string LocalHeader = "local_code,local_name,kind,unit,specification,dose_form,item_class,manufacturer,limit_tertiary,valid_from,valid_to";
    private const string ExchangeHeader = "exchange_code,exchange_name,kind,dose_form,specification,unit,manufacturer,item_class,reference_price,valid_from,valid_to";
    private const string LocalRow = "L1,阿莫西林胶囊,drug,粒,0.25g,胶囊剂,1,甲乙制药,0.5,2020-01-01,";
    private const string ExchangeRow = "X1,阿莫西林胶囊,101,胶囊剂,250mg,粒,甲乙制药有限公司,01,0.4,2020-01-01,";

    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Accepted_rows_become_the_mapping_file_of_an_adapter()
    {
        var outcome = Run([LocalRow, "L2,没有这个东西,service,次,,,1,,,2020-01-01,"], [ExchangeRow]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcome.Errors, Is.Empty);
            Assert.That(outcome.Summary is { LocalRows: 2, ExchangeRows: 1, Accepted: 1, Review: 0, NoMatch: 1, MappingRows: 1, Measured: null }, Is.True);
            Assert.That(Lines("mappings.csv"), Is.EqualTo((string[])["local_code,exchange_code,exchange_name,quality,status,valid_from,valid_to", "L1,X1,阿莫西林胶囊,equivalent,valid,2020-01-01,"]));
        }
    }

    [Test]
    public void An_adapter_loads_the_mapping_file_as_it_is()
    {
        Run(["D1,阿莫西林胶囊,drug,粒,0.25g,胶囊剂,1,甲乙制药,0.5,2016-01-01,", "S1,\"静脉注射,一次\",service,次,,,1,,,2016-01-01,"], [ExchangeRow, "X-2,\"静脉注射,一次\",201,,,次,,,,2015-01-01,"]);
        var catalogue = new CatalogueText();
        catalogue.Mappings.Clear();
        catalogue.Mappings.AddRange(Lines("mappings.csv").Skip(1));
        var loaded = catalogue.Loaded();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(loaded.FindMapping("D1", new DateOnly(2021, 1, 1))?.ExchangeCode, Is.EqualTo("X1"));
            Assert.That(loaded.FindMapping("D1", new DateOnly(2019, 12, 31)), Is.Null, "the exchange row begins in 2020");
            Assert.That(loaded.FindMapping("S1", new DateOnly(2016, 1, 1))?.ExchangeName, Is.EqualTo("静脉注射,一次"));
        }
    }

    [Test]
    public void A_mapping_holds_where_both_rows_do_and_rows_that_follow_each_other_are_one()
    {
        var outcome = Run(
            [
                "L1,阿莫西林胶囊,drug,粒,0.25g,胶囊剂,2,甲乙制药,,2018-01-01,2021-01-01", "L1,阿莫西林胶囊,drug,粒,0.25g,胶囊剂,1,甲乙制药,,2021-01-01,2023-01-01",
                "L1,阿莫西林胶囊,drug,粒,0.25g,胶囊剂,1,甲乙制药,,2024-01-01,",
            ],
            ["X1,阿莫西林胶囊,101,胶囊剂,250mg,粒,甲乙制药有限公司,01,0.4,2020-01-01,2025-01-01"]);
        Assert.That(outcome.Summary is { Accepted: 3, MappingRows: 2 }, Is.True);
        Assert.That(Lines("mappings.csv").Skip(1), Is.EqualTo((string[])["L1,X1,阿莫西林胶囊,equivalent,valid,2020-01-01,2023-01-01", "L1,X1,阿莫西林胶囊,equivalent,valid,2024-01-01,2025-01-01"]));
    }

    [Test]
    public void The_review_file_has_a_line_for_every_proposal_and_for_every_row_without_one()
    {
        Run([LocalRow, "L2,阿莫西林片,drug,片,0.5g,片剂,1,,,2020-01-01,", "L3,没有这个东西,service,次,,,1,,,2020-01-01,"], [ExchangeRow, "X2,阿莫西林胶囊,101,胶囊剂,0.5g,粒,甲乙制药,01,,2020-01-01,"]);
        var lines = Lines("review.csv");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines[0], Is.EqualTo("local_code 本地编码,local_name 本地名称,rank 名次,exchange_code 交换码,exchange_name 交换名称,score 得分,decision 结论,理由,reasons"));
            Assert.That(lines.Skip(1).Select(line => string.Join(',', line.Split(',')[..5])), Is.EqualTo((string[])
                ["L1,阿莫西林胶囊,1,X1,阿莫西林胶囊", "L1,阿莫西林胶囊,2,X2,阿莫西林胶囊", "L2,阿莫西林片,1,X2,阿莫西林胶囊", "L3,没有这个东西,,,"]));
            Assert.That(lines.Skip(1).Select(line => line.Split(',')[6]), Is.EqualTo((string[])["接受 accepted", "其他候选 alternative", "无匹配 no match", "无匹配 no match"]));
            Assert.That(lines[3], Does.Contain("剂型不同：片 ≠ 胶囊").And.Contain("other dose form: 片 ≠ 胶囊"));
            Assert.That(File.ReadAllBytes(_folder.File("review.csv")).AsSpan().StartsWith(Encoding.UTF8.Preamble), Is.True, "a spreadsheet program needs the mark");
        }
    }

    [TestCase("=HYPERLINK(1)")]
    [TestCase("+静脉注射")]
    [TestCase("-静脉注射")]
    [TestCase("@静脉注射")]
    [TestCase("＝静脉注射")]
    public void A_cell_that_a_spreadsheet_would_compute_is_made_harmless_for_people_and_kept_for_the_node(string name)
    {
        Run([$"{name[0]}1,{name},service,次,,,1,,,2020-01-01,"], [$"X1,{name},201,,,次,,,,2020-01-01,"]);
        var cells = Lines("review.csv")[1].Split(',');
        using (Assert.EnterMultipleScope())
        {
            Assert.That((cells[0], cells[1], cells[4]), Is.EqualTo(($"'{name[0]}1", $"'{name}", $"'{name}")));
            Assert.That(Lines("mappings.csv")[1], Does.StartWith($"{name[0]}1,X1,{name},"));
        }
    }

    [Test]
    public void Fewer_proposals_may_be_written_and_the_decision_is_the_same()
    {
        string[] exchange = [ExchangeRow, .. Enumerable.Range(2, 8).Select(other => $"X{other},阿莫西林胶囊,101,胶囊剂,{other}g,粒,甲乙制药,01,,2020-01-01,")];
        Assert.That(Run([LocalRow], exchange, new MatchOptions { Top = 1 }).Summary!.Accepted, Is.EqualTo(1));
        Assert.That(Lines("review.csv"), Has.Length.EqualTo(2));
        Run([LocalRow], exchange, new MatchOptions { Top = 7 });
        Assert.That(Lines("review.csv"), Has.Length.EqualTo(8));
    }

    [Test]
    public void Every_bad_row_is_named_and_then_nothing_is_written()
    {
        var outcome = Run(
            ["L1,,drug,粒,,,1,,,2020-01-01,", "L2,甲,pill,粒,,,1,,0,2020-01-01,", "L3,甲,drug,粒,,,1,,,2020-13-01,", "L3,甲,drug,粒,,,1,,,2020-01-01,", "L3,甲,drug,粒,,,1,,,2019-01-01,", "L4,甲"],
            ["X1,甲,101,,,,,01,,2020-01-01,", "x1,乙,105,,,,,04,1.23456,2020-01-01,", "X 3,丙,101,,,,,,-1,2020-01-01,2019-01-01"],
            truth: ["L9,X1", ",X1"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcome.Summary, Is.Null);
            Assert.That(outcome.Errors.Select(error => $"{error.File}:{error.Line} {error.Column}"), Is.EqualTo((string[])
            [
                "exchange.csv:3 exchange_code", "exchange.csv:3 kind", "exchange.csv:3 item_class", "exchange.csv:3 reference_price",
                "exchange.csv:4 exchange_code", "exchange.csv:4 reference_price", "exchange.csv:4 valid_to",
                "items.csv:2 local_name", "items.csv:3 kind", "items.csv:3 limit_tertiary", "items.csv:4 valid_from", "items.csv:5 local_code", "items.csv:7 ",
                "truth.csv:2 local_code", "truth.csv:3 local_code",
            ]), string.Join('\n', outcome.Errors));
            Assert.That(outcome.Errors.Select(error => error.Chinese), Has.All.Match(@"\p{IsCJKUnifiedIdeographs}"));
            Assert.That(File.Exists(_folder.File("mappings.csv")) || File.Exists(_folder.File("review.csv")), Is.False);
        }
    }

    [Test]
    public void Either_file_may_be_in_either_encoding()
    {
        foreach (var (local, exchange) in (ReadOnlySpan<(Encoding, Encoding)>)[(LegacyText.Utf8, LegacyText.Gb18030), (LegacyText.Gb18030, LegacyText.Utf8), (LegacyText.Gb18030, LegacyText.Gb18030)])
            Assert.That(Run([LocalRow], [ExchangeRow], localEncoding: local, exchangeEncoding: exchange).Summary?.Accepted, Is.EqualTo(1));
    }

    [Test]
    public void A_file_in_the_other_encoding_is_named_not_misread()
    {
        Write("items.csv", LocalHeader, [LocalRow], LegacyText.Gb18030);
        Write("exchange.csv", ExchangeHeader, [ExchangeRow], LegacyText.Utf8);
        var outcome = Execute(new MatchOptions(), withTruth: false, LegacyText.Utf8, LegacyText.Utf8);
        Assert.That(outcome.Errors.Single() is { File: "items.csv", Line: 2 }, Is.True, string.Join('\n', outcome.Errors));
    }

    [Test]
    public void A_missing_file_is_an_answer()
    {
        Write("items.csv", LocalHeader, [LocalRow], LegacyText.Utf8);
        Assert.That(Execute(new MatchOptions(), withTruth: false, LegacyText.Utf8, LegacyText.Utf8).Errors.Single().File, Is.EqualTo("exchange.csv"));
    }

    [Test]
    public void Other_columns_of_the_local_file_are_left_alone_and_named()
    {
        Write("items.csv", "remark,local_name,local_code,kind,unit,specification,dose_form,item_class,valid_from,valid_to", ["随便,静脉注射,S1,service,次,,,1,2020-01-01,"], LegacyText.Utf8);
        Write("exchange.csv", ExchangeHeader, ["X1,静脉注射,201,,,次,,,,2020-01-01,"], LegacyText.Utf8);
        var summary = Execute(new MatchOptions(), withTruth: false, LegacyText.Utf8, LegacyText.Utf8).Summary!;
        Assert.That((summary.Accepted, string.Join(' ', summary.UnreadColumns)), Is.EqualTo((1, "remark")));
    }

    [Test]
    public void A_run_is_measured_against_right_answers()
    {
        var measured = Run(
            [LocalRow, "L2,阿莫西林胶囊,drug,粒,0.5g,胶囊剂,1,甲乙制药,,2020-01-01,", "L3,没有这个东西,service,次,,,1,,,2020-01-01,", "L4,静脉注射,service,次,,,1,,,2020-01-01,", "L5,肌肉注射,service,次,,,1,,,2020-01-01,"],
            [ExchangeRow, "X2,阿莫西林胶囊,101,胶囊剂,0.5g,粒,甲乙制药,01,,2020-01-01,", "X4,静脉注射,201,,,次,,,,2020-01-01,", "X5,肌肉注射,201,,,次,,,,2020-01-01,"],
            truth: ["L1,X1", "L2,X9", "L2,X2", "L3,", "L4,X9"]).Summary!.Measured!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((measured.WithCounterpart, measured.FirstRight, measured.AmongFirstFive, measured.WronglyNoMatch), Is.EqualTo((3, 2, 2, 0)));
            Assert.That((measured.WithoutCounterpart, measured.RightlyNoMatch), Is.EqualTo((1, 1)));
            Assert.That((measured.Accepted, measured.WronglyAccepted, string.Join(' ', measured.WronglyAcceptedCodes)), Is.EqualTo((3, 1, "L4")), "L5 has no right answer and is not counted");
            Assert.That((measured.FirstRightPercent, measured.AmongFirstFivePercent), Is.EqualTo((66.67m, 66.67m)));
        }
    }

    private MatchOutcome Run(string[] local, string[] exchange, MatchOptions? options = null, string[]? truth = null, Encoding? localEncoding = null, Encoding? exchangeEncoding = null)
    {
        Write("items.csv", LocalHeader, local, localEncoding ?? LegacyText.Utf8);
        Write("exchange.csv", ExchangeHeader, exchange, exchangeEncoding ?? LegacyText.Utf8);
        Write("truth.csv", "local_code,exchange_code", truth ?? [], LegacyText.Utf8);
        return Execute(options ?? new MatchOptions(), truth is not null, localEncoding ?? LegacyText.Utf8, exchangeEncoding ?? LegacyText.Utf8);
    }

    private MatchOutcome Execute(MatchOptions options, bool withTruth, Encoding local, Encoding exchange) => new MatchRun
    {
        Local = new MatchInput(_folder.File("items.csv"), local),
        Exchange = new MatchInput(_folder.File("exchange.csv"), exchange),
        Truth = withTruth ? new MatchInput(_folder.File("truth.csv"), LegacyText.Utf8) : null,
        Folder = _folder.Path,
        Options = options,
    }.Execute((_, _) => _ => { }, CancellationToken.None);

    private void Write(string name, string header, string[] rows, Encoding encoding) => File.WriteAllText(_folder.File(name), string.Join("\r\n", [header, .. rows]) + "\r\n", encoding);

    private string[] Lines(string name) => File.ReadAllLines(_folder.File(name));
}
