using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>One step of a computation as it is printed.</summary>
internal sealed record ExplainedStep(string Code, string Chinese, string English, Fen? Amount)
{
    /// <summary>As they are stored with a settlement.</summary>
    public static List<ExplainedStep> Of(IEnumerable<Provincial.Exchange.V1.BenefitStep> steps) =>
        [.. steps.Select(step => new ExplainedStep(step.Code, step.TextZh, step.TextEn, step.HasAmountFen ? new Fen(step.AmountFen) : null))];

    public static void Write(IAnsiConsole screen, string title, IReadOnlyList<ExplainedStep> steps)
    {
        var table = CatalogueTables.New(title, "步骤 step", "说明 explanation", "金额 yuan");
        foreach (var step in steps)
            table.AddRow(new Text(step.Code), new Text($"{step.Chinese}\n{step.English}"), step.Amount is { } amount ? CatalogueTables.Yuan(amount.Value) : new Text(""));
        screen.Write(table);
    }
}

/// <summary>
/// <c>gateway policy explain</c>: how a settlement came about, as it was told when it was made; or what a policy file would decide about a bill
/// that is given by options or in a JSON file.
/// </summary>
internal sealed class PolicyExplainCommand
{
    private readonly NodeSelection _selection = NodeSelection.WhenAsked();
    private readonly Option<string?> _settlement = new("--settlement") { Description = "已存结算的业务号,需 --as 与 --data / number of a stored settlement; needs --as and --data" };
    private readonly Option<FileInfo?> _policy = new("--policy") { Description = "待遇政策文件,用于假设的费用 / the policy file for a bill that is made up" };
    private readonly Option<FileInfo?> _bill = new("--bill") { Description = "假设的费用,JSON;下列选项可覆盖其中的项 / a made-up bill as JSON; the options below override its members" };
    private readonly Option<bool> _json = CommandJson.Option();
    private readonly Dictionary<string, Option<string?>> _members;

    private PolicyExplainCommand() => _members = BenefitCaseReader.SimpleProperties.ToDictionary(
        name => name, name => new Option<string?>($"--{name.Replace('_', '-')}") { Description = Describe(name) });

    public static Command Create()
    {
        var explain = new PolicyExplainCommand();
        var command = new Command("explain",
            "解释一笔已存的结算,或按政策文件试算一笔假设的费用 / explains a stored settlement, or what a policy file would decide about a made-up bill\n"
            + "例 example: gateway policy explain --policy 530000-policy.json --area 530100 --scheme 310 --person-class 11 --institution-level 02 --visit-kind 21 --filing-kind 02 "
            + "--service-date 2024-05-20 --in-scope 42000.00")
        {
            explain._settlement, explain._policy, explain._bill, explain._json,
        };
        foreach (var member in explain._members.Values)
            command.Add(member);
        explain._selection.AddTo(command);
        command.Action = new NodeAction(explain._selection, (work, parsed, _) => Task.FromResult(explain.Stored(work, parsed))) { WithoutNode = explain.RunWithoutNode };
        return command;
    }

    private static string Describe(string member) => member switch
    {
        "area" => "统筹区 / pooling area, e.g. 530100",
        "scheme" => "险种 / scheme, e.g. 310",
        "person_class" => "人员类别 / person class, e.g. 11",
        "institution_level" => "医疗机构等级 / institution level 01-11",
        "visit_kind" => "就诊类型 / visit kind, e.g. 21",
        "service_date" => "出院或就诊日期 / discharge or service date: selects the version",
        "in_scope" => "政策范围内金额(元) / in scope, yuan",
        "chronic_disease" => "门诊慢特病病种 / chronic disease, M...",
        "filing_kind" => "备案类型,缺省为未备案 / filing kind; unfiled when absent",
        "stay_days" => "住院天数 / days of stay, 1 when absent",
        "full_self_pay" => "全自费(元) / full self-pay, yuan",
        "over_limit" => "超限价(元) / over limit, yuan",
        "pre_self_pay" => "先行自付(元) / pre-self-pay, yuan",
        "account_balance" => "个人账户余额(元) / personal account balance, yuan",
        "account_requested" => "申请使用的个人账户(元) / wish for the personal account, yuan",
        _ => throw new ArgumentOutOfRangeException(nameof(member)),
    };

