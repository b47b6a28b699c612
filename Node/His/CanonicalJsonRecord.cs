using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.His;

/// <summary>A record and a message, field by field. A property that is <c>required</c> is mandatory in a hospital's JSON.</summary>
internal sealed class CanonicalJsonRecord : CanonicalJsonShape
{
    // The envelope's fields: no property stands for the header of a request, no field for the id of a result.
    private const string HeaderField = "header";
    private const string EnvelopeProperty = nameof(HisResult.TransactionId);

    private readonly Type _record;
    private readonly MessageDescriptor _message;
    private readonly IReadOnlyList<Member> _members;

    /// <exception cref="InvalidOperationException">A property or a field has no counterpart.</exception>
    public CanonicalJsonRecord(Type record, MessageDescriptor message)
    {
        _record = record;
        _message = message;
        var properties = record.GetProperties().Where(property => property.SetMethod is not null && property.Name != EnvelopeProperty).ToDictionary(property => property.Name);
        _members = [.. message.Fields.InDeclarationOrder()
            .Where(field => field.Name != HeaderField)
            .Select(field => properties.Remove(field.PropertyName, out var property)
                ? new Member(field, property)
                : throw new InvalidOperationException($"Record {record.Name} has no property for {message.Name}.{field.Name}."))];
        if (properties.Count > 0)
            throw new InvalidOperationException($"Message {message.Name} has no field for {record.Name}.{properties.Keys.First()}.");
    }

    public override object Write(object value)
    {
        var message = Create(_message);
        foreach (var member in _members)
        {
            if (member.Property.GetValue(value) is { } part)
                Set(message, member.Field, member.Shape.Write(part));
        }
        return message;
    }

    public override object Read(object value)
    {
        var record = Activator.CreateInstance(_record) ?? throw new InvalidOperationException($"{_record.Name} cannot be created.");
        foreach (var member in _members)
            member.Property.SetValue(record, member.Read((IMessage)value));
        return record;
    }

    public override HisRefusal? Check(JsonElement json, CanonicalJsonPlace place) =>
        CanonicalJsonMembers.Check(json, _message, place, out var given)
        ?? _members.Select(member => member.Check(given.GetValueOrDefault(member.Field), place)).FirstOrDefault(refusal => refusal is not null);

    private sealed class Member(FieldDescriptor descriptor, PropertyInfo property)
    {
        private readonly bool _isMandatory = property.IsDefined(typeof(RequiredMemberAttribute)) && !MayBeEmpty(property);

        public FieldDescriptor Field => descriptor;

        public PropertyInfo Property => property;

        public CanonicalJsonShape Shape { get; } = Of(property.PropertyType, descriptor);

        public object? Read(IMessage message)
        {
            if (Field.HasPresence && !Field.Accessor.HasValue(message))
                return null;
            var value = Field.Accessor.GetValue(message);
            return !_isMandatory && value is string text && string.IsNullOrWhiteSpace(text) ? null : Shape.Read(value);
        }

        public HisRefusal? Check(JsonElement json, CanonicalJsonPlace parent)
        {
            var place = parent.Member(Field);
            return !Shape.IsAbsent(json) ? Shape.Check(json, place)
                : _isMandatory ? place.Missing()
                : null;
        }

        // "Empty when the hospital sends none; the admission diagnoses then stand." And a hospital may claim that it has settled nothing, or name its rows.
        private static bool MayBeEmpty(PropertyInfo property) => (property.DeclaringType, property.Name) is var place
            && (place == (typeof(Discharge), nameof(Discharge.Diagnoses)) || place == (typeof(ReconcileSettlements), nameof(ReconcileSettlements.Rows)));
    }
}
