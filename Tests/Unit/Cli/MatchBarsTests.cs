using System.Globalization;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Matching;
using Spectre.Console;

namespace ProvincialGateway.Tests.Cli;

internal sealed class MatchBarsTests
{
    [Test]
    public void A_reader_at_a_terminal_sees_bars_wherever_the_command_is_carried_out() =>
        Assert.That(Shown(new Terminal { Width = 120, Colors = ColorSystem.Standard }), Does.Contain("匹配 match").And.Contain("100%"));

    [Test]
    public void A_pipe_gets_nothing() => Assert.That(Shown(Terminal.None), Is.Empty);

    private static string Shown(Terminal terminal)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        var result = MatchBars.Run(Screen.Open(writer, terminal), (MatchProgress progress) =>
        {
            var advance = progress("匹配 match", 2);
            advance(1);
            advance(1);
            return 7;
        });
        Assert.That(result, Is.EqualTo(7));
        return writer.ToString();
    }
}
