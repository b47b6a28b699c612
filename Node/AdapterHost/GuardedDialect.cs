using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.AdapterHost;

/// <summary>
/// Keeps what goes wrong in an adapter inside it: exceptions, hangs, memory, replies that cannot be sent. A fault while reading becomes a
/// refusal: nothing has been done. A fault while answering must not become one, because the answer may be about booked money: the hospital then
/// gets a plain HTTP 500 that its client cannot mistake for an answer, and asks again with the same id.
/// </summary>
internal sealed class GuardedDialect : IHisDialect
{
    /// <summary>Far above any real reply; a reply beyond it is a runaway loop.</summary>
    public const int ReplyBytesMax = 16 * 1024 * 1024;

    private readonly string _adapter;
    private readonly IHisDialect _inner;
    private readonly AdapterThreads _threads;
    private readonly AdapterQuarantine _quarantine;
    private readonly ILogger _log;
    private long _faults, _overruns;

    /// <summary>Asks the dialect who it is, so this runs on the adapter's threads too.</summary>
    public GuardedDialect(string adapter, IHisDialect inner, AdapterThreads threads, AdapterQuarantine quarantine, ILogger log)
    {
        (_adapter, _inner, _threads, _quarantine, _log) = (adapter, inner, threads, quarantine, log);
        (Name, ContractVersion, Paths) = (inner.Name, inner.ContractVersion, [.. inner.Paths]);
    }

    /// <summary>The foreign object itself; whoever calls it is on its own.</summary>
    public IHisDialect Unguarded => _inner;

    /// <summary>The dialect within its budget, with its faults: for checks.</summary>
    public IHisDialect Budgeted => new BudgetedDialect(this, _threads);

    public string Name { get; }

    public int ContractVersion { get; }

    public IReadOnlyList<string> Paths { get; }

    public AdapterHealth Health => new()
    {
        Faults = Interlocked.Read(ref _faults),
        Overruns = Interlocked.Read(ref _overruns),
        ThreadsLost = _threads.Lost,
        QuarantinedUntil = _quarantine.Until,
    };

    public async Task<HisEnvelope> DecodeAsync(HisMessage message)
    {
        var (envelope, fault) = await CallAsync(nameof(Decode), () => Detached(_inner.Decode(message)), Breach);
        return envelope ?? new HisEnvelope { Requests = [new HisRequest { TransactionCode = "", Refusal = Unread(fault) }], State = new UnreadMessage(message, fault) };
    }

    public async Task<HisReply> EncodeAsync(HisEnvelope envelope, IReadOnlyList<HisResult> results) => envelope.State is UnreadMessage unread
        ? await EncodeFailureAsync(unread.Message, results.OfType<HisRefusal>().FirstOrDefault() ?? Unread(unread.Fault))
        : await ReplyAsync(nameof(Encode), () => _inner.Encode(envelope, results)) ?? Plain(Unanswered(results));

    public async Task<HisReply> EncodeFailureAsync(HisMessage message, HisRefusal refusal) =>
        await ReplyAsync(nameof(EncodeFailure), () => _inner.EncodeFailure(message, refusal)) ?? Plain(refusal.Text);

    public async Task<HisReply?> DescribeAsync(string path, string query, Uri publicAddress) =>
        (await CallAsync(nameof(Describe), () => _inner.Describe(path, query, publicAddress), document => document is null ? null : Breach(document))).Result;

    public HisEnvelope Decode(HisMessage message) => DecodeAsync(message).GetAwaiter().GetResult();

