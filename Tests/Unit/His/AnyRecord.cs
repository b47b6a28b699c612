using System.Runtime.CompilerServices;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.His;

/// <summary>Random adapter records of any type, within what a hospital may send. Optional properties are null half the time, unless complete.</summary>
internal sealed class AnyRecord(Random random, int listMin, bool isComplete = false, IReadOnlyList<string>? letters = null)
{
    private const long FenMax = 1_000_000_000_000_000;

    private readonly IReadOnlyList<string> _letters = letters ?? ["a", "Z", "0", " ", "\"", "\\", "/", "<", "&", "é", "中", "䶮", "\u2028", "𠮷", "'"];

    private static readonly long[] EdgesOfFen = [0, 1, -1, 199, -FenMax, FenMax];

    public object Of(Type type)
    {
        var record = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties().Where(property => property.SetMethod is not null))
        {
            if (isComplete || property.IsDefined(typeof(RequiredMemberAttribute), inherit: false) || random.Next(2) == 0)
                property.SetValue(record, Value(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType));
        }
        return record;
    }

    private object Value(Type type) => type switch
    {
        _ when type == typeof(string) => "x" + string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => _letters[random.Next(_letters.Count)])),
        _ when type == typeof(bool) => random.Next(2) == 0,
        _ when type == typeof(int) => random.Next(3) switch { 0 => 0, 1 => int.MinValue, _ => random.Next() },
        _ when type == typeof(long) => random.Next(2) == 0 ? EdgesOfFen[random.Next(EdgesOfFen.Length)] : random.NextInt64(-FenMax, FenMax),
        _ when type == typeof(decimal) => new decimal(random.Next(), random.Next(20), 0, random.Next(2) == 0, (byte)random.Next(11)),
        _ when type == typeof(DateOnly) => DateOnly.FromDayNumber(random.Next(DateOnly.MaxValue.DayNumber)),
        _ when type == typeof(DateTimeOffset) => ChinaTime.FromMs(random.NextInt64(0, 4_102_444_800_000)),
        { IsEnum: true } => Enum.GetValues(type).GetValue(random.Next(Enum.GetValues(type).Length))!,
        { IsGenericType: true } => List(type.GetGenericArguments()[0]),
        _ => Of(type),
    };

    private Array List(Type element)
    {
        var items = Array.CreateInstance(element, random.Next(listMin, 4));
        for (var index = 0; index < items.Length; index++)
            items.SetValue(Value(element), index);
        return items;
    }
}
