using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Provincial.His.V1;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>
/// A bill with a new drug that nobody has mapped: the message waits, the code stands in the queue, an operator imports and activates the mapping
/// with the same commands as in production, and the bill goes on by itself and is settled.
/// </summary>
internal sealed class DemoHeldBill(PilotProvince province, HttpClient client, TimeProvider time)
{
    private const string Institution = "H44010000001";
    private const string NewDrug = "Y000990";
    private const string UploadId = "demo-held-1";

    /// <summary>When nothing fails.</summary>
    public const int MomentCount = 9;

    private static readonly TimeSpan ReleaseWithin = TimeSpan.FromSeconds(20);

    private readonly DemoScene _scene = new(time);

    private string Today => time.Today().Iso();

    public Task<IReadOnlyList<DemoMoment>> PlayAsync(Action<string> done, CancellationToken cancellation) => _scene.PlayAsync(() => PlayAsync(cancellation), done);

    private async Task PlayAsync(CancellationToken cancellation)
    {
        var visit = await AdmitAsync(cancellation);
        var pending = await UploadAsync(visit, cancellation);
        _scene.Add("hospital", "上传两行费用，其中一行是没有对照的新药", "uploads two lines, one of them a new drug without a mapping", pending.Pending?.Chinese ?? pending.ToString(), pending.Pending?.WaitingFor is [NewDrug]);
        await CommandAsync("查看等待对照的编码", "looks at the codes that wait", cancellation, "unmapped", "list");
        var (items, mappings) = await WriteTablesAsync(cancellation);
        await CommandAsync("登记负责人", "says who looks after it", cancellation, "unmapped", "assign", NewDrug, "--owner", "目录科");
        await CommandAsync("导入新版目录与对照", "imports a version with the drug and its mapping", cancellation, "catalogue", "import", "--items", items, "--mappings", mappings);
        await CommandAsync("自今日起启用", "puts it in force from today on", cancellation, "catalogue", "activate", NewVersion(), "--from", Today, "--no-dry-run");
        await ReleasedAsync(cancellation);
        var stored = await UploadAsync(visit, cancellation);
        var line = stored.Result?.Lines.FirstOrDefault(stored => stored.LocalCode == NewDrug);
        _scene.Add("hospital", "以同一流水号重发，得到入账结果", "sends the same message again and gets what became of it",
            line is null ? stored.ToString() : $"{line.LocalCode} → {line.ExchangeCode} {line.ExchangeName}: {Yuan(line.AmountFen)} = 先自付 pre-self-pay {Yuan(line.PreSelfPayFen)} + 范围内 in scope {Yuan(line.InScopeFen)}", line is not null);
        await SettleAsync(visit, cancellation);
    }

    private async Task<string> AdmitAsync(CancellationToken cancellation)
    {
        var reply = await PostAsync("RegisterAdmission", new RegisterAdmissionRequest
        {
            Header = new HisHeader(),
            Person = new PersonReference { InsuredDivision = "530100", PersonNumber = "5301000004" },
            HospitalVisitNumber = $"ZYH{ChinaTime.Local(time.GetUtcNow()):yyyyMMddHHmmss}",
            VisitKind = "25",
            AdmissionDate = Today,
            Diagnoses = { new Diagnosis { Code = "I20.000" } },
        }, RegisterAdmissionResponse.Parser, cancellation);
        _scene.Add("hospital", "为云南参保人办理入院", "admits a patient insured in Yunnan", reply.Result?.VisitNumber ?? reply.ToString(), reply.Result is not null);
        return reply.Result!.VisitNumber;
    }

    private Task<UploadFeeLinesResponse> UploadAsync(string visit, CancellationToken cancellation) => PostAsync("UploadFeeLines", new UploadFeeLinesRequest
    {
        Header = new HisHeader { HisTransactionId = UploadId },
        Visit = new VisitReference { VisitNumber = visit },
        Lines =
        {
            Line("1", "T330000", "重症监护", "06", "180.0000", "20", 360_000),
            Line("2", NewDrug, "示例新药注射液", "01", "98.5000", "12", 118_200),
        },
    }, UploadFeeLinesResponse.Parser, cancellation);

