using ProvincialGateway.Configuration;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Retention;

/// <summary>How far a run has come; what is on disk by then survives a crash.</summary>
internal enum ArchiveStep
{
    /// <summary>The file is whole on the disk and nobody knows of it.</summary>
    Written = 1,

    /// <summary>The database knows its digest.</summary>
    Recorded = 2,

    /// <summary>It has its name.</summary>
    Named = 3,

    /// <summary>The database knows that it has.</summary>
    Placed = 4,

    /// <summary>Some values, not yet all, are replaced.</summary>
    Replacing = 5,

    Finished = 6,
}

/// <summary>What one run has done.</summary>
/// <param name="Files">Numbers of the files that were written or finished.</param>
/// <param name="PagesFree">Of the database, that could not be given back to the disk.</param>
internal sealed record ArchiveRun(IReadOnlyList<int> Files, long Values, long Bytes, long PagesFree);

/// <summary>
/// Moves the sealed messages of years that were closed long ago out of the database: copied into a file, the file synced and its digest recorded, and only
/// then their bytes replaced by their place in it. A value is in the database or in both, never in neither, and whatever a crash leaves the next run ends.
/// </summary>
internal sealed class Archivist(Database database, string folder, RetentionOptions options, TimeProvider time) : IDisposable
{
    // 4 MiB.
    private const int PagesOfStep = 1_024;

    private readonly ArchiveShelf _shelf = new(folder);
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Of the values in one file, at least; a run makes as many files as it needs.</summary>
    public long FileBytesMax { get; init; } = 1L << 30;

    /// <summary>Of one look into the database or the file; a transaction that replaces so many values is short.</summary>
    public int RowsOfStep { get; init; } = 200;

    /// <summary>Told after each step.</summary>
    public Action<ArchiveStep> Reached { get; init; } = _ => { };

