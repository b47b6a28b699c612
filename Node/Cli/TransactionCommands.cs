using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Network;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway transactions list|totals|show|retry|release|reverse</c>: requests to other provinces, and what to do about one that does not get through.</summary>
internal static class TransactionCommands
{
    /// <summary>Something waits for an operator.</summary>
    public const int OperatorNeeded = 2;

    private const int RowsDefault = 200;

    public static Command Create() =>
        new("transactions", "发往其他省、尚无结果的交易 / requests to other provinces without a result") { List(), Totals(), Show(), Retry(), Release(), Reverse() };

    private static Command List()
    {
        var peer = new Option<string?>("--peer") { Description = "只列出发往该省的 / only those to this province, e.g. 440000" };
        var state = new Option<OutboundState[]>("--state")
        {
            Description = "只列出该状态,可多次,默认未了结的 / only this state, repeated, by default what is open: Awaiting | Parked | Answered | Rejected | Void",
            DefaultValueFactory = _ => [OutboundState.Awaiting, OutboundState.Parked],
        };
        var older = new Option<string?>("--older-than") { Description = "只列出发出超过此时长的,如 30m、2h、3d / only those stored longer ago than this" };
        var limit = new Option<int>("--limit") { Description = $"最多列出条数,默认 {RowsDefault} / at most this many, the oldest", DefaultValueFactory = _ => RowsDefault };
        var json = CommandJson.Option();
        var command = new Command("list", "交易,最早的在前 / the transactions, oldest first\n例 example: gateway transactions list --state Parked --as 440000 --data data-440000")
            { peer, state, older, limit, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var now = work.Time.NowMs();
            var before = parsed.GetValue(older) is { } age ? now - (long)Age(age).TotalMilliseconds : (long?)null;
            var filter = new TransactionFilter(OptionValues.Province(parsed, peer), parsed.GetRequiredValue(state), before);
            var rows = work.Database.Read(session => TransactionBook.List(session, filter, Math.Clamp(parsed.GetValue(limit), 1, 100_000)));
            return work.Tell(rows.ConvertAll(row => TransactionEntry.Of(row, now)), parsed.GetValue(json), found => TransactionRendering.Write(work, found));
        });
        return command;
    }

    private static Command Totals()
    {
        var json = CommandJson.Option();
        var command = new Command("totals", $"按省与状态计数;有需人工处理的退出码 2 / counted by province and state; exit code {OperatorNeeded} when something waits for an operator\n"
            + "例 example: gateway transactions totals --as 440000 --data data-440000") { json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var totals = work.Database.Read(session => TransactionBook.Totals(session, work.Time.NowMs())).ConvertAll(TransactionTotalEntry.Of);
            work.Tell(totals, parsed.GetValue(json), found => TransactionRendering.Write(work, found));
            return totals.Exists(total => total.NeedsOperator) ? OperatorNeeded : 0;
        });
        return command;
    }

    private static Command Show()
    {
        var (id, json) = (Id(), CommandJson.Option());
        var command = new Command("show", "一笔交易的经过;节点运行时并向对方查询其记录 / all of one transaction; while the node serves the peer is asked what it has on record\n"
            + "例 example: gateway transactions show 440000201709201000020000000007 --as 440000 --data data-440000") { id, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed, cancellation) => TellAsync(work, parsed.GetRequiredValue(id), parsed.GetValue(json), cancellation));
        return command;
    }

    private static Command Retry()
    {
        var command = new Command("retry", "无应答的交易立即再问,同一流水号、同一内容 / asks for an unanswered transaction at once, same id, same content\n"
            + "例 example: gateway transactions retry 440000201709201000020000000007 --reason 线路已恢复 --as 440000 --data data-440000");
        SetAct(command, (desk, id, change, cancellation) => desk.RetryAsync(id, change.By, change.Reason, cancellation));
        return command;
    }

    private static Command Release()
    {
        var command = new Command("release", "搁置的交易:存下不可信的应答,再问对方一次 / a parked transaction: puts the answer that cannot be true aside and asks the peer once more\n"
            + "例 example: gateway transactions release 440000201709201000020000000007 --reason 对方已更正 --as 440000 --data data-440000");
        SetAct(command, (desk, id, change, cancellation) => desk.ReleaseAsync(id, change.By, change.Reason, cancellation));
        return command;
    }

    private static Command Reverse()
    {
        var command = new Command("reverse", "无应答或搁置的交易发冲正:对方不论做过与否,此后作废 / has an unanswered or parked transaction reversed: whatever the peer made of it is void afterwards\n"
            + "例 example: gateway transactions reverse 440000201709201000020000000007 --reason 与参保地商定 --as 440000 --data data-440000");
        SetAct(command, (desk, id, change, cancellation) => desk.ReverseAsync(id, change.By, change.Reason, cancellation));
        return command;
    }

    /// <summary>An operator does something about one transaction, which is shown as it is afterwards.</summary>
    private static void SetAct(Command command, Func<TransactionDesk, string, Insured.Change, CancellationToken, Task> act)
    {
        var (id, by, json) = (Id(), new OperatorOption(), CommandJson.Option());
        command.Add(id);
        by.AddTo(command);
        command.Add(json);
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var (transaction, change) = (parsed.GetRequiredValue(id), by.Read(work, parsed));
            var desk = Desk(work) ?? throw new CommandRefusedException("要询问对方,请先启动本节点(gateway serve)。 / the peer has to be asked: start this node first (gateway serve).");
            try
            {
                await act(desk, transaction, change, cancellation);
            }
            catch (TransactionRefusedException refused)
            {
                throw new CommandRefusedException(refused.Message);
            }
            return await TellAsync(work, transaction, parsed.GetValue(json), cancellation);
        });
    }

    private static async Task<int> TellAsync(NodeWork work, string id, bool asJson, CancellationToken cancellation)
    {
        var (row, acts) = work.Database.Read(session => (TransactionBook.Find(session, id), TransactionBook.ActsOn(session, id)));
        if (row is null)
            throw new CommandRefusedException($"本节点没有发出交易 {id};用 transactions list 查看。 / this node has sent no transaction {id}; see transactions list.");
        var peer = Desk(work) is { } desk ? PeerEntry.Of(await desk.AskPeerAsync(Division.Parse(row.Peer), id, cancellation), desk.ReplyOf(id)) : null;
        var details = new TransactionDetails(TransactionEntry.Of(row, work.Time.NowMs()), peer, acts.ConvertAll(TransactionActEntry.Of));
        return work.Tell(details, asJson, found => TransactionRendering.Write(work, found));
    }

    private static TransactionDesk? Desk(NodeWork work) => work.Serving?.Services.GetRequiredService<TransactionDesk>();

    private static TimeSpan Age(string text)
    {
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 10_000)
        {
            switch (text[^1])
            {
                case 'm':
                    return TimeSpan.FromMinutes(number);
                case 'h':
                    return TimeSpan.FromHours(number);
                case 'd':
                    return TimeSpan.FromDays(number);
            }
        }
        throw new CommandRefusedException("--older-than 应为时长,如 30m、2h、3d。 / --older-than takes a time such as 30m, 2h or 3d.");
    }

    private static Argument<string> Id() => new("transaction") { Description = "交易流水号 / the transaction's id" };
}
