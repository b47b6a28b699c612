using System.CommandLine;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>What lists of dealings with other provinces are narrowed by: the other province, and days from the first to the last.</summary>
/// <param name="chinese">Which days they are, e.g. 业务日期.</param>
/// <param name="english">The same, e.g. business dates.</param>
internal sealed class DealingsFilter(string chinese, string english)
{
    private readonly Option<string?> _partner = new("--partner") { Description = "只列出与该省的 / only those with this province, e.g. 440000" };
    private readonly Option<string?> _from = new("--from") { Description = $"自该{chinese} / {english} from, yyyy-MM-dd" };
    private readonly Option<string?> _to = new("--to") { Description = $"至该{chinese}（含） / {english} to, inclusive, yyyy-MM-dd" };

    public void AddTo(Command command)
    {
        command.Add(_partner);
        command.Add(_from);
        command.Add(_to);
    }

    /// <exception cref="CommandRefusedException">A value is none, or the days are the wrong way round.</exception>
    public Dealings Read(ParseResult parsed)
    {
        var read = new Dealings(OptionValues.Province(parsed, _partner)?.Code, OptionValues.Date(parsed, _from)?.Iso(), OptionValues.Date(parsed, _to)?.Iso());
        return read is { From: { } from, To: { } to } && string.CompareOrdinal(from, to) > 0
            ? throw new CommandRefusedException("--to 早于 --from，请核对。 / --to is before --from, check both.")
            : read;
    }
}

/// <summary>What was asked for. ISO dates, inclusive; null restricts nothing.</summary>
internal sealed record Dealings(string? Partner, string? From, string? To)
{
    public bool Covers(string partner, string date) => Covers(partner, date, date);

    /// <summary>Whether something that lasted from a day to another (ISO) meets what was asked for.</summary>
    public bool Covers(string partner, string first, string last) =>
        (Partner is null || Partner == partner)
        && (From is null || string.CompareOrdinal(last, From) >= 0) && (To is null || string.CompareOrdinal(first, To) <= 0);
}
