using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Ledger;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Journeys;

/// <summary>The national platform's JSON, byte for byte, for a resident of Chongqing, down to the same books.</summary>
internal sealed class When_a_stay_in_Shanghai_is_played_as_raw_messages : CountryTest
{
    private const string PersonNumber = "5001000003";

    /// <summary>Shanghai splits; Chongqing decides: (34645.70 - 800) x 45 % for the pool of a referral, 60 % of what is left above 18797 for the critical illness layer.</summary>
    private static readonly SettlementFigures Expected = Money.Figures(
        total: 45309.57m, fullSelfPay: 3200m, overLimit: 1170m, preSelfPay: 6293.87m, inScope: 34645.70m, deductible: 800m, pool: 15230.57m, account: 0m, cash: 29708.12m) with
    {
        ResidentCriticalIllnessFen = 370_88,
        FundTotalFen = 15_601_45,
    };

    private readonly HttpClient _client = new();
    private Journey _journey = null!;
    private JourneyPlayer _player = null!;

    protected override IReadOnlyList<Division> Provinces { get; } = [PilotCountry.Shanghai, PilotCountry.Chongqing];

    private PilotProvince Treating => Country[PilotCountry.Shanghai];

    private PilotProvince Insuring => Country[PilotCountry.Chongqing];

    [SetUp]
    public void OpenJourney()
    {
        _journey = Journey.Read(Treating.Host.Adapters.Find("shanghai")!.SamplesFolder);
        _player = new JourneyPlayer(_client, Treating.HisAddress, Treating.Tokens[_journey.Institution], Clock);
    }

    [OneTimeTearDown]
    public void DisposeClient() => _client.Dispose();

