using System.Buffers.Binary;
using System.Collections;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using System.Text.Json;

namespace ProvincialGateway.Cli;

/// <summary>Hands a command to the node that serves a data folder, and plays back what it writes.</summary>
internal static class ControlClient
{
    /// <summary>The exit code, or null when no node serves the folder. Cancelling asks the node to give up, and waits for its answer.</summary>
    /// <exception cref="CommandRefusedException">The node ended in the middle, or belongs to another user.</exception>
    public static async Task<int?> TryRunAsync(string dataFolder, ParseResult parsed, CancellationToken cancellation)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        if (await ControlSocket.ConnectAsync(dataFolder, cancellation) is not { } socket)
            return null;
        await using var stream = new ControlStream(socket);
        var request = new ControlRequest { Version = Program.Version, Arguments = AbsoluteArguments(parsed), Terminal = Terminal.OfThisProcess() };
        try
        {
            await stream.WriteAsync(ControlFrame.Request, JsonSerializer.SerializeToUtf8Bytes(request), CancellationToken.None);
            await using var cancelling = cancellation.Register(() => _ = CancelAsync(stream));
            return await PlayAsync(stream, output, error);
        }
        catch (IOException)
        {
            throw Broken();
        }
    }

    private static async Task<int> PlayAsync(ControlStream stream, TextWriter output, TextWriter error)
    {
        // A character may be cut in two by the end of a frame.
        var (outputText, errorText) = (Encoding.UTF8.GetDecoder(), Encoding.UTF8.GetDecoder());
        while (await stream.ReadAsync(CancellationToken.None) is var (kind, payload))
        {
            switch (kind)
            {
                case ControlFrame.Output:
                    await output.WriteAsync(Text(outputText, payload));
                    await output.FlushAsync(CancellationToken.None);
                    break;
                case ControlFrame.Error:
                    await error.WriteAsync(Text(errorText, payload));
                    await error.FlushAsync(CancellationToken.None);
                    break;
                case ControlFrame.Exit:
                    return BinaryPrimitives.ReadInt32BigEndian(payload);
                default:
                    throw new IOException($"Frame {kind} does not come from a node.");
            }
        }
        throw Broken();
    }

    private static char[] Text(Decoder decoder, byte[] payload)
    {
        var characters = new char[decoder.GetCharCount(payload, flush: false)];
        decoder.GetChars(payload, characters, flush: false);
        return characters;
    }

    private static async Task CancelAsync(ControlStream stream)
    {
        try
        {
            await stream.WriteAsync(ControlFrame.Cancel, ReadOnlyMemory<byte>.Empty, CancellationToken.None);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The node has answered or ended meanwhile; the reader finds out which.
        }
    }

    /// <summary>The command line with every path absolute: the node stands in another folder than the caller.</summary>
    internal static IReadOnlyList<string> AbsoluteArguments(ParseResult parsed)
    {
        // The same word may be a path in one place and none in another, so tokens are told apart by what they are, not by what they say.
        var paths = PathTokens(parsed.CommandResult).ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. parsed.Tokens.Select(token => paths.Contains(token) ? Path.GetFullPath(token.Value) : token.Value)];
    }

    private static IEnumerable<Token> PathTokens(CommandResult command) => command.Children.SelectMany(child => child switch
    {
        OptionResult option when IsPath(option.Option.ValueType) => option.Tokens,
        ArgumentResult argument when IsPath(argument.Argument.ValueType) => argument.Tokens,
        _ => [],
    });

    private static bool IsPath(Type type) =>
        typeof(FileSystemInfo).IsAssignableFrom(type)
        || (typeof(IEnumerable).IsAssignableFrom(type) && (type.GetElementType() ?? type.GetGenericArguments().FirstOrDefault()) is { } element && IsPath(element));

    private static CommandRefusedException Broken() => new(
        "节点在命令完成前退出，结果未知；请查看节点日志，节点恢复后重新执行（重复执行是安全的）。 / "
        + "the node ended before the command had finished, its result is unknown; read the node's log and run the command again once the node is back (repeating is safe).");
}
