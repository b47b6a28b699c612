using System.CommandLine;
using System.Globalization;
using NUnit.Framework;
using ProvincialGateway.Cli;

namespace ProvincialGateway.Tests.Walk;

/// <summary>The operators of all provinces: command lines, carried out in the nodes that serve.</summary>
internal sealed class Operators(TimeProvider time, Tally tally)
{
    private readonly Command _root = Program.Root();

    /// <summary>The command is one the program knows, and is carried out or refused with a reason; anything else is a fault.</summary>
    public async Task RunAsync(PilotProvince province, string operation, params IEnumerable<string> words)
    {
        using var said = new StringWriter(CultureInfo.InvariantCulture);
        var invocation = new LiveInvocation { Node = province.Running(time), Terminal = Terminal.None, Output = said, Error = said };
        var parsed = _root.Parse([.. words, "--as", province.Division.Code, "--data", province.DataFolder]);
        Assert.That(parsed.Errors, Is.Empty, string.Join(' ', words));
        var exitCode = await Program.RunAsync(parsed, invocation, CancellationToken.None);
        Assert.That(exitCode, Is.AnyOf(0, 1), $"{string.Join(' ', words)}: {said}");
        tally.Count(operation, exitCode == 0 ? Tally.Granted : Tally.Refused);
    }
}
