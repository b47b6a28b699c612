using System.Globalization;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Ledger;
using ProvincialGateway.Oversight;
using ProvincialGateway.Values;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>The demo's report for a person. Everything fits into 100 columns.</summary>
internal sealed class DemoRendering(DemoReport report, IAnsiConsole console)
{
    private const int LedgersAbreast = 2;

    public static void Write(DemoReport report, IAnsiConsole console) => new DemoRendering(report, console).Write();

    private void Write()
    {
        foreach (var direction in report.Directions)
            Write(direction);
        WriteScene("未对照的编码：费用等待，对照生效后自动续办 A code without a mapping: the bill waits and goes on by itself", report.HeldBill);
        WriteMark(report.Details.AreComplete,
            $"事后传明细：{report.Details.Complete}/{report.Details.Settlements} 笔结算的 {report.Details.Lines} 行明细已到参保地，合计 {Yuan(report.Details.ReceivedFen)} 元与结算一致\n"
            + $"  all {report.Details.Lines} lines arrived at the insured sides and add up: {Yuan(report.Details.ReceivedFen)} of {Yuan(report.Details.SettledFen)} settled");
        WriteScene("月度对账与清算：云南（参保地）与广东（就医地） A month between Yunnan (insured) and Guangdong (treatment)", report.Month);
        Heading("各省账簿 The ledgers of the provinces");
        foreach (var pair in report.Ledgers.Chunk(LedgersAbreast))
            console.Write(Ledgers(pair));
        console.Write(Mirrors());
        Heading("审计 Audit");
        AuditRendering.Write(report.Audit, console);
        WriteVerdict();
    }

    private void WriteScene(string heading, IReadOnlyList<DemoMoment> moments)
    {
        Heading(heading);
        foreach (var step in moments)
        {
            var mark = step.IsGood ? "[green]✓[/]" : "[red]✗[/]";
            console.MarkupLine($"{mark} {Markup.Escape($"{Who(step.Who)} {step.Chinese} {step.English}")}");
            foreach (var line in step.Result.Split('\n'))
                console.WriteLine($"    {line}");
        }
        console.WriteLine();
    }

    private static string Who(string who) => who switch
    {
        "hospital" => "医院 hospital:",
        "operator" => "经办 operator:",
        "node" => "节点 node:",
        "treatment" => "就医地 treatment:",
        "insured" => "参保地 insured:",
        _ => throw new ArgumentOutOfRangeException(nameof(who), who, null),
    };

    private void Write(DemoDirection direction)
    {
        Heading($"参保地 {direction.Insured?.Name ?? "?"} → 就医地 {direction.Treatment.Name}: {direction.InstitutionName} ({direction.Dialect})");
        if (direction.Stay is { } stay)
            Write(stay);
        console.Write(Steps(direction));
        foreach (var step in direction.Steps.Where(step => step.FaultyReply is not null))
            console.WriteLine($"应答 reply (HTTP {step.HttpStatus}): {step.FaultyReply}");
        if (direction.PreviewedByJson)
        {
            console.WriteLine("* 本接口没有预结算交易，演示改用节点的 /his/v1/PreviewSettlement（JSON）。");
            console.WriteLine("  This dialect has no preview transaction; the node was asked through its own JSON.");
            WriteMark(direction.PreviewAgrees, "预结算与结算一致 preview and settlement agree");
        }
        WriteMark(direction.RepeatIsIdentical, "同一报文重发，应答逐字节相同 the repeated settlement got the stored answer, byte for byte");
        if (direction.StepsNotPlayed > 0)
            console.MarkupLineInterpolated($"[red]✗ 未执行步骤 steps not played: {direction.StepsNotPlayed}[/]");
        if (direction.Stay is not { } shown)
            return;
        console.WriteLine();
        console.Write(Bill(shown));
        console.WriteLine("全自费 full self-pay, 超限价 over the price limit, 先自付 pre-self-pay, 范围内 in scope");
        console.WriteLine("≠ 同一交换码在参保地目录中类别或比例不同：费用分割按就医地目录，待遇按参保地政策。");
        console.WriteLine("≠ Another class or ratio at home: the split is the treatment province's, the benefit the insured one's.");
        console.WriteLine();
        console.Write(Categories(shown));
        if (shown.Unmapped.Count > 0)
            console.Write(Unmapped(shown));
        console.Write(Benefit(shown));
        console.Write(Receipt(shown));
        foreach (var cancelled in shown.Cancelled)
        {
            console.WriteLine($"已撤销 cancelled: {cancelled.SettlementNumber} {cancelled.BusinessDate}\n"
                + $"  基金 funds {Yuan(cancelled.FundTotalFen)}  账户 account {Yuan(cancelled.AccountFen)}  现金 cash {Yuan(cancelled.CashFen)}");
        }
    }

