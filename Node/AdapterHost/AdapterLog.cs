namespace ProvincialGateway.AdapterHost;

internal static partial class AdapterLog
{
    [LoggerMessage(2000, LogLevel.Information, "Adapter {Adapter} {Version} is loaded: dialect {Dialect}, catalogue {CatalogueVersion}, {Samples} samples passed.")]
    public static partial void AdapterLoaded(this ILogger log, string adapter, string version, string dialect, string catalogueVersion, int samples);

    [LoggerMessage(2001, LogLevel.Error, "Adapter {Adapter} is configured and did not load ({State}): {Reason} | 适配器未装入：{ReasonChinese} Its hospitals are not served until it is corrected and the node restarted.")]
    public static partial void AdapterNotLoaded(this ILogger log, string adapter, AdapterState state, string reason, string reasonChinese);

    [LoggerMessage(2010, LogLevel.Error, "Adapter {Adapter} failed in {Step}: {Fault}. The failure stays in this message; report it to whoever wrote the adapter.")]
    public static partial void AdapterFault(this ILogger log, string adapter, string step, string fault);
}
