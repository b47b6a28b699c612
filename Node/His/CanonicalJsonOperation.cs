using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using Provincial.His.V1;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.His;

/// <summary>One rpc of <c>HisService</c>, with the records it carries.</summary>
internal sealed class CanonicalJsonOperation
{
    private static readonly FrozenDictionary<string, CanonicalJsonOperation> ByName =
        HisService.Descriptor.Methods.Select(method => new CanonicalJsonOperation(method)).ToFrozenDictionary(operation => operation.Name, StringComparer.Ordinal);

    private CanonicalJsonOperation(MethodDescriptor method)
    {
        Name = method.Name;
        Request = method.InputType;
        Response = method.OutputType;
        var result = method.OutputType.FindFieldByName("result").MessageType;
        if (FindRecord(method.Name, typeof(HisOperation)) is not { } operation)
            return;
        ResultType = FindRecord(result.Name, typeof(HisResult)) ?? throw new InvalidOperationException($"{method.Name} has an operation but no result record {result.Name}.");
        Record = new CanonicalJsonRecord(operation, method.InputType);
        Result = new CanonicalJsonRecord(ResultType, result);
    }

    /// <summary>As in the path, case-sensitive.</summary>
    public string Name { get; }

    public MessageDescriptor Request { get; }

    public MessageDescriptor Response { get; }

    /// <summary>Null while the adapter contract has no record: the node does not do this operation yet.</summary>
    public CanonicalJsonRecord? Record { get; }

    /// <summary>Null exactly when <see cref="Record"/> is.</summary>
    public CanonicalJsonRecord? Result { get; }

    /// <inheritdoc cref="Result"/>
    public Type? ResultType { get; }

    public static IReadOnlyCollection<CanonicalJsonOperation> All => ByName.Values;

    public static CanonicalJsonOperation? Find(string name) => ByName.GetValueOrDefault(name);

    private static Type? FindRecord(string name, Type kind) =>
        kind.Assembly.GetType($"{kind.Namespace}.{name}") is { } type && type.IsSubclassOf(kind) ? type : null;
}
