namespace ProvincialGateway.Storage;

/// <summary>How the last use of the data folder ended, as found when it was opened.</summary>
internal sealed record LastStop
{
    /// <summary>False when the process was killed or the machine stopped.</summary>
    public required bool WasClean { get; init; }

    /// <summary>Of the database file, in bytes.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Of the write-ahead log that was found, in bytes. What SQLite finds whole in it is part of the data, a torn tail is not.</summary>
    public required long LogBytes { get; init; }

    /// <summary>Null unless bytes of the log have changed and acknowledged commits are gone with them. The data are marked as older than what peers may know.</summary>
    public LogDamage? Damage { get; init; }

    /// <summary>What the look at the file took; null when the stop was clean, or the file is too large to be looked at before the start.</summary>
    public TimeSpan? Checked { get; init; }

    /// <summary>The file is still to be looked at, in the background: <see cref="Database.CheckAsync"/>.</summary>
    public bool IsUnchecked => !WasClean && Checked is null;
}
