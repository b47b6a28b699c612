using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Clearing;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Recovery;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>What the commands of prepayment, clearing and ledger have in common: options, the agency's desk, and how an outcome is told.</summary>
internal static class ClearingWork
{
    public static Option<string> Partner() => new("--partner") { Description = "对方省级代码，如 530000 / the other province, e.g. 530000", Required = true };

    public static Option<string?> AnyPartner() => new("--partner") { Description = "只列出与该省的 / only those with this province, e.g. 530000" };

    public static Option<string> Operator() => new("--operator") { Description = "经办人，随报文留存 / who acts; kept with the message", DefaultValueFactory = _ => "" };

    public static Option<string> Bank(bool required = true) => new("--bank") { Description = "银行回单号 / the bank's reference", Required = required };

    public static Option<bool> Again() => new("--again") { Description = "银行回单号已用过，确为另一笔 / the bank's reference was used before, and it is another transfer" };

    /// <summary>The same reference twice is most often the same transfer notified twice.</summary>
    public static void AskAboutReference(this NodeWork work, ParseResult parsed, Division partner, Option<string> bank, Option<bool> again)
    {
        if (parsed.GetValue(again) || parsed.GetValue(bank) is not { Length: > 0 } reference)
            return;
        if (work.Database.Read(session => PaymentBook.WithReference(session, partner, reference)) is { } earlier)
            throw new CommandRefusedException($"银行回单号 {reference} 已用于 {earlier.PaidOn} 的通知 {earlier.NoticeId}。确为另一笔的，加 --again。 / "
                + $"the bank's reference {reference} was used for notice {earlier.NoticeId} of {earlier.PaidOn}. If this is another transfer, add --again.");
    }

    public static Option<string?> On(string name, string chinese, string english) => new(name) { Description = $"{chinese} yyyy-MM-dd，默认今天 / {english}; default today" };

    public static Option<string> Side()
    {
        var side = new Option<string>("--side") { Description = "本省的一方 / this province's side: treatment | insured", Required = true };
        side.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "treatment", "insured");
        return side;
    }

    /// <summary>Work with this agency's messages; what its books or the peer refuse ends the command with the reason.</summary>
    public static void SetAgencyAction(this Command command, Func<NodeWork, AgencyDesk, ParseResult, CancellationToken, Task<int>> action) =>
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            try
            {
                return await action(work, await DeskAsync(work, cancellation), parsed, cancellation);
            }
            catch (ClearingRefusedException refused)
            {
                throw new CommandRefusedException(refused.Message);
            }
        });

    /// <summary>As the other, for work that waits for nothing.</summary>
    public static void SetAgencyAction(this Command command, Func<NodeWork, AgencyDesk, ParseResult, int> action) =>
        command.SetAgencyAction((work, desk, parsed, _) => Task.FromResult(action(work, desk, parsed)));

    /// <returns>The exit code: an answer that is still awaited is no failure, the node goes on.</returns>
    public static int Tell(this NodeWork work, AgencyOutcome outcome, bool json)
    {
        if (outcome.Refusal is { } refusal)
            throw new CommandRefusedException(ClearingRefusedException.Of(refusal).Message);
        work.Tell(new { outcome.TransactionId, outcome.State, outcome.LastError }, json, _ => work.Out.WriteLine(outcome.State switch
        {
            AgencyMessageState.Accepted => $"对方已受理 accepted: {outcome.TransactionId}",
            AgencyMessageState.Parked => $"对方应答不可信，已搁置 parked: {outcome.TransactionId} {outcome.LastError}",
            _ => $"已存，待对方应答，节点会继续发送 stored, waits for the answer, the node goes on sending: {outcome.TransactionId} {outcome.LastError}".TrimEnd(),
        }));
        return outcome.State is AgencyMessageState.Parked ? 1 : 0;
    }

    public static Division Province(ParseResult parsed, Option<string> option) => OptionValues.Province(option.Name, parsed.GetRequiredValue(option));

    public static LedgerSide SideOf(ParseResult parsed, Option<string> option) =>
        parsed.GetRequiredValue(option).Equals("treatment", StringComparison.OrdinalIgnoreCase) ? LedgerSide.Treatment : LedgerSide.Insured;

    public static string Name(LedgerSide side) => side is LedgerSide.Treatment ? "就医地 treatment" : "参保地 insured";

    public static string Money(long? fen) => fen is { } amount ? new Fen(amount).ToString() : "-";

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<AgencyDesk> DeskAsync(NodeWork work, CancellationToken cancellation) => work.Serving?.Services.GetRequiredService<AgencyDesk>()
        ?? new AgencyDesk(work.Node.Configuration, work.Node.Self, work.Database, await TransactionIdSource.OpenAsync(work.Database, work.Node.Self, work.Time, cancellation), work.Time, sender: null)
        {
            Gate = work.Database.Read(RecoveryStanding.GateOf),
        };
}
