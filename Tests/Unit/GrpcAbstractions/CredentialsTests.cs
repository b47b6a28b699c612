using Grpc.Core;
using NUnit.Framework;

namespace ProvincialGateway.Tests.GrpcAbstractions;

[TestFixture]
internal sealed class CredentialsTests
{
    private static readonly object State = new();

    [Test]
    public void Insecure_credentials_say_so()
    {
        Assert.That(Told(ChannelCredentials.Insecure), Is.EqualTo([("insecure", State)]));
    }

    [Test]
    public void Tls_credentials_pass_on_what_they_were_made_of()
    {
        var pair = new KeyCertificatePair("chain", "key");
        VerifyPeerCallback verify = _ => true;

        Assert.That(Told(ChannelCredentials.SecureSsl), Is.EqualTo([("ssl", State), ("", null), ("", null), ("", null)]));
        Assert.That(Told(new SslCredentials("roots", pair, verify)),
            Is.EqualTo(new (string, object?)[] { ("ssl", State), ("", "roots"), ("", pair), ("", verify) }));
        Assert.That(new SslCredentials("roots", pair).KeyCertificatePair, Is.SameAs(pair));
        Assert.That(new SslCredentials("roots").RootCertificates, Is.EqualTo("roots"));
        Assert.That((pair.CertificateChain, pair.PrivateKey), Is.EqualTo(("chain", "key")));
    }

    [Test]
    public void Channel_and_call_credentials_compose()
    {
        var call = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);
        var composite = ChannelCredentials.Create(ChannelCredentials.SecureSsl, call);

        Assert.That(Told(composite),
            Is.EqualTo(new (string, object?)[] { ("composite", State), ("", ChannelCredentials.SecureSsl), ("", call) }));
        Assert.That(() => ChannelCredentials.Create(null!, call), Throws.ArgumentNullException);
        Assert.That(() => ChannelCredentials.Create(ChannelCredentials.SecureSsl, null!), Throws.ArgumentNullException);
    }

    [Test]
    public void Call_credentials_of_an_interceptor_give_that_interceptor()
    {
        AsyncAuthInterceptor interceptor = (_, _) => Task.CompletedTask;
        var configurator = new CallConfigurator();

        CallCredentials.FromInterceptor(interceptor).InternalPopulateConfiguration(configurator, State);

        Assert.That(configurator.Told, Is.EqualTo(new (object?, object)[] { (State, interceptor) }));
        Assert.That(() => CallCredentials.FromInterceptor(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void Call_credentials_compose_in_order()
    {
        var first = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);
        var second = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);
        var configurator = new CallConfigurator();

        CallCredentials.Compose(first, second).InternalPopulateConfiguration(configurator, State);

        Assert.That(configurator.Told.Single().Value, Is.EqualTo(new[] { first, second }));
        Assert.That(() => CallCredentials.Compose(first), Throws.ArgumentException);
        Assert.That(() => CallCredentials.Compose(first, null!), Throws.ArgumentException);
    }

    [Test]
    public void The_call_that_asks_for_authentication_is_described()
    {
        using var cancellation = new CancellationTokenSource();
        var context = new AuthInterceptorContext("https://peer.example", "Check", cancellation.Token);

        Assert.That((context.ServiceUrl, context.MethodName), Is.EqualTo(("https://peer.example", "Check")));
        Assert.That(context.CancellationToken, Is.EqualTo(cancellation.Token));
        Assert.That(new AuthInterceptorContext("https://peer.example", "Check").CancellationToken.CanBeCanceled, Is.False);
    }

    [Test]
    public void A_peer_is_authenticated_when_a_property_names_it()
    {
        var subject = AuthProperty.Create("subject", "CN=节点"u8.ToArray());
        var other = AuthProperty.Create("issuer", "CN=root"u8.ToArray());
        var properties = new Dictionary<string, List<AuthProperty>> { ["subject"] = [subject], ["issuer"] = [other] };
        var context = new AuthContext("subject", properties);

        Assert.That(context.IsPeerAuthenticated, Is.True);
        Assert.That(context.PeerIdentityPropertyName, Is.EqualTo("subject"));
        Assert.That(context.PeerIdentity, Is.EqualTo([subject]));
        Assert.That(context.Properties, Is.EquivalentTo([subject, other]));
        Assert.That(context.FindPropertiesByName("issuer"), Is.EqualTo([other]));
        Assert.That(context.FindPropertiesByName("absent"), Is.Empty);
        Assert.That((subject.Name, subject.Value), Is.EqualTo(("subject", "CN=节点")));
    }

    [Test]
    public void A_peer_without_a_naming_property_is_anonymous()
    {
        var context = new AuthContext(null, []);

        Assert.That(context.IsPeerAuthenticated, Is.False);
        Assert.That(context.PeerIdentity, Is.Empty);
    }

    [Test]
    public void The_bytes_of_a_property_cannot_be_changed_from_outside()
    {
        byte[] bytes = [65];
        var property = AuthProperty.Create("subject", bytes);

        bytes[0] = 66;
        property.ValueBytes[0] = 66;

        Assert.That(property.ValueBytes, Is.EqualTo(new byte[] { 65 }));
    }

    private static List<(string What, object? Value)> Told(ChannelCredentials credentials)
    {
        var configurator = new ChannelConfigurator();
        credentials.InternalPopulateConfiguration(configurator, State);
        return configurator.Told;
    }

    private sealed class ChannelConfigurator : ChannelCredentialsConfiguratorBase
    {
        public List<(string What, object? Value)> Told { get; } = [];

        public override void SetInsecureCredentials(object state) => Told.Add(("insecure", state));

        public override void SetSslCredentials(
            object state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback) =>
            Told.AddRange([("ssl", state), ("", rootCertificates), ("", keyCertificatePair), ("", verifyPeerCallback)]);

        public override void SetCompositeCredentials(
            object state, ChannelCredentials channelCredentials, CallCredentials callCredentials) =>
            Told.AddRange([("composite", state), ("", channelCredentials), ("", callCredentials)]);
    }

    private sealed class CallConfigurator : CallCredentialsConfiguratorBase
    {
        public List<(object? State, object Value)> Told { get; } = [];

        public override void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials) =>
            Told.Add((state, credentials));

        public override void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor) =>
            Told.Add((state, interceptor));
    }
}
