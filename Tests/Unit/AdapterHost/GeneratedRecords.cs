using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace ProvincialGateway.Tests.AdapterHost;

/// <summary>Records of the adapter contract filled at random, and their comparison value by value.</summary>
internal sealed class GeneratedRecords(int seed)
{
    private static readonly string[] Texts = ["", "01", "阿莫西林胶囊", "a<b>&\"c'\\d", "䶮𠮷", "line\nbreak\t", "+86 1%", "$type"];

    private readonly Random _random = new(seed);
    private readonly NullabilityInfoContext _nullability = new();

    public object Record(Type type)
    {
        var record = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var property in Properties(type))
        {
            var isOptional = _nullability.Create(property).ReadState == NullabilityState.Nullable;
            property.SetValue(record, isOptional && _random.Next(2) == 0 ? null : Value(property.PropertyType));
        }
        return record;
    }

    /// <summary>Path of the first property in which two records differ, or null.</summary>
    public static string? Difference(object? left, object? right, string path) => (left, right) switch
    {
        (null, null) => null,
        (null, _) or (_, null) => path,
        (string or ValueType, _) => left.Equals(right) ? null : path,
        (IList one, IList other) when one.Count != other.Count => path,
        (IList one, IList other) => Enumerable.Range(0, one.Count).Select(index => Difference(one[index], other[index], $"{path}[{index}]")).FirstOrDefault(found => found is not null),
        _ when left.GetType() != right.GetType() => path,
        _ => Properties(left.GetType()).Select(property => Difference(property.GetValue(left), property.GetValue(right), $"{path}.{property.Name}")).FirstOrDefault(found => found is not null),
    };

    private static IEnumerable<PropertyInfo> Properties(Type type) => type.GetProperties().Where(property => property.SetMethod is not null);

    private object Value(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(string))
            return Texts[_random.Next(Texts.Length)];
        if (type == typeof(bool))
            return _random.Next(2) == 0;
        if (type == typeof(int))
            return _random.Next(int.MinValue, int.MaxValue);
        if (type == typeof(long))
            return _random.NextInt64(long.MinValue, long.MaxValue);
        if (type == typeof(decimal))
            return new decimal(_random.Next(), _random.Next(), 0, _random.Next(2) == 0, (byte)_random.Next(5));
        if (type == typeof(DateOnly))
            return DateOnly.FromDayNumber(_random.Next(DateOnly.MaxValue.DayNumber));
        if (type == typeof(DateTimeOffset))
            return new DateTimeOffset(2016, 6, 15, 9, 10, 0, TimeSpan.FromHours(8)).AddMilliseconds(_random.Next());
        if (type.IsEnum)
            return Enum.GetValues(type).GetValue(_random.Next(Enum.GetValues(type).Length))!;
        return type.IsGenericType ? List(type.GenericTypeArguments[0]) : Record(type);
    }

    private IList List(Type element)
    {
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        for (var count = _random.Next(3); count > 0; count--)
            list.Add(Value(element));
        return list;
    }
}
