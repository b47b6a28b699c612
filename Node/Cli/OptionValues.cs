using System.CommandLine;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>What people type as values of options, read strictly: a wrong one ends the command, naming the option and what it takes.</summary>
internal static class OptionValues
{
    /// <summary>Null when the option is not given.</summary>
    public static DateOnly? Date(ParseResult parsed, Option<string?> option) => Date(option.Name, parsed.GetValue(option));

    /// <inheritdoc cref="Date(ParseResult, Option{string?})"/>
    public static DateOnly? Date(string option, string? text) => text is null ? null
        // The first and the last year leave no room for the day before or after.
        : ChinaTime.TryParseIso(text, out var date) && date.Year is > 1 and < 9999 ? date
        : throw new CommandRefusedException($"{option} 应为 yyyy-MM-dd 格式的日期。 / {option} takes a date of the form yyyy-MM-dd.");

    public static DateOnly DateOrToday(NodeWork work, ParseResult parsed, Option<string?> option) => Date(parsed, option) ?? work.Time.Today();

    /// <summary>Null when the option is not given.</summary>
    public static string? ExchangeCode(CodeSystem system, ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is not { } code ? null
        : ExchangeCodes.Contains(system, code) ? code
        : throw new CommandRefusedException(
            $"{option.Name} 不是交换码:{string.Join('、', ExchangeCodes.Of(system))}。 / {option.Name} takes one of the exchange codes {string.Join(", ", ExchangeCodes.Of(system))}.");

    public static Division DivisionOf(string option, string text) => Division.TryParse(text, out var division)
        ? division
        : throw new CommandRefusedException($"{option} 应为六位行政区划代码，如 530100。 / {option} takes a six-digit division code such as 530100.");

    public static Division Province(string option, string text) => Division.TryParse(text, out var division) && division.IsProvince
        ? division
        : throw new CommandRefusedException($"{option} 应为省级代码，如 530000。 / {option} takes a province code such as 530000.");

    /// <summary>Null when the option is not given.</summary>
    public static Division? Province(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } text ? Province(option.Name, text) : null;

    /// <summary>Fen, of either sign.</summary>
    public static long Yuan(string option, string text) => Fen.TryParseYuan(text, out var amount)
        ? amount.Value
        : throw new CommandRefusedException($"{option} 应为金额（元），最多两位小数，如 1234.56。 / {option} takes an amount in yuan with at most two decimals, such as 1234.56.");

    /// <summary>Fen, not below zero.</summary>
    public static long YuanNotNegative(string option, string text) => Yuan(option, text) is >= 0 and var amount
        ? amount
        : throw new CommandRefusedException($"{option} 不能为负数。 / {option} cannot be negative.");

    /// <summary>Fen, above zero.</summary>
    public static long YuanAboveZero(string option, string text) => Yuan(option, text) is > 0 and var amount
        ? amount
        : throw new CommandRefusedException($"{option} 应大于 0。 / {option} must be above 0.");

    /// <summary>One line that is kept on record, without the blanks around it.</summary>
    public static string Line(string option, string text, int lengthMax) => text.Trim() is { Length: > 0 } line && line.Length <= lengthMax && !line.Any(char.IsControl)
        ? line
        : throw new CommandRefusedException($"{option} 应为 1 至 {lengthMax} 个字符，不含换行。 / {option} takes 1 to {lengthMax} characters in one line.");
}