    /// <summary>Ends what an earlier run has begun, moves what is due, and gives free pages back in steps between which others write.</summary>
    /// <exception cref="StorageException">The disk failed, or what was copied is not what is there. The next run goes on.</exception>
    public async Task<ArchiveRun> RunAsync(CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            var done = new List<ArchiveFileRow>();
            foreach (var file in database.Read(ArchiveStore.Files).Where(file => file.State != ArchiveFileState.Finished))
            {
                if (await ContinueAsync(file, ct) is { } finished)
                    done.Add(finished);
            }
            if (options.ClosedUpToMs(time.GetUtcNow()) is { } closedUpToMs && database.Read(session => ArchiveStore.Due(session, closedUpToMs)) is { Count: > 0 } due)
            {
                while (await WriteAsync(due, ct) is { } file)
                    done.Add(await ContinueAsync(file, ct) ?? throw new InvalidOperationException("A file that was just written is there."));
                await database.WriteAsync(session => due.ForEach(period => ArchiveStore.MarkArchived(session, period, time.NowMs())), ct);
            }
            return new ArchiveRun([.. done.Select(file => file.Number)], done.Sum(file => file.ValueCount), done.Sum(file => file.ByteCount), await ShrinkAsync(ct));
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <returns>Null when nothing is left to move.</returns>
    private async Task<ArchiveFileRow?> WriteAsync(List<ArchivePeriod> due, CancellationToken ct)
    {
        var number = FreeNumber();
        var path = _shelf.UnfinishedPathOf(number);
        ArchiveFileRow file;
        try
        {
            using var writer = new Lazily(path);
            foreach (var (period, table) in due.SelectMany(period => ArchivedTable.All.Where(table => table.Side == period.Side), (period, table) => (period, table)))
                Copy(writer, period, table, ct);
            if (writer.Opened is not { } written)
                return null;
            var (sha256, length) = written.Finish();
            file = new() { Number = number, Sha256 = sha256, ByteCount = length, ValueCount = written.Values, WrittenAtMs = time.NowMs(), State = ArchiveFileState.Written };
        }
        catch
        {
            // Half a file only takes room, of which there may be none left.
            File.Delete(path);
            throw;
        }
        Reached(ArchiveStep.Written);
        await database.WriteAsync(session => ArchiveStore.Add(session, file), ct);
        Reached(ArchiveStep.Recorded);
        return file;
    }

    private void Copy(Lazily writer, ArchivePeriod period, ArchivedTable table, CancellationToken ct)
    {
        var after = 0L;
        while ((writer.Opened?.Bytes ?? 0) < FileBytesMax)
        {
            ct.ThrowIfCancellationRequested();
            var rows = database.Read(session => ArchiveStore.DueRows(session, table, period, after, RowsOfStep));
            foreach (var row in rows)
            {
                Add(table.Columns[0], row, row.First);
                Add(table.Columns[1], row, row.Second);
            }
            if (rows.Count < RowsOfStep)
                return;
            after = rows[^1].Rowid;
        }

        void Add(string column, DueRow row, byte[]? bytes)
        {
            if (bytes is not null)
                writer.Open().Add(table.Name, column, row.KeyOne, row.KeyTwo, bytes);
        }
    }

    /// <summary>Goes on with a recorded file from wherever it is.</summary>
    /// <returns>Null when there is no such file: nothing was replaced yet, and what it held is still due.</returns>
    private async Task<ArchiveFileRow?> ContinueAsync(ArchiveFileRow file, CancellationToken ct)
    {
        if (file.State == ArchiveFileState.Written)
        {
            if (!IsPlaced(file))
            {
                await database.WriteAsync(session => ArchiveStore.GiveUp(session, file.Number), ct);
                return null;
            }
            Reached(ArchiveStep.Named);
            await database.WriteAsync(session => ArchiveStore.Advance(session, file.Number, ArchiveFileState.Placed), ct);
            Reached(ArchiveStep.Placed);
        }
        for (List<ArchiveRow> page = _shelf.Page(file.Number, after: 0, RowsOfStep); page.Count > 0; page = _shelf.Page(file.Number, page[^1].Row, RowsOfStep))
        {
            var rows = page;
            await database.WriteAsync(session => rows.ForEach(row => ArchiveStore.Replace(session, file.Number, row)), ct);
            Reached(ArchiveStep.Replacing);
        }
        await database.WriteAsync(session => ArchiveStore.Advance(session, file.Number, ArchiveFileState.Finished), ct);
        Reached(ArchiveStep.Finished);
        return file;
    }

    // By its digest: neither half a file nor another one may take the name.
    private bool IsPlaced(ArchiveFileRow file)
    {
        var (unfinished, path) = (_shelf.UnfinishedPathOf(file.Number), _shelf.PathOf(file.Number));
        if (IsIt(path))
            return true;
        if (File.Exists(path) || !IsIt(unfinished))
            return false;
        ArchiveWriter.Place(unfinished, path);
        return true;

        bool IsIt(string found)
        {
            if (!File.Exists(found))
                return false;
            using var bytes = File.OpenRead(found);
            return bytes.Length == file.ByteCount && ArchiveWriter.DigestOf(bytes) == file.Sha256;
        }
    }

    // A folder whose database came out of an older backup may hold files the database does not know. They stay as they are.
    private int FreeNumber()
    {
        var number = database.Read(ArchiveStore.Files).Select(file => file.Number).DefaultIfEmpty().Max() + 1;
        while (File.Exists(_shelf.PathOf(number)))
            number++;
        return number;
    }

    private async Task<long> ShrinkAsync(CancellationToken ct)
    {
        var (left, inSteps) = database.Read(session => (
            session.QuerySingle<long>("SELECT freelist_count FROM pragma_freelist_count"), session.QuerySingle<long>("SELECT auto_vacuum FROM pragma_auto_vacuum") == 2));
        while (left > 0 && inSteps)
        {
            ct.ThrowIfCancellationRequested();
            var next = await database.CompactAsync(PagesOfStep);
            if (next >= left)
                return next;
            left = next;
        }
        return left;
    }

    /// <summary>A writer that makes its file with the first value.</summary>
    private sealed class Lazily(string path) : IDisposable
    {
        public ArchiveWriter? Opened { get; private set; }

        public ArchiveWriter Open() => Opened ??= ArchiveWriter.Create(path);

        public void Dispose() => Opened?.Dispose();
    }
}
