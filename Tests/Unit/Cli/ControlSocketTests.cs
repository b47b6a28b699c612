using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.Versioning;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Cli;

internal sealed class ControlSocketTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_folder_without_a_node_answers_nobody() =>
        Assert.That(await ControlSocket.ConnectAsync(_folder.Path, CancellationToken.None), Is.Null);

    [Test]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public async Task A_socket_is_for_its_owner_alone()
    {
        using var listener = ControlSocket.Listen(_folder.Path);
        using var caller = await ControlSocket.ConnectAsync(_folder.Path, CancellationToken.None);
        Assert.That(caller, Is.Not.Null);
        Assert.That(File.GetUnixFileMode(ControlSocket.PathIn(_folder.Path)), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task What_a_killed_node_left_is_replaced()
    {
        LeaveSocket();
        Assert.That(await ControlSocket.ConnectAsync(_folder.Path, CancellationToken.None), Is.Null, "nobody listens any more");

        using var listener = ControlSocket.Listen(_folder.Path);
        using var caller = await ControlSocket.ConnectAsync(_folder.Path, CancellationToken.None);
        Assert.That(caller, Is.Not.Null);
    }

    [Test]
    public async Task A_path_that_is_too_long_for_a_socket_is_reached_all_the_same()
    {
        var deep = Directory.CreateDirectory(_folder.File(new string('深', 60))).FullName;
        var before = Detours();
        using var listener = ControlSocket.Listen(deep);
        using var caller = await ControlSocket.ConnectAsync(deep, CancellationToken.None);

        Assert.That(caller, Is.Not.Null);
        Assert.That(ControlSocket.PathIn(deep), Does.Exist);
        Assert.That(Detours(), Is.EqualTo(before), "the detour is gone");
    }

    [Test]
    public void Every_path_of_a_command_line_becomes_absolute_and_nothing_else_does()
    {
        var file = new Argument<FileInfo>("file");
        var name = new Option<string>("--name");
        var folders = new Option<DirectoryInfo[]>("--in") { AllowMultipleArgumentsPerToken = true };
        var root = new RootCommand { new Command("take", "") { file, name, folders } };

        var parsed = root.Parse(["take", "same", "--name=same", "--in", "same", "../other", "/there", "--name", "b c"]);

        var here = Directory.GetCurrentDirectory();
        Assert.That(ControlClient.AbsoluteArguments(parsed), Is.EqualTo(new[]
        {
            "take", Path.Combine(here, "same"), "--name", "same", "--in", Path.Combine(here, "same"), Path.GetFullPath("../other"), "/there", "--name", "b c",
        }));
    }

    private void LeaveSocket()
    {
        // What a process that is killed leaves: the file of a socket nobody listens on.
        var path = _folder.File("other.sock");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            socket.Listen();
            File.Move(path, ControlSocket.PathIn(_folder.Path));
        }
        Assert.That(ControlSocket.PathIn(_folder.Path), Does.Exist);
    }

    private static string[] Detours() => Directory.GetDirectories(Path.GetTempPath(), "gw-*");
}
