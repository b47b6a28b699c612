using System.Security.Cryptography;
using System.Text;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

internal enum HeldState
{
    Waiting = 1,
    Stored = 2,
    Refused = 3,
    Withdrawn = 4,
}

/// <summary>An upload that waits, with what is still wanted of it.</summary>
internal sealed record HeldUpload(string TransactionId, long VisitId, string InstitutionCode, UploadFeeLines Operation);

/// <summary>
/// Uploads whose codes have no mapping yet where the province blocks such codes. They wait on disk, whole and under their own ids, and are
/// taken up again when the catalogue changes; the hospital is told which codes they wait for. Every method runs in the caller's transaction.
/// </summary>
internal sealed class HeldUploads(Vault vault, TimeProvider time)
{
    private const string OperationPurpose = "held.operation";
    private const string ResultPurpose = "held.result";
    private const int CodesShownMax = 10;

    public HisPending Hold(Session session, HisCaller caller, VisitRow visit, UploadFeeLines operation, TransactionId id, IReadOnlyCollection<string> codes)
    {
        session.ExecuteExpecting(1,
            """
            INSERT INTO held_upload (transaction_id, visit_id, institution_code, content_hash, operation, line_count, amount_fen, state, held_at_ms)
            VALUES (@Text, @visitId, @institution, @hash, @sealedOperation, @count, @amount, 1, @now)
            """,
            new
            {
                id.Text,
                visitId = visit.Id,
                institution = caller.Institution.Code,
                hash = HashOf(operation),
                sealedOperation = Sealed(operation),
                count = operation.Lines.Count,
                amount = AmountOf(operation),
                now = time.NowMs(),
            });
        SetCodes(session, id.Text, codes);
        return Pending(id.Text, codes);
    }

    /// <summary>The upload of this visit that came with the same content and waits already: how dialects without request ids repeat themselves.</summary>
    public static HisPending? Repeated(Session session, VisitRow visit, UploadFeeLines operation) =>
        session.QuerySingleOrDefault<string?>(
            "SELECT transaction_id FROM held_upload WHERE visit_id = @Id AND content_hash = @hash AND state = 1", new { visit.Id, hash = HashOf(operation) }) is { } id
            ? Pending(id, CodesOf(session, id))
            : null;

    /// <summary>What the hospital is told about an upload that waits or has waited; null when this transaction never did.</summary>
    public HisResult? Answer(Session session, string transactionId)
    {
        if (session.QuerySingleOrDefault<HeldRow>("SELECT state, result FROM held_upload WHERE transaction_id = @transactionId", new { transactionId }) is not { } row)
            return null;
        return row.Result is null
            ? Pending(transactionId, CodesOf(session, transactionId))
            : HisJson.ReadResult(Encoding.UTF8.GetString(vault.Open(row.Result, ResultPurpose)));
    }

    public static string InstitutionOf(Session session, string transactionId) =>
        session.QuerySingle<string>("SELECT institution_code FROM held_upload WHERE transaction_id = @transactionId", new { transactionId });

    /// <summary>What a visit still waits for; empty when nothing.</summary>
    public static IReadOnlyList<string> CodesOf(Session session, VisitRow visit) => session.Query<string>(
        """
        SELECT DISTINCT local_code FROM held_code JOIN held_upload USING (transaction_id) WHERE visit_id = @Id AND state = 1 ORDER BY local_code
        """,
        new { visit.Id });

    /// <summary>The waiting uploads of a visit, in the order in which they came.</summary>
    public IReadOnlyList<HeldUpload> Of(Session session, VisitRow visit) => session.Query<HeldRow>(
            "SELECT transaction_id, visit_id, institution_code, operation, state FROM held_upload WHERE visit_id = @Id AND state = 1 ORDER BY transaction_id", new { visit.Id })
        .Select(Open).ToList();

    /// <summary>The waiting uploads of the institutions of one adapter, in the order in which they came.</summary>
    public static IReadOnlyList<string> WaitingFor(Session session, string adapter) => session.Query<string>(
        """
        SELECT transaction_id FROM held_upload JOIN institution ON code = institution_code WHERE adapter = @adapter AND held_upload.state = 1 ORDER BY transaction_id
        """,
        new { adapter });

    /// <summary>The latest line that waits for the mapping of a code; null when none does.</summary>
    public HisFeeLine? LineWaitingFor(Session session, string adapter, string localCode) => session.QuerySingleOrDefault<HeldRow>(
        """
        SELECT u.transaction_id, u.visit_id, u.institution_code, u.operation, u.state
        FROM held_code c JOIN held_upload u USING (transaction_id) JOIN institution i ON i.code = u.institution_code
        WHERE c.local_code = @localCode AND i.adapter = @adapter AND u.state = 1 ORDER BY u.transaction_id DESC LIMIT 1
        """,
        new { adapter, localCode }) is { } row ? Open(row).Operation.Lines.LastOrDefault(line => line.LocalCode == localCode) : null;

