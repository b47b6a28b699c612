using System.Net.Sockets;
using System.Text;

namespace ProvincialGateway.Cli;

/// <summary>
/// Where a running node takes commands: <c>control.sock</c> in its data folder, a Unix domain socket that only the node's own user can
/// connect to.
/// </summary>
internal static class ControlSocket
{
    public const string FileName = "control.sock";

    // The address of such a socket holds 104 to 108 bytes, depending on the system.
    private const int PathBytesMax = 100;

    private const int Waiting = 16;

    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, FileName);

    /// <summary>Listens. The caller holds the folder's lock, so a socket that is there already was left by a node that was killed.</summary>
    /// <exception cref="SocketException">The folder's file system has no sockets.</exception>
    /// <exception cref="IOException">The old socket cannot be removed.</exception>
    public static Socket Listen(string dataFolder)
    {
        File.Delete(PathIn(dataFolder));
        var socket = New();
        try
        {
            using var reach = new Reach(dataFolder);
            socket.Bind(new UnixDomainSocketEndPoint(reach.Path));
            // Nobody can connect before Listen, so there is no moment in which another user could.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(PathIn(dataFolder), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Waiting);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Null when no node listens there.</summary>
    /// <exception cref="CommandRefusedException">A node of another user listens there.</exception>
    public static async Task<Socket?> ConnectAsync(string dataFolder, CancellationToken cancellation)
    {
        if (!File.Exists(PathIn(dataFolder)))
            return null;
        var socket = New();
        try
        {
            using var reach = new Reach(dataFolder);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(reach.Path), cancellation);
            return socket;
        }
        catch (SocketException fault) when (fault.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            socket.Dispose();
            return null;
        }
        catch (SocketException fault) when (fault.SocketErrorCode is SocketError.AccessDenied)
        {
            socket.Dispose();
            throw new CommandRefusedException(
                $"正在运行的节点属于另一个用户，无法连接 {PathIn(dataFolder)}；请以运行节点的用户执行本命令。 / "
                + $"the running node belongs to another user and {PathIn(dataFolder)} refuses this one; run the command as the user who runs the node.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <summary>
    /// A path to the socket that is short enough for its address: where the folder's own path is too long, through a link in a private
    /// temporary folder that is gone once the address has been used. The socket itself always stands in the data folder.
    /// </summary>
    private sealed class Reach : IDisposable
    {
        private readonly DirectoryInfo? _detour;

        public Reach(string dataFolder)
        {
            Path = PathIn(dataFolder);
            if (Encoding.UTF8.GetByteCount(Path) <= PathBytesMax)
                return;
            _detour = Directory.CreateTempSubdirectory("gw-");
            Path = PathIn(Directory.CreateSymbolicLink(System.IO.Path.Combine(_detour.FullName, "d"), dataFolder).FullName);
        }

        public string Path { get; }

        public void Dispose()
        {
            if (_detour is null)
                return;
            Directory.Delete(System.IO.Path.Combine(_detour.FullName, "d"));
            _detour.Delete();
        }
    }
}
