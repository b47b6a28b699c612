using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway peers list|show|pause|resume|maintenance</c>: the other provinces' nodes, and how this one stands towards them.</summary>
internal static class PeerCommands
{
    private const int NameLengthMax = 50;

    public static Command Create() => new("peers", "其他省的节点 / the other provinces' nodes") { List(), Show(), Pause(), Resume(), Planned() };

    private static Command List()
    {
        var json = CommandJson.Option();
        var command = new Command("list", "列出其他省的节点：是否可达、是否暂停、时钟、版本、待答交易 / each peer: reachable, paused, clock, releases, what is unanswered\n"
            + "例 example: gateway peers list --as 530000 --data data-530000") { json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) => work.Tell(PeerView.All(work), parsed.GetValue(json), peers => PeerScreen.Write(work, peers)));
        return command;
    }

    private static Command Show()
    {
        var (division, json) = (PeerArgument(), CommandJson.Option());
        var command = new Command("show", "一个省的节点的全部情况 / everything about one peer\n例 example: gateway peers show 440000 --as 530000 --data data-530000") { division, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) => Show(work, PeerOf(work, parsed.GetRequiredValue(division)), parsed.GetValue(json)));
        return command;
    }

    private static Command Pause()
    {
        var (division, json, by) = (PeerArgument(), CommandJson.Option(), new OperatorOption());
        var command = new Command("pause", "暂停与一个省的业务：不再发送，拒收其请求，均排队等待 / stop dealing with one peer: nothing is sent, what it sends is turned away, both queue\n"
            + "例 example: gateway peers pause 440000 --reason 线路检修 --as 530000 --data data-530000") { division, json };
        by.AddTo(command);
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var (peer, change) = (PeerOf(work, parsed.GetRequiredValue(division)), by.Read(work, parsed));
            await work.Database.WriteAsync(session =>
            {
                if (PeerRecords.PauseOf(session, peer) is { } pause)
                    throw new CommandRefusedException($"{peer} 已被暂停（{pause.Reason}）。 / {peer} is paused already ({pause.Reason}).");
                PeerRecords.Pause(session, peer, new PeerPause(change.By, change.Reason, ChinaTime.FromMs(change.AtMs)));
            }, cancellation);
            await BringIntoForceAsync(work, cancellation);
            return Show(work, peer, parsed.GetValue(json));
        });
        return command;
    }

    private static Command Resume()
    {
        var (division, json, name) = (PeerArgument(), CommandJson.Option(), NameOption());
        var command = new Command("resume", "恢复与一个省的业务，排队的立即发送 / deal with a paused peer again; what waited is sent at once\n"
            + "例 example: gateway peers resume 440000 --as 530000 --data data-530000") { division, name, json };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var (peer, by) = (PeerOf(work, parsed.GetRequiredValue(division)), NameOf(parsed, name));
            await work.Database.WriteAsync(session =>
            {
                if (PeerRecords.PauseOf(session, peer) is null)
                    throw new CommandRefusedException($"{peer} 没有被暂停。 / {peer} is not paused.");
                PeerRecords.Resume(session, peer, by, work.Time.NowMs());
                PeerRecords.MakeDue(session, peer, work.Time.NowMs());
            }, cancellation);
            await BringIntoForceAsync(work, cancellation);
            return Show(work, peer, parsed.GetValue(json));
        });
        return command;
    }

    private static Command Planned()
    {
        var (json, by) = (CommandJson.Option(), OperatorOption.WhenAsked());
        var from = new Option<string?>("--from") { Description = "开始，北京时间 yyyy-MM-ddTHH:mm，省略为现在 / begin, China time; now by default" };
        var until = new Option<string?>("--until") { Description = "预计恢复，北京时间 yyyy-MM-ddTHH:mm / expected back, China time" };
        var command = new Command("maintenance", "本节点的计划维护：告知各省，届时对方排队而不报错；不带参数则显示 / this node's planned maintenance: the peers are told and queue meanwhile; without options it is shown\n"
            + "例 example: gateway peers maintenance --from 2026-12-01T01:00 --until 2026-12-01T03:00 --reason 系统升级 --as 530000 --data data-530000") { from, until, json };
        by.AddTo(command);
        command.Add(Cancel());
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            if (parsed.GetValue(until) is { } end)
            {
                var (change, now) = (by.Read(work, parsed), work.Time.GetUtcNow());
                var window = new Maintenance(parsed.GetValue(from) is { } begin ? Moment("--from", begin) : ChinaTime.FromMs(now.ToUnixTimeMilliseconds()), Moment("--until", end), change.Reason);
                if (window.Until <= now || window.Until <= window.From)
                    throw new CommandRefusedException("--until 应晚于 --from 和现在。 / --until is after --from and after now.");
                await work.Database.WriteAsync(session => PeerRecords.Announce(session, window, change.By, work.Time.NowMs()), cancellation);
                await BringIntoForceAsync(work, cancellation);
            }
            else if (parsed.GetValue(from) is not null)
            {
                throw new CommandRefusedException("请用 --until 写明预计恢复的时间。 / say with --until when the node is expected back.");
            }
            return ShowOwn(work, parsed.GetValue(json));
        });
        return command;
    }

    private static Command Cancel()
    {
        var (json, name) = (CommandJson.Option(), NameOption());
        var command = new Command("cancel", "取消或提前结束本节点的计划维护，立即告知各省 / cancel this node's planned maintenance or end it early; the peers are told at once\n"
            + "例 example: gateway peers maintenance cancel --as 530000 --data data-530000") { name, json };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var by = NameOf(parsed, name);
            await work.Database.WriteAsync(session =>
            {
                if (PeerRecords.Own(session, work.Time.NowMs()) is null)
                    throw new CommandRefusedException("本节点没有计划维护。 / this node has no planned maintenance.");
                PeerRecords.Cancel(session, by, work.Time.NowMs());
            }, cancellation);
            await BringIntoForceAsync(work, cancellation);
            return ShowOwn(work, parsed.GetValue(json));
        });
        return command;
    }

    /// <summary>A node that does not serve reads it at its next start.</summary>
    private static Task BringIntoForceAsync(NodeWork work, CancellationToken cancellation) =>
        work.Serving?.Services.GetRequiredService<OwnStanding>().ReloadAsync(cancellation) ?? Task.CompletedTask;

    private static int Show(NodeWork work, Division peer, bool asJson) =>
        work.Tell(PeerView.All(work).Single(view => view.Division == peer.Code), asJson, view => PeerScreen.Write(work, view));

    private static int ShowOwn(NodeWork work, bool asJson)
    {
        var planned = work.Database.Read(session => PeerRecords.Own(session, work.Time.NowMs()));
        return work.Tell(new { Maintenance = planned is null ? null : PlannedView.Of(planned) }, asJson, _ => work.Out.WriteLine(planned is null
            ? "本节点没有计划维护 this node has no planned maintenance"
            : $"本节点计划维护 planned maintenance of this node: {PeerView.Time(planned.From)} 至 until {PeerView.Time(planned.Until)}，{planned.Reason}"));
    }

    private static Argument<string> PeerArgument() => new("division") { Description = "省级代码，如 440000 / province code, e.g. 440000" };

    private static Option<string?> NameOption() => new("--operator") { Description = "经办人，省略时为操作系统用户 / who does it; by default the user of the operating system" };

    private static string NameOf(ParseResult parsed, Option<string?> name) => OptionValues.Line("--operator", parsed.GetValue(name) ?? Environment.UserName, NameLengthMax);

    private static Division PeerOf(NodeWork work, string text)
    {
        var peer = OptionValues.Province("division", text);
        return peer != work.Node.Self && work.Node.Configuration.Find(peer) is not null
            ? peer
            : throw new CommandRefusedException($"nodes.json 中没有其他省的节点 {peer}。 / nodes.json lists no peer {peer}.");
    }

    private static DateTimeOffset Moment(string option, string text) =>
        DateTime.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) && local.Year is > 1970 and < 9999
            ? new DateTimeOffset(local, ChinaTime.Offset)
            : throw new CommandRefusedException($"{option} 应为北京时间 yyyy-MM-ddTHH:mm。 / {option} takes China time of the form yyyy-MM-ddTHH:mm.");
}
