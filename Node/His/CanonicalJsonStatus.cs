using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.His;

/// <summary>The HTTP status beside an answer, for proxies and monitors; what counts is the body. The same table is in Protos/README.md.</summary>
internal static class CanonicalJsonStatus
{
    public static int Of(HisResult result) => result is HisRefusal refusal ? Of(refusal.Code) : StatusCodes.Status200OK;

    /// <summary>A code that is not listed, such as one of a peer with a newer contract, is a business refusal.</summary>
    public static int Of(string code) => code switch
    {
        "MALFORMED_MESSAGE" or "MISSING_FIELD" or "INVALID_FIELD" or "UNKNOWN_TRANSACTION" => StatusCodes.Status400BadRequest,
        "TOKEN_REFUSED" => StatusCodes.Status401Unauthorized,
        "INSTITUTION_MISMATCH" or "INSTITUTION_SUSPENDED" => StatusCodes.Status403Forbidden,
        "PERSON_NOT_FOUND" or "FILING_NOT_FOUND" or "VISIT_NOT_FOUND" or "LINE_NOT_FOUND" or "SETTLEMENT_NOT_FOUND" or "STATEMENT_NOT_FOUND"
            or "PREPAYMENT_NOT_FOUND" or "BUSINESS_PERIOD_NOT_FOUND" or "TRANSACTION_NOT_FOUND" => StatusCodes.Status404NotFound,
        "ID_CONFLICT" or "LINE_CONFLICT" or "FILING_OVERLAP" or "TRANSACTION_VOID" or "PREVIEW_STALE" or "NOT_REVERSIBLE" or "PERIOD_CLOSED"
            or "FILING_STATE" or "VISIT_STATE" or "SETTLEMENT_STATE" or "STATEMENT_STATE" or "PREPAYMENT_STATE"
            or "TRANSACTION_STATE" or "BUSINESS_PERIOD_CLOSED" or "BUSINESS_PERIOD_PENDING" => StatusCodes.Status409Conflict,
        "BODY_TOO_LARGE" => StatusCodes.Status413PayloadTooLarge,
        "NOT_IMPLEMENTED" => StatusCodes.Status501NotImplemented,
        "PEER_UNAVAILABLE" or "NODE_UNAVAILABLE" or "ADAPTER_NOT_LOADED" => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status422UnprocessableEntity,
    };
}
