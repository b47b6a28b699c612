using System.CommandLine;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway policy check|explain|compare</c>: the benefit policy of an insured province.</summary>
internal static class PolicyCommands
{
    public static Command Create() => new("policy", "待遇政策 / benefit policies") { Check(), PolicyExplainCommand.Create(), PolicyCompareCommand.Create() };

    /// <summary>A policy file without any error.</summary>
    /// <exception cref="CommandRefusedException">It is not there or has errors, all of which the message lists.</exception>
    public static BenefitPolicy Read(FileInfo file) => TryRead(file, out var errors)
        ?? throw new CommandRefusedException(string.Join(Environment.NewLine, errors.Select(error => $"{file.Name} {error.Path}: {error.Chinese} / {error.English}")));

    private static BenefitPolicy? TryRead(FileInfo file, out IReadOnlyList<PolicyError> errors)
    {
        if (!file.Exists)
            throw new CommandRefusedException($"没有找到政策文件 {file.FullName}。 / there is no policy file {file.FullName}.");
        return BenefitPolicy.TryParse(File.ReadAllBytes(file.FullName), out var policy, out errors) ? policy : null;
    }

    private static Command Check()
    {
        var file = new Argument<FileInfo>("file") { Description = "待遇政策文件 / the policy file" };
        var json = CommandJson.Option();
        var command = new Command("check", "检查待遇政策文件,一次列出全部错误 / checks a policy file and lists every error at once\n例 example: gateway policy check policy.json") { file, json };
        command.SetAction(parsed =>
        {
            var (source, output) = (parsed.GetRequiredValue(file), parsed.InvocationConfiguration.Output);
            var policy = TryRead(source, out var errors);
            var screen = Screen.Open(output, Terminal.OfThisProcess());
            if (parsed.GetValue(json))
                output.WriteLine(CommandJson.Of(new { Accepted = policy is not null, policy?.Notice, Province = policy?.Province.Code, Plans = policy?.Plans.Select(PlanRow.Of), Errors = errors }));
            else if (policy is not null)
                Write(screen, source, policy);
            else
                Write(screen, source, errors);
            return policy is null ? 1 : 0;
        });
        return command;
    }

    private static void Write(IAnsiConsole screen, FileInfo file, BenefitPolicy policy)
    {
        var table = CatalogueTables.New($"{file.Name} · {policy.Province} · {policy.Notice}", "版本 version\n统筹区 area", "险种 scheme\n就诊 visits", "生效 from\n失效 to", "起付 deductible\n支付 pool", "封顶 cap\n补充层 layers");
        foreach (var plan in policy.Plans.Select(PlanRow.Of))
        {
            var only = string.Join(' ', [.. plan.ChronicDiseases ?? [], .. (plan.PersonClasses ?? []).Select(code => $"人员 class {code}")]);
            table.AddRow(
                new Text($"{plan.Version}\n{plan.Area} {plan.AreaName}"),
                new Text($"{plan.Scheme}: {string.Join(' ', plan.VisitKinds)}{(only.Length > 0 ? $"\n{only}" : "")}"),
                new Text($"{plan.From}\n{plan.To ?? "-"}"),
                new Text($"{plan.Deductible}\n{plan.Pool}"),
                new Text($"{plan.PoolCap ?? "-"}\n{(plan.Layers.Count == 0 ? "-" : string.Join(' ', plan.Layers))}"));
        }
        screen.Write(table);
        screen.WriteLine($"✓ {policy.Plans.Count} 个方案,没有错误 / plans, no errors");
    }

    private static void Write(IAnsiConsole screen, FileInfo file, IReadOnlyList<PolicyError> errors)
    {
        var table = CatalogueTables.New(file.Name, "位置 path", "错误 error");
        foreach (var error in errors)
            table.AddRow(new Text(error.Path), new Text($"{error.Chinese}\n{error.English}"));
        screen.Write(table);
        screen.WriteLine($"✗ {errors.Count} 个错误,文件不会被采用 / errors; the file would not be used");
    }

    /// <summary>One plan in a line of a table.</summary>
    private sealed record PlanRow(
        string Version, string Area, string AreaName, string Scheme, IReadOnlyList<string> VisitKinds, IReadOnlyList<string>? ChronicDiseases, IReadOnlyList<string>? PersonClasses,
        string From, string? To, string Deductible, string Pool, string? PoolCap, IReadOnlyList<string> Layers)
    {
        public static PlanRow Of(BenefitPlan plan)
        {
            var (header, amounts) = (plan.Header, plan.Deductible.Amounts.General);
            return new PlanRow(
                header.Version, header.Area.Code, header.AreaName, header.Scheme, header.VisitKinds, header.ChronicDiseases, header.PersonClasses, header.From.Iso(), header.To?.Iso(),
                $"{amounts.Tertiary}/{amounts.Secondary}/{amounts.Primary} {(plan.Deductible.Per == Counting.PerYear ? "每年 a year" : "每次 each")}",
                PoolText(plan.Pool),
                plan.PoolCap is { } cap ? $"{cap.Amounts.General} {(cap.Per == Counting.PerYear ? "每年 a year" : "每次 each")}{(cap.Scope is null ? "" : " 分计 apart")}" : null,
                [.. plan.Layers.Select(layer => layer.Id)]);
        }

        private static string PoolText(PoolRule pool) => pool switch
        {
            PoolRule.Ratios { Segments: var segments } => string.Join(" ", segments.Select(segment => segment.Ratios.General).Select(ratios => $"{ratios.Tertiary}/{ratios.Secondary}/{ratios.Primary}")),
            PoolRule.FixedAmount { Amounts.General: var amounts, Per: var per } =>
                $"定额 fixed {amounts.Tertiary}/{amounts.Secondary}/{amounts.Primary} {(per == FixedUnit.Day ? "每日 a day" : "每次 a visit")}",
            PoolRule.NoBenefit none => $"零待遇 none: {none.Chinese}",
            _ => throw new InvalidOperationException("A pool rule has no text."),
        };
    }
}
