using System.Text.Json;
using System.Text.RegularExpressions;
using ProvincialGateway.Values;

namespace ProvincialGateway.Configuration;

/// <summary>Either a configuration that holds in every part, or every error at once.</summary>
internal sealed record NodesFileResult
{
    /// <summary>Null exactly when there are errors.</summary>
    public NodesConfiguration? Configuration { get; init; }

    /// <summary>Null exactly when there are errors.</summary>
    public EffectiveConfiguration? Effective { get; init; }

    public IReadOnlyList<ConfigurationError> Errors { get; init; } = [];
}

/// <summary>Reads nodes.json.</summary>
internal static partial class NodesFile
{
    private const int NameLengthMax = 64;

    // Stands for an address that was reported as wrong while reading goes on.
    private static readonly Uri Nowhere = new("about:blank");

    /// <param name="json">The text of the file.</param>
    /// <param name="fileName">How errors name the file.</param>
    public static NodesFileResult Parse(string json, string fileName)
    {
        var reading = new ConfigurationReading(fileName);
        var configuration = Read(json, reading);
        return configuration is null || reading.Errors.Count > 0
            ? new() { Errors = reading.Errors }
            : new() { Configuration = configuration, Effective = new(reading.Settings) };
    }

    private static NodesConfiguration? Read(string json, ConfigurationReading reading)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            reading.RejectSecrets(document.RootElement, "$");
            return Root(new JsonSection(document.RootElement, "$", reading));
        }
        catch (JsonException fault)
        {
            var (line, column) = (fault.LineNumber + 1, fault.BytePositionInLine + 1);
            reading.Reject("$", $"不是有效的 JSON:第 {line} 行第 {column} 字节处有语法错误。", $"not valid JSON: syntax error in line {line} at byte {column}");
            return null;
        }
    }

    private static NodesConfiguration Root(JsonSection root)
    {
        root.Ignore("$schema");
        var configuration = new NodesConfiguration
        {
            ProtocolRelease = ProtocolRelease(root),
            CatalogueRelease = CatalogueRelease(root),
            Limits = Limits(root.Section("limits")),
            Timeouts = Timeouts(root.Section("timeouts")),
            Reconciliation = Reconciliation(root.Section("reconciliation")),
            Retention = Retention(root.Section("retention")),
            Clearing = ClearingOptions.Read(root.Section("clearing")),
            Nodes = Nodes(root),
        };
        root.End();
        return configuration;
    }

    private static string ProtocolRelease(JsonSection root)
    {
        var release = root.Text("protocolRelease");
        if (release != "" && !(Configuration.ProtocolRelease.TryParse(release, out var parsed) && parsed.Major == NodesConfiguration.ProtocolMajor))
            root.Reject("protocolRelease", $"应为“主版本.次版本”,本软件支持的主版本为 {NodesConfiguration.ProtocolMajor}。",
                $"must be \"major.minor\"; this software speaks major {NodesConfiguration.ProtocolMajor}");
        return release;
    }

    private static string CatalogueRelease(JsonSection root)
    {
        var release = root.Text("catalogueRelease");
        if (release != "" && !Releases().IsMatch(release))
            root.Reject("catalogueRelease", "应为 1 至 32 位字母、数字、点或连字符,如“2016.1”。",
                "must be 1 to 32 letters, digits, dots or hyphens, e.g. \"2016.1\"");
        return release;
    }

    private static LimitOptions Limits(JsonSection limits)
    {
        var defaults = new LimitOptions();
        var read = new LimitOptions
        {
            MessageBytesMax = limits.Whole("messageBytesMax", defaults.MessageBytesMax, LimitOptions.MessageBytesMin, LimitOptions.MessageBytesCeiling),
            HisBodyBytesMax = limits.Whole("hisBodyBytesMax", defaults.HisBodyBytesMax, LimitOptions.HisBodyBytesMin, LimitOptions.HisBodyBytesCeiling),
            LinesPerMessageMax = limits.Whole("linesPerMessageMax", defaults.LinesPerMessageMax, 1, LimitOptions.LinesPerMessageCeiling),
            AdapterCallTimeMax = limits.Seconds("adapterCallSecondsMax", defaults.AdapterCallTimeMax, 0.05m, 60),
            PeerConcurrentCallsMax = limits.Whole("peerConcurrentCallsMax", defaults.PeerConcurrentCallsMax, 1, LimitOptions.ConcurrentCallsCeiling),
            PeerCallsPerSecondMax = limits.Whole("peerCallsPerSecondMax", defaults.PeerCallsPerSecondMax, 1, LimitOptions.CallsPerSecondCeiling),
            HospitalConcurrentCallsMax = limits.Whole("hospitalConcurrentCallsMax", defaults.HospitalConcurrentCallsMax, 1, LimitOptions.ConcurrentCallsCeiling),
            HospitalCallsPerSecondMax = limits.Whole("hospitalCallsPerSecondMax", defaults.HospitalCallsPerSecondMax, 1, LimitOptions.CallsPerSecondCeiling),
            AdapterCallBytesMax = limits.Whole("adapterCallBytesMax", defaults.AdapterCallBytesMax, LimitOptions.AdapterCallBytesMin, int.MaxValue),
        };
        limits.End();
        return read;
    }

    private static TimeoutOptions Timeouts(JsonSection timeouts)
    {
        var defaults = new TimeoutOptions();
        var read = new TimeoutOptions
        {
            InteractiveBudget = timeouts.Seconds("interactiveBudgetSeconds", defaults.InteractiveBudget, 0.1m, 120),
            Attempt = timeouts.Seconds("attemptSeconds", defaults.Attempt, 0.05m, 60),
            RetriesMax = timeouts.Whole("retriesMax", defaults.RetriesMax, 0, 10),
            RetryDelay = timeouts.Seconds("retryDelaySeconds", defaults.RetryDelay, 0, 10),
            BreakerFailureRatio = timeouts.Ratio("breakerFailureRatio", defaults.BreakerFailureRatio, 0.01m, 1),
            BreakerMinimumThroughput = timeouts.Whole("breakerMinimumThroughput", defaults.BreakerMinimumThroughput, 2, 1000),
            BreakerSamplingDuration = timeouts.Seconds("breakerSamplingDurationSeconds", defaults.BreakerSamplingDuration, 0.5m, 600),
            BreakerBreakDuration = timeouts.Seconds("breakerBreakDurationSeconds", defaults.BreakerBreakDuration, 0.5m, 600),
            PeerPingInterval = timeouts.Seconds("peerPingIntervalSeconds", defaults.PeerPingInterval, 1, 3600),
            ResolverInterval = timeouts.Seconds("resolverIntervalSeconds", defaults.ResolverInterval, 0.1m, 3600),
            ResolverDelayMax = timeouts.Seconds("resolverDelayMaxSeconds", defaults.ResolverDelayMax, 0.1m, 86_400),
            AdapterPollInterval = timeouts.Seconds("adapterPollIntervalSeconds", defaults.AdapterPollInterval, 0.1m, 3600),
            DrainLimit = timeouts.Seconds("drainSeconds", defaults.DrainLimit, 0, 18),
            ClockSkewWarning = timeouts.Seconds("clockSkewWarningSeconds", defaults.ClockSkewWarning, 0.1m, 3600),
            StorageProbeInterval = timeouts.Seconds("storageProbeSeconds", defaults.StorageProbeInterval, 0.1m, 3600),
        };
        if (read.Attempt > read.InteractiveBudget)
            timeouts.Reject("attemptSeconds", "不得大于 interactiveBudgetSeconds。", "must not exceed interactiveBudgetSeconds");
        if (read.ResolverDelayMax < read.ResolverInterval)
            timeouts.Reject("resolverDelayMaxSeconds", "不得小于 resolverIntervalSeconds。", "must not be below resolverIntervalSeconds");
        timeouts.End();
        return read;
    }

    private static ReconciliationOptions Reconciliation(JsonSection reconciliation)
    {
        var defaults = new ReconciliationOptions();
        var read = new ReconciliationOptions
        {
            DailyAt = reconciliation.TimeOfDay("dailyAt", defaults.DailyAt!.Value),
            RetryInterval = reconciliation.Seconds("retrySeconds", defaults.RetryInterval, 0.1m, 3600),
        };
        reconciliation.End();
        return read;
    }

    private static RetentionOptions Retention(JsonSection retention)
    {
        var read = new RetentionOptions { Months = retention.Whole("months", new RetentionOptions().Months, 0, 600) };
        retention.End();
        return read;
    }

    private static List<NodeEntry> Nodes(JsonSection root)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        return [.. root.Sections("nodes").Select(section => Node(section, seen))];
    }

    /// <param name="node">The entry.</param>
    /// <param name="seen">What must be unique over all entries, and the path where it was first given.</param>
    private static NodeEntry Node(JsonSection node, Dictionary<string, string> seen)
    {
        var allowRemoteHis = node.Flag("allowRemoteHis", byDefault: false);
        var entry = new NodeEntry
        {
            Division = Province(node, seen),
            Name = Name(node),
            Address = PeerAddress(node, seen),
            HisAddress = HisAddress(node, allowRemoteHis),
            AllowRemoteHis = allowRemoteHis,
            Adapters = Adapters(node),
            Certificates = Certificates(node, seen),
        };
        node.End();
        return entry;
    }

    private static Division Province(JsonSection node, Dictionary<string, string> seen)
    {
        var code = node.Text("division");
        if (Division.TryParse(code, out var division) && division.IsProvince)
            RequireUnique(node, "division", $"division {code}", seen);
        else if (code != "")
            node.Reject("division", "应为六位省级行政区划代码(GB/T 2260),如“530000”。",
                "must be the six-digit code of a province (GB/T 2260), e.g. \"530000\"");
        return division;
    }

    private static string Name(JsonSection node)
    {
        var name = node.Text("name");
        if (name.Length > NameLengthMax)
            node.Reject("name", $"不得超过 {NameLengthMax} 个字符。", $"must not be longer than {NameLengthMax} characters");
        return name;
    }

    private static Uri PeerAddress(JsonSection node, Dictionary<string, string> seen)
    {
        var address = Address(node, "address", Uri.UriSchemeHttps);
        if (address != Nowhere)
            RequireUnique(node, "address", $"address {address.Authority}", seen);
        return address;
    }

    private static Uri HisAddress(JsonSection node, bool allowRemote)
    {
        var address = Address(node, "hisAddress", Uri.UriSchemeHttp);
        if (address != Nowhere && !address.IsLoopback && !allowRemote)
            node.Reject("hisAddress", "医院端口未加密,应为本机回环地址;若网络已受保护,请在该节点设置 \"allowRemoteHis\": true。",
                "the hospital port is not encrypted and must be a loopback address; if the network protects it, set \"allowRemoteHis\": true on this node");
        return address;
    }

    private static Uri Address(JsonSection node, string key, string scheme)
    {
        var text = node.Text(key);
        if (text == "")
            return Nowhere;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == scheme && address.Host != ""
            && address is { PathAndQuery: "/", Fragment: "", UserInfo: "" })
            return address;
        node.Reject(key, $"应为 {scheme}://主机:端口,不带路径、参数和用户信息。", $"must be {scheme}://host:port without path, query or user");
        return Nowhere;
    }

    private static IReadOnlyList<string> Adapters(JsonSection node)
    {
        var adapters = node.Texts("adapters");
        foreach (var (adapter, index) in adapters.Select((adapter, index) => (adapter, index)))
        {
            if (!AdapterIds().IsMatch(adapter))
                node.Reject($"adapters[{index}]", "应为小写字母、数字和连字符组成的适配器编号。", "must be an adapter id of lower-case letters, digits and hyphens");
            if (adapters.Take(index).Contains(adapter))
                node.Reject($"adapters[{index}]", $"适配器“{adapter}”重复。", $"adapter '{adapter}' is listed twice");
        }
        return adapters;
    }

    private static List<CertificatePin> Certificates(JsonSection node, Dictionary<string, string> seen)
    {
        var pins = new List<CertificatePin>();
        foreach (var (text, index) in node.Texts("certificates").Select((text, index) => (text, index)))
        {
            if (CertificatePin.TryParse(text, out var pin))
            {
                RequireUnique(node, $"certificates[{index}]", $"certificate {pin}", seen);
                pins.Add(pin);
            }
            else
            {
                node.Reject($"certificates[{index}]", $"应为“{CertificatePin.Prefix}”加 64 位十六进制数。",
                    $"must be \"{CertificatePin.Prefix}\" and 64 hexadecimal digits");
            }
        }
        return pins;
    }

    private static void RequireUnique(JsonSection node, string key, string value, Dictionary<string, string> seen)
    {
        if (!seen.TryAdd(value, node.PathOf(key)))
            node.Reject(key, $"与 {seen[value]} 重复。", $"is the same as {seen[value]}");
    }

    [GeneratedRegex(@"\A[A-Za-z0-9.-]{1,32}\z")]
    private static partial Regex Releases();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,63}\z")]
    private static partial Regex AdapterIds();
}
