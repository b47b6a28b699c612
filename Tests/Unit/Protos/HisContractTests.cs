using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.Protos;

/// <summary>The adapter contract's records and the hospital protos say the same, field by field, so that neither can drift.</summary>
[TestFixture]
public sealed partial class HisContractTests
{
    private static readonly Dictionary<string, string> RecordsWithoutProto = new()
    {
        ["Acknowledge"] = "Dialects have calls that need no work; a hospital that speaks JSON has no reason to send one.",
        ["Acknowledged"] = "Answers Acknowledge.",
    };

    private static readonly Dictionary<string, string> ProtosWithoutRecord = [];

    private static readonly Type[] Records =
        [.. typeof(HisOperation).Assembly.GetExportedTypes().Where(type => type is { IsClass: true, IsAbstract: false })];

    private static readonly Dictionary<string, MessageDescriptor> Messages =
        ContractFiles.Of(ContractFiles.His).SelectMany(file => file.MessageTypes).ToDictionary(message => message.Name);

    private static IEnumerable<Type> Operations() => Records.Where(type => type.IsSubclassOf(typeof(HisOperation)) && !RecordsWithoutProto.ContainsKey(type.Name));

    private static IEnumerable<Type> Results() => Records.Where(type => type.IsSubclassOf(typeof(HisResult)) && !RecordsWithoutProto.ContainsKey(type.Name));

    // The records that operations and results are made of.
    private static HashSet<Type> Parts()
    {
        var found = new HashSet<Type>();
        var open = new Queue<Type>(Operations().Concat(Results()));
        while (open.TryDequeue(out var next))
        {
            foreach (var part in next.GetProperties().Select(property => ElementOf(property.PropertyType)).Where(Records.Contains))
            {
                if (found.Add(part))
                    open.Enqueue(part);
            }
        }

        return found;
    }

    private static IEnumerable<Type> Enums() =>
        Operations().Concat(Results()).Concat(Parts()).SelectMany(type => type.GetProperties()).Select(property => property.PropertyType).Where(type => type.IsEnum).Distinct();

    [TestCaseSource(nameof(Operations))]
    public void An_operation_and_its_request_have_the_same_fields(Type record) =>
        AssertSame(FieldsOf(record), FieldsOf(MessageOf(record.Name + "Request"), "header"));

    [TestCaseSource(nameof(Results))]
    public void A_result_and_its_message_have_the_same_fields(Type record) =>
        AssertSame(FieldsOf(record, nameof(HisResult.TransactionId)), FieldsOf(MessageOf(ProtoName(record))));

    [TestCaseSource(nameof(Parts))]
    public void A_part_and_its_message_have_the_same_fields(Type record) =>
        AssertSame(FieldsOf(record), FieldsOf(MessageOf(ProtoName(record))));

    [TestCaseSource(nameof(Enums))]
    public void An_enum_and_its_proto_have_the_same_values(Type type)
    {
        var name = ProtoName(type);
        var proto = ContractFiles.Of(ContractFiles.His).SelectMany(file => file.EnumTypes).Single(each => each.Name == name);
        var prefix = Snake(name).ToUpperInvariant() + "_";
        var expected = Enum.GetValues(type).Cast<object>()
            .Select(value => $"{prefix}{Snake(value.ToString()!).ToUpperInvariant()} = {Convert.ToInt32(value, CultureInfo.InvariantCulture)}")
            .Prepend($"{prefix}UNSPECIFIED = 0");

        Assert.That(proto.Values.Select(value => $"{value.Name} = {value.Number}"), Is.EquivalentTo(expected));
    }

    [Test]
    public void Every_method_has_its_operation_unless_the_list_says_why_not() =>
        Assert.That(
            ContractFiles.Methods(ContractFiles.His).Select(method => method.Name),
            Is.EquivalentTo(Operations().Select(type => type.Name).Concat(ProtosWithoutRecord.Keys)),
            "A method or an operation is missing, or an entry of ProtosWithoutRecord has a record now and must go.");

    [Test]
    public void Every_result_is_the_outcome_of_exactly_one_method()
    {
        var outcomes = ContractFiles.Methods(ContractFiles.His)
            .Where(method => !ProtosWithoutRecord.ContainsKey(method.Name))
            .Select(method => method.OutputType.FindFieldByName("result").MessageType.Name);

        Assert.That(outcomes, Is.EquivalentTo(Results().Except([typeof(HisPending), typeof(HisRefusal)]).Select(ProtoName)));
    }

