using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;
using NUnit.Framework;

namespace ProvincialGateway.Tests.GrpcAbstractions;

[TestFixture]
internal sealed class StreamTests
{
    private static readonly ICompressionProvider[] Providers =
        [new GzipCompressionProvider(CompressionLevel.Fastest), new DeflateCompressionProvider(CompressionLevel.Fastest)];

    [Test]
    public async Task Reading_all_gives_every_message_in_order()
    {
        var messages = new List<int>();

        await foreach (var message in new ListReader<int>([1, 2, 3]).ReadAllAsync())
            messages.Add(message);

        Assert.That(messages, Is.EqualTo([1, 2, 3]));
    }

    [Test]
    public async Task Reading_all_stops_when_either_token_is_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        Assert.That(async () => await Drain(Reader().ReadAllAsync(cancellation.Token)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await Drain(Reader().ReadAllAsync().WithCancellation(cancellation.Token)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => ((IAsyncStreamReader<int>)null!).ReadAllAsync(), Throws.ArgumentNullException);

        static ListReader<int> Reader() => new([1]);
    }

    [Test]
    public async Task A_reader_of_references_moves_without_a_token()
    {
        var reader = new ListReader<string>(["a"]);

        Assert.That((await reader.MoveNext(), reader.Current, await reader.MoveNext()), Is.EqualTo((true, "a", false)));
    }

    [Test]
    public async Task A_writer_that_cannot_cancel_refuses_a_token_it_would_ignore()
    {
        using var cancellation = new CancellationTokenSource();
        var list = new ListWriter<string>();
        IAsyncStreamWriter<string> writer = list;

        await writer.WriteAsync("a", CancellationToken.None);

        Assert.That(() => writer.WriteAsync("b", cancellation.Token), Throws.TypeOf<NotSupportedException>());
        Assert.That(list.Messages, Is.EqualTo(["a"]));
    }

    [TestCaseSource(nameof(Providers))]
    public void What_is_compressed_comes_back(ICompressionProvider provider)
    {
        var original = Enumerable.Range(0, 10_000).Select(number => (byte)(number / 100)).ToArray();

        var compressed = Compress(provider, original, null);
        using var decompressed = new MemoryStream();
        using (var reading = provider.CreateDecompressionStream(new MemoryStream(compressed)))
            reading.CopyTo(decompressed);

        Assert.That(compressed, Has.Length.LessThan(original.Length / 4));
        Assert.That(decompressed.ToArray(), Is.EqualTo(original));
    }

    [TestCaseSource(nameof(Providers))]
    public void The_level_of_the_call_wins_over_the_default(ICompressionProvider provider)
    {
        byte[] original = new byte[1000];

        Assert.That(Compress(provider, original, CompressionLevel.NoCompression), Has.Length.GreaterThan(original.Length));
        Assert.That(Compress(provider, original, null), Has.Length.LessThan(original.Length));
    }

    [Test]
    public void The_formats_are_the_ones_their_names_mean_on_the_wire()
    {
        Assert.That(Providers.Select(provider => provider.EncodingName), Is.EqualTo(["gzip", "deflate"]));
        Assert.That(Compress(Providers[0], [1], null).Take(2), Is.EqualTo(new byte[] { 0x1f, 0x8b }), "RFC 1952");
        Assert.That(Compress(Providers[1], [1], null)[0], Is.EqualTo(0x78), "RFC 1950");
    }

    [Test]
    public void The_states_of_a_connection_have_their_numbers()
    {
        Assert.That(Enum.GetNames<ConnectivityState>(),
            Is.EqualTo(["Idle", "Connecting", "Ready", "TransientFailure", "Shutdown"]));
        Assert.That(Enum.GetValues<ConnectivityState>().Select(state => (int)state), Is.EqualTo([0, 1, 2, 3, 4]));
    }

    // The written stream must still be open afterwards: the transport goes on with it.
    private static byte[] Compress(ICompressionProvider provider, byte[] bytes, CompressionLevel? level)
    {
        using var target = new MemoryStream();
        using (var writing = provider.CreateCompressionStream(target, level))
            writing.Write(bytes);
        Assert.That(target.CanWrite, Is.True);
        return target.ToArray();
    }

    private static async Task Drain(IAsyncEnumerable<int> messages)
    {
        await foreach (var _ in messages)
        {
        }
    }

    private static async Task Drain(System.Runtime.CompilerServices.ConfiguredCancelableAsyncEnumerable<int> messages)
    {
        await foreach (var _ in messages)
        {
        }
    }
}
