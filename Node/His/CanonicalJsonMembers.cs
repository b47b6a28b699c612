using System.Text.Json;
using Google.Protobuf.Reflection;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Configuration;

namespace ProvincialGateway.His;

/// <summary>The members of a JSON object by the fields they mean. As proto3 JSON has it, both <c>lineSerial</c> and <c>line_serial</c> are read.</summary>
internal static class CanonicalJsonMembers
{
    private const int NameMax = 64;

    public static HisRefusal? Check(JsonElement json, MessageDescriptor message, CanonicalJsonPlace place, out Dictionary<FieldDescriptor, JsonElement> given)
    {
        given = [];
        if (json.ValueKind is not JsonValueKind.Object)
            return place.Invalid(CanonicalJsonFault.NotAnObject);
        foreach (var member in json.EnumerateObject())
        {
            var name = Shown(NameOf(member));
            if (message.Fields.InDeclarationOrder().FirstOrDefault(known => known.JsonName == name || known.Name == name) is not { } field)
                return place.Member(name, name).Invalid(CanonicalJsonFault.Unknown(NearestName.Of(name, [.. message.Fields.InDeclarationOrder().Select(known => known.JsonName)])));
            if (!given.TryAdd(field, member.Value))
                return place.Member(field).Invalid(CanonicalJsonFault.GivenTwice);
        }
        return null;
    }

    /// <summary>A name from outside as it may be repeated in an answer or a log: identifiers only, else <c>?</c>.</summary>
    public static string Shown(string name) =>
        name.Length is > 0 and <= NameMax && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') ? name : "?";

    // An escape that is half of a surrogate pair cannot become text.
    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }
}
