namespace ProvincialGateway.AdapterHost;

internal static partial class AdapterLog
{
    [LoggerMessage(2000, LogLevel.Information, "Adapter {Adapter} {Version} is loaded: dialect {Dialect}, catalogue {CatalogueVersion}, {Samples} samples passed.")]
    public static partial void AdapterLoaded(this ILogger log, string adapter, string version, string dialect, string catalogueVersion, int samples);

    [LoggerMessage(2001, LogLevel.Error, "Adapter {Adapter} is configured and did not load ({State}): {Reason} | 适配器未装入：{ReasonChinese} Its hospitals are not served until it is corrected.")]
    public static partial void AdapterNotLoaded(this ILogger log, string adapter, AdapterState state, string reason, string reasonChinese);

    [LoggerMessage(2002, LogLevel.Information, "Adapter {Adapter} was replaced: {Before} gave way to {Version}, dialect {Dialect}, catalogue {CatalogueVersion}, {Samples} samples passed. Requests in flight end on what they began with.")]
    public static partial void AdapterReplaced(this ILogger log, string adapter, string before, string version, string dialect, string catalogueVersion, int samples);

    [LoggerMessage(2003, LogLevel.Error, "The replacement of adapter {Adapter} is refused ({State}): {Reason} | 适配器的新版本未采用：{ReasonChinese} Version {Version} goes on serving.")]
    public static partial void ReplacementRefused(this ILogger log, string adapter, AdapterState state, string reason, string reasonChinese, string version);

    [LoggerMessage(2010, LogLevel.Error, "Adapter {Adapter} failed in {Step}: {Fault}. The failure stays in this message; report it to whoever wrote the adapter.")]
    public static partial void AdapterFault(this ILogger log, string adapter, string step, string fault);

    [LoggerMessage(2011, LogLevel.Error, "Adapter {Adapter} overran in {Step}: {Overrun}. The call was given up, the hospital was told; report it to whoever wrote the adapter.")]
    public static partial void AdapterOverran(this ILogger log, string adapter, string step, string overrun);

    [LoggerMessage(2012, LogLevel.Error, "Adapter {Adapter} overran {Times} times in a row and rests until {Until:u}; until then its hospitals are refused at once. Replace it, or clear this with 'gateway adapters reload'.")]
    public static partial void AdapterQuarantined(this ILogger log, string adapter, int times, DateTimeOffset until);

    [LoggerMessage(2013, LogLevel.Error, "Adapter {Adapter} does not let go of a thread after its abort; {Lost} lost so far. Only a restart of the node gives them back.")]
    public static partial void AdapterThreadLost(this ILogger log, string adapter, int lost);
}
