using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ProvincialGateway.Cli;

namespace ProvincialGateway.Bench;

/// <summary>
/// A hospital in Shanghai with patients of Chongqing, in the national JSON dialect as its real system speaks it: signed in, one message a transaction.
/// Safe for many clients at once.
/// </summary>
internal sealed class BenchHospital : IDisposable
{
    public const string Institution = "H31010000001";

    private static readonly (string Code, string Name, string Price)[] Items =
    [
        ("SHY000001", "阿莫西林胶囊", "0.8333"), ("SHY000003", "低分子肝素钠注射液", "48.0000"), ("SHY000004", "氯化钠注射液", "4.5000"),
        ("SHY000005", "阿司匹林肠溶片", "0.5200"), ("SHY000006", "人血白蛋白", "438.5000"), ("SHY000007", "注射用哌拉西林钠他唑巴坦钠", "62.4100"),
        ("SHF110200001", "三人间床位费", "60.0000"), ("SHF110200003", "特需病房床位费", "300.0000"),
    ];

    private readonly HttpClient _http;
    private readonly DateOnly _today;
    private readonly string _lines;
    private readonly string _total;
    private string _signIn = "";
    private int _messages, _stays;

    /// <param name="lines">Of each stay.</param>
    public BenchHospital(Uri address, string token, DateOnly today, int lines)
    {
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1_024, UseCookies = false, UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _today = today;
        (_lines, _total) = Lines(today, lines);
    }

    public void Dispose() => _http.Dispose();

    public async Task SignInAsync(CancellationToken cancellation) =>
        _signIn = Text(await PostAsync(Message("9001", "\"signIn\":{\"opter_no\":\"12\",\"mac\":\"00-00-00-00-00-01\",\"ip\":\"192.0.2.1\"}"), cancellation), "output", "signinoutb", "sign_no");

    /// <summary>Admission, lines and discharge: what is left to do is to settle.</summary>
    /// <param name="person">Number of one of the generated persons.</param>
    public async Task<BenchStay> MakeReadyAsync(int person, CancellationToken cancellation)
    {
        var stay = await AdmitAsync(person, cancellation);
        await UploadAsync(stay, cancellation);
        await DischargeAsync(stay, cancellation);
        return stay;
    }

    /// <returns>The bytes of the settlement message, made before the clock starts.</returns>
    public byte[] Settlement(BenchStay stay) => Message("2304",
        $$$"""
        "data":{"psn_no":"{{{stay.PersonNumber}}}","mdtrt_cert_type":"03","mdtrt_cert_no":"","medfee_sumamt":"{{{_total}}}","psn_setlway":"01","mdtrt_id":"{{{stay.VisitNumber}}}","acct_used_flag":"1","insutype":"390","invono":"","mid_setl_flag":"0","fulamt_ownpay_amt":"0","overlmt_selfpay":"0","preselfpay_amt":"0","inscp_scp_amt":"0","dscgTime":"{{{Iso(_today)}}}","exp_content":null}
        """);

    /// <exception cref="InvalidOperationException">The node refused the message.</exception>
    public async Task<byte[]> PostAsync(byte[] body, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var reply = await _http.PostAsync(new Uri("/national", UriKind.Relative), content, cancellation);
        var bytes = await reply.Content.ReadAsByteArrayAsync(cancellation);
        return bytes.AsSpan().IndexOf("\"infcode\":0,"u8) >= 0
            ? bytes
            : throw new InvalidOperationException($"The node did not grant what the measurement asked for: {Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 600)))}");
    }

    /// <summary>An admission alone: a patient in a bed.</summary>
    public async Task<BenchStay> AdmitAsync(int person, CancellationToken cancellation)
    {
        var number = BenchPersons.Number(PilotCountry.Chongqing, person);
        var admitted = Iso(_today.AddDays(-8));
        var reply = await PostAsync(Message("2401",
            $$$"""
            "mdtrtinfo":{"psn_no":"{{{number}}}","insutype":"390","begntime":"{{{admitted}}} 09:08:07","mdtrt_cert_type":"03","mdtrt_cert_no":"{{{BenchPersons.Card(person)}}}","med_type":"21","ipt_no":"ZY{{{Interlocked.Increment(ref _stays)}}}","atddr_no":"D310101000001","chfpdr_name":"演示医生丙","adm_diag_dscr":"","adm_dept_codg":"0401","adm_dept_name":"胸外科","adm_bed":"12","dscg_maindiag_code":"I10.x00x002","dscg_maindiag_name":"原发性高血压1级"},"diseinfo":[{"psn_no":"{{{number}}}","diag_type":"1","maindiag_flag":"1","diag_srt_no":"1","diag_code":"I10.x00x002","diag_name":"原发性高血压1级","adm_cond":"","diag_dept":"胸外科","dise_dor_no":"D310101000001","dise_dor_name":"演示医生丙","diag_time":"{{{admitted}}} 09:20:00"}]
            """), cancellation);
        return new BenchStay(number, Text(reply, "output", "result", "mdtrt_id"));
    }

