using System.Text;

namespace ProvincialGateway.Matching;

/// <summary>What is compared of a name, in one spelling: form, salt, figures and words that say nothing are gone.</summary>
/// <param name="Core">Outside brackets; never empty.</param>
/// <param name="Extra">In brackets.</param>
/// <param name="Qualifiers">Sorted <c>axis=value</c>.</param>
/// <param name="Restrictions">Likewise; of these, even silence on one side tells two items apart.</param>
internal sealed record ItemName(string Core, string Extra, string[] Qualifiers, string[] Restrictions)
{
    public string Full { get; } = Core + Extra;

    /// <summary>The runs of Latin letters and digits, sorted: b6, 18aa, 11-0. They are never close to each other, only equal or not.</summary>
    public string Codes { get; } = CodesOf(Core + " " + Extra);

    public bool Equals(ItemName? other) => other is not null && Core == other.Core && Extra == other.Extra;

    public override int GetHashCode() => HashCode.Combine(Core, Extra);

    private static string CodesOf(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('0', 'z'))
            return "";
        var codes = new List<string>();
        var run = new StringBuilder();
        foreach (var character in text.Append(' '))
        {
            if (char.IsAsciiLetterOrDigit(character) || (run.Length > 0 && character is '-' or '.'))
                run.Append(character);
            else if (run.Length > 0)
            {
                codes.Add(run.ToString());
                run.Clear();
            }
        }
        codes.Sort(string.CompareOrdinal);
        return string.Join(' ', codes);
    }
}
