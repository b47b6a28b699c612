using Grpc.Core;
using NUnit.Framework;

namespace ProvincialGateway.Tests.GrpcAbstractions;

[TestFixture]
internal sealed class CallOptionsTests
{
    private static readonly DateTime Deadline = new(2016, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Test]
    public void The_default_asks_for_nothing()
    {
        var options = default(CallOptions);

        Assert.That(options, Is.EqualTo(new CallOptions()));
        Assert.That(options.Headers, Is.Null);
        Assert.That(options.Deadline, Is.Null);
        Assert.That(options.CancellationToken.CanBeCanceled, Is.False);
        Assert.That(options.WriteOptions, Is.Null);
        Assert.That(options.PropagationToken, Is.Null);
        Assert.That(options.Credentials, Is.Null);
        Assert.That(options.IsWaitForReady, Is.False);
    }

    [Test]
    public void Each_change_keeps_all_the_others()
    {
        using var cancellation = new CancellationTokenSource();
        var headers = new Metadata();
        var writes = new WriteOptions(WriteFlags.NoCompress);
        var credentials = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);

        var changed = default(CallOptions)
            .WithHeaders(headers)
            .WithDeadline(Deadline)
            .WithCancellationToken(cancellation.Token)
            .WithWriteOptions(writes)
            .WithCredentials(credentials)
            .WithWaitForReady();
        var constructed = new CallOptions(headers, Deadline, cancellation.Token, writes, null, credentials).WithWaitForReady();

        Assert.That(changed, Is.EqualTo(constructed));
        Assert.That(changed.Headers, Is.SameAs(headers));
        Assert.That(changed.Deadline, Is.EqualTo(Deadline));
        Assert.That(changed.CancellationToken, Is.EqualTo(cancellation.Token));
        Assert.That(changed.WriteOptions, Is.SameAs(writes));
        Assert.That(changed.Credentials, Is.SameAs(credentials));
        Assert.That(changed.IsWaitForReady, Is.True);
        Assert.That(changed.WithWaitForReady(false).IsWaitForReady, Is.False);
    }

    [Test]
    public void A_change_leaves_the_original_alone()
    {
        var original = new CallOptions(deadline: Deadline);

        original.WithDeadline(Deadline.AddDays(1));

        Assert.That(original.Deadline, Is.EqualTo(Deadline));
    }

    [Test]
    public void Write_and_propagation_options_have_the_documented_defaults()
    {
        Assert.That(WriteOptions.Default.Flags, Is.EqualTo((WriteFlags)0));
        Assert.That((int)(WriteFlags.BufferHint | WriteFlags.NoCompress), Is.EqualTo(3));
        Assert.That(ContextPropagationOptions.Default.IsPropagateDeadline, Is.True);
        Assert.That(ContextPropagationOptions.Default.IsPropagateCancellation, Is.True);
        Assert.That(new ContextPropagationOptions(propagateDeadline: false).IsPropagateDeadline, Is.False);
        Assert.That(new ContextPropagationOptions(propagateCancellation: false).IsPropagateCancellation, Is.False);
    }
}