    private Task<byte[]> UploadAsync(BenchStay stay, CancellationToken cancellation) => PostAsync(
        Message("2301", _lines.Replace("{visit}", stay.VisitNumber, StringComparison.Ordinal).Replace("{person}", stay.PersonNumber, StringComparison.Ordinal)), cancellation);

    private Task<byte[]> DischargeAsync(BenchStay stay, CancellationToken cancellation) => PostAsync(Message("2402",
        $$$"""
        "dscginfo":{"mdtrt_id":"{{{stay.VisitNumber}}}","psn_no":"{{{stay.PersonNumber}}}","insutype":"390","endtime":"{{{Iso(_today)}}} 15:00:00","dscg_dept_codg":"0401","dscg_dept_name":"胸外科","dscg_bed":"12","dscg_way":"1","die_date":""},"diseinfo":[{"psn_no":"{{{stay.PersonNumber}}}","diag_type":"1","maindiag_flag":"1","diag_srt_no":"1","diag_code":"I10.x00x002","diag_name":"原发性高血压1级","adm_cond":"","diag_dept":"胸外科","dise_dor_no":"D310101000001","dise_dor_name":"演示医生丙","diag_time":"{{{Iso(_today.AddDays(-8))}}} 09:20:00","mdtrt_id":"{{{stay.VisitNumber}}}"}]
        """), cancellation);

    private byte[] Message(string transaction, string input) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $$"""
        {"infno":"{{transaction}}","msgid":"{{Institution}}{{_today:yyyyMMdd}}{{Interlocked.Increment(ref _messages):0000000000}}","mdtrtarea_admvs":"310000","insuplc_admdvs":"500100","recer_sys_code":"YBXT","dev_no":"","dev_safe_info":"","cainfo":"","signtype":"","infver":"V1.08","opter_type":"1","opter":"12","opter_name":"演示员甲","inf_time":"{{_today:yyyy-MM-dd}} 09:09:10","fixmedins_code":"{{Institution}}","fixmedins_name":"上海示例医院","sign_no":"{{_signIn}}","input":{ {{input}} } }
        """));

    /// <summary>The lines of a stay, the same for each but for the two numbers, and what they come to.</summary>
    private static (string Json, string Total) Lines(DateOnly today, int count)
    {
        var (lines, total) = (new StringBuilder("\"feedetail\":["), 0m);
        for (var index = 0; index < count; index++)
        {
            var (code, name, price) = Items[index % Items.Length];
            var quantity = 1 + index % 20;
            var amount = Math.Round(decimal.Parse(price, CultureInfo.InvariantCulture) * quantity, 2, MidpointRounding.AwayFromZero);
            total += amount;
            lines.Append(index == 0 ? "" : ",").Append(CultureInfo.InvariantCulture,
                $$"""
                {"feedetl_sn":"{{index + 1}}","init_feedetl_sn":"","mdtrt_id":"{visit}","drord_no":"YZ1","psn_no":"{person}","med_type":"21","fee_ocur_time":"{{Iso(today.AddDays(-(index % 8)))}} 09:08:07","med_list_codg":"","medins_list_codg":"{{code}}","medins_list_name":"{{name}}","det_item_fee_sumamt":"{{amount:0.00}}","cnt":"{{quantity}}","pric":"{{price}}","bilg_dept_codg":"0401","bilg_dept_name":"胸外科","bilg_dr_codg":"D310101000001","bilg_dr_name":"演示医生丙","hosp_appr_flag":"0","etip_flag":"0","dscg_tkdrug_flag":"0","matn_fee_flag":"0","memo":""}
                """);
        }
        return (lines.Append(']').ToString(), total.ToString("0.00", CultureInfo.InvariantCulture));
    }

    private static string Text(byte[] reply, params ReadOnlySpan<string> path)
    {
        using var document = JsonDocument.Parse(reply);
        var element = document.RootElement;
        foreach (var name in path)
            element = element.GetProperty(name);
        return element.GetString()!;
    }

    private static string Iso(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>A patient in a bed of the treatment province.</summary>
internal sealed record BenchStay(string PersonNumber, string VisitNumber);
