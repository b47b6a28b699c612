using System.Globalization;
using ProvincialGateway.Network;

namespace ProvincialGateway.Cli;

/// <summary>Peers as people read them.</summary>
internal static class PeerScreen
{
    public static void Write(NodeWork work, IReadOnlyList<PeerView> peers)
    {
        var table = TextTable.Of("省 province", "状态 state", "时钟 clock\n往返 round trip", "版本 releases", "待答 unanswered\n搁置 parked", "请求 calls\n拒收 turned away");
        foreach (var peer in peers)
        {
            table.Row($"{peer.Division}\n{peer.Name}", StateOf(peer), $"{ClockOf(peer)}\n{Number(peer.RoundTripMs, " ms")}",
                $"{peer.SoftwareRelease ?? "-"}\n协议 protocol {peer.ProtocolRelease ?? "-"}", $"{peer.Unanswered}\n{peer.Parked}", $"{Number(peer.CallsTaken)}\n{Number(peer.CallsTurnedAway)}");
        }
        work.OpenScreen().Write(table);
        if (work.Serving is null)
            work.Out.WriteLine("节点未运行，只显示已记录的内容 / the node does not serve: only what is on record is shown");
    }

    public static void Write(NodeWork work, PeerView peer)
    {
        var table = TextTable.Of("项目 item", "值 value");
        table.Row("省 province", $"{peer.Division} {peer.Name}");
        table.Row("地址 address", peer.Address);
        table.Row("状态 state", StateOf(peer));
        table.Row("暂停 paused", peer.PauseReason is null ? "-" : $"{peer.PausedAt} {peer.PausedBy}: {peer.PauseReason}");
        table.Row("对方维护 maintenance", peer.Maintenance is { } planned ? $"{planned.From} 至 until {planned.Until}: {planned.Reason}" : "-");
        table.Row("时钟 clock", $"{ClockOf(peer)}，往返 round trip {Number(peer.RoundTripMs, " ms")}");
        table.Row("最近成功 last success", peer.LastSuccessAt ?? "-");
        table.Row("最近失败 last failure", peer.LastFailureAt is null ? "-" : $"{peer.LastFailureAt} {peer.LastError}");
        table.Row("软件 software", peer.SoftwareRelease ?? "-");
        table.Row("协议 protocol", peer.ProtocolReleases is null ? "-" : $"{string.Join(' ', peer.ProtocolReleases)}，使用 used: {peer.ProtocolRelease ?? "无 none"}");
        table.Row("目录 catalogue", peer.CatalogueRelease ?? "-");
        table.Row("待答交易 unanswered", Number<long>(peer.Unanswered));
        table.Row("搁置交易 parked", Number<long>(peer.Parked));
        table.Row("对方请求 its calls", $"在途 running {Number(peer.CallsRunning)}，受理 taken {Number(peer.CallsTaken)}，拒收 turned away {Number(peer.CallsTurnedAway)}");
        work.OpenScreen().Write(table);
    }

    private static string StateOf(PeerView peer)
    {
        var state = peer switch
        {
            { HeldBy: PeerHoldCause.PausedHere } or { HeldBy: null, Availability: null, PauseReason: not null } => "已暂停 paused",
            { HeldBy: PeerHoldCause.PausedThere } => "被对方暂停 paused by it",
            { HeldBy: PeerHoldCause.Maintenance } => $"维护中 maintenance\n至 until {peer.Maintenance?.Until}",
            { HeldBy: PeerHoldCause.Draining } => "正在停止 stopping",
            { HeldBy: PeerHoldCause.Recovering } => "本节点恢复中 recovering here",
            { Availability: PeerAvailability.Up } => "可达 up",
            { Availability: PeerAvailability.Down } => $"不可达 down\n{peer.LastError}",
            { Availability: PeerAvailability.Unknown } => "未知 unknown",
            _ => "-",
        };
        return peer.Circuit is PeerCircuit.Open ? $"{state}\n熔断 circuit open" : state;
    }

    private static string ClockOf(PeerView peer) => peer.ClockOffsetMs is not { } offset ? "-"
        : $"{(peer.IsClockWrong == true ? "✗ " : "")}{offset.ToString("+0;-0;0", CultureInfo.InvariantCulture)} ms{(peer.IsClockWrong == true ? " 时钟不准，请校时 compare both clocks" : "")}";

    private static string Number<T>(T? value, string unit = "")
        where T : struct, IFormattable => value is { } number ? number.ToString(null, CultureInfo.InvariantCulture) + unit : "-";
}
