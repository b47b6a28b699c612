using System.Collections;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.His;

/// <summary>
/// How one type of an adapter record and its counterpart in <c>provincial.his.v1</c> become each other. Records and messages have the same
/// fields by the same names, so shapes are derived from both once and then used for every message.
/// </summary>
internal abstract class CanonicalJsonShape
{
    /// <summary>The shape that <paramref name="type"/>, a property's or a list element's, has in <paramref name="field"/>.</summary>
    /// <exception cref="InvalidOperationException">The two contracts differ.</exception>
    public static CanonicalJsonShape Of(Type type, FieldDescriptor field)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return field.IsRepeated
                ? new CanonicalJsonList(type.GetGenericArguments()[0], field)
                : new CanonicalJsonWrappedList(type.GetGenericArguments()[0], field.MessageType);
        }
        if (type.IsEnum)
            return CanonicalJsonScalar.OfEnum(type, field.EnumType);
        return CanonicalJsonScalar.Find(type) ?? (CanonicalJsonShape)new CanonicalJsonRecord(type, field.MessageType);
    }

    /// <summary>From the value of a record's property to the value of the message's field.</summary>
    public abstract object Write(object value);

    /// <summary>The way back. What came from outside was checked before.</summary>
    public abstract object Read(object value);

    /// <summary>The first thing that keeps a hospital's JSON from being read, or null.</summary>
    public abstract HisRefusal? Check(JsonElement json, CanonicalJsonPlace place);

    /// <summary>Not given: left out, null or, where the type allows it, empty.</summary>
    public virtual bool IsAbsent(JsonElement json) => json.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    protected static IMessage Create(MessageDescriptor message) =>
        (IMessage)(Activator.CreateInstance(message.ClrType) ?? throw new InvalidOperationException($"{message.Name} cannot be created."));

    protected static void Set(IMessage message, FieldDescriptor field, object value)
    {
        if (!field.IsRepeated)
        {
            field.Accessor.SetValue(message, value);
            return;
        }
        var list = (IList)field.Accessor.GetValue(message);
        foreach (var item in (IEnumerable)value)
            list.Add(item);
    }
}

/// <summary>A list and a repeated field.</summary>
internal sealed class CanonicalJsonList(Type elementType, FieldDescriptor field) : CanonicalJsonShape
{
    private readonly CanonicalJsonShape _element = Of(elementType, field);

    public override object Write(object value) => ((IEnumerable)value).Cast<object>().Select(_element.Write);

    public override object Read(object value)
    {
        var values = (IList)value;
        var items = Array.CreateInstance(elementType, values.Count);
        for (var index = 0; index < values.Count; index++)
            items.SetValue(_element.Read(values[index]!), index);
        return items;
    }

    public override bool IsAbsent(JsonElement json) => base.IsAbsent(json) || (json.ValueKind is JsonValueKind.Array && json.GetArrayLength() == 0);

    public override HisRefusal? Check(JsonElement json, CanonicalJsonPlace place)
    {
        if (json.ValueKind is not JsonValueKind.Array)
            return place.Invalid(CanonicalJsonFault.NotAList);
        return json.EnumerateArray()
            .Select((item, index) => _element.IsAbsent(item) ? place.Item(index).Missing() : _element.Check(item, place.Item(index)))
            .FirstOrDefault(refusal => refusal is not null);
    }
}

/// <summary>A list that may be absent, which is not the same as empty: in proto3 a message around a repeated field <c>values</c>.</summary>
internal sealed class CanonicalJsonWrappedList(Type elementType, MessageDescriptor wrapper) : CanonicalJsonShape
{
    private readonly FieldDescriptor _values = wrapper.FindFieldByName("values");
    private readonly CanonicalJsonList _list = new(elementType, wrapper.FindFieldByName("values"));

    public override object Write(object value)
    {
        var message = Create(wrapper);
        Set(message, _values, _list.Write(value));
        return message;
    }

    public override object Read(object value) => _list.Read(_values.Accessor.GetValue((IMessage)value));

    public override HisRefusal? Check(JsonElement json, CanonicalJsonPlace place)
    {
        if (CanonicalJsonMembers.Check(json, wrapper, place, out var given) is { } refusal)
            return refusal;
        var values = given.GetValueOrDefault(_values);
        // Field names follow the record, which has no wrapper.
        var inside = place with { Element = place.Member(_values).Element };
        return _list.IsAbsent(values) ? inside.Missing() : _list.Check(values, inside);
    }
}
