using Google.Protobuf.Reflection;

namespace ProvincialGateway.Tests.Protos;

/// <summary>
/// A contract as sorted lines, one per field, enum value, message, service and method. Each line holds everything a peer depends on, so a line
/// that disappears is a breaking change and a line that appears is an addition.
/// </summary>
internal static class DescriptorSnapshot
{
    public static IReadOnlyList<string> Of(IEnumerable<FileDescriptor> files) =>
        [.. files.SelectMany(OfFile).Order(StringComparer.Ordinal)];

    public static IReadOnlyList<string> Broken(IEnumerable<string> before, IEnumerable<string> now) => [.. before.Except(now)];

    public static IReadOnlyList<string> Added(IEnumerable<string> before, IEnumerable<string> now) => [.. now.Except(before)];

    private static IEnumerable<string> OfFile(FileDescriptor file) =>
        file.MessageTypes.SelectMany(OfMessage)
            .Concat(file.EnumTypes.SelectMany(OfEnum))
            .Concat(file.Services.SelectMany(OfService));

    private static IEnumerable<string> OfMessage(MessageDescriptor message) =>
        message.NestedTypes.SelectMany(OfMessage)
            .Concat(message.EnumTypes.SelectMany(OfEnum))
            .Concat(message.Fields.InDeclarationOrder().Select(OfField))
            .Append($"message {message.FullName}");

    private static string OfField(FieldDescriptor field)
    {
        var label = field.IsRepeated ? "repeated " : field.RealContainingOneof is null && field.HasPresence && !IsMessage(field) ? "optional " : "";
        var choice = field.RealContainingOneof is { } oneof ? $" oneof {oneof.Name}" : "";
        return $"field {field.FullName} = {field.FieldNumber} {label}{TypeOf(field)} json {field.JsonName}{choice}";
    }

    private static bool IsMessage(FieldDescriptor field) => field.FieldType == FieldType.Message;

    private static string TypeOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => field.MessageType.FullName,
        FieldType.Enum => field.EnumType.FullName,
        var scalar => scalar.ToString().ToLowerInvariant(),
    };

    private static IEnumerable<string> OfEnum(EnumDescriptor type) =>
        type.Values.Select(value => $"value {type.FullName}.{value.Name} = {value.Number}").Append($"enum {type.FullName}");

    private static IEnumerable<string> OfService(ServiceDescriptor service) =>
        service.Methods.Select(OfMethod).Append($"service {service.FullName}");

    private static string OfMethod(MethodDescriptor method) =>
        $"rpc /{method.Service.FullName}/{method.Name} {Stream(method.IsClientStreaming)}{method.InputType.FullName} returns {Stream(method.IsServerStreaming)}{method.OutputType.FullName}";

    private static string Stream(bool streaming) => streaming ? "stream " : "";
}