    /// <summary>A made-up bill needs no node; a stored settlement needs the one that has it.</summary>
    private int? RunWithoutNode(ParseResult parsed) => parsed.GetValue(_settlement) is null ? MadeUp(parsed)
        : _selection.IsGiven(parsed) ? null
        : throw new CommandRefusedException("--settlement 需要 --as 与 --data。 / --settlement needs --as and --data.");

    private int Stored(NodeWork work, ParseResult parsed)
    {
        var number = parsed.GetRequiredValue(_settlement)!;
        var bills = new SettledBills(new Inbox(work.Database, work.Vault, work.Time));
        var bill = work.Database.Read(session => bills.Find(session, number))
            ?? throw new CommandRefusedException($"本省没有结算 {number};请核对业务号(A 开头),或用 settlements list 查看;本省就医的结算用 settlements show。 / this province has made no settlement {number}; check the number (it begins with A) or see settlements list; of patients treated here see settlements show.");
        var row = bill.Settlement;
        var steps = ExplainedStep.Of(bill.Steps);
        if (parsed.GetValue(_json))
        {
            work.Out.WriteLine(CommandJson.Of(new { row.SettlementNumber, row.ServiceDate, row.BusinessDate, row.PolicyVersion, row.PolicyHash, IsUndone = row.State != 1, Sums = PayerSums.Of(row), Steps = steps }));
            return 0;
        }
        var title = $"结算 settlement {number} · {row.ServiceDate} · 政策 policy {row.PolicyVersion}{(row.State == 1 ? "" : " · 已撤销 undone")}";
        ExplainedStep.Write(work.OpenScreen(), title, steps);
        work.Out.WriteLine("以上为结算当时存档的说明,不受此后政策变更影响。 / This is what was stored with the settlement; no later policy changes it.");
        return 0;
    }

    private int MadeUp(ParseResult parsed)
    {
        if (parsed.GetValue(_policy) is not { } file)
            throw new CommandRefusedException("请给出 --settlement(及 --as、--data),或 --policy 与费用。 / give --settlement (with --as and --data), or --policy and a bill.");
        var policy = PolicyCommands.Read(file);
        using var document = JsonDocument.Parse(Members(parsed).ToJsonString());
        var bill = BenefitCaseReader.Read(document.RootElement, out var errors) ?? throw new CommandRefusedException(
            string.Join(Environment.NewLine, errors.Select(error => $"{error.Path}: {error.Chinese} / {error.English}")));
        var output = parsed.InvocationConfiguration.Output;
        var outcome = policy.Decide(bill);
        if (outcome is not BenefitDecision decision)
            return Refused(output, (BenefitRefusal)outcome, parsed.GetValue(_json));
        var steps = decision.Steps.Select(step => new ExplainedStep(step.Code, step.Chinese, step.English, step.Amount)).ToList();
        if (parsed.GetValue(_json))
            output.WriteLine(CommandJson.Of(new { decision.PolicyVersion, decision.AdmissionOrdinal, Sums = PayerSums.Of(decision), Steps = steps }));
        else
            ExplainedStep.Write(Screen.Open(output, Terminal.OfThisProcess()), $"{file.Name} · {policy.Notice} · 政策 policy {decision.PolicyVersion}", steps);
        return 0;
    }

    private static int Refused(TextWriter output, BenefitRefusal refusal, bool asJson)
    {
        output.WriteLine(asJson ? CommandJson.Of(new { Refusal = refusal }) : $"✗ {refusal.Chinese}\n  {refusal.English}");
        return 1;
    }

    /// <summary>The members of the file, with those that options give in their place.</summary>
    private JsonObject Members(ParseResult parsed)
    {
        var members = parsed.GetValue(_bill) is { } file ? ReadBill(file) : [];
        foreach (var (name, option) in _members)
        {
            if (parsed.GetValue(option) is not { } text)
                continue;
            members[name] = name == "stay_days" && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : text;
        }
        return members;
    }

    private static JsonObject ReadBill(FileInfo file)
    {
        if (!file.Exists)
            throw new CommandRefusedException($"没有找到 {file.FullName}。 / there is no file {file.FullName}.");
        try
        {
            return JsonNode.Parse(File.ReadAllText(file.FullName), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw new CommandRefusedException($"{file.Name} 应为 JSON 对象。 / {file.Name} must hold a JSON object.");
        }
        catch (JsonException broken)
        {
            throw new CommandRefusedException($"{file.Name} 不是有效的 JSON:{broken.Message} / {file.Name} is not valid JSON: {broken.Message}");
        }
    }
}
