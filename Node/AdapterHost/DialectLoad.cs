using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.AdapterHost;

/// <summary>The one dialect of an adapter's DLL, constructed with the manifest's settings. Runs foreign code, so it belongs on the adapter's threads.</summary>
internal sealed record DialectLoad(GuardedDialect? Dialect, Reason? Missing)
{
    public static DialectLoad Load(AdapterLoadContext context, AdapterManifest manifest, Func<IHisDialect, GuardedDialect> guard)
    {
        var types = context.LoadDialect(manifest.Assembly).GetExportedTypes().Where(IsDialect).ToList();
        if (types.Count != 1)
        {
            return Absent($"{manifest.Assembly} 应恰有一个公开的 IHisDialect 类型（构造函数无参数或只有 DialectSettings），实有 {types.Count} 个。",
                $"{manifest.Assembly} must have exactly one public IHisDialect type with a parameterless constructor or one that takes DialectSettings, not {types.Count}.");
        }
        var settings = new ReadSettings(manifest.Settings);
        var dialect = guard(Construct(types[0], settings));
        if (dialect.Name != manifest.Dialect)
            return Absent($"{manifest.Assembly} 的接口方言不是“{manifest.Dialect}”。", $"the dialect of {manifest.Assembly} is not '{manifest.Dialect}'.");
        if (dialect.Paths.FirstOrDefault(path => path?.StartsWith('/') != true) is { } path)
            return Absent($"接口方言的地址“{path}”不以“/”开头。", $"the dialect's path '{path}' does not start with '/'.");
        return settings.Unread is { } unread
            ? throw new DialectSettingException(unread, "该接口方言没有这个设置。", "the dialect has no such setting.")
            : new DialectLoad(dialect, null);
    }

    private static IHisDialect Construct(Type type, ReadSettings settings) =>
        (IHisDialect)(WithSettings(type) is { } constructor ? constructor.Invoke([new DialectSettings(settings)]) : Activator.CreateInstance(type)!);

    private static bool IsDialect(Type type) =>
        typeof(IHisDialect).IsAssignableFrom(type) && !type.IsAbstract && (WithSettings(type) ?? type.GetConstructor(Type.EmptyTypes)) is not null;

    private static ConstructorInfo? WithSettings(Type type) => type.GetConstructor([typeof(DialectSettings)]);

    private static DialectLoad Absent(string chinese, string english) => new(null, new Reason(chinese, english));

    /// <summary>Remembers what was asked for: a misspelt setting must not pass unseen, whether the dialect looks for it or not.</summary>
    private sealed class ReadSettings(IReadOnlyDictionary<string, string> values) : IReadOnlyDictionary<string, string>
    {
        private readonly HashSet<string> _read = new(StringComparer.Ordinal);

        public string? Unread => values.Keys.Order(StringComparer.Ordinal).FirstOrDefault(name => !_read.Contains(name));

        public IEnumerable<string> Keys => values.Keys;

        public IEnumerable<string> Values => values.Values;

        public int Count => values.Count;

        public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException(key);

        public bool ContainsKey(string key) => values.ContainsKey(key);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
        {
            _read.Add(key);
            return values.TryGetValue(key, out value);
        }

        public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => values.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
