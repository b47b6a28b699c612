using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text;
using Provincial.His.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Cli;
using ProvincialGateway.Insured;
using ProvincialGateway.Tables;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Uploads;

/// <summary>
/// A hospital in Shanghai with generated patients of Chongqing in its beds, that speaks the national JSON dialect as its real system does: signed in, one
/// message a transaction, 22 fields a line.
/// </summary>
internal sealed class UploadHospital : IDisposable
{
    private const string Institution = "H31010000001";

    private static readonly (string Code, string Name, string Price)[] Items =
    [
        ("SHY000001", "阿莫西林胶囊", "0.8333"), ("SHY000003", "低分子肝素钠注射液", "48.0000"), ("SHY000004", "氯化钠注射液", "4.5000"),
        ("SHY000005", "阿司匹林肠溶片", "0.5200"), ("SHY000006", "人血白蛋白", "438.5000"), ("SHY000007", "注射用哌拉西林钠他唑巴坦钠", "62.4100"),
        ("SHF110200001", "三人间床位费", "60.0000"), ("SHF110200003", "特需病房床位费", "300.0000"),
    ];

    private readonly HttpClient _http;
    private readonly DateOnly _today;
    private string _signIn = "";
    private int _messages;
    private int _lines;

    private UploadHospital(HttpClient http, DateOnly today) => (_http, _today) = (http, today);

