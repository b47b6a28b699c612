using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Processes;

/// <summary>
/// "An adapter in an hour" of Adapters/README.md, executed as it stands there by a shell: every command has to succeed. Only the two ports are put in
/// the place of those of the text.
/// </summary>
[TestFixture]
internal sealed partial class AdapterTutorialTests
{
    private const string Heading = "## An adapter in an hour\n";

    [Test]
    public async Task Its_commands_do_what_they_say()
    {
        using var folder = new TempFolder();
        var bin = Directory.CreateDirectory(folder.File("bin")).FullName;
        await WriteProgramAsync(Path.Combine(bin, "gateway"), $"exec dotnet '{GatewayProcess.Program}' \"$@\"");
        var work = Directory.CreateDirectory(folder.File("work")).FullName;
        var script = folder.File("tutorial.sh");
        // What the tutorial starts must not outlive it, whatever fails in it.
        await File.WriteAllTextAsync(script, $"set -euo pipefail\nexport PATH=\"{bin}:$PATH\"\ntrap 'kill ${{NODE:-}} 2>/dev/null || true' EXIT\n{Commands()}");

        await using var tutorial = GatewayProcess.Start("bash", work, [script]);
        var exitCode = await tutorial.WaitForExitAsync(TimeSpan.FromMinutes(10));

        Assert.That(exitCode, Is.Zero, () => $"{tutorial.Describe()}\n{ReadIfThere(Path.Combine(work, "node.log"))}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tutorial.Output, Does.Contain("not green: SX0002").And.Contain("shaanxi 1.0.1").And.Contain("Verified OK").And.Contain("is what was verified"));
            Assert.That(Regex.Count(tutorial.Output, "✓ 全部通过 green"), Is.EqualTo(5), "verify, and the report that is read again");
            Assert.That(tutorial.Output, Does.Contain("\"transactionCode\": \"checkout\"").And.Contain("\"$type\": \"Discharge\""));
            Assert.That(await File.ReadAllTextAsync(Path.Combine(work, "node.log")), Does.Contain("Adapter shaanxi was replaced: 1.0.0 gave way to 1.0.1").And.Contain("node 610000 stops"));
        }
    }

    private static string Commands()
    {
        var text = File.ReadAllText(Repository.PathTo("Adapters", "README.md"));
        var section = text[(text.IndexOf(Heading, StringComparison.Ordinal) + Heading.Length)..];
        section = section[..section.IndexOf("\n## ", StringComparison.Ordinal)];
        var blocks = Block().Matches(section).Select(block => block.Groups["commands"].Value).ToList();
        Assert.That(blocks, Has.Count.EqualTo(7), "one block a step");
        using ReservedPort peers = new(), his = new();
        return string.Concat(blocks).Replace("7610", $"{peers.Port}", StringComparison.Ordinal).Replace("8610", $"{his.Port}", StringComparison.Ordinal);
    }

    private static async Task WriteProgramAsync(string path, string command)
    {
        await File.WriteAllTextAsync(path, $"#!/bin/sh\n{command}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private static string ReadIfThere(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    [GeneratedRegex("```sh\n(?<commands>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
