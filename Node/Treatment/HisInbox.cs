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
}

/// <summary>Exactly once for requests that carry the hospital's own id: same id and content, same answer; other content, a named conflict.</summary>
internal sealed class HisInbox(Vault vault, TimeProvider time)
{
    private const string OperationPurpose = "his.operation";
    private const string ResultPurpose = "his.result";

    /// <summary>What is known of this request: nothing, a conflict, a final result, or the id of a transaction that knows the result.</summary>
    public HisKnown? Find(Session session, HisCaller caller, HisOperation operation)
    {
        if (caller.HisTransactionId is null || FindRow(session, caller.Institution.Code, caller.HisTransactionId) is not { } row)
            return null;
        var content = HisJson.Write(operation);
        if (!row.ContentHash.AsSpan().SequenceEqual(Hash(content)))
        {
            var first = Encoding.UTF8.GetString(vault.Open(row.Operation, OperationPurpose));
            return new HisKnown(TreatmentRefusals.IdConflict(HisJson.FirstDifference(first, content) ?? "operation"), row.TransactionId);
        }
        return new HisKnown(
            row.Result is null ? null : HisJson.ReadResult(Encoding.UTF8.GetString(vault.Open(row.Result, ResultPurpose))),
            row.TransactionId);
    }

    /// <summary>Records a request in the caller's transaction. <paramref name="result"/> is null while an outbound transaction owns the answer.</summary>
    public void Add(Session session, HisCaller caller, HisOperation operation, TransactionId transaction, HisResult? result)
    {
        if (caller.HisTransactionId is null)
            return;
        var content = HisJson.Write(operation);
        session.ExecuteExpecting(1,
            """
            INSERT INTO his_request (institution_code, his_transaction_id, content_hash, operation, transaction_id, result, received_at_ms)
            VALUES (@Code, @HisTransactionId, @hash, @sealedOperation, @transaction, @sealedResult, @now)
            """,
            new
            {
                caller.Institution.Code,
                caller.HisTransactionId,
                hash = Hash(content),
                sealedOperation = vault.Seal(Encoding.UTF8.GetBytes(content), OperationPurpose),
                transaction = transaction.Text,
                sealedResult = result is null ? null : vault.Seal(Encoding.UTF8.GetBytes(HisJson.Write(result)), ResultPurpose),
                now = time.NowMs(),
            });
    }

    /// <summary>The node's transaction a hospital means: by its own serial, or by the node's id it was told.</summary>
    public static string? Resolve(Session session, string institutionCode, string anyTransactionId) =>
        FindRow(session, institutionCode, anyTransactionId)?.TransactionId
        ?? (TransactionId.TryParse(anyTransactionId, out var own) ? own.Text : null);

    /// <summary>A request that was answered here and needed no other province.</summary>
    public static bool IsDone(Session session, string institutionCode, string hisTransactionId) =>
        FindRow(session, institutionCode, hisTransactionId)?.Result is not null;

    private static byte[] Hash(string content) => SHA256.HashData(Encoding.UTF8.GetBytes(content));

    private static HisRequestRow? FindRow(Session session, string institutionCode, string hisTransactionId) => session.QuerySingleOrDefault<HisRequestRow>(
        """
        SELECT content_hash, operation, transaction_id, result FROM his_request
        WHERE institution_code = @institutionCode AND his_transaction_id = @hisTransactionId
        """,
        new { institutionCode, hisTransactionId });

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