    /// <summary>Null when it does not wait any more.</summary>
    public HeldUpload? Find(Session session, string transactionId) => session.QuerySingleOrDefault<HeldRow>(
        "SELECT transaction_id, visit_id, institution_code, operation, state FROM held_upload WHERE transaction_id = @transactionId AND state = 1",
        new { transactionId }) is { } row ? Open(row) : null;

    /// <summary>Still waits, perhaps for other codes than before.</summary>
    public static void SetCodes(Session session, string transactionId, IEnumerable<string> codes)
    {
        session.Execute("DELETE FROM held_code WHERE transaction_id = @transactionId", new { transactionId });
        foreach (var code in codes)
            session.ExecuteExpecting(1, "INSERT INTO held_code (transaction_id, local_code) VALUES (@transactionId, @code)", new { transactionId, code });
    }

    /// <summary>Waits no longer: stored, or refused for another reason than a missing mapping. Final.</summary>
    public void Finish(Session session, string transactionId, HisResult result) =>
        Finish(session, transactionId, result is HisRefusal ? HeldState.Refused : HeldState.Stored, result);

    /// <summary>Takes lines out of a waiting upload; one without lines is withdrawn.</summary>
    /// <returns>Null when nothing is left.</returns>
    public HeldUpload? Withdraw(Session session, HeldUpload upload, Func<HisFeeLine, bool> isWithdrawn)
    {
        var rest = upload.Operation with { Lines = [.. upload.Operation.Lines.Where(line => !isWithdrawn(line))] };
        if (rest.Lines.Count == 0)
        {
            Finish(session, upload.TransactionId, HeldState.Withdrawn, TreatmentRefusals.HeldWithdrawn());
            return null;
        }
        session.ExecuteExpecting(1,
            "UPDATE held_upload SET operation = @sealedOperation, line_count = @count, amount_fen = @amount WHERE transaction_id = @TransactionId AND state = 1",
            new { sealedOperation = Sealed(rest), count = rest.Lines.Count, amount = AmountOf(rest), upload.TransactionId });
        return upload with { Operation = rest };
    }

    private void Finish(Session session, string transactionId, HeldState state, HisResult result)
    {
        session.Execute("DELETE FROM held_code WHERE transaction_id = @transactionId", new { transactionId });
        session.ExecuteExpecting(1,
            """
            UPDATE held_upload SET state = @state, result = @sealedResult, finished_at_ms = @now WHERE transaction_id = @transactionId AND state = 1
            """,
            new
            {
                transactionId,
                state = (int)state,
                sealedResult = vault.Seal(HisJson.WriteUtf8(result with { TransactionId = transactionId }), ResultPurpose),
                now = time.NowMs(),
            });
    }

    private static HisPending Pending(string transactionId, IReadOnlyCollection<string> codes)
    {
        var shown = string.Join("、", codes.Take(CodesShownMax));
        var more = codes.Count > CodesShownMax ? $"…({codes.Count})" : "";
        return new HisPending
        {
            TransactionId = transactionId,
            WaitingFor = [.. codes],
            Chinese = $"费用明细已收下并保存，等待编码 {shown}{more} 的目录对照；对照生效后本节点以同一流水号 {transactionId} 自动续办。请勿另发新交易，稍后查询结果。",
            English = $"the fee lines are kept and wait for the mapping of {shown}{more}; once it is in force the node goes on by itself under the same id {transactionId}. Do not send a new transaction, query later.",
        };
    }

    private HeldUpload Open(HeldRow row) => new(
        row.TransactionId, row.VisitId, row.InstitutionCode, (UploadFeeLines)HisJson.ReadOperation(Encoding.UTF8.GetString(vault.Open(row.Operation, OperationPurpose))));

    private static List<string> CodesOf(Session session, string transactionId) =>
        [.. session.Query<string>("SELECT local_code FROM held_code WHERE transaction_id = @transactionId ORDER BY local_code", new { transactionId })];

    private byte[] Sealed(UploadFeeLines operation) => vault.Seal(HisJson.WriteUtf8(operation), OperationPurpose);

    private static byte[] HashOf(UploadFeeLines operation) => SHA256.HashData(HisJson.WriteUtf8(operation));

    private static long AmountOf(UploadFeeLines operation) => operation.Lines.Sum(line => line.AmountFen);

    private sealed class HeldRow
    {
        public string TransactionId { get; init; } = "";
        public long VisitId { get; init; }
        public string InstitutionCode { get; init; } = "";
        public byte[] Operation { get; init; } = [];
        public required HeldState State { get; init; }
        public byte[]? Result { get; init; }
    }
}
