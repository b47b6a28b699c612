using System.CommandLine;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>Who changes something and why: what every change on record says.</summary>
internal sealed class OperatorOption
{
    private const int NameLengthMax = 50, ReasonLengthMax = 200;

    private readonly Option<string?> _name = new("--operator") { Description = "经办人，省略时为操作系统用户 / who does it; by default the user of the operating system" };
    private readonly Option<string> _reason = new("--reason") { Description = "原因，不含个人信息 / why, without personal data", Required = true };

    public void AddTo(Command command)
    {
        command.Add(_reason);
        command.Add(_name);
    }

    /// <exception cref="CommandRefusedException">A text is empty, too long or of several lines.</exception>
    public Change Read(NodeWork work, ParseResult parsed) => new(
        Line("--operator", parsed.GetValue(_name) ?? Environment.UserName, NameLengthMax),
        Line("--reason", parsed.GetRequiredValue(_reason), ReasonLengthMax),
        work.Time.NowMs());

    /// <exception cref="CommandRefusedException">The option is no date.</exception>
    public static DateOnly? Date(string option, string? text) => text is null ? null
        : ChinaTime.TryParseIso(text, out var date) ? date
        : throw new CommandRefusedException($"{option} 应为 yyyy-MM-dd 格式的日期。 / {option} takes a date of the form yyyy-MM-dd.");

    /// <exception cref="CommandRefusedException">The option is no division.</exception>
    public static Division DivisionOf(string option, string text) => Division.TryParse(text, out var division)
        ? division
        : throw new CommandRefusedException($"{option} 应为六位行政区划代码。 / {option} takes a six-digit division code.");

    public static CommandRefusedException Refused(Refusal refusal) => new(
        $"{refusal.Code.ToString()} {refusal.MessageZh}{refusal.NextStepZh} / {refusal.MessageEn} {refusal.NextStepEn}");

    private static string Line(string option, string text, int lengthMax) => text.Trim() is { Length: > 0 } line && line.Length <= lengthMax && !line.Any(char.IsControl)
        ? line
        : throw new CommandRefusedException($"{option} 应为 1 至 {lengthMax} 个字符,不含换行。 / {option} takes 1 to {lengthMax} characters in one line.");
}
