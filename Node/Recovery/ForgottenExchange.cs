using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>An exchange this node had forgotten, readable.</summary>
internal sealed record ForgottenExchange(string TransactionId, Division Peer, Direction Direction, string Method, byte[] RequestBytes, byte[] ReplyBytes)
{
    public required IExchangeRequest Request { get; init; }

    public required IExchangeReply Reply { get; init; }

    /// <summary>What the report calls it: a number both sides know.</summary>
    public string? Subject => SubjectOf(Request, Reply);

    /// <summary>What moves between the provinces by it, in fen; null where nothing does.</summary>
    public long? ClearedFen => ClearedFenOf(Reply);

    /// <param name="row">With its payload.</param>
    /// <returns>Null when it cannot be read.</returns>
    public static ForgottenExchange? Open(RecoveryExchangeRow row, Vault vault)
    {
        var (request, reply) = (vault.Open(row.Request!, RecoveryStore.RequestPurpose), vault.Open(row.Reply!, RecoveryStore.ReplyPurpose));
        return ExchangeMethods.Read(row.Method, request, reply) is { } read
            ? new(row.TransactionId, Division.Parse(row.Peer), row.Direction, row.Method, request, reply) { Request = read.Request, Reply = read.Reply }
            : null;
    }

    public static string? SubjectOf(IExchangeRequest request, IExchangeReply reply) => reply switch
    {
        RegisterAdmissionResponse { Admission: { } admission } => admission.VisitNumber,
        RegisterOutpatientResponse { Visit: { } visit } => visit.VisitNumber,
        SettleResponse { Settlement: { } settlement } => settlement.SettlementNumber,
        CancelSettlementResponse { Cancellation: { } cancellation } => cancellation.SettlementNumber,
        ReverseTransactionResponse { Reversal.Settlement: { } settlement } => settlement.SettlementNumber,
        SubmitFilingResponse { Filing.Filing: { } filing } => filing.FilingNumber,
        CancelFilingResponse { Filing.Filing: { } filing } => filing.FilingNumber,
        RegisterDischargeResponse { Discharge: { } discharge } => discharge.VisitNumber,
        CancelAdmissionResponse { Undone: { } undone } => undone.VisitNumber,
        CancelDischargeResponse { Undone: { } undone } => undone.VisitNumber,
        _ => Clearing.AgencySteps.All.FirstOrDefault(step => step.Method.Name + "Request" == request.GetType().Name)?.SubjectOf(request),
    };

    public static long? ClearedFenOf(IExchangeReply reply) => reply is SettleResponse { Settlement.Decision.Payments: { } payments }
        ? payments.FundTotalFen + payments.AccountFen
        : null;
}
