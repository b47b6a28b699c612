using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ProvincialGateway.Cli;

/// <summary>A reply's text as a journey looks at it: JSON as it stands, XML after its entities were replaced once, so that XML inside XML is seen.</summary>
internal abstract class JourneyReply
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(2);

    private readonly string _text;

    private JourneyReply(string text) => _text = text;

    public static JourneyReply Of(string text)
    {
        try
        {
            return new Json(text, JsonSerializer.Deserialize<JsonElement>(text));
        }
        catch (JsonException)
        {
            return new Xml(WebUtility.HtmlDecode(text));
        }
    }

    public bool Matches(string pattern) => Regex.IsMatch(_text, pattern, RegexOptions.None, MatchTimeout);

    /// <summary>What the first group of a pattern holds; null when the pattern does not match.</summary>
    public string? FirstMatch(string pattern) => Regex.Match(_text, pattern, RegexOptions.None, MatchTimeout) is { Success: true } found ? found.Groups[1].Value : null;

    /// <summary>What the first element, or member, of that name holds; null when there is none or it is empty.</summary>
    public abstract string? First(string name);

    private sealed class Xml(string text) : JourneyReply(text)
    {
        public override string? First(string name)
        {
            var found = Regex.Match(_text, $"<{Regex.Escape(name)}>([^<]+)</{Regex.Escape(name)}>", RegexOptions.None, MatchTimeout);
            return found.Success ? found.Groups[1].Value : null;
        }
    }

    private sealed class Json(string text, JsonElement root) : JourneyReply(text)
    {
        public override string? First(string name) => First(root, name);

        private static string? First(JsonElement element, string name) => element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject()
                .Select(member => member.NameEquals(name) ? Value(member.Value) : First(member.Value, name)).FirstOrDefault(value => value is not null),
            JsonValueKind.Array => element.EnumerateArray().Select(item => First(item, name)).FirstOrDefault(value => value is not null),
            _ => null,
        };

        private static string? Value(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
    }
}
