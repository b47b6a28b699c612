using System.Buffers;
using System.Text;

namespace Grpc.Core;

/// <summary>
/// Where a serializer puts one message: either <see cref="Complete(byte[])"/> once, or
/// <see cref="GetBufferWriter"/> and then <see cref="Complete()"/>. Transports override all of it.
/// </summary>
public abstract class SerializationContext
{
    // A transport that does not override a way of handing over bytes does not offer it; the exception is the original package's.
    public virtual void Complete(byte[] payload) => throw new NotImplementedException();

    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotImplementedException();

    /// <summary>A hint that spares a copy when the length in bytes is known before the first write.</summary>
    public virtual void SetPayloadLength(int payloadLength)
    {
    }

    public virtual void Complete() => throw new NotImplementedException();
}

/// <summary>The bytes of one message. Valid only while the deserializer runs; transports override all of it.</summary>
public abstract class DeserializationContext
{
    /// <summary>Bytes.</summary>
    public abstract int PayloadLength { get; }

    // As above: not overridden means not offered.
    public virtual byte[] PayloadAsNewBuffer() => throw new NotImplementedException();

    /// <summary>Without a copy: the memory is reused afterwards.</summary>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => throw new NotImplementedException();
}

/// <summary>Turns messages of one type into bytes and back. Both shapes work whichever one it was made from.</summary>
public class Marshaller<T>
{
    public Marshaller(Func<T, byte[]> serializer, Func<byte[], T> deserializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(deserializer);
        Serializer = serializer;
        Deserializer = deserializer;
        ContextualSerializer = (message, context) => context.Complete(serializer(message));
        ContextualDeserializer = context => deserializer(context.PayloadAsNewBuffer());
    }

    public Marshaller(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(deserializer);
        ContextualSerializer = serializer;
        ContextualDeserializer = deserializer;
        Serializer = message =>
        {
            var context = new ArraySerializationContext();
            serializer(message, context);
            return context.Payload;
        };
        Deserializer = payload => deserializer(new ArrayDeserializationContext(payload));
    }

    public Func<T, byte[]> Serializer { get; }

    public Func<byte[], T> Deserializer { get; }

    public Action<T, SerializationContext> ContextualSerializer { get; }

    public Func<DeserializationContext, T> ContextualDeserializer { get; }
}

public static class Marshallers
{
    /// <summary>UTF-8.</summary>
    public static Marshaller<string> StringMarshaller { get; } = new(Encoding.UTF8.GetBytes, Encoding.UTF8.GetString);

    public static Marshaller<T> Create<T>(Func<T, byte[]> serializer, Func<byte[], T> deserializer) =>
        new(serializer, deserializer);

    public static Marshaller<T> Create<T>(
        Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer) =>
        new(serializer, deserializer);
}

internal sealed class ArraySerializationContext : SerializationContext
{
    private readonly ArrayBufferWriter<byte> _writer = new();
    private byte[]? _payload;

    public byte[] Payload =>
        _payload ?? throw new InvalidOperationException("The serializer returned without completing the message.");

    public override void Complete(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        ThrowIfCompleted();
        _payload = payload;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        ThrowIfCompleted();
        return _writer;
    }

    public override void Complete()
    {
        ThrowIfCompleted();
        _payload = _writer.WrittenSpan.ToArray();
    }

    private void ThrowIfCompleted()
    {
        if (_payload is not null)
            throw new InvalidOperationException("The message is already complete.");
    }
}

internal sealed class ArrayDeserializationContext(byte[] payload) : DeserializationContext
{
    public override int PayloadLength => payload.Length;

    public override byte[] PayloadAsNewBuffer() => [.. payload];

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(payload);
}
