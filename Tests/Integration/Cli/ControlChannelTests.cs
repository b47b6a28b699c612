using System.Buffers.Binary;
using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Tests.Support;
using Spectre.Console;

namespace ProvincialGateway.Tests.Cli;

/// <summary>Commands while the node serves: they are carried out in the node, and whatever happens to them or their caller, the node goes on.</summary>
internal sealed class ControlChannelTests : CountryTest
{
    private TaskCompletionSource _begun = null!, _cancelled = null!;
    private ControlServer _control = null!;

    private static string Samples => Path.Combine(AppContext.BaseDirectory, "Samples");

    [SetUp]
    public void OpenChannel()
    {
        (_begun, _cancelled) = (new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously));
        var entry = Yunnan.Configuration.Find(Yunnan.Division)!;
        var node = new SelectedNode(Yunnan.Configuration, new EffectiveConfiguration([]), entry, Yunnan.DataFolder);
        _control = ControlServer.Start(new RunningNode { Node = node, Host = Yunnan.Host, Time = Clock }, Commands)!;
    }

    // Before the country of the base class is stopped.
    [TearDown]
    public async Task CloseChannel() => await _control.DisposeAsync();

    [Test]
    public async Task A_token_is_rotated_while_the_hospital_works()
    {
        var before = Yunnan.Tokens[KunmingHospital];
        var rotated = await RunAsync("institutions", "rotate-token", KunmingHospital);

        Assert.That((rotated.ExitCode, rotated.Error), Is.EqualTo((0, "")));
        var token = rotated.Output.Trim().Split(' ')[1];
        using var old = new Hospital(Yunnan.HisAddress, before) { InpatientKind = "21" };
        using var renewed = new Hospital(Yunnan.HisAddress, token) { InpatientKind = "21" };
        (await old.VerifyAsync(Patient.OfGuangzhou.ToReference())).Refused("TOKEN_REFUSED", Provincial.His.V1.RefusingSide.Treatment, "token");
        (await renewed.VerifyAsync(Patient.OfGuangzhou.ToReference())).Granted();
    }

    [Test]
    public async Task An_import_runs_in_the_node_and_says_the_same_as_ever()
    {
        var again = await RunAsync("persons", "import", Path.Combine(Samples, "530000-persons.csv"));
        Assert.That((again.ExitCode, again.Error), Is.EqualTo((0, "")));
        Assert.That(again.Output, Does.Match("新增 0，更新 0，未变 \\d+ / added 0, updated 0, unchanged \\d+\n$"));

        var wrong = await RunAsync("persons", "import", Path.Combine(Samples, "530000-filings.csv"));
        Assert.That(wrong.ExitCode, Is.EqualTo(1));
        Assert.That(wrong.Error, Does.Contain("530000-filings.csv"));
        Assert.That(wrong.Output, Does.Contain("nothing was written"));
        await Logs.WaitForAsync(4001, "'persons import'");
        Assert.That(Logs.Entries.Where(entry => entry.EventId == 4001).Select(entry => entry.Message), Has.None.Contains("csv"), "arguments may be personal");
    }

    [Test]
    public async Task The_adapters_of_the_running_node_are_listed_and_loaded_anew()
    {
        var before = Yunnan.Host.Adapters.Find("yunnan");
        var listed = await RunAsync("adapters", "list");
        Assert.That((listed.ExitCode, listed.Error), Is.EqualTo((0, "")));
        Assert.That(listed.Output, Does.Contain("yunnan 1.").And.Contain("yunnan-ydjy-xml").And.Contain("self-pay"));

        var json = JsonNode.Parse((await RunAsync("adapters", "list", "--json")).Output)![0]!;
        Assert.That((json["id"]!.GetValue<string>(), json["state"]!.GetValue<string>(), json["overruns"]!.GetValue<long>()), Is.EqualTo(("yunnan", "loaded", 0L)));

        var reloaded = await RunAsync("adapters", "reload");
        Assert.That((reloaded.ExitCode, reloaded.Error), Is.EqualTo((0, "")));
        Assert.That(reloaded.Output, Does.StartWith("✓ yunnan "));
        Assert.That(Yunnan.Host.Adapters.Find("yunnan"), Is.Not.SameAs(before));

        var unknown = await RunAsync("adapters", "reload", "sichuan");
        Assert.That(unknown.ExitCode, Is.EqualTo(1));
        Assert.That(unknown.Error, Does.Contain("has no adapter sichuan"));
    }

    [Test]
    public async Task A_missing_file_refuses_the_command_and_not_the_node()
    {
        var missing = await RunAsync("persons", "import", "nowhere.csv");
        Assert.That(missing.ExitCode, Is.EqualTo(1));
        Assert.That(missing.Error, Does.Contain(Path.GetFullPath("nowhere.csv")));
        Assert.That((await RunAsync("say")).Output, Is.EqualTo("serving 一\n"));
    }

    [Test]
    public async Task A_command_for_another_node_is_refused()
    {
        var wrong = await RunAsync(["say"], self: "440000");
        Assert.That((wrong.ExitCode, wrong.Output), Is.EqualTo((1, "")));
        Assert.That(wrong.Error, Does.Contain("is served by node 530000; check --as"));
    }

    [Test]
    public async Task A_command_that_breaks_is_logged_and_the_node_goes_on()
    {
        Logs.ExpectError(4002);
        var broken = await RunAsync("break");
        Assert.That(broken.ExitCode, Is.EqualTo(1));
        Assert.That(broken.Error, Does.Contain(nameof(NotSupportedException)).And.Not.Contain("secret"));
        Assert.That((await RunAsync("say")).ExitCode, Is.Zero);
    }

    [Test]
    public async Task Ctrl_C_at_the_caller_cancels_in_the_node()
    {
        using var pressed = new CancellationTokenSource();
        var waiting = RunAsync(["wait"], cancellation: pressed.Token);
        await _begun.Task.WaitAsync(GatewayProcess.Patience);
        await pressed.CancelAsync();

        Assert.That((await waiting.WaitAsync(GatewayProcess.Patience)).ExitCode, Is.EqualTo(130));
        Assert.That(_cancelled.Task.IsCompleted);
    }

    [Test]
    public async Task A_caller_who_is_gone_cancels_too()
    {
        await using (var stream = await ConnectAsync())
        {
            await RequestAsync(stream, "wait");
            await _begun.Task.WaitAsync(GatewayProcess.Patience);
        }
        await _cancelled.Task.WaitAsync(GatewayProcess.Patience);
    }

    [Test]
    public async Task A_node_that_stops_ends_its_commands_and_tells_their_callers()
    {
        var waiting = RunAsync("wait");
        await _begun.Task.WaitAsync(GatewayProcess.Patience);
        await _control.DisposeAsync();

        Assert.That((await waiting.WaitAsync(GatewayProcess.Patience)).ExitCode, Is.EqualTo(130));
        Assert.That(ControlSocket.PathIn(Yunnan.DataFolder), Does.Not.Exist);
        OpenChannel();
    }

    [Test]
    public async Task A_caller_who_does_not_read_holds_up_nobody()
    {
        await using var stream = await ConnectAsync();
        await RequestAsync(stream, "flood");
        await _cancelled.Task.WaitAsync(GatewayProcess.Patience);
        Assert.That((await RunAsync("say")).ExitCode, Is.Zero);
    }

    [Test]
    public async Task The_callers_terminal_travels_along()
    {
        await using var stream = await ConnectAsync();
        await RequestAsync(stream, new Terminal { Width = 140, Colors = ColorSystem.TrueColor }, "screen");
        var (output, _) = await ReadAsync(stream);
        Assert.That(output, Does.Contain("140 ").And.Contain("\u001b["));
        Assert.That((await RunAsync("screen")).Output, Is.EqualTo("120 wide\n"), "a pipe has its own width and no escapes");
    }

    [Test]
    public async Task Another_version_of_the_program_is_turned_away()
    {
        await using var stream = await ConnectAsync();
        await stream.WriteAsync(ControlFrame.Request, JsonSerializer.SerializeToUtf8Bytes(
            new ControlRequest { Version = "0.0.1", Arguments = Words("say"), Terminal = Terminal.None }), CancellationToken.None);
        var (_, error) = await ReadAsync(stream);
        Assert.That(error, Does.Contain("0.0.1").And.Contain(Program.Version).And.Contain("restart the node"));
    }

    [TestCase("demo")]
    [TestCase("audit")]
    public async Task Only_work_on_the_nodes_data_is_carried_out(string command)
    {
        await using var stream = await ConnectAsync();
        await stream.WriteAsync(ControlFrame.Request, JsonSerializer.SerializeToUtf8Bytes(
            new ControlRequest { Version = Program.Version, Arguments = command == "audit" ? [command, Yunnan.DataFolder] : [command], Terminal = Terminal.None }), CancellationToken.None);
        var (_, error) = await ReadAsync(stream);
        Assert.That(error, Does.Contain("does not carry out"));
    }

    [Test]
    public async Task What_is_no_request_is_dropped()
    {
        await using (var stream = await ConnectAsync())
        {
            await stream.WriteAsync(ControlFrame.Exit, new byte[] { 0, 0, 0, 0 }, CancellationToken.None);
            Assert.That(await stream.ReadAsync(CancellationToken.None), Is.Null);
        }
        await Logs.WaitForAsync(4003);
        Assert.That((await RunAsync("say")).ExitCode, Is.Zero);
    }

    /// <summary>The program's commands and some that only a test needs.</summary>
    private RootCommand Commands()
    {
        var root = Program.Root();
        void Add(string name, Func<NodeWork, CancellationToken, Task> work)
        {
            var command = new Command(name, name);
            command.SetNodeAction(new NodeSelection(), async (node, _, cancellation) =>
            {
                await work(node, cancellation);
                return 0;
            });
            root.Add(command);
        }
        Add("say", (work, _) => work.Out.WriteLineAsync(work.Serving is null ? "stopped" : "serving 一"));
        Add("break", (_, _) => throw new NotSupportedException("secret"));
        Add("screen", (work, _) =>
        {
            var screen = work.OpenScreen();
            screen.MarkupLine($"[red]{screen.Profile.Width} wide[/]");
            return Task.CompletedTask;
        });
        Add("wait", (_, cancellation) => UntilCancelledAsync(() => Task.Delay(TimeSpan.FromMilliseconds(10), cancellation)));
        Add("flood", (work, cancellation) => UntilCancelledAsync(() => work.Out.WriteLineAsync(new string('x', 1024 * 1024).AsMemory(), cancellation)));
        return root;
    }

    private async Task UntilCancelledAsync(Func<Task> step)
    {
        _begun.TrySetResult();
        try
        {
            while (true)
                await step();
        }
        catch (OperationCanceledException)
        {
            _cancelled.TrySetResult();
            throw;
        }
    }

    private Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] command) => RunAsync(command, "530000");

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(string[] command, string self = "530000", CancellationToken cancellation = default)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = error };
        var exitCode = await Program.RunAsync(Commands().Parse(Words(command, self)), invocation, cancellation);
        return (exitCode, output.ToString(), error.ToString());
    }

    private string[] Words(params string[] command) => Words(command, "530000");

    private string[] Words(string[] command, string self) =>
        [.. command, "--nodes", Path.Combine(Path.GetDirectoryName(Yunnan.DataFolder)!, "nodes.json"), "--as", self, "--data", Yunnan.DataFolder];

    private async Task<ControlStream> ConnectAsync()
    {
        Socket? socket = await ControlSocket.ConnectAsync(Yunnan.DataFolder, CancellationToken.None);
        Assert.That(socket, Is.Not.Null);
        return new ControlStream(socket!);
    }

    private Task RequestAsync(ControlStream stream, string command) => RequestAsync(stream, Terminal.None, command);

    private Task RequestAsync(ControlStream stream, Terminal terminal, string command) => stream.WriteAsync(ControlFrame.Request, JsonSerializer.SerializeToUtf8Bytes(
        new ControlRequest { Version = Program.Version, Arguments = Words(command), Terminal = terminal }), CancellationToken.None);

    private static async Task<(string Output, string Error)> ReadAsync(ControlStream stream)
    {
        var (output, error) = (new StringBuilder(), new StringBuilder());
        while (await stream.ReadAsync(CancellationToken.None) is var (kind, payload))
        {
            if (kind == ControlFrame.Exit)
                output.Append(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadInt32BigEndian(payload)}");
            else
                (kind == ControlFrame.Output ? output : error).Append(Encoding.UTF8.GetString(payload));
        }
        return (output.ToString(), error.ToString());
    }
}
