using Google.Protobuf.Reflection;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.His;

/// <summary>Where a value stands in a request, and what can be said against it there.</summary>
/// <param name="Field">As the contract names it, e.g. <c>lines[2].local_code</c>; empty for the message itself.</param>
/// <param name="Element">As the hospital's programmer writes it, e.g. <c>lines[2].localCode</c>.</param>
internal readonly record struct CanonicalJsonPlace(string Field, string Element)
{
    public static CanonicalJsonPlace Message { get; } = new("", "");

    public CanonicalJsonPlace Member(FieldDescriptor field) => Member(field.Name, field.JsonName);

    public CanonicalJsonPlace Member(string field, string element) => new(Join(Field, field), Join(Element, element));

    public CanonicalJsonPlace Item(int index) => new($"{Field}[{index}]", $"{Element}[{index}]");

    public HisRefusal Missing() => Refusals.MissingField(Field, Element);

    public HisRefusal Invalid(CanonicalJsonFault fault) => Refusals.InvalidField(Field, Element, fault.Chinese, fault.English);

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}

/// <summary>What is wrong with a value. Never quotes it: it may be a name or a certificate number.</summary>
internal sealed record CanonicalJsonFault(string Chinese, string English)
{
    public static CanonicalJsonFault NotAnObject { get; } = new("应为 JSON 对象。", "a JSON object is expected.");

    public static CanonicalJsonFault NotAList { get; } = new("应为 JSON 数组。", "a JSON array is expected.");

    public static CanonicalJsonFault GivenTwice { get; } = new("同一字段出现了两次。", "the field is given twice.");

    public static CanonicalJsonFault Unknown(string? nearest) => nearest is null
        ? new("没有这个字段。", "there is no such field.")
        : new($"没有这个字段，是否为 {nearest}？", $"there is no such field; is {nearest} meant?");
}
