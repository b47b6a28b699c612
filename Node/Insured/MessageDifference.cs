using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ProvincialGateway.Insured;

/// <summary>Where two messages of one type first differ, in field order: what a conflict names instead of showing the values.</summary>
internal static class MessageDifference
{
    /// <returns>A path like <c>bill.category_sums[2].charges.total_fen</c>, or null when all known fields are equal.</returns>
    public static string? FirstPath(IMessage left, IMessage right)
    {
        foreach (var field in left.Descriptor.Fields.InFieldNumberOrder())
        {
            if (FieldPath(field, left, right) is { } path)
                return path;
        }
        return null;
    }

    private static string? FieldPath(FieldDescriptor field, IMessage left, IMessage right)
    {
        var (first, second) = (field.Accessor.GetValue(left), field.Accessor.GetValue(right));
        if (field.IsRepeated)
            return ListPath(field.Name, (System.Collections.IList)first, (System.Collections.IList)second);
        if (field.HasPresence && field.Accessor.HasValue(left) != field.Accessor.HasValue(right))
            return field.Name;
        return ValuePath(field.Name, first, second);
    }

    private static string? ListPath(string name, System.Collections.IList left, System.Collections.IList right)
    {
        for (var index = 0; index < Math.Min(left.Count, right.Count); index++)
        {
            if (ValuePath($"{name}[{index}]", left[index], right[index]) is { } path)
                return path;
        }
        return left.Count == right.Count ? null : $"{name}.count";
    }

    private static string? ValuePath(string name, object? left, object? right) => (left, right) switch
    {
        (IMessage first, IMessage second) => FirstPath(first, second) is { } path ? $"{name}.{path}" : null,
        _ => Equals(left, right) ? null : name,
    };
}
