using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.His;

/// <summary>
/// The port for the province's own hospital systems: raw bytes of a dialect at <c>/his/{adapter}</c> and at the paths its real clients are
/// compiled to call, canonical JSON at <c>/his/v1/{operation}</c>, a token for each hospital. Whatever goes wrong is answered in the dialect's
/// own error convention.
/// </summary>
internal sealed partial class HisEndpoint(
    Database database, AdapterDirectory adapters, TreatmentAgency agency, LimitOptions limits, TimeProvider time, NodeDrain drain, ILogger<HisEndpoint> logger)
{
    private const string CanonicalPrefix = "/his/v1/";
    private const string AdapterPrefix = "/his/";
    private const string Stopping = "节点正在停止 the node is stopping";

    private readonly CanonicalJson _canonical = new();
    private readonly ConcurrentDictionary<string, CallBudget> _budgets = new(StringComparer.Ordinal);

    public async Task HandleAsync(HttpContext context)
    {
        var (token, path) = HisToken.Of(context.Request);
        // One request, one set of adapters: an adapter may be replaced while it is answered.
        using var present = adapters.Open();
        var dialect = DialectAt(present, path);
        if (HttpMethods.IsPost(context.Request.Method) && dialect is not null)
            await AnswerAsync(context, present, token, path, dialect);
        else
            await WriteAsync(context, await DescribeAsync(context, present, path) ?? (dialect is null ? Missing(present, path) : NotAllowed(context.Response)));
    }

    private async Task AnswerAsync(HttpContext context, AdapterSnapshot present, string? token, string path, IHisDialect dialect)
    {
        var started = Stopwatch.GetTimestamp();
        var (isWhole, body) = await ReadBodyAsync(context, path);
        if (!isWhole)
            return;
        var message = new HisMessage
        {
            Path = path,
            ContentType = context.Request.ContentType ?? "",
            SoapAction = context.Request.Headers["SOAPAction"].ToString(),
            Body = body ?? ReadOnlyMemory<byte>.Empty,
        };
        var refusal = body is null ? HisRefusals.BodyTooLarge(limits.HisBodyBytesMax) : null;
        var institution = refusal is null ? FindInstitution(token, out refusal) : null;
        refusal ??= institution is null ? HisRefusals.TokenRefused() : null;
        var adapter = institution is null ? null : present.Find(institution.Adapter);
        refusal ??= adapter is null ? HisRefusals.AdapterNotLoaded(institution!.Adapter) : RefuseRoute(path, dialect, adapter);
        var reply = refusal is null
            ? await AnswerAsync(Speaking(dialect, adapter!), message, institution!, adapter!, started)
            : await dialect.EncodeFailureAsync(message, refusal);
        if (refusal is not null)
            LogTurnedAway(path, refusal.Code);
        await WriteAsync(context, reply);
    }

    /// <summary>The body, null when it is too large. One that breaks off is no message: nothing is done, and as a rule nobody is there to be told.</summary>
    private async Task<(bool IsWhole, ReadOnlyMemory<byte>? Body)> ReadBodyAsync(HttpContext context, string path)
    {
        try
        {
            return (true, await HisBody.ReadAsync(context.Request, limits.HisBodyBytesMax));
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            LogBrokenOff(path);
            if (fault is BadHttpRequestException malformed)
                context.Response.StatusCode = malformed.StatusCode;
            else
                context.Abort();
            return (false, null);
        }
    }

    private async Task<HisReply> AnswerAsync(IHisDialect dialect, HisMessage message, InstitutionRow institution, LoadedAdapter adapter, long started)
    {
        var envelope = await dialect.DecodeAsync(message);
        var results = new List<HisResult>(envelope.Requests.Count);
        foreach (var request in envelope.Requests)
        {
            var result = await AnswerAsync(request, institution, adapter);
            LogAnswered(institution.Code, dialect.Name, request.TransactionCode, result.TransactionId, Outcome(result), Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            results.Add(HisCodes.ToLocal(result, adapter.Catalogue.Codes, time.Today()));
        }
        return await dialect.EncodeAsync(envelope, results);
    }

    private async Task<HisResult> AnswerAsync(HisRequest request, InstitutionRow institution, LoadedAdapter adapter)
    {
        if (request.Operation is not { } operation)
            return request.Refusal ?? throw new InvalidOperationException("A dialect gave neither an operation nor a refusal.");
        if (request.InstitutionCode is { Length: > 0 } code && code != institution.Code)
            return HisRefusals.InstitutionMismatch();
        if (!HisCodes.TryToExchange(operation, adapter.Catalogue.Codes, time.Today(), out var exchange, out var unmapped))
            return unmapped;
        var caller = new HisCaller
        {
            Institution = institution,
            Adapter = adapter,
            HisTransactionId = request.HisTransactionId,
            Operator = request.Operator ?? "",
            TransactionCode = request.TransactionCode,
            BusinessPeriod = request.BusinessPeriod is { Length: > 0 } period ? period : null,
            NeedsConfirmation = request.NeedsConfirmation,
        };
        try
        {
            // Nothing is begun that could not be finished. What became of what was begun can be asked as long as the disk can be read.
            if (database.Condition.Refusal is { } refusing && (refusing.Fault is StorageFault.Damaged or StorageFault.InputOutput || !TreatmentAgency.OnlyReads(exchange)))
                throw refusing;
            return await HandleAsync(caller, exchange);
        }
        catch (Exception fault) when (fault is StorageException or OperationCanceledException)
        {
            // A node that recovers says so once, not for every request it turns away.
            if (fault is not NodeRecoveringException)
                LogNotAnswered(institution.Code, request.TransactionCode, fault.Message);
            return HisRefusals.Unfinished(operation, fault is StorageException ? fault.Message : Stopping);
        }
    }

    /// <summary>
    /// A hospital takes its own share only, and a node that stops takes nothing new. Whoever is turned away may be repeating what was begun before, so only
    /// a question is refused; of a step the result stays open until it is asked for again.
    /// </summary>
    private async Task<HisResult> HandleAsync(HisCaller caller, HisOperation operation)
    {
        var budget = _budgets.GetOrAdd(caller.Institution.Code, _ => new CallBudget(new(limits.HospitalConcurrentCallsMax, limits.HospitalCallsPerSecondMax), time));
        if (budget.TryEnter() is not null)
            return TurnAway(caller, operation, TooMany());
        try
        {
            if (!drain.TryEnter())
                return TurnAway(caller, operation, Stopping);
            try
            {
                return await agency.HandleAsync(caller, operation, drain.GivenUp);
            }
            finally
            {
                drain.Leave();
            }
        }
        finally
        {
            budget.Leave();
        }
    }

    private HisResult TurnAway(HisCaller caller, HisOperation operation, string reason)
    {
        NetworkLog.HospitalTurnedAway(logger, caller.Institution.Code, caller.TransactionCode, reason);
        return HisRefusals.Unfinished(operation, reason);
    }

    private string TooMany() => $"本院请求过多，同时最多 {limits.HospitalConcurrentCallsMax} 个、每秒最多 {limits.HospitalCallsPerSecondMax} 个，本次未处理 "
        + $"too many requests of this hospital, at most {limits.HospitalConcurrentCallsMax} at once and {limits.HospitalCallsPerSecondMax} a second, this one was not looked at";

    /// <summary>The adapter in the path must be the institution's own; a path shared by dialects is spoken in the institution's dialect.</summary>
    private HisRefusal? RefuseRoute(string path, IHisDialect dialect, LoadedAdapter adapter)
    {
        if (ReferenceEquals(dialect, _canonical))
            return null;
        var isOwn = path.StartsWith(AdapterPrefix, StringComparison.Ordinal) ? ReferenceEquals(dialect, adapter.Dialect) : HasPath(adapter, path);
        return isOwn ? null : HisRefusals.AdapterMismatch(adapter.Id);
    }

    private IHisDialect Speaking(IHisDialect routed, LoadedAdapter adapter) => ReferenceEquals(routed, _canonical) ? _canonical : adapter.Dialect;

    private IHisDialect? DialectAt(AdapterSnapshot present, string path)
    {
        if (path.StartsWith(CanonicalPrefix, StringComparison.Ordinal))
            return _canonical;
        if (path.StartsWith(AdapterPrefix, StringComparison.Ordinal))
            return present.Find(path[AdapterPrefix.Length..])?.Dialect;
        return present.Loaded.FirstOrDefault(adapter => HasPath(adapter, path))?.Dialect;
    }

    private static bool HasPath(LoadedAdapter adapter, string path) => adapter.Dialect.Paths.Contains(path, StringComparer.OrdinalIgnoreCase);

    /// <param name="token">As the caller gave it.</param>
    /// <param name="refusal">Why nobody can be looked up now.</param>
    private InstitutionRow? FindInstitution(string? token, out HisRefusal? refusal)
    {
        refusal = null;
        try
        {
            return token is null ? null : database.Read(session => InstitutionStore.ByToken(session, token));
        }
        catch (StorageException fault)
        {
            refusal = HisRefusals.StorageUnavailable(fault.Message);
            return null;
        }
    }

    private static async Task<HisReply?> DescribeAsync(HttpContext context, AdapterSnapshot present, string path)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
            return null;
        foreach (var adapter in present.Loaded.Where(adapter => HasPath(adapter, path) || path == AdapterPrefix + adapter.Id))
        {
            if (await adapter.Dialect.DescribeAsync(path, context.Request.QueryString.Value ?? "", CalledAddress(context)) is { } document)
                return document;
        }
        return null;
    }

    // Where the client reached this node, a token in the path included: a description must send it back there. HTTP/1.0 names no host.
    private static Uri CalledAddress(HttpContext context)
    {
        var (request, connection) = (context.Request, context.Connection);
        return Uri.TryCreate($"{request.Scheme}://{request.Host.ToUriComponent()}{request.Path}", UriKind.Absolute, out var called)
            ? called
            : new Uri($"{request.Scheme}://{new IPEndPoint(connection.LocalIpAddress!, connection.LocalPort)}{request.Path}");
    }

    /// <summary>No dialect is there to say it: the adapter of this path is configured and did not load, or there is no such path.</summary>
    private static HisReply Missing(AdapterSnapshot present, string path) => present.Statuses.FirstOrDefault(status => path == AdapterPrefix + status.Id) is { } status
        ? new HisReply
        {
            HttpStatus = StatusCodes.Status503ServiceUnavailable,
            ContentType = "text/plain; charset=utf-8",
            Body = Encoding.UTF8.GetBytes(HisRefusals.AdapterNotLoaded(status.Id).Text),
        }
        : NotFound();

    private static HisReply NotFound() => new()
    {
        HttpStatus = StatusCodes.Status404NotFound,
        ContentType = "text/plain; charset=utf-8",
        Body = Encoding.UTF8.GetBytes("没有这个地址。请核对接口地址：/his/{适配器}、该接口自己的地址，或 /his/v1/{操作}。\n"
            + "No such address. Check it: /his/{adapter}, the dialect's own path, or /his/v1/{operation}.\n"),
    };

    private static HisReply NotAllowed(HttpResponse response)
    {
        response.Headers.Allow = HttpMethods.Post;
        return new HisReply
        {
            HttpStatus = StatusCodes.Status405MethodNotAllowed,
            ContentType = "text/plain; charset=utf-8",
            Body = Encoding.UTF8.GetBytes("此地址只接受 POST 报文。\nThis address takes messages by POST only.\n"),
        };
    }

    private static async Task WriteAsync(HttpContext context, HisReply reply)
    {
        context.Response.StatusCode = reply.HttpStatus;
        context.Response.ContentType = reply.ContentType;
        context.Response.ContentLength = reply.Body.Length;
        await context.Response.Body.WriteAsync(reply.Body);
    }

    private static string Outcome(HisResult result) => result is HisRefusal refusal ? refusal.Code : result.GetType().Name;

    [LoggerMessage(3001, LogLevel.Information, "Hospital {Institution} {Dialect} {TransactionCode}: {TransactionId} {Outcome} in {Elapsed:0} ms")]
    private partial void LogAnswered(string institution, string dialect, string transactionCode, string transactionId, string outcome, double elapsed);

    [LoggerMessage(3002, LogLevel.Warning, "A request to {Path} was turned away: {Code}")]
    private partial void LogTurnedAway(string path, string code);

    [LoggerMessage(3003, LogLevel.Error, "Hospital {Institution} {TransactionCode} could not be answered: {Reason}")]
    private partial void LogNotAnswered(string institution, string transactionCode, string reason);

    [LoggerMessage(3004, LogLevel.Information, "A request to {Path} broke off before its body was whole; nothing was done")]
    private partial void LogBrokenOff(string path);
}