    private void Write(DemoStay stay)
    {
        var patient = stay.Patient;
        console.WriteLine($"患者 patient {patient.Name}  证件 certificate {patient.Certificate}  {Named(CodeSystem.PersonClass, patient.PersonClass)}");
        console.WriteLine($"参保 insured in {patient.InsuredDivision}  {Named(CodeSystem.Scheme, patient.Scheme)}");
        console.WriteLine($"备案 filing {(patient.FilingKind is { } kind ? Named(CodeSystem.FilingKind, kind) : "无 none")}");
        console.WriteLine($"就诊 visit {stay.VisitNumber}  {stay.AdmissionDate} → {stay.DischargeDate}");
        console.WriteLine();
    }

    private static Table Steps(DemoDirection direction)
    {
        var table = Titled("步骤 Steps", Left("步骤\nstep"), Left("说明"), Left("what"), Right("报文\nmessages"), Right("ms"), Left(""));
        foreach (var group in Grouped(direction.Steps))
        {
            var (first, fault) = (group.Find(step => step.Name != "serial") ?? group[0], group.Find(step => step.Fault is not null));
            var more = group.Exists(step => step.Name == first.Name && step != first) ? " …" : "";
            table.AddRow(new Text(first.Name), new Text(first.Chinese + more), new Text(first.English + more), Plain(group.Count), Plain(group.Sum(step => step.ElapsedMs)),
                fault is null ? new Markup("[green]✓[/]") : new Markup($"[red]✗ {Markup.Escape(fault.Fault!)}[/]"));
        }
        return table;
    }

    /// <summary>Steps of one kind in a row are one row; fetching a serial belongs to what it was fetched for.</summary>
    private static List<List<DemoStep>> Grouped(IReadOnlyList<DemoStep> steps)
    {
        var groups = new List<List<DemoStep>>();
        var serials = new List<DemoStep>();
        foreach (var step in steps)
        {
            serials.Add(step);
            if (step.Name == "serial" && step != steps[^1])
                continue;
            if (groups.Count > 0 && groups[^1][^1].Name == step.Name)
                groups[^1].AddRange(serials);
            else
                groups.Add(serials);
            serials = [];
        }
        return groups;
    }

