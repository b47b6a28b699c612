using ProvincialGateway.AdapterHost;

namespace ProvincialGateway.AdapterKit;

/// <param name="Name">Stable.</param>
internal sealed record CheckName(string Name, string Chinese, string English);

/// <summary>What one check has tried and found. Safe for many threads.</summary>
internal sealed class CheckTally
{
    private const int FaultsKept = 20;

    private readonly Lock _gate = new();
    private readonly List<CheckFault> _faults = [];
    private long _tried, _found;

    public long Tried => Interlocked.Read(ref _tried);

    public long Found => Interlocked.Read(ref _found);

    public IReadOnlyList<CheckFault> Faults
    {
        get
        {
            lock (_gate)
                return [.. _faults];
        }
    }

    public void Try(long times = 1) => Interlocked.Add(ref _tried, times);

    public void Fault(string place, string chinese, string english)
    {
        Interlocked.Increment(ref _found);
        lock (_gate)
        {
            if (_faults.Count < FaultsKept)
                _faults.Add(new CheckFault(place, chinese, english));
        }
    }

    /// <summary>The call's result, or the default when the adapter failed in it, which is a fault of this check.</summary>
    public T? Call<T>(string place, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (AdapterOverrunException overrun)
        {
            Fault(place, $"失控，已中止：{overrun.Message}。", $"it overran: {overrun.Message}.");
        }
        // Whatever comes out of foreign code is what is looked for here.
        catch (Exception fault)
        {
            Fault(place, $"抛出异常：{FaultPlace.Of(fault)}。", $"it threw {FaultPlace.Of(fault)}.");
        }
        return default;
    }
}

/// <summary>The names of all checks, and their results.</summary>
internal static class ConformanceChecks
{
    public static readonly CheckName
        Manifest = new("manifest", "清单", "manifest, settings included"),
        Files = new("files", "文件与哈希", "files and hashes"),
        Contract = new("contract", "契约版本", "contract version"),
        Dialect = new("dialect", "接口方言可装入", "the dialect loads"),
        Catalogue = new("catalogue", "目录表无错误", "the tables have no fault"),
        Samples = new("samples", "样例逐字节解析与应答", "samples read and answered byte for byte"),
        Totality = new("totality", "任意报文都有应答", "any bytes get an answer, in time and memory"),
        Determinism = new("determinism", "结果可重复（含多线程）", "the same again, from many threads too"),
        OrderIndependence = new("order", "与先后次序无关", "independent of what came before"),
        Money = new("money", "金额分毫不变", "money untouched, to the fen"),
        Mapping = new("mapping", "目录项有对照或已列明", "every catalogue row maps or is listed");

    public static readonly IReadOnlyList<CheckName> AfterLoading = [Totality, Determinism, OrderIndependence, Money, Mapping];

    public static ConformanceCheck Ran(CheckName name, CheckTally tally, double milliseconds) => new()
    {
        Name = name.Name,
        Chinese = name.Chinese,
        English = name.English,
        Result = tally.Found == 0 ? CheckResult.Passed : CheckResult.Failed,
        Tried = tally.Tried,
        DurationMs = Math.Round(milliseconds, 1),
        Faults = tally.Faults,
        FaultsFound = tally.Found,
    };

    public static ConformanceCheck NotRun(CheckName name) => new()
    {
        Name = name.Name,
        Chinese = name.Chinese,
        English = name.English,
        Result = CheckResult.NotRun,
        Tried = 0,
        DurationMs = 0,
        Faults = [],
        FaultsFound = 0,
    };
}

/// <summary>The checks of every load, told apart by the state the load came to.</summary>
internal static class LoadChecks
{
    private static readonly (CheckName Name, AdapterState Failed)[] InOrder =
    [
        (ConformanceChecks.Files, AdapterState.FilesChanged),
        (ConformanceChecks.Manifest, AdapterState.ManifestInvalid),
        (ConformanceChecks.Contract, AdapterState.ContractVersion),
        (ConformanceChecks.Dialect, AdapterState.DialectNotFound),
        (ConformanceChecks.Catalogue, AdapterState.CatalogueInvalid),
        (ConformanceChecks.Samples, AdapterState.SelfCheckFailed),
    ];

    /// <param name="milliseconds">Of the whole load; it stands with the last check, which takes most of it.</param>
    public static IEnumerable<ConformanceCheck> Of(AdapterStatus status, double milliseconds)
    {
        var failed = Array.FindIndex(InOrder, check => check.Failed == status.State);
        for (var index = 0; index < InOrder.Length; index++)
        {
            var name = InOrder[index].Name;
            if (failed >= 0 && index > failed)
            {
                yield return ConformanceChecks.NotRun(name);
                continue;
            }
            var tally = new CheckTally();
            tally.Try(name == ConformanceChecks.Samples ? status.Adapter?.SamplesPassed ?? 0 : 1);
            if (index == failed)
                tally.Fault(status.State.ToString(), status.ReasonChinese, status.ReasonEnglish);
            else if (name == ConformanceChecks.Samples && status.Adapter is { SamplesPassed: 0 })
                tally.Fault("samples/conformance", "没有样例，接口方言未经验证。", "there is no sample, so nothing shows that the dialect works.");
            yield return ConformanceChecks.Ran(name, tally, index == InOrder.Length - 1 || index == failed ? milliseconds : 0);
        }
    }
}