    private FeeLine Line(string serial, string code, string name, string category, string price, string quantity, long amountFen) => new()
    {
        LineSerial = serial,
        LocalCode = code,
        LocalName = name,
        FeeCategory = category,
        UnitPrice = price,
        Quantity = quantity,
        AmountFen = amountFen,
        FeeDate = Today,
    };

    /// <summary>What an operator would export, complete and save: the adapter's own tables with one row more.</summary>
    private async Task<(string Items, string Mappings)> WriteTablesAsync(CancellationToken cancellation)
    {
        var catalogue = Path.Combine(Path.GetDirectoryName(DemoReader.AdapterOf(province).SamplesFolder)!, "catalogue");
        return (await AppendAsync("items.csv", $"{NewDrug},示例新药注射液,drug,支,100mg,注射剂,01,2,10,,,,{Today},"),
            await AppendAsync("mappings.csv", $"{NewDrug},XL01DEMO0990010110001,示例新药注射液,equivalent,valid,{Today},"));

        async Task<string> AppendAsync(string name, string row)
        {
            var path = Path.Combine(province.DataFolder, name);
            var text = await File.ReadAllTextAsync(Path.Combine(catalogue, name), cancellation);
            await File.WriteAllTextAsync(path, $"{text.TrimEnd()}\n{row}\n", cancellation);
            return path;
        }
    }

    private string NewVersion() => province.Host.Database.Read(session => Catalogue.CatalogueStore.Versions(session, DemoReader.AdapterOf(province).Id)).Single().Version;

    private async Task ReleasedAsync(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        QueryTransactionResponse reply;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation);
            reply = await PostAsync("QueryTransaction", new QueryTransactionRequest { Header = new HisHeader(), OriginalTransactionId = UploadId }, QueryTransactionResponse.Parser, cancellation);
        }
        while (reply.Result?.State is TransactionState.Pending && time.GetElapsedTime(started) < ReleaseWithin);
        var isStored = reply.Result?.State is TransactionState.Committed;
        _scene.Add("node", "对照生效后自动续办，流水号不变", "goes on by itself, under the same id", isStored ? $"{UploadId}: 已入账 stored" : reply.ToString(), isStored);
    }

    private async Task SettleAsync(string visit, CancellationToken cancellation)
    {
        var reference = new VisitReference { VisitNumber = visit };
        var discharge = await PostAsync("Discharge", new DischargeRequest { Header = new HisHeader(), Visit = reference, DischargeDate = Today }, DischargeResponse.Parser, cancellation);
        if (discharge.Result is null)
            _scene.Add("hospital", "出院登记", "discharges the patient", discharge.ToString(), isGood: false);
        var settled = await PostAsync("Settle", new SettleRequest { Header = new HisHeader(), Visit = reference }, SettleResponse.Parser, cancellation);
        _scene.Add("hospital", "出院并结算", "discharges and settles", settled.Result is { Figures: { } figures } result
            ? $"{result.SettlementNumber}: {Yuan(figures.TotalFen)} = 基金 funds {Yuan(figures.FundTotalFen)} + 账户 account {Yuan(figures.AccountFen)} + 现金 cash {Yuan(figures.CashFen)}"
            : settled.ToString(), settled.Result is not null);
    }

    private async Task CommandAsync(string chinese, string english, CancellationToken cancellation, params string[] line) =>
        await _scene.CommandAsync(province, "operator", chinese, english, cancellation, line);

    private async Task<T> PostAsync<T>(string operation, IMessage request, MessageParser<T> parser, CancellationToken cancellation)
        where T : IMessage<T>
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(province.HisAddress, $"/his/v1/{operation}"))
        {
            Content = new StringContent(JsonFormatter.Default.Format(request), Encoding.UTF8, "application/json"),
        };
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", province.Tokens[Institution]);
        using var response = await client.SendAsync(message, cancellation);
        return parser.ParseJson(await response.Content.ReadAsStringAsync(cancellation));
    }

    private static string Yuan(long fen) => new Fen(fen).ToString();
}
