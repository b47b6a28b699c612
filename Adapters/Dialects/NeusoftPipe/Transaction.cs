using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>One transaction of the interface: how its line is read and its results written.</summary>
internal sealed record Transaction
{
    /// <summary>Two digits, or <c>INIT</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Fields behind the code.</summary>
    public required int FieldCount { get; init; }

    /// <summary>The fields that hold names, by number, with the byte length to which clients cut them.</summary>
    public IReadOnlyDictionary<int, int> Names { get; init; } = new Dictionary<int, int>();

    /// <summary>The only free text of the line; its neighbours on both sides can be told from text, so a <c>|</c> in it can be found.</summary>
    public int FreeText { get; init; }

    /// <summary>Whether the fields stand where they belong; asked of a line whose free text was put together again.</summary>
    public Func<IReadOnlyList<string>, bool> IsInPlace { get; init; } = _ => false;

    /// <summary>The field that names the operator; 0 is none.</summary>
    public int Operator { get; init; }

    /// <summary>One operation, or several where one message does more than one thing. Not usable when the reader has a refusal.</summary>
    public required Func<FieldReader, PipeSettings, IReadOnlyList<HisOperation>> Decode { get; init; }

    /// <summary>Null when the result is not one this transaction can have.</summary>
    public required Func<HisResult, PipeReply?> Encode { get; init; }

    public bool IsText(int index) => Names.ContainsKey(index);

    public bool IsCut(int index, int bytes) => Names.TryGetValue(index, out var limit) && limit == bytes;

    /// <summary>The line with its free text in one piece; null when that does not put every field in its place.</summary>
    public IReadOnlyList<string>? Rejoin(List<string> fields)
    {
        var extra = fields.Count - FieldCount;
        if (FreeText == 0 || extra <= 0)
            return null;
        string[] joined = [.. fields[..(FreeText - 1)], string.Join('|', fields.GetRange(FreeText - 1, extra + 1)), .. fields[(FreeText + extra)..]];
        return IsInPlace(joined) ? joined : null;
    }
}
