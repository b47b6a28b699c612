using Google.Protobuf;

namespace Provincial.Exchange.V1;

/// <summary>Every request of the exchange contract. In a client stream only the first message has a header.</summary>
public interface IExchangeRequest : IMessage
{
    RequestHeader? Header { get; set; }
}

/// <summary>Every reply of the exchange contract: the request's id and either data or a refusal.</summary>
public interface IExchangeReply : IMessage
{
    string TransactionId { get; set; }

    long AnsweredAtMs { get; set; }

    Refusal? Refusal { get; set; }
}

public partial class GetNodeRequest : IExchangeRequest;
public partial class GetNodeResponse : IExchangeReply;
public partial class PingRequest : IExchangeRequest;
public partial class PingResponse : IExchangeReply;
public partial class AnnounceStandingRequest : IExchangeRequest;
public partial class AnnounceStandingResponse : IExchangeReply;
public partial class VerifyPersonRequest : IExchangeRequest;
public partial class VerifyPersonResponse : IExchangeReply;
public partial class RegisterAdmissionRequest : IExchangeRequest;
public partial class RegisterAdmissionResponse : IExchangeReply;
public partial class CancelAdmissionRequest : IExchangeRequest;
public partial class CancelAdmissionResponse : IExchangeReply;
public partial class RegisterDischargeRequest : IExchangeRequest;
public partial class RegisterDischargeResponse : IExchangeReply;
public partial class CancelDischargeRequest : IExchangeRequest;
public partial class CancelDischargeResponse : IExchangeReply;
public partial class RegisterOutpatientRequest : IExchangeRequest;
public partial class RegisterOutpatientResponse : IExchangeReply;
public partial class PreviewSettlementRequest : IExchangeRequest;
public partial class PreviewSettlementResponse : IExchangeReply;
public partial class SettleRequest : IExchangeRequest;
public partial class SettleResponse : IExchangeReply;
public partial class CancelSettlementRequest : IExchangeRequest;
public partial class CancelSettlementResponse : IExchangeReply;
public partial class ReverseTransactionRequest : IExchangeRequest;
public partial class ReverseTransactionResponse : IExchangeReply;
public partial class GetTransactionRequest : IExchangeRequest;
public partial class GetTransactionResponse : IExchangeReply;
public partial class GetFilingsRequest : IExchangeRequest;
public partial class GetFilingsResponse : IExchangeReply;
public partial class SubmitFilingRequest : IExchangeRequest;
public partial class SubmitFilingResponse : IExchangeReply;
public partial class CancelFilingRequest : IExchangeRequest;
public partial class CancelFilingResponse : IExchangeReply;
public partial class UploadFeeDetailsRequest : IExchangeRequest;
public partial class UploadFeeDetailsResponse : IExchangeReply;
public partial class GetFeeDetailProgressRequest : IExchangeRequest;
public partial class GetFeeDetailProgressResponse : IExchangeReply;
public partial class GetTotalsRequest : IExchangeRequest;
public partial class GetTotalsResponse : IExchangeReply;
public partial class GetRangeDigestsRequest : IExchangeRequest;
public partial class GetRangeDigestsResponse : IExchangeReply;
public partial class ListRowsRequest : IExchangeRequest;
public partial class ListRowsResponse : IExchangeReply;
public partial class ListInFlightRequest : IExchangeRequest;
public partial class ListInFlightResponse : IExchangeReply;
public partial class GetPrepaymentRequest : IExchangeRequest;
public partial class GetPrepaymentResponse : IExchangeReply;
public partial class ListPrepaymentEntriesRequest : IExchangeRequest;
public partial class ListPrepaymentEntriesResponse : IExchangeReply;
public partial class RequestTopUpRequest : IExchangeRequest;
public partial class RequestTopUpResponse : IExchangeReply;
public partial class AnswerTopUpRequest : IExchangeRequest;
public partial class AnswerTopUpResponse : IExchangeReply;
public partial class NotifyPrepaymentRequest : IExchangeRequest;
public partial class NotifyPrepaymentResponse : IExchangeReply;
public partial class ConfirmPrepaymentRequest : IExchangeRequest;
public partial class ConfirmPrepaymentResponse : IExchangeReply;
public partial class ProposeStatementRequest : IExchangeRequest;
public partial class ProposeStatementResponse : IExchangeReply;
public partial class ListStatementRowsRequest : IExchangeRequest;
public partial class ListStatementRowsResponse : IExchangeReply;
public partial class ConfirmStatementRequest : IExchangeRequest;
public partial class ConfirmStatementResponse : IExchangeReply;
public partial class DisputeStatementRequest : IExchangeRequest;
public partial class DisputeStatementResponse : IExchangeReply;
public partial class GetStatementRequest : IExchangeRequest;
public partial class GetStatementResponse : IExchangeReply;
public partial class NotifyPaymentRequest : IExchangeRequest;
public partial class NotifyPaymentResponse : IExchangeReply;
public partial class ConfirmPaymentRequest : IExchangeRequest;
public partial class ConfirmPaymentResponse : IExchangeReply;

public partial class GetWatermarkRequest : IExchangeRequest;

public partial class GetWatermarkResponse : IExchangeReply;

public partial class ListExchangesRequest : IExchangeRequest;

public partial class ListExchangesResponse : IExchangeReply;

public partial class GetDetailsRequest : IExchangeRequest;

public partial class GetDetailsResponse : IExchangeReply;
