using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

internal enum RebuildStage
{
    /// <summary>About to be carried out: on disk before anything is changed.</summary>
    Intended = 1,

    /// <summary>Committed. Without this line the rebuild of that number has not happened, or a crash came right after it had.</summary>
    Done = 2,
}

/// <summary>One line of the trail.</summary>
/// <param name="Number">From 1; both lines of one rebuild have the same.</param>
/// <param name="Changes">What was stored, and what took its place.</param>
internal sealed record RebuildRecord(int Number, RebuildStage Stage, string At, string By, string Reason, string PersonNumber, IReadOnlyList<AccumulatorFigure> Changes);

/// <summary>
/// Who has had accumulators rebuilt, when, why, and what they were: <c>accumulator-rebuilds.jsonl</c> of the data folder, only ever appended to.
/// It belongs into the backup with the database. One process has the folder, and its one writer writes here.
/// </summary>
internal sealed class RebuildTrail(string folder)
{
    public const string FileName = "accumulator-rebuilds.jsonl";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    private readonly string _path = Path.Combine(folder, FileName);

    /// <summary>Writes what is about to be changed, and returns when it is on disk.</summary>
    /// <exception cref="StorageException">It cannot be written: then nothing may be changed.</exception>
    public RebuildRecord Intend(Change change, string personNumber, IReadOnlyList<AccumulatorFigure> changes)
    {
        var record = new RebuildRecord(Last() + 1, RebuildStage.Intended, ChinaTime.FromMs(change.AtMs).ToString("O"), change.By, change.Reason, personNumber, changes);
        Append(record);
        return record;
    }

    public void Done(RebuildRecord intended) => Append(intended with { Stage = RebuildStage.Done });

    public IReadOnlyList<RebuildRecord> Read() => !File.Exists(_path) ? []
        : [.. File.ReadLines(_path).Where(line => line.Length > 0).Select(Parse).OfType<RebuildRecord>()];

    private int Last() => Read() is [.., var last] ? last.Number : 0;

    // A crash may have cut a line short: it stays as it is, the next one begins a new line.
    private static RebuildRecord? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<RebuildRecord>(line, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Append(RebuildRecord record)
    {
        try
        {
            using var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            if (!EndsWithLine(file))
                file.WriteByte((byte)'\n');
            file.Write(Encoding.UTF8.GetBytes($"{JsonSerializer.Serialize(record, Json)}\n"));
            file.Flush(flushToDisk: true);
        }
        catch (Exception fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
    }

    /// <summary>Leaves the file at its end.</summary>
    private static bool EndsWithLine(FileStream file)
    {
        if (file.Length == 0)
            return true;
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }
}
