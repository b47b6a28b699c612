using System.CommandLine;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway settlements list|show</c>: the settlements this node has part in, as treatment and as insured side.</summary>
internal static class SettlementCommands
{
    public static Command Create() => new("settlements", "结算：本省收治的与本省参保人在外省的 / settlements: of patients treated here, and of this province's people elsewhere") { List(), Show() };

    private static Command List()
    {
        var (json, filter) = (CommandJson.Option(), new CareFilter(new DealingsFilter("业务日期", "business dates"), "standing", "undone"));
        var command = new Command("list", "结算，业务日期近的在前 / settlements, latest business date first\n"
            + "例 example: gateway settlements list --side treatment --from 2017-09-01 --to 2017-09-30 --as 440000 --data data-440000") { json };
        filter.AddTo(command);
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var wanted = filter.Read(parsed);
            return work.Tell(work.Database.Read(session => CareViews.ListSettlements(session, wanted)), parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static Command Show()
    {
        var (json, number) = (CommandJson.Option(), new Argument<string>("number") { Description = "结算业务号（A 开头） / settlement number (it begins with A)" });
        var command = new Command("show", "一笔结算：费用四部分、各基金支付、当时存档的待遇说明，个人信息遮蔽 / one settlement: parts of the bill, what each fund pays, the explanation stored with it; personal data masked\n"
            + "例 example: gateway settlements show A5301001709200000001 --as 440000 --data data-440000") { number, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var wanted = parsed.GetRequiredValue(number);
            var details = work.Database.Read(session => CareViews.FindSettlement(session, wanted, work.Vault, new Inbox(work.Database, work.Vault, work.Time)))
                ?? throw new CommandRefusedException($"本节点没有结算 {wanted}；用 settlements list 查看。 / this node has no settlement {wanted}; see settlements list.");
            return work.Tell(details, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    public static void Write(NodeWork work, IReadOnlyList<SettlementEntry> settlements)
    {
        if (settlements.Count == 0)
        {
            work.Out.WriteLine("没有这样的结算 / no such settlements");
            return;
        }
        var table = TextTable.Of("结算 settlement\n就诊 visit", "对方 partner\n本方 as", "机构 institution\n业务日期 date", "总额 total\n基金 funds", "账户 account\n现金 cash", "状态 state");
        foreach (var settlement in settlements)
        {
            table.Row(
                $"{settlement.SettlementNumber}\n{settlement.VisitNumber}", $"{settlement.Partner}\n{ClearingWork.Name(settlement.Side)}", $"{settlement.Institution}\n{settlement.BusinessDate}",
                $"{settlement.Total}\n{settlement.FundTotal}", $"{settlement.Account}\n{settlement.Cash}", $"{settlement.State}{(settlement.Interim ? "\n中途 interim" : "")}");
        }
        work.OpenScreen().Write(table);
    }

    private static void Write(NodeWork work, SettlementDetails details)
    {
        var (settlement, person, screen) = (details.Settlement, details.Person, work.OpenScreen());
        work.Out.WriteLine($"{settlement.SettlementNumber} {ClearingWork.Name(settlement.Side)} ↔ {settlement.Partner}  {settlement.BusinessDate}{(settlement.Interim ? "  中途 interim" : "")}");
        work.Out.WriteLine($"  状态 state           {(details.UndoneBy is { } undo ? $"已撤销 undone: {undo}" : "有效 standing")}");
        work.Out.WriteLine($"  就诊 visit           {settlement.VisitNumber}  机构 institution {settlement.Institution}");
        work.Out.WriteLine($"  流水号 transaction   {settlement.TransactionId}");
        work.Out.WriteLine($"  参保人 person        {person.Number} {person.Name} {person.Certificate}  {person.Division} {person.Scheme}/{person.PersonClass}");
        work.Out.WriteLine($"  本年第几次 ordinal   {details.AdmissionOrdinal}");
        screen.Write(Figures(details));
        ExplainedStep.Write(screen, $"待遇说明 explanation · 政策 policy {details.PolicyVersion}", details.Steps);
        work.Out.WriteLine("以上为结算当时存档的说明,不受此后政策变更影响。 / This is what was stored with the settlement; no later policy changes it.");
    }

    /// <summary>Funds that paid nothing are left out.</summary>
    private static Table Figures(SettlementDetails details)
    {
        var (bill, sums) = (details.Bill, details.Sums);
        var table = CatalogueTables.New("费用与支付(元) Bill and payments, yuan", "项目", "item", "金额 yuan");
        Row("医疗费总额", "total", bill.Total);
        Row("  全自费", "  full self-pay", bill.FullSelfPay);
        Row("  超限价", "  over limit", bill.OverLimit);
        Row("  先行自付", "  pre-self-pay", bill.PreSelfPay);
        Row("  政策范围内", "  in scope", bill.InScope);
        Row("本次起付标准", "deductible paid by this bill", sums.Deductible);
        Fund("  基本医疗统筹基金", "  pool", sums.Pool);
        Fund("  公务员医疗补助", "  civil servant subsidy", sums.CivilServant);
        Fund("  企业补充医疗保险", "  enterprise supplement", sums.Enterprise);
        Fund("  职工大额医疗补助", "  employee large amount", sums.EmployeeLargeAmount);
        Fund("  居民大病保险", "  resident critical illness", sums.ResidentCriticalIllness);
        Fund("  医疗救助", "  medical aid", sums.MedicalAid);
        Fund("  其他基金", "  other funds", sums.OtherFund);
        Row("基金支付合计", "paid by the funds", sums.FundTotal);
        Row("  个人账户支付", "  from the personal account", sums.Account);
        Row("  个人现金支付", "  cash at the till", sums.Cash);
        Row("个人负担合计", "borne by the patient", details.PersonalTotal);
        Fund("医院承担", "borne by the hospital", details.HospitalBorne);
        return table;

        void Row(string chinese, string english, Fen amount) => table.AddRow(new Text(chinese), new Text(english), CatalogueTables.Yuan(amount.Value));

        void Fund(string chinese, string english, Fen amount)
        {
            if (!amount.IsZero)
                Row(chinese, english, amount);
        }
    }
}