    [Test]
    public void Every_response_is_an_id_and_a_result_or_pending_or_a_refusal() =>
        Assert.Multiple(() =>
        {
            foreach (var response in ContractFiles.Methods(ContractFiles.His).Select(method => method.OutputType))
            {
                Assert.That(response.Fields.InFieldNumberOrder().Select(field => field.Name), Is.EqualTo(new[] { "transaction_id", "result", "pending", "refusal" }), response.Name);
                Assert.That(response.Oneofs.Single().Fields.Select(field => field.FieldNumber), Is.EqualTo(new[] { 2, 3, 4 }), response.Name);
                Assert.That(response.FindFieldByName("pending").MessageType, Is.SameAs(Pending.Descriptor), response.Name);
                Assert.That(response.FindFieldByName("refusal").MessageType, Is.SameAs(Refusal.Descriptor), response.Name);
            }
        });

    [Test]
    public void Every_request_begins_with_the_header_that_an_adapter_request_has()
    {
        Assert.Multiple(() =>
        {
            foreach (var request in ContractFiles.Methods(ContractFiles.His).Select(method => method.InputType))
                Assert.That(request.FindFieldByNumber(1)?.MessageType, Is.SameAs(HisHeader.Descriptor), request.Name);
            Assert.That(FieldsOf(HisHeader.Descriptor), Is.SubsetOf(FieldsOf(typeof(HisRequest))));
        });
    }

    private static void AssertSame(IEnumerable<string> record, IEnumerable<string> message) =>
        Assert.That(message, Is.EquivalentTo(record), "Adapters/Contracts and Protos/provincial/his differ: change both.");

    private static MessageDescriptor MessageOf(string name) =>
        Messages.TryGetValue(name, out var message) ? message : throw new AssertionException($"provincial.his.v1 has no message {name}.");

    private static IEnumerable<string> FieldsOf(Type record, params string[] except) =>
        [.. record.GetProperties()
            .Where(property => property.SetMethod is not null && !except.Contains(property.Name))
            .Select(property => $"{Snake(property.Name)}: {TypeOf(property)}")];

    private static IEnumerable<string> FieldsOf(MessageDescriptor message, params string[] except) =>
        [.. message.Fields.InFieldNumberOrder()
            .Where(field => !except.Contains(field.Name))
            .Select(field => $"{field.Name}: {TypeOf(field)}")];

    private static string TypeOf(PropertyInfo property)
    {
        var nullable = new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var element = ElementOf(type);
        var name = ScalarName(element) ?? ProtoName(element);
        // An absent list is not an empty list, which only a message around it can say.
        if (element != type)
            return nullable ? $"list of {name}" : $"repeated {name}";
        return nullable && ScalarName(element) is not null ? $"optional {name}" : name;
    }

    private static string TypeOf(FieldDescriptor field)
    {
        if (field.IsRepeated)
            return $"repeated {NameOf(field)}";
        if (field.FieldType == FieldType.Message && field.MessageType.Fields.InFieldNumberOrder() is [{ Name: "values", IsRepeated: true } values])
            return $"list of {NameOf(values)}";
        return field.HasPresence && field.FieldType != FieldType.Message ? $"optional {NameOf(field)}" : NameOf(field);
    }

    private static string NameOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => field.MessageType.Name,
        FieldType.Enum => field.EnumType.Name,
        var scalar => scalar.ToString().ToLowerInvariant(),
    };

    // Dates, times and decimals travel as text.
    private static string? ScalarName(Type type) =>
        type == typeof(string) || type == typeof(decimal) || type == typeof(DateOnly) || type == typeof(DateTimeOffset) ? "string"
        : type == typeof(long) ? "int64"
        : type == typeof(int) ? "int32"
        : type == typeof(bool) ? "bool"
        : null;

    private static Type ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : type;

    private static string ProtoName(Type type) => type.Name.StartsWith("His", StringComparison.Ordinal) ? type.Name[3..] : type.Name;

    private static string Snake(string pascal) => Capital().Replace(pascal, "_$0").ToLowerInvariant();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Capital();
}
