using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>Whether a node may deal with others, as its books say: the same for the node that serves and for a command on the folder of one that is stopped.</summary>
internal static class RecoveryStanding
{
    /// <summary>Opens or closes the gate as the committed state demands.</summary>
    public static void Apply(Session session, RecoveryGate gate)
    {
        var (known, restored) = (RecoveryStore.UnderWay(session), RecoveryStore.Restored(session));
        if (known is { ServedAtMs: not null } && !IsAnew(known, restored))
            gate.Open(Barred(session, known.Id));
        else if (known is not null || restored is not null)
            Close(gate, restored?.FoundBy ?? known!.FoundBy, restored is null ? known!.BackupTakenAtMs : restored.BackupOfMs);
        else
            gate.Open(new HashSet<Division>());
    }

    /// <summary>A gate of its own, for a command.</summary>
    public static RecoveryGate GateOf(Session session)
    {
        var gate = new RecoveryGate();
        Apply(session, gate);
        return gate;
    }

    /// <summary>These data came out of a backup after the recovery that they hold was begun.</summary>
    public static bool IsAnew(RecoveryRow? known, RestorationRow? restored) => restored is not null && !(known?.RestorationId >= restored.Id);

    public static HashSet<Division> Barred(Session session, long id) => [.. RecoveryStore.Peers(session, id)
        .Where(part => part.State is not PeerPart.TakenIn).Select(part => Division.Parse(part.Peer))];

    private static void Close(RecoveryGate gate, string foundBy, long? backupOfMs)
    {
        var of = backupOfMs is { } taken ? $"{ChinaTime.FromMs(taken):yyyy-MM-dd HH:mm:ss}" : null;
        var (chinese, english) = foundBy == OlderData.DamagedLog
            ? ("本节点数据库日志曾损坏，缺失部分数据", "the log of this node's database was damaged and a part of its data is missing")
            : ($"本节点数据来自较早的备份{(of is null ? "" : $"（{of}）")}", $"this node's data are from an older backup{(of is null ? "" : $" of {of}")}");
        gate.Close(
            $"{chinese}，正向其他省补齐，补齐前不办理业务；稍后请用同一流水号重发",
            $"{english}; it is recovering from the other provinces and settles nothing until then. Send again later with the same id");
    }
}
