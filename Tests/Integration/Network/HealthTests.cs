using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ProvincialGateway.Tests.Network;

internal sealed class HealthTests : NetworkTest
{
    private const string Settlement = "provincial.exchange.v1.SettlementService";

    [Test]
    public async Task A_node_serves_nothing_before_it_says_so()
    {
        await StartBothAsync();
        using var channel = Channel();
        var health = new Health.HealthClient(channel);
        Assert.That((await health.CheckAsync(new())).Status, Is.EqualTo(ServingStatus.NotServing));
        Guangdong.Health.Set("", serving: true);
        Assert.That((await health.CheckAsync(new())).Status, Is.EqualTo(ServingStatus.Serving));
    }

    [Test]
    public async Task An_unknown_service_is_not_found()
    {
        await StartBothAsync();
        using var channel = Channel();
        Assert.That(async () => await new Health.HealthClient(channel).CheckAsync(new() { Service = Settlement }),
            Throws.TypeOf<RpcException>().With.Property(nameof(RpcException.StatusCode)).EqualTo(StatusCode.NotFound));
    }

    [Test]
    public async Task A_watch_tells_the_status_and_each_change_of_it()
    {
        await StartBothAsync();
        using var channel = Channel();
        using var watch = new Health.HealthClient(channel).Watch(new() { Service = Settlement });
        Assert.That(await NextAsync(watch), Is.EqualTo(ServingStatus.ServiceUnknown));
        Guangdong.Health.Set(Settlement, serving: true);
        Assert.That(await NextAsync(watch), Is.EqualTo(ServingStatus.Serving));
        Guangdong.Health.Set("", serving: true);
        Guangdong.Health.Set(Settlement, serving: false);
        Assert.That(await NextAsync(watch), Is.EqualTo(ServingStatus.NotServing), "changes of other services are not told");
    }

    [Test]
    public async Task A_watch_does_not_hold_up_the_nodes_stop()
    {
        await StartBothAsync();
        using var channel = Channel();
        using var watch = new Health.HealthClient(channel).Watch(new());
        Assert.That(await NextAsync(watch), Is.EqualTo(ServingStatus.NotServing));
        await Guangdong.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>A watch stays open, so whoever opens one after another would fill the node with them.</summary>
    [Test]
    public async Task A_peer_has_only_a_few_watches_open_at_once()
    {
        const int OpenMax = 4;
        await StartBothAsync();
        using var channel = Channel();
        var health = new Health.HealthClient(channel);
        var watches = Enumerable.Range(0, OpenMax).Select(_ => health.Watch(new())).ToList();
        foreach (var watch in watches)
            Assert.That(await NextAsync(watch), Is.EqualTo(ServingStatus.NotServing));

        using (var oneMore = health.Watch(new()))
            await Assert.ThatAsync(() => NextAsync(oneMore), Throws.TypeOf<RpcException>().With.Property(nameof(RpcException.StatusCode)).EqualTo(StatusCode.ResourceExhausted));
        Assert.That((await health.CheckAsync(new())).Status, Is.EqualTo(ServingStatus.NotServing), "A probe is answered.");

        watches[0].Dispose();
        await Eventually.GetAsync("the place of the one that ended to be free", async () =>
        {
            using var another = health.Watch(new());
            try
            {
                return await NextAsync(another);
            }
            catch (RpcException refused) when (refused.StatusCode is StatusCode.ResourceExhausted)
            {
                return (ServingStatus?)null;
            }
        }, Is.EqualTo(ServingStatus.NotServing));
        watches.ForEach(watch => watch.Dispose());
    }

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.That(await watch.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30)), Is.True);
        return watch.ResponseStream.Current.Status;
    }

    private GrpcChannel Channel() => GrpcChannel.ForAddress(Guangdong.Entry.Address, new GrpcChannelOptions
    {
        DisposeHttpClient = true,
        HttpHandler = new SocketsHttpHandler
        {
            SslOptions =
            {
                LocalCertificateSelectionCallback = (_, _, _, _, _) => Yunnan.Certificate.Certificate,
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null,
            },
        },
    });
}
