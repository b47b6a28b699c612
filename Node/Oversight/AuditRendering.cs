using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ProvincialGateway.Clearing;
using ProvincialGateway.Network;
using ProvincialGateway.Values;
using Spectre.Console;

namespace ProvincialGateway.Oversight;

/// <summary>A report for people and for scripts.</summary>
internal static class AuditRendering
{
    /// <summary>Rows of findings and of work in flight that a screen shows; all are in the JSON.</summary>
    private const int ShownMax = 50;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // Chinese as it is: the text goes to a terminal or a file, never into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string ToJson(AuditReport report) => JsonSerializer.Serialize(report, Json);

    public static void Write(AuditReport report, IAnsiConsole console)
    {
        console.Write(Checks(report));
        if (report.Checks.Any(check => check.Found > 0))
            console.Write(Findings(report));
        if (report.Balances.Count > 0)
            console.Write(Balances(report));
        if (report.InFlight.Count > 0)
            console.Write(InFlight(report));
        foreach (var check in report.Checks.Where(check => check.NotCheckedReason is not null))
            console.MarkupLineInterpolated($"[yellow]未检查 not checked[/] {check.Name}: {check.NotCheckedReason}");
        console.MarkupLine(report.IsClean
            ? "[green]审计通过:全部检查完成,无问题。 / Clean: every check was made and found nothing.[/]"
            : "[red]审计未通过:见上表。 / Not clean: see above.[/]");
    }

    private static Table Checks(AuditReport report)
    {
        var nodes = string.Join(", ", report.Nodes.Select(node => node.Province));
        var table = Titled($"审计 Audit {nodes}", "check", "检查", "数量 checked", "问题 findings");
        foreach (var check in report.Checks)
            table.AddRow(new Text(check.Name), new Text(check.Chinese), Number(check.Checked), Outcome(check));
        return table;
    }

    private static Markup Outcome(AuditCheck check) => new(check switch
    {
        { Found: > 0 } => string.Create(CultureInfo.InvariantCulture, $"[red]{check.Found}[/]"),
        { NotCheckedReason: not null } => "[yellow]未检查 not checked[/]",
        _ => "[green]0[/]",
    });

    private static Table Findings(AuditReport report)
    {
        var table = Titled("问题 Findings", "check", "节点 node", "对象 subject", "说明", "what is wrong");
        foreach (var check in report.Checks)
        {
            foreach (var finding in check.Findings.Take(ShownMax))
                table.AddRow(new Text(check.Name), new Text(finding.Node), new Text(finding.Subject), new Text(finding.Chinese), new Text(finding.English));
            if (check.Found > ShownMax)
                table.AddRow(new Text(check.Name), new Text("…"), new Text("…"), new Text($"另有 {check.Found - ShownMax} 项"), new Text($"and {check.Found - ShownMax} more"));
        }
        return table;
    }

    private static Table Balances(AuditReport report)
    {
        var table = Titled("应付应收 Balances (元 yuan)", "就医地 treatment", "参保地 insured", "应付 payable", "应收 receivable", "在途 in flight");
        foreach (var balance in report.Balances)
            table.AddRow(new Text(balance.Treatment), new Text(balance.Insured), Yuan(balance.PayableFen), Yuan(balance.ReceivableFen), Yuan(balance.InFlightFen));
        return table;
    }

    private static Table InFlight(AuditReport report)
    {
        var table = Titled($"在途 In flight: {report.InFlight.Count}", "发送 from", "对方 to", "流水号 transaction", "种类 kind", "状态 state", "对方 peer");
        foreach (var row in report.InFlight.Take(ShownMax))
            table.AddRow(row.Sender, row.Receiver, row.TransactionId, KindText(row.Method), StateText(row.State), PeerText(row.AnsweredByPeer));
        return table;
    }

    private static string KindText(string method) => method switch
    {
        nameof(PeerMethod.RegisterAdmission) => "入院登记 admission",
        nameof(PeerMethod.RegisterOutpatient) => "门诊登记 registration",
        nameof(PeerMethod.RegisterDischarge) => "出院 discharge",
        nameof(PeerMethod.Settle) => "结算 settlement",
        nameof(PeerMethod.CancelSettlement) => "撤销 cancellation",
        nameof(PeerMethod.CancelAdmission) => "撤销入院 admission cancellation",
        nameof(PeerMethod.CancelDischarge) => "撤销出院 discharge cancellation",
        nameof(PeerMethod.ReverseTransaction) => "冲正 reversal",
        nameof(PeerMethod.SubmitFiling) => "提交备案 filing",
        nameof(PeerMethod.CancelFiling) => "撤销备案 filing cancellation",
        _ => AgencyStepNames.Of(method),
    };

    private static string StateText(OutboundState state) => state is OutboundState.Parked ? "应答矛盾,待人工 parked" : "待答 awaiting";

    private static string PeerText(bool? answered) => answered switch
    {
        true => "已答复 answered",
        false => "未答复 not answered",
        null => "未知 unknown",
    };

    private static Table Titled(string title, params string[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(title));
        return table.AddColumns(columns);
    }

    private static Text Number(long value) => new(value.ToString("N0", CultureInfo.InvariantCulture));

    private static Text Yuan(long fen) => new(new Fen(fen).ToString());
}