    public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results) => EncodeAsync(envelope, results).GetAwaiter().GetResult();

    public HisReply EncodeFailure(HisMessage message, HisRefusal refusal) => EncodeFailureAsync(message, refusal).GetAwaiter().GetResult();

    public HisReply? Describe(string path, string query, Uri publicAddress) => DescribeAsync(path, query, publicAddress).GetAwaiter().GetResult();

    private async Task<HisReply?> ReplyAsync(string step, Func<HisReply> encode) => (await CallAsync(step, encode, Breach)).Result;

    /// <summary>The result, or the default and, where the adapter overran, how.</summary>
    /// <param name="step">For the log.</param>
    /// <param name="call">Runs foreign code.</param>
    /// <param name="breach">What is wrong with a result; runs on the adapter's thread as well, since a result may be foreign code too.</param>
    private async Task<(T? Result, AdapterOverrun? Fault)> CallAsync<T>(string step, Func<T> call, Func<T, string?> breach)
    {
        if (_quarantine.Until is not null)
            return (default, AdapterOverrun.Quarantine);
        try
        {
            var (result, wrong) = await _threads.RunAsync(() => call() is var result && breach(result) is { } wrong ? (default(T), wrong) : (result, null));
            Ended(step);
            if (wrong is not null)
                Faulted(step, wrong);
            return (result, null);
        }
        catch (AdapterOverrunException fault)
        {
            Overran(step, fault);
            return (default, fault.Overrun);
        }
        catch (Exception fault)
        {
            Ended(step);
            Faulted(step, FaultPlace.Of(fault));
            return default;
        }
    }

    private void Ended(string step)
    {
        // The end of an exchange: to be read and then not answered, or to be refused in good words, is no sign of health.
        if (step == nameof(Encode))
            _quarantine.Answered();
    }

    private void Faulted(string step, string fault)
    {
        Interlocked.Increment(ref _faults);
        _log.AdapterFault(_adapter, step, fault);
    }

    private void Overran(string step, AdapterOverrunException fault)
    {
        Interlocked.Increment(ref _overruns);
        _log.AdapterOverran(_adapter, step, fault.Message);
        // A call that found no thread says nothing new about the adapter: those that keep the threads are counted.
        if (fault.Overrun is AdapterOverrun.Time or AdapterOverrun.Memory && _quarantine.Overran() is { } until)
            _log.AdapterQuarantined(_adapter, AdapterQuarantine.OverrunsMax, until);
    }

    /// <summary>With a list of the node's own, so that nobody runs the adapter's code by reading it.</summary>
    private static HisEnvelope Detached(HisEnvelope envelope) => envelope?.Requests is { } requests ? envelope with { Requests = [.. requests] } : envelope!;

    /// <summary>What in an envelope breaks the contract, or null.</summary>
    internal static string? Breach(HisEnvelope? envelope)
    {
        if (envelope?.Requests is not { Count: > 0 } requests)
            return "an envelope without a request";
        return requests.Any(request => request?.TransactionCode is null || request.Operation is null == request.Refusal is null)
            ? "a request with neither or both of operation and refusal"
            : null;
    }

    /// <summary>Why a reply cannot be sent, or null.</summary>
    internal static string? Breach(HisReply? reply) => reply switch
    {
        null or { Body: null } or { ContentType: null or "" } => "no body or content type",
        { Body.Length: > ReplyBytesMax } => $"a reply of {reply.Body.Length} bytes, above {ReplyBytesMax}",
        { HttpStatus: < 200 or > 599 } => $"HTTP status {reply.HttpStatus}",
        _ => null,
    };

    private static HisRefusal Unread(AdapterOverrun? fault)
    {
        var (chinese, english) = fault switch
        {
            AdapterOverrun.Time => ("处理该报文超时，已中止", "took too long over this message and was aborted"),
            AdapterOverrun.Memory => ("处理该报文时占用内存过多，已中止", "took too much memory over this message and was aborted"),
            AdapterOverrun.Queue => ("正忙，没有在规定时间内开始处理", "was busy and did not begin in time"),
            AdapterOverrun.Quarantine => ("因连续失控暂停使用", "overran too often and rests for a while"),
            _ => ("处理该报文时出错", "failed on this message"),
        };
        return new HisRefusal
        {
            TransactionId = "",
            Code = "ADAPTER_FAULT",
            Side = RefusingSide.Treatment,
            Field = "",
            Chinese = $"省端适配器{chinese}，未办理任何业务。",
            English = $"the province's adapter {english}; nothing was done.",
            NextStepChinese = "请联系省中心查看节点日志；报文无需修改。",
            NextStepEnglish = "Ask the provincial centre to read the node's log; the message itself need not be changed.",
        };
    }

    private static string Unanswered(IReadOnlyList<HisResult> results)
    {
        var ids = string.Join(", ", results.Select(result => result.TransactionId).Where(id => id.Length > 0));
        return $"[ADAPTER_FAULT] 省端适配器无法生成应答，业务可能已经办理（交易流水号：{ids}）。请勿重新发起，稍后以同一流水号再次查询，并联系省中心。 | "
            + $"The province's adapter could not write the reply; the business may have been done (transactions: {ids}). Do not start a new one: "
            + "ask again with the same id and call the provincial centre.";
    }

    private static HisReply Plain(string text) => new()
    {
        Body = LegacyText.Encode(text, LegacyText.Utf8),
        ContentType = "text/plain; charset=utf-8",
        HttpStatus = 500,
    };

    private sealed record UnreadMessage(HisMessage Message, AdapterOverrun? Fault);
}

/// <summary>The dialects the hospital port speaks: an adapter's through its guard and its threads, the node's own directly.</summary>
internal static class DialectCalls
{
    public static Task<HisEnvelope> DecodeAsync(this IHisDialect dialect, HisMessage message) =>
        dialect is GuardedDialect guarded ? guarded.DecodeAsync(message) : Task.FromResult(dialect.Decode(message));

    public static Task<HisReply> EncodeAsync(this IHisDialect dialect, HisEnvelope envelope, IReadOnlyList<HisResult> results) =>
        dialect is GuardedDialect guarded ? guarded.EncodeAsync(envelope, results) : Task.FromResult(dialect.Encode(envelope, results));

    public static Task<HisReply> EncodeFailureAsync(this IHisDialect dialect, HisMessage message, HisRefusal refusal) =>
        dialect is GuardedDialect guarded ? guarded.EncodeFailureAsync(message, refusal) : Task.FromResult(dialect.EncodeFailure(message, refusal));

    public static Task<HisReply?> DescribeAsync(this IHisDialect dialect, string path, string query, Uri publicAddress) =>
        dialect is GuardedDialect guarded ? guarded.DescribeAsync(path, query, publicAddress) : Task.FromResult(dialect.Describe(path, query, publicAddress));
}