    private static Table Bill(DemoStay stay)
    {
        var table = Titled("费用明细（元） The bill, yuan", Left("本地目录\nlocal catalogue"), Left("交换码\nexchange code"), Left("类别 class\n参保地 home"),
            Right("单价×数量\n金额 amount"), Right("全自费\n超限价"), Right("先自付\n范围内")).ShowRowSeparators();
        foreach (var line in stay.Lines)
        {
            table.AddRow(
                new Text($"{line.LocalCode}\n{line.LocalName}"),
                new Text(line.ExchangeCode is null ? "无对照\nunmapped" : $"{line.ExchangeCode}\n{line.ExchangeName}"),
                Class(line),
                new Text($"{line.UnitPrice.ToString("0.00##", CultureInfo.InvariantCulture)} × {Amounts.Plainly(line.Quantity)}\n{Yuan(line.AmountFen)}"),
                Pair(line.FullSelfPayFen, line.OverLimitFen),
                Pair(line.PreSelfPayFen, line.InScopeFen));
        }
        var figures = stay.Receipt.Figures;
        table.AddRow(new Text("合计\ntotal"), new Text($"{stay.Lines.Count} 行\nlines"), new Text(""), new Text($"\n{Yuan(figures.TotalFen)}"),
            Pair(figures.FullSelfPayFen, figures.OverLimitFen), Pair(figures.PreSelfPayFen, figures.InScopeFen));
        return table;
    }

    private static Text Pair(long upperFen, long lowerFen) => new($"{YuanOrDash(upperFen)}\n{YuanOrDash(lowerFen)}");

    /// <summary>The class that counts (the treatment province's), and for contrast what the item would be at home.</summary>
    private static Markup Class(DemoLine line)
    {
        var own = $"{line.LocalClass ?? "-"}→{line.ItemClass}{ClassName(line.ItemClass)} {Amounts.Plainly(line.SelfPayPercent)}%";
        if (line.AtHome is not { } home)
            return new Markup(Markup.Escape($"{own}\n-"));
        var there = $"{ClassName(home.ItemClass)} {Amounts.Plainly(home.SelfPayPercent)}%";
        return home.ItemClass == line.ItemClass && home.SelfPayPercent == line.SelfPayPercent
            ? new Markup(Markup.Escape($"{own}\n{there}"))
            : new Markup($"[yellow]{Markup.Escape(own)}\n≠ {Markup.Escape(there)}[/]");
    }

    private static Table Categories(DemoStay stay)
    {
        var table = Titled("大类汇总（实时上传参保地） Category sums: what the insured province sees", Left("大类"), Left("category"), Right("行数\nlines"), Right("金额\ntotal"),
            Right("全自费\nfull"), Right("超限价\nover"), Right("先自付\npre"), Right("范围内\nin scope"));
        foreach (var sum in stay.Categories)
        {
            table.AddRow(new Text($"{sum.Code} {sum.Chinese}"), new Text(sum.English), Plain(sum.LineCount), new Text(Yuan(sum.TotalFen)), new Text(YuanOrDash(sum.FullSelfPayFen)),
                new Text(YuanOrDash(sum.OverLimitFen)), new Text(YuanOrDash(sum.PreSelfPayFen)), new Text(YuanOrDash(sum.InScopeFen)));
        }
        return table;
    }

    private static Table Unmapped(DemoStay stay)
    {
        var table = Titled("待对照队列 Waiting for a mapping", Left("本地码 local code"), Left("名称 name"), Right("次数 times"), Right("金额 amount"));
        foreach (var item in stay.Unmapped)
            table.AddRow(new Text(item.LocalCode), new Text(item.LocalName), Plain(item.LineCount), new Text(Yuan(item.AmountFen)));
        return table;
    }

    private static Table Benefit(DemoStay stay)
    {
        var table = Titled($"待遇计算（政策 {stay.Receipt.PolicyVersion}） Benefit computation", Left("计算"), Left("computation"), Right("元 yuan"));
        foreach (var step in stay.BenefitSteps)
            table.AddRow(new Text(step.Chinese), new Text(step.English), new Text(step.AmountFen is { } amount ? Yuan(amount) : ""));
        return table;
    }

    private static Table Receipt(DemoStay stay)
    {
        var (receipt, figures) = (stay.Receipt, stay.Receipt.Figures);
        var table = Titled($"结算单 Receipt {receipt.SettlementNumber}  {receipt.BusinessDate}", Left("项目"), Left("item"), Right("元 yuan"));
        void Row(string chinese, string english, long fen) => table.AddRow(new Text(chinese), new Text(english), new Text(Yuan(fen)));
        Row("医疗费总额", "total", figures.TotalFen);
        Row("本次起付标准", "deductible paid by this bill", figures.DeductibleFen);
        foreach (var (chinese, english, fen) in Funds(figures).Where(fund => fund.Fen != 0))
            Row($"  {chinese}", $"  {english}", fen);
        Row("基金支付合计", "paid by the funds", figures.FundTotalFen);
        Row("  个人账户支付", "  from the personal account", figures.AccountFen);
        Row("  个人现金支付", "  cash at the till", figures.CashFen);
        Row("个人负担合计", "borne by the patient", figures.PersonalTotalFen);
        if (figures.HospitalBorneFen != 0)
            Row("医疗机构负担", "borne by the hospital", figures.HospitalBorneFen);
        Row("参保地应付就医地", "owed by the insured to the treatment province", figures.ClearedFen);
        Row("个人账户余额", "left in the personal account", receipt.AccountLeftFen);
        return table;
    }

    private static IEnumerable<(string Chinese, string English, long Fen)> Funds(SettlementFigures figures) =>
    [
        ("基本医疗统筹基金", "pool", figures.PoolFen),
        ("公务员医疗补助", "civil servant subsidy", figures.CivilServantFen),
        ("企业补充医疗保险", "enterprise supplement", figures.EnterpriseFen),
        ("职工大额补助", "employee large-amount subsidy", figures.EmployeeLargeAmountFen),
        ("居民大病保险", "resident critical illness", figures.ResidentCriticalIllnessFen),
        ("医疗救助", "medical aid", figures.MedicalAidFen),
        ("其他基金", "other funds", figures.OtherFundFen),
    ];

    private static Table Ledgers(IReadOnlyList<DemoLedger> ledgers)
    {
        var columns = ledgers.SelectMany(ledger => new[]
        {
            Right($"{ledger.Province.Division}\n借方 debit"),
            Right($"→ {string.Join(' ', ledger.Rows.Select(row => row.Partner).Distinct())}\n贷方 credit"),
            Right("\n余额 balance"),
        });
        var table = Titled("试算平衡（元） Trial balances, yuan", [Left("科目\naccount"), .. columns]).ShowRowSeparators();
        foreach (var account in Enum.GetValues<Account>())
            table.AddRow([new Text(Describe(account)), .. ledgers.SelectMany(ledger => Cells([.. ledger.Rows.Where(row => row.Account == account)]))]);
        table.AddRow([new Text("合计\nsum"), .. ledgers.SelectMany(ledger => Cells(ledger.Rows))]);
        return table;
    }

    private static IEnumerable<Text> Cells(IReadOnlyList<TrialBalanceRow> rows) => rows.Count == 0
        ? [new Text("-"), new Text("-"), new Text("-")]
        : [new Text(Yuan(rows.Sum(row => row.DebitFen))), new Text(Yuan(rows.Sum(row => row.CreditFen))), new Text(Yuan(rows.Sum(row => row.BalanceFen)))];

    private Table Mirrors()
    {
        var table = Titled("两边账簿互为镜像 The same debt in each side's books", Left("参保地 insured"), Right("应付 payable"), Left("就医地 treatment"), Right("应收 receivable"), Left(""));
        foreach (var mirror in report.Mirrors)
        {
            table.AddRow(new Text(mirror.Insured.Name), new Text(Yuan(mirror.PayableFen)), new Text(mirror.Treatment.Name), new Text(Yuan(mirror.ReceivableFen)),
                new Markup(mirror.IsEqual ? "[green]✓[/]" : "[red]✗[/]"));
        }
        return table;
    }

    private void WriteVerdict()
    {
        console.WriteLine();
        if (report.KeptFolder is { } folder)
            console.WriteLine($"数据保留在 data kept in {folder}");
        var seconds = (report.ElapsedMs / 1000).ToString("0.0", CultureInfo.InvariantCulture);
        console.MarkupLine(report.IsBalanced
            ? $"[green]✓ 全部步骤成功，两边账目相符，审计无问题（{seconds} 秒）。\n✓ Every step succeeded, both sides' books agree, the audit is clean ({seconds} s).[/]"
            : $"[red]✗ 演示未通过，见上面的 ✗（{seconds} 秒）。\n✗ The demo failed: see the ✗ above ({seconds} s).[/]");
    }

    private void WriteMark(bool? good, string what) => console.MarkupLine(good switch
    {
        true => $"[green]✓ {Markup.Escape(what)}[/]",
        false => $"[red]✗ {Markup.Escape(what)}[/]",
        null => $"[yellow]– 未执行到 not reached: {Markup.Escape(what)}[/]",
    });

    private void Heading(string text)
    {
        console.WriteLine();
        console.Write(new Rule(Markup.Escape(text)).LeftJustified());
        console.WriteLine();
    }

    private static string Describe(Account account)
    {
        var (chinese, english) = AccountNames.Of(account);
        return $"{chinese}\n{english}";
    }

    private static string Named(CodeSystem system, string code) => ExchangeCodes.NameOf(system, code) is var (chinese, english) ? $"{chinese} {english}" : code;

    private static string ClassName(string code) => ExchangeCodes.NameOf(CodeSystem.ItemClass, code)?.Chinese ?? code;

    private static string Yuan(long fen) => (new Fen(fen).Value / 100m).ToString("N2", CultureInfo.InvariantCulture);

    private static string YuanOrDash(long fen) => fen == 0 ? "-" : Yuan(fen);

    private static Text Plain(double number) => new(number.ToString("0", CultureInfo.InvariantCulture));

    private static Table Titled(string title, params TableColumn[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(title));
        table.Title!.Style = new Style(decoration: Decoration.Bold);
        foreach (var column in columns)
            table.AddColumn(column.PadLeft(0).PadRight(1));
        return table;
    }

    private static TableColumn Left(string header) => new TableColumn(Markup.Escape(header)).LeftAligned();

    private static TableColumn Right(string header) => new TableColumn(Markup.Escape(header)).RightAligned();
}