    [Test]
    public async Task Settled_cancelled_and_settled_again_is_in_both_books_once()
    {
        var exchanges = await PlayAsync();

        var settlement = _player.Captured["settlement_number"];
        var repeat = exchanges.Single(exchange => exchange.Step.Name == "settlement-repeat");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Insuring.InsuredFigures(settlement), Is.EqualTo(Expected));
            Assert.That(Treating.MirroredFigures(settlement), Is.EqualTo(Expected));
            Assert.That(Treating.Balance(Account.ReceivableFromPartner), Is.EqualTo(15_601_45));
            Assert.That(repeat.ReplyBytes, Is.EqualTo(exchanges.First(exchange => exchange.Step.Name == "settlement").ReplyBytes), "The same msgid is answered from disk.");
        }
    }

    [Test]
    public async Task A_message_id_that_comes_again_for_something_else_is_refused()
    {
        await PlayAsync(_journey.Steps.TakeWhile(step => step.Name != "discharge"));
        var discharge = _journey.Steps.Single(step => step.Name == "discharge");
        var upload = _journey.Steps.Last(step => step.Name == "fee-lines");
        var used = upload.Template.Split("\"msgid\": \"")[1].Split('"')[0];
        var own = discharge.Template.Split("\"msgid\": \"")[1].Split('"')[0];

        var exchange = await _player.PlayAsync(discharge with { Template = discharge.Template.Replace(own, used, StringComparison.Ordinal), Success = "ID_CONFLICT" }, CancellationToken.None);

        Assert.That(exchange.Fault, Is.Null, exchange.Reply);
        Assert.That(exchange.Reply, Does.Contain("\"infcode\":-2"));
    }

    [Test]
    public async Task Rows_are_handed_in_compared_and_fetched_as_files()
    {
        await PlayAsync(_journey.Steps.Where(step => step.Name != "sign-out"));
        var (number, visit) = (_player.Captured["settlement_number"], _player.Captured["visit_number"]);
        var numbers = Treating.Host.Database.Read(session => session.Query<string>("SELECT settlement_number FROM treatment_settlement ORDER BY settlement_number"));
        var cancellation = Treating.Value<string>("SELECT cancellation_id FROM treatment_settlement WHERE cancellation_id IS NOT NULL");
        string[] rows =
        [
            $"{numbers[0]}\t{visit}\t{PersonNumber}\t45309.57\t15601.45\t0.00\t0", $"{cancellation}\t{visit}\t{PersonNumber}\t-45309.57\t-15601.45\t0.00\t1",
            $"{numbers[1]}\t{visit}\t{PersonNumber}\t45309.57\t15601.46\tnull\t0", $"A5001001709200009999\t{visit}\t{PersonNumber}\t1.00\t0.00\t0.00\t0",
        ];

        await PostAsync("0091", "9101", $$$"""{"fsUploadIn":{"in":"{{{Convert.ToBase64String(Zip(string.Join('\n', rows)))}}}","filename":"detail.zip","fixmedins_code":"{{{_journey.Institution}}}"}}""");
        var today = Today.Iso();
        var told = await PostAsync("0092", "3202", $$$"""{"data":{"clr_type":"21","setl_optins":"310000","file_qury_no":"{{{MessageId("0091")}}}","stmt_begndate":"{{{today}}}","stmt_enddate":"{{{today}}}","medfee_sumamt":0,"fund_pay_sumamt":0}}""");
        var file = await PostAsync("0093", "9102", $$$"""{"fsDownloadIn":{"file_qury_no":"{{{MessageId("0092")}}}","filename":"x.zip"}}""");
        var again = await PostAsync("0094", "9102", $$$"""{"fsDownloadIn":{"file_qury_no":"{{{MessageId("0092")}}}","filename":"x.zip"}}""");
        var unknown = await PostAsync("0095", "3202", $$$"""{"data":{"file_qury_no":"{{{MessageId("0092")}}}","stmt_begndate":"{{{today}}}","stmt_enddate":"{{{today}}}"}}""");

        var lines = Unzip(file).Split('\n').Select(line => line.Split('\t')).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Encoding.UTF8.GetString(told), Does.Contain("\"infcode\":0,").And.Contain($"\"file_qury_no\":\"{MessageId("0092")}\""));
            Assert.That(lines.Select(line => line[4]), Is.EqualTo(new[] { "0", "0", "103", "102" }));
            Assert.That(lines[1][2], Is.EqualTo(cancellation));
            Assert.That(lines[2][2], Is.EqualTo(number));
            Assert.That(lines[2][6], Does.Contain("fund_total_fen"));
            Assert.That(again, Is.EqualTo(file));
            Assert.That(Encoding.UTF8.GetString(unknown), Does.Contain("\"infcode\":-2").And.Contain("file_qury_no"), "The number of a result is not the number of rows.");
        }
    }

    [Test]
    public async Task A_stay_is_undone_step_by_step_in_reverse_order()
    {
        await PlayAsync(_journey.Steps.TakeWhile(step => step.Name != "reconcile"));
        var (settlement, visit) = (_player.Captured["settlement_number"], _player.Captured["visit_number"]);
        var data = $$"""{"mdtrt_id":"{{visit}}","psn_no":"{{PersonNumber}}","setl_id":"{{settlement}}","feedetl_sn":"0000"}""";

        foreach (var (index, code) in new[] { "2404", "2405", "2305", "2405", "2404", "2302", "2404" }.Index())
        {
            var reply = Encoding.UTF8.GetString(await PostAsync($"{index:D4}", code, $$"""{"data":{{data}}}"""));
            // Against the order it is refused, in order it is done.
            Assert.That(reply, Does.Contain(index is 0 or 1 or 4 ? "\"infcode\":-2," : "\"infcode\":0,"), $"{index}: {code}");
        }
        Assert.That(Enum.GetValues<Account>().Select(Treating.Balance).Concat(Enum.GetValues<Account>().Select(Insuring.Balance)), Is.All.Zero);
    }

    [Test]
    public async Task A_reversal_undoes_what_the_hospital_never_learned_and_voids_what_never_came()
    {
        await PlayAsync(_journey.Steps.TakeWhile(step => step.Name != "settlement"));
        var settle = _journey.Steps.First(step => step.Name == "settlement");
        var used = settle.Template.Split("\"msgid\": \"")[1].Split('"')[0].Replace("${day:0:yyyyMMdd}", $"{Today:yyyyMMdd}", StringComparison.Ordinal);
        string Reversal(string message) => $$$"""{"data":{"psn_no":"{{{PersonNumber}}}","omsgid":"{{{message}}}","oinfno":"2304"}}""";

        var never = Encoding.UTF8.GetString(await PostAsync("0001", "2601", Reversal(used)));
        var late = await _player.PlayAsync(settle with { Success = "TRANSACTION_VOID", Capture = new Dictionary<string, string>() }, CancellationToken.None);
        var again = _journey.Steps.Last(step => step.Name == "settlement");
        var settled = await _player.PlayAsync(again, CancellationToken.None);
        var undone = Encoding.UTF8.GetString(await PostAsync("0002", "2601", Reversal(again.Template.Split("\"msgid\": \"")[1].Split('"')[0].Replace("${day:0:yyyyMMdd}", $"{Today:yyyyMMdd}", StringComparison.Ordinal))));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(never, Does.Contain("\"infcode\":0,").And.Contain("never received"));
            Assert.That(late.Fault, Is.Null, late.Reply);
            Assert.That(settled.Fault, Is.Null, settled.Reply);
            Assert.That(undone, Does.Contain("\"infcode\":0,").And.Contain("was undone"));
            Assert.That(Treating.Balance(Account.ReceivableFromPartner), Is.Zero);
        }
    }

    [TestCase("StateSettlements", """{"header":{},"rows":[{"rowKey":"1","settlementNumber":"A","isCancellation":false}]}""", "header.his_transaction_id")]
    [TestCase("StateSettlements", """{"header":{"hisTransactionId":"M1"}}""", "rows")]
    [TestCase("ReconcileSettlements", """{"header":{"hisTransactionId":"M2"},"scope":{"withoutCancelled":false},"rows":[{"rowKey":"1","settlementNumber":"A","isCancellation":false}],"rowsOf":"M1"}""", "rows")]
    [TestCase("ReconcileSettlements", """{"header":{"hisTransactionId":"M3"},"scope":{"withoutCancelled":false},"rowsOf":"M1"}""", "rows_of")]
    [TestCase("QueryReconciliation", """{"header":{},"originalTransactionId":"M1"}""", "original_transaction_id")]
    public async Task Canonical_JSON_states_and_names_rows_too_and_is_told_what_is_missing(string operation, string body, string field)
    {
        var reply = Encoding.UTF8.GetString(await SendAsync($"/his/v1/{operation}", body, "application/json"));

        Assert.That(reply, Does.Contain($"\"field\": \"{field}\"").Or.Contain($"\"field\":\"{field}\""), reply);
    }

    private async Task<List<JourneyExchange>> PlayAsync(IEnumerable<JourneyStep>? steps = null)
    {
        var exchanges = new List<JourneyExchange>();
        await foreach (var exchange in _player.PlayAsync(steps ?? _journey.Steps, CancellationToken.None))
        {
            Assert.That(exchange.Fault, Is.Null, () => $"Step {exchanges.Count + 1}, {exchange.Step.En}: {exchange.Fault}\n{exchange.Reply}");
            exchanges.Add(exchange);
        }
        return exchanges;
    }

    private string MessageId(string serial) => $"{_journey.Institution}{Today:yyyyMMdd}180000{serial}";

    private Task<byte[]> PostAsync(string serial, string infno, string input) => SendAsync(
        $"/national/{infno}", $$"""{"infno":"{{infno}}","msgid":"{{MessageId(serial)}}","fixmedins_code":"{{_journey.Institution}}","opter":"12","input":{{input}}}""", "text/plain");

    private async Task<byte[]> SendAsync(string path, string body, string contentType)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(Treating.HisAddress, path))
        {
            Content = new StringContent(body, Encoding.UTF8, contentType),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Treating.Tokens[_journey.Institution]) },
        };
        using var response = await _client.SendAsync(message);
        return await response.Content.ReadAsByteArrayAsync();
    }

    private static byte[] Zip(string text)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("detail.txt").Open();
            entry.Write(Encoding.UTF8.GetBytes(text));
        }
        return file.ToArray();
    }

    private static string Unzip(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file), ZipArchiveMode.Read);
        using var reader = new StreamReader(zip.Entries.Single().Open(), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
