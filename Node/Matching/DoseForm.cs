using System.Collections.Frozen;

namespace ProvincialGateway.Matching;

/// <summary>A dose form as a path from the group to the exact form: <c>tablet</c>, <c>tablet/plain</c>, <c>tablet/plain/film-coated</c>.</summary>
/// <param name="Text">As it stood in the catalogue.</param>
internal sealed record DoseForm(string Path, string Text)
{
    private const string Plain = "/plain";

    /// <summary>Words that cover several groups, or leave open how the drug is taken.</summary>
    private static readonly FrozenDictionary<string, string[]> Covers = new Dictionary<string, string[]>
    {
        ["oral-solid"] = ["tablet", "capsule"],
        ["topical"] = ["ointment", "cream", "gel", "lotion", "liniment", "tincture", "solution", "spray", "patch", "aerosol", "paste", "film"],
        ["solution"] = ["oral-liquid"],
        ["inhalation"] = ["oral-liquid/suspension", "solution"],
        ["aerosol"] = ["inhalation", "inhalation/aerosol"],
        ["powder"] = ["granule"],
    }.ToFrozenDictionary();

    public string Group => Path.Split('/')[0];

    public static Verdict Compare(DoseForm? local, DoseForm? exchange)
    {
        if (local is null || exchange is null)
            return local is null && exchange is null ? Verdict.Silent : local is null ? Verdict.ExchangeOnly : Verdict.LocalOnly;
        if (local.Path == exchange.Path)
            return Verdict.Agrees;
        if (exchange.IsExacterThan(local))
            return exchange.Path == local.Path + Plain ? Verdict.ExchangeMore : Verdict.ExchangeOnly;
        if (local.IsExacterThan(exchange))
            return local.Path == exchange.Path + Plain ? Verdict.LocalMore : Verdict.LocalOnly;
        return exchange.Includes(local) ? Verdict.LocalMore : local.Includes(exchange) ? Verdict.ExchangeMore : Verdict.Differs;
    }

    /// <summary>One form out of what several places of one item say; the most exact one counts.</summary>
    /// <param name="agree">False when they contradict each other.</param>
    public static DoseForm? Together(IEnumerable<DoseForm?> forms, out bool agree)
    {
        agree = true;
        DoseForm? all = null;
        foreach (var form in forms)
        {
            if (all is null)
                all = form;
            else if (form is not null)
            {
                var differs = Compare(all, form) == Verdict.Differs;
                // 六味地黄丸(浓缩丸): the plain word first, then the exact one.
                var isPlainWord = differs && all.Group == form.Group && all.Path == all.Group + Plain;
                agree &= !differs || isPlainWord;
                all = isPlainWord || form.IsExacterThan(all) || all.Includes(form) ? form : all;
            }
        }
        return all;
    }

    // 片剂 is most likely the plain tablet, but may be any.
    private bool IsExacterThan(DoseForm other) => Path.Length > other.Path.Length && Path.StartsWith(other.Path, StringComparison.Ordinal) && Path[other.Path.Length] == '/';

    private bool Includes(DoseForm other) => Covers.TryGetValue(Path, out var covered) && (covered.Contains(other.Group) || covered.Contains(other.Path));
}