    public static async Task<UploadHospital> OpenAsync(PilotProvince province, DateOnly today)
    {
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { BaseAddress = province.HisAddress, Timeout = TimeSpan.FromMinutes(2) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", province.Tokens[Institution]);
        var hospital = new UploadHospital(http, today);
        var body = hospital.Message("9001", "\"signIn\":{\"opter_no\":\"12\",\"mac\":\"00-00-00-00-00-01\",\"ip\":\"192.0.2.1\"}");
        using var reply = JsonDocument.Parse(await hospital.PostAsync(body));
        hospital._signIn = reply.RootElement.GetProperty("output").GetProperty("signinoutb").GetProperty("sign_no").GetString()!;
        return hospital;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Takes generated persons with long-term filings for Shanghai into Chongqing and admits each.</summary>
    /// <returns>The visit numbers.</returns>
    public static async Task<IReadOnlyList<Stay>> AdmitAsync(PilotCountry country, int count, DateOnly today)
    {
        var persons = Enumerable.Range(1, count).Select(index => index.ToString("00000", CultureInfo.InvariantCulture)).ToList();
        await ImportAsync(country[PilotCountry.Chongqing], persons);
        using var admissions = new Hospital(country[PilotCountry.Shanghai].HisAddress, country[PilotCountry.Shanghai].Tokens[Institution]) { InpatientKind = "21" };
        var stays = new List<Stay>(count);
        foreach (var person in persons)
        {
            var reference = new PersonReference { InsuredDivision = "500100", SocialSecurityNumber = SocialSecurityNumber(person), Name = "测试患者" };
            var reply = await admissions.AdmitAsync(reference, "ZY" + person, today.AddDays(-8), diagnosis: "I10.x00x002");
            stays.Add(new Stay(PersonNumber(person), reply.Granted().Result.VisitNumber));
        }
        return stays;
    }

    /// <summary>The bytes of an upload (2301) of lines that were never sent before.</summary>
    public byte[] Upload(Stay stay, int lineCount)
    {
        var lines = new StringBuilder("\"feedetail\":[");
        for (var index = 0; index < lineCount; index++)
            AppendLine(lines, stay, index);
        return Message("2301", lines.Append(']').ToString());
    }

    /// <exception cref="InvalidOperationException">The node refused the message.</exception>
    public async Task<string> PostAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var reply = await _http.PostAsync(new Uri("/national", UriKind.Relative), content);
        var text = await reply.Content.ReadAsStringAsync();
        return text.Contains("\"infcode\":0,", StringComparison.Ordinal) ? text : throw new InvalidOperationException(text[..Math.Min(text.Length, 600)]);
    }

    private void AppendLine(StringBuilder lines, Stay stay, int index)
    {
        var serial = ++_lines;
        var (code, name, price) = Items[serial % Items.Length];
        var quantity = 1 + serial % 20;
        var amount = Math.Round(decimal.Parse(price, CultureInfo.InvariantCulture) * quantity, 2, MidpointRounding.AwayFromZero);
        lines.Append(index == 0 ? "" : ",").Append(CultureInfo.InvariantCulture,
            $$"""
            {"feedetl_sn":"{{serial}}","init_feedetl_sn":"","mdtrt_id":"{{stay.VisitNumber}}","drord_no":"YZ{{serial / 10}}","psn_no":"{{stay.PersonNumber}}","med_type":"21","fee_ocur_time":"{{_today.AddDays(-(serial % 8)):yyyy-MM-dd}} 09:08:07","med_list_codg":"","medins_list_codg":"{{code}}","medins_list_name":"{{name}}","det_item_fee_sumamt":"{{amount:0.00}}","cnt":"{{quantity}}","pric":"{{price}}","bilg_dept_codg":"0401","bilg_dept_name":"胸外科","bilg_dr_codg":"D310101000001","bilg_dr_name":"演示医生丙","hosp_appr_flag":"0","etip_flag":"0","dscg_tkdrug_flag":"0","matn_fee_flag":"0","memo":""}
            """);
    }

    private byte[] Message(string transaction, string input) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $$"""
        {"infno":"{{transaction}}","msgid":"{{Institution}}{{_today:yyyyMMdd}}{{++_messages:0000000000}}","mdtrtarea_admvs":"310000","insuplc_admdvs":"500100","recer_sys_code":"YBXT","dev_no":"","dev_safe_info":"","cainfo":"","signtype":"","infver":"V1.08","opter_type":"1","opter":"12","opter_name":"演示员甲","inf_time":"{{_today:yyyy-MM-dd}} 09:09:10","fixmedins_code":"{{Institution}}","fixmedins_name":"上海示例医院","sign_no":"{{_signIn}}","input":{ {{input}} } }
        """));

    private static async Task ImportAsync(PilotProvince insured, IReadOnlyList<string> persons)
    {
        var folder = Directory.CreateTempSubdirectory("benchmark-");
        try
        {
            var (personsFile, filingsFile) = (Path.Combine(folder.FullName, "persons.csv"), Path.Combine(folder.FullName, "filings.csv"));
            await File.WriteAllLinesAsync(personsFile, persons.Select(person =>
                    $"500100,{PersonNumber(person)},测试患者,99,T{person},{SocialSecurityNumber(person)},9{person},1,1985-05-05,390,31,0,,,0.00,1")
                .Prepend("insured_division,person_number,name,certificate_kind,certificate_number,social_security_number,card_number,gender,birth_date,scheme,person_class,civil_servant,employer_code,employer_name,account_balance_yuan,insurance_state"));
            await File.WriteAllLinesAsync(filingsFile, persons.Select(person => $"BA50010090000{person},{PersonNumber(person)},04,310000,2016-01-01,,1")
                .Prepend("filing_number,person_number,kind,target_area,valid_from,valid_to,state"));
            await insured.Host.Database.WriteAsync(session =>
            {
                var store = new PersonStore(insured.Host.Vault);
                Require(new PersonImport(insured.Division, store, TimeProvider.System).Run(session, TableFile.Read(personsFile, LegacyText.Utf8)));
                Require(new FilingImport(insured.Division, TimeProvider.System).Run(session, TableFile.Read(filingsFile, LegacyText.Utf8)));
            }, CancellationToken.None);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Require(ImportReport report)
    {
        if (report.Errors.Count > 0)
            throw new InvalidOperationException(report.Errors[0].ToString());
    }

    private static string PersonNumber(string person) => "50019" + person;

    private static string SocialSecurityNumber(string person) => "500100" + person + "0000";
}

/// <summary>A patient in a bed of the treatment province.</summary>
internal sealed record Stay(string PersonNumber, string VisitNumber);
