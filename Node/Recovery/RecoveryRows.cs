using ProvincialGateway.Storage;

namespace ProvincialGateway.Recovery;

/// <summary>The value stands in <c>recovery_peer.state</c>.</summary>
internal enum PeerPart
{
    /// <summary>Being asked for what it holds.</summary>
    Asking = 1,

    /// <summary>Everything it holds and this node had forgotten is here.</summary>
    Gathered = 2,

    /// <summary>Left out by an operator: nothing is settled with it until it could be asked.</summary>
    LeftOut = 3,

    TakenIn = 4,
}

/// <summary>The value stands in <c>recovery_exchange.direction</c>.</summary>
internal enum Direction
{
    /// <summary>The peer had asked this node.</summary>
    AskedHere = 1,

    /// <summary>This node had asked the peer.</summary>
    AskedThere = 2,
}

/// <summary>The value stands in <c>recovery_exchange.state</c>.</summary>
internal enum ExchangePart
{
    Waiting = 1,

    /// <summary>Done again it is what the peer holds, byte for byte.</summary>
    Same = 2,

    /// <summary>The answer that was given stands, and something about it differs here.</summary>
    Different = 3,

    /// <summary>It could not be taken in; a person has to look.</summary>
    Parked = 4,

    SetAside = 5,
}

/// <summary>A row of <c>recovery</c>.</summary>
internal sealed class RecoveryRow
{
    public required long Id { get; init; }
    public required long BegunAtMs { get; init; }
    public required string FoundBy { get; init; }
    public long? BackupTakenAtMs { get; init; }

    /// <summary>The restored backup it answers to; null of one that was found out otherwise.</summary>
    public long? RestorationId { get; init; }
    public long? ServedAtMs { get; init; }
    public long? FinishedAtMs { get; init; }
}

/// <summary>A row of <c>restoration</c> that no recovery has dealt with to the end.</summary>
internal sealed class RestorationRow
{
    public required long Id { get; init; }

    /// <summary>Its name, or <see cref="OlderData.DamagedLog"/>.</summary>
    public required string Backup { get; init; }
    public required long BackupTakenAtMs { get; init; }

    /// <summary>What the recovery is found by.</summary>
    public string FoundBy => IsOfBackup ? "restoration" : OlderData.DamagedLog;

    /// <summary>When the backup was taken; null where there is none.</summary>
    public long? BackupOfMs => IsOfBackup ? BackupTakenAtMs : null;

    private bool IsOfBackup => Backup != OlderData.DamagedLog;
}

/// <summary>A row of <c>recovery_peer</c>.</summary>
internal sealed class RecoveryPeerRow
{
    public required string Peer { get; init; }
    public required PeerPart State { get; init; }

    /// <summary>Null before the first page, empty after the last.</summary>
    public string? AskedHere { get; init; }

    /// <inheritdoc cref="AskedHere"/>
    public string? AskedThere { get; init; }
    public string? LastError { get; init; }
    public string? LeftOutBy { get; init; }
    public string? LeftOutReason { get; init; }
    public long? TakenInAtMs { get; init; }
    public required long Parked { get; init; }

    public string? CursorOf(Direction direction) => direction is Direction.AskedHere ? AskedHere : AskedThere;
}

/// <summary>A row of <c>recovery_exchange</c>.</summary>
internal sealed class RecoveryExchangeRow
{
    public required string TransactionId { get; init; }
    public required string Peer { get; init; }
    public required Direction Direction { get; init; }
    public required string Method { get; init; }
    public required long AtMs { get; init; }

    /// <summary>Sealed; null once it stands in the books again.</summary>
    public byte[]? Request { get; init; }

    /// <inheritdoc cref="Request"/>
    public byte[]? Reply { get; init; }
    public required ExchangePart State { get; init; }
    public string? Subject { get; init; }
    public long? ClearedFen { get; init; }
    public string? NoteZh { get; init; }
    public string? NoteEn { get; init; }
    public string? DecidedBy { get; init; }
}

/// <summary>What somebody has to know, in both languages.</summary>
internal sealed record Remark(string Chinese, string English);
