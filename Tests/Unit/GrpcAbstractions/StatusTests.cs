using Grpc.Core;
using NUnit.Framework;

namespace ProvincialGateway.Tests.GrpcAbstractions;

[TestFixture]
internal sealed class StatusTests
{
    [Test]
    public void A_status_shows_its_code_and_detail()
    {
        Assert.That(new Status(StatusCode.NotFound, "no such visit").ToString(),
            Is.EqualTo("Status(StatusCode=\"NotFound\", Detail=\"no such visit\")"));
    }

    [Test]
    public void A_status_shows_what_failed_on_this_side()
    {
        var status = new Status(StatusCode.Internal, "sealed", new FormatException("bad byte"));

        Assert.That(status.ToString(), Is.EqualTo(
            "Status(StatusCode=\"Internal\", Detail=\"sealed\", DebugException=\"System.FormatException: bad byte\")"));
    }

    [Test]
    public void The_default_status_is_success()
    {
        Assert.That(default(Status).StatusCode, Is.EqualTo(StatusCode.OK));
        Assert.That(Status.DefaultSuccess, Is.EqualTo(new Status(StatusCode.OK, "")));
        Assert.That(Status.DefaultCancelled, Is.EqualTo(new Status(StatusCode.Cancelled, "")));
    }

    [Test]
    public void The_codes_have_their_numbers_on_the_wire()
    {
        string[] byNumber =
        [
            "OK", "Cancelled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists",
            "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented",
            "Internal", "Unavailable", "DataLoss", "Unauthenticated",
        ];

        Assert.That(Enum.GetValues<StatusCode>().Select(code => (int)code), Is.EqualTo(Enumerable.Range(0, 17)));
        Assert.That(Enum.GetNames<StatusCode>(), Is.EqualTo(byNumber));
    }

    [Test]
    public void An_exception_says_its_status_unless_told_otherwise()
    {
        var status = new Status(StatusCode.Aborted, "try again");
        var trailers = new Metadata { { "a", "1" } };

        Assert.That(new RpcException(status).Message, Is.EqualTo(status.ToString()));
        Assert.That(new RpcException(status, trailers).Message, Is.EqualTo(status.ToString()));
        Assert.That(new RpcException(status, "mine").Message, Is.EqualTo("mine"));
        Assert.That(new RpcException(status, trailers, "mine").Message, Is.EqualTo("mine"));
    }

    [Test]
    public void An_exception_carries_status_trailers_and_cause()
    {
        var cause = new IOException("cut");
        var trailers = new Metadata { { "a", "1" } };
        var failure = new RpcException(new Status(StatusCode.Unavailable, "gone", cause), trailers);

        Assert.That(failure.StatusCode, Is.EqualTo(StatusCode.Unavailable));
        Assert.That(failure.Status.Detail, Is.EqualTo("gone"));
        Assert.That(failure.InnerException, Is.SameAs(cause));
        Assert.That(failure.Trailers, Is.SameAs(trailers));
        Assert.That(new RpcException(Status.DefaultCancelled).Trailers, Is.Empty);
        Assert.That(() => new RpcException(Status.DefaultCancelled, (Metadata)null!), Throws.ArgumentNullException);
    }
}
