using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// The names of an object's members in their order, as they are written. The rows of a list nearly always have the same, so they are read once for all of them: a message can
/// have thousands of rows of more than twenty members.
/// </summary>
internal sealed class ObjectShape
{
    private readonly byte[][] _written;
    private readonly Dictionary<string, int> _places;

    private ObjectShape(byte[][] written, Dictionary<string, int> places) => (_written, _places) = (written, places);

    /// <summary>Null when two members have one name, or a name is no text: such an object is read member by member.</summary>
    public static ObjectShape? Of(JsonElement element)
    {
        var written = new List<byte[]>();
        var places = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in element.EnumerateObject())
        {
            if (NameOf(member) is not { } name || !places.TryAdd(name.Trim(), written.Count))
                return null;
            written.Add([.. JsonMarshal.GetRawUtf8PropertyName(member)]);
        }

        return new ObjectShape([.. written], places);
    }

    /// <summary>The name as written; null when it is no text (half a surrogate pair): then it is no name the interface knows.</summary>
    public static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The values of an object of this shape, in its order; false when the object has another.</summary>
    public bool TryRead(JsonElement element, [NotNullWhen(true)] out JsonElement[]? values)
    {
        values = new JsonElement[_written.Length];
        var count = 0;
        foreach (var member in element.EnumerateObject())
        {
            if (count == values.Length || !JsonMarshal.GetRawUtf8PropertyName(member).SequenceEqual(_written[count]))
                return false;
            values[count++] = member.Value;
        }

        return count == values.Length;
    }

    /// <param name="name">Compared without case.</param>
    public bool TryFind(string name, out int place) => _places.TryGetValue(name, out place);
}
