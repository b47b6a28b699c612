using System.Security.Cryptography;
using System.Text;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>Who asks and under which id: everything about a hospital's request but the operation itself.</summary>
internal sealed record HisCaller
{
    public required InstitutionRow Institution { get; init; }

    public required LoadedAdapter Adapter { get; init; }

    /// <summary>The hospital's own id of the request; null where its dialect has none.</summary>
    public string? HisTransactionId { get; init; }

    public required string Operator { get; init; }

    /// <summary>The dialect's own code of the request.</summary>
    public string TransactionCode { get; init; } = "";

    /// <summary>The business period the message names; null when it names none.</summary>
    public string? BusinessPeriod { get; init; }

    /// <summary>The hospital will confirm or reverse what this request does.</summary>
    public bool NeedsConfirmation { get; init; }
}

/// <summary>Exactly once for requests that carry the hospital's own id: same id and content, same answer; other content, a named conflict.</summary>
internal sealed class HisInbox(Vault vault, TimeProvider time)
{
    private const string OperationPurpose = "his.operation";
    private const string ResultPurpose = "his.result";

    /// <summary>What is remembered of a request, made before the writer is asked; null when the hospital gave it no id.</summary>
    public HisContent? ContentOf(HisCaller caller, HisOperation operation)
    {
        if (caller.HisTransactionId is null)
            return null;
        var content = HisJson.WriteUtf8(operation);
        return new HisContent(content, SHA256.HashData(content), vault.Seal(content, OperationPurpose));
    }

    /// <summary>What is known of this request: nothing, a conflict, a final result, or the id of a transaction that knows the result.</summary>
    public HisKnown? Find(Session session, HisCaller caller, HisContent? content)
    {
        if (content is null || caller.HisTransactionId is null)
            return null;
        if (FindRow(session, caller.Institution.Code, caller.HisTransactionId) is not { } row)
        {
            return UndoStore.FindVoid(session, caller.Institution.Code, caller.HisTransactionId) is { } unseen
                ? new HisKnown(TreatmentRefusals.TransactionVoid("", unseen.ReversalId), unseen.ReversalId)
                : null;
        }
        if (!row.ContentHash.AsSpan().SequenceEqual(content.Hash))
        {
            var first = Encoding.UTF8.GetString(vault.Open(row.Operation, OperationPurpose));
            return new HisKnown(TreatmentRefusals.IdConflict(HisJson.FirstDifference(first, Encoding.UTF8.GetString(content.Utf8)) ?? "operation"), row.TransactionId);
        }
        var result = ResultOf(row);
        if ((VoidOf(row.TransactionId) ?? VoidOf(result?.TransactionId ?? "")) is { } reversed)
            return new HisKnown(TreatmentRefusals.TransactionVoid(reversed.OriginalId, reversed.ReversalId), row.TransactionId);
        return new HisKnown(result, row.TransactionId);

        VoidRow? VoidOf(string transactionId) => UndoStore.FindVoid(session, caller.Institution.Code, transactionId);
    }

    /// <summary>Records a request in the caller's transaction. <paramref name="result"/> is null while an outbound transaction owns the answer.</summary>
    public void Add(Session session, HisCaller caller, HisContent? content, TransactionId transaction, HisResult? result)
    {
        if (content is null)
            return;
        session.ExecuteExpecting(1,
            """
            INSERT INTO his_request (institution_code, his_transaction_id, content_hash, operation, transaction_id, result, received_at_ms)
            VALUES (@Code, @HisTransactionId, @Hash, @SealedOperation, @transaction, @sealedResult, @now)
            """,
            new
            {
                caller.Institution.Code,
                caller.HisTransactionId,
                content.Hash,
                content.SealedOperation,
                transaction = transaction.Text,
                sealedResult = result is null ? null : vault.Seal(HisJson.WriteUtf8(result), ResultPurpose),
                now = time.NowMs(),
            });
    }

    /// <summary>The node's transaction a hospital means: by its own serial, or by the node's id it was told.</summary>
    public static string? Resolve(Session session, string institutionCode, string anyTransactionId) =>
        FindRow(session, institutionCode, anyTransactionId)?.TransactionId
        ?? (TransactionId.TryParse(anyTransactionId, out var own) ? own.Text : null);

    /// <summary>What a hospital asked for under its own id that began one of the node's transactions.</summary>
    public HisOperation? OperationOf(Session session, string institutionCode, string transactionId) => session.QuerySingleOrDefault<byte[]?>(
        "SELECT operation FROM his_request WHERE institution_code = @institutionCode AND transaction_id = @transactionId LIMIT 1",
        new { institutionCode, transactionId }) is { } operation
            ? HisJson.ReadOperation(Encoding.UTF8.GetString(vault.Open(operation, OperationPurpose)))
            : null;

    /// <summary>A request that was answered here, whole, by either id; null when there is none or another province knows its answer.</summary>
    public HisExchange? Recall(Session session, string institutionCode, string anyTransactionId)
    {
        if ((FindRow(session, institutionCode, anyTransactionId) ?? FindByTransaction(session, institutionCode, anyTransactionId)) is not { } row || ResultOf(row) is not { } result)
            return null;
        return new HisExchange(HisJson.ReadOperation(Encoding.UTF8.GetString(vault.Open(row.Operation, OperationPurpose))), result);
    }

    /// <summary>The transaction that did what a request was told is done: its own, or one that had done the same before; null when it was not answered here.</summary>
    public string? DoneBy(Session session, string institutionCode, string hisTransactionId) =>
        FindRow(session, institutionCode, hisTransactionId) is { } row ? ResultOf(row)?.TransactionId : null;

    private HisResult? ResultOf(HisRequestRow row) => row.Result is null ? null : HisJson.ReadResult(Encoding.UTF8.GetString(vault.Open(row.Result, ResultPurpose)));

    private static HisRequestRow? FindRow(Session session, string institutionCode, string hisTransactionId) => session.QuerySingleOrDefault<HisRequestRow>(
        """
        SELECT content_hash, operation, transaction_id, result FROM his_request
        WHERE institution_code = @institutionCode AND his_transaction_id = @hisTransactionId
        """,
        new { institutionCode, hisTransactionId });

    private static HisRequestRow? FindByTransaction(Session session, string institutionCode, string transactionId) => session.QuerySingleOrDefault<HisRequestRow>(
        """
        SELECT content_hash, operation, transaction_id, result FROM his_request
        WHERE transaction_id = @transactionId AND institution_code = @institutionCode
        """,
        new { institutionCode, transactionId });

    private sealed class HisRequestRow
    {
        public required byte[] ContentHash { get; init; }
        public required byte[] Operation { get; init; }
        public required string TransactionId { get; init; }
        public byte[]? Result { get; init; }
    }
}

/// <param name="Result">Final, or null when the transaction's outbound row knows it.</param>
internal sealed record HisKnown(HisResult? Result, string TransactionId);

/// <summary>What was asked and answered, in exchange codes.</summary>
internal sealed record HisExchange(HisOperation Operation, HisResult Result);

/// <summary>The operation of a request as it is stored and compared.</summary>
/// <param name="Utf8">Canonical JSON.</param>
internal sealed record HisContent(byte[] Utf8, byte[] Hash, byte[] SealedOperation);
