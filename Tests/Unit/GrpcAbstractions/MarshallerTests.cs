using System.Buffers;
using System.Text;
using Grpc.Core;
using NUnit.Framework;

namespace ProvincialGateway.Tests.GrpcAbstractions;

[TestFixture]
internal sealed class MarshallerTests
{
    [TestCase("")]
    [TestCase("settlement")]
    [TestCase("云南省异地就医")]
    public void Strings_travel_as_utf8(string text)
    {
        var payload = Marshallers.StringMarshaller.Serializer(text);

        Assert.That(payload, Is.EqualTo(Encoding.UTF8.GetBytes(text)));
        Assert.That(Marshallers.StringMarshaller.Deserializer(payload), Is.EqualTo(text));
    }

    [Test]
    public void A_marshaller_of_arrays_serves_a_transport_that_gives_contexts()
    {
        var context = new CapturedPayload();
        var marshaller = Marshallers.Create(Encoding.UTF8.GetBytes, Encoding.UTF8.GetString);

        marshaller.ContextualSerializer("abc", context);

        Assert.That(context.Payload, Is.EqualTo("abc"u8.ToArray()));
        Assert.That(marshaller.ContextualDeserializer(new GivenPayload("abc"u8.ToArray())), Is.EqualTo("abc"));
    }

    [Test]
    public void A_marshaller_that_completes_with_an_array_serves_callers_that_want_arrays()
    {
        var marshaller = Marshallers.Create(
            (text, context) => context.Complete(Encoding.UTF8.GetBytes(text)),
            context => Encoding.UTF8.GetString(context.PayloadAsNewBuffer()));

        Assert.That(marshaller.Deserializer(marshaller.Serializer("abc")), Is.EqualTo("abc"));
    }

    [Test]
    public void A_marshaller_that_writes_to_the_buffer_serves_callers_that_want_arrays()
    {
        var marshaller = Marshallers.Create(
            (string text, SerializationContext context) =>
            {
                context.SetPayloadLength(Encoding.UTF8.GetByteCount(text));
                context.GetBufferWriter().Write(Encoding.UTF8.GetBytes(text));
                context.Complete();
            },
            context => $"{Encoding.UTF8.GetString(context.PayloadAsReadOnlySequence())}:{context.PayloadLength}");

        Assert.That(marshaller.Deserializer(marshaller.Serializer("云")), Is.EqualTo("云:3"));
    }

    [Test]
    public void A_serializer_completes_a_message_exactly_once()
    {
        var never = Marshallers.Create((string _, SerializationContext _) => { }, _ => "");
        var twice = Marshallers.Create(
            (string _, SerializationContext context) =>
            {
                context.Complete([]);
                context.Complete();
            },
            _ => "");

        Assert.That(() => never.Serializer("a"), Throws.InvalidOperationException);
        Assert.That(() => twice.Serializer("a"), Throws.InvalidOperationException);
    }

    [Test]
    public void What_a_transport_does_not_offer_says_so()
    {
        var serialization = new Bare();
        var deserialization = new GivenPayload([]);

        Assert.That(() => serialization.Complete([]), Throws.TypeOf<NotImplementedException>());
        Assert.That(serialization.Complete, Throws.TypeOf<NotImplementedException>());
        Assert.That(serialization.GetBufferWriter, Throws.TypeOf<NotImplementedException>());
        Assert.That(() => serialization.SetPayloadLength(1), Throws.Nothing, "a hint may be ignored");
        Assert.That(() => deserialization.PayloadAsReadOnlySequence(), Throws.TypeOf<NotImplementedException>());
    }

    [Test]
    public void A_method_knows_its_path()
    {
        Assert.That(RecordingCallInvoker.Method.FullName, Is.EqualTo("/test.v1.Echo/Say"));
        Assert.That(() => new Method<string, string>(MethodType.Unary, "s", null!, Marshallers.StringMarshaller, Marshallers.StringMarshaller),
            Throws.ArgumentNullException);
    }

    private sealed class Bare : SerializationContext;

    private sealed class CapturedPayload : SerializationContext
    {
        public byte[]? Payload { get; private set; }

        public override void Complete(byte[] payload) => Payload = payload;
    }

    private sealed class GivenPayload(byte[] payload) : DeserializationContext
    {
        public override int PayloadLength => payload.Length;

        public override byte[] PayloadAsNewBuffer() => payload;
    }
}
