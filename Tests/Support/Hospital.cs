using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Provincial.His.V1;

namespace ProvincialGateway.Tests.Support;

/// <summary>
/// A hospital's own system that speaks canonical JSON to its province's node. <c>id</c> is the hospital's transaction id; without one the
/// node has to recognise a repeat by what it is about.
/// </summary>
public sealed class Hospital : IDisposable
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    private readonly HttpClient _http;

    public Hospital(Uri hisAddress, string token)
    {
        // Far above any budget of a node: a test waits for the node's answer, not for its own patience.
        _http = new HttpClient { BaseAddress = hisAddress, Timeout = TimeSpan.FromMinutes(2) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The local code of an ordinary inpatient stay.</summary>
    public required string InpatientKind { get; init; }

    public void Dispose() => _http.Dispose();

    public Task<HospitalReply<VerifyPersonResponse>> VerifyAsync(PersonReference person) =>
        PostAsync("VerifyPerson", new VerifyPersonRequest { Header = Header(null), Person = person }, VerifyPersonResponse.Parser);

    public Task<HospitalReply<RegisterAdmissionResponse>> AdmitAsync(
        PersonReference person, string inpatientNumber, DateOnly admittedOn, string? id = null, string diagnosis = "I20.000") =>
        PostAsync("RegisterAdmission", new RegisterAdmissionRequest
        {
            Header = Header(id),
            Person = person,
            HospitalVisitNumber = inpatientNumber,
            VisitKind = InpatientKind,
            AdmissionDate = Iso(admittedOn),
            Diagnoses = { new Diagnosis { Code = diagnosis } },
        }, RegisterAdmissionResponse.Parser);

    /// <param name="visitKind">Local code.</param>
    /// <param name="chronicDisease">Local code; null for every visit that is not for one.</param>
    public Task<HospitalReply<RegisterOutpatientResponse>> RegisterAsync(
        PersonReference person, string outpatientNumber, DateOnly on, string visitKind, string? chronicDisease = null, string? id = null, string diagnosis = "I10.x00")
    {
        var request = new RegisterOutpatientRequest
        {
            Header = Header(id),
            Person = person,
            HospitalVisitNumber = outpatientNumber,
            VisitKind = visitKind,
            VisitDate = Iso(on),
            Diagnoses = { new Diagnosis { Code = diagnosis } },
        };
        if (chronicDisease is not null)
            request.ChronicDisease = chronicDisease;
        return PostAsync("RegisterOutpatient", request, RegisterOutpatientResponse.Parser);
    }

    public Task<HospitalReply<UploadFeeLinesResponse>> UploadAsync(string visitNumber, IEnumerable<FeeLine> lines, string? id = null) =>
        PostAsync("UploadFeeLines", new UploadFeeLinesRequest { Header = Header(id), Visit = Visit(visitNumber), Lines = { lines } }, UploadFeeLinesResponse.Parser);

    /// <param name="lineSerials">Null withdraws every line.</param>
    public Task<HospitalReply<WithdrawFeeLinesResponse>> WithdrawAsync(string visitNumber, IEnumerable<string>? lineSerials, string? id = null) =>
        PostAsync("WithdrawFeeLines", new WithdrawFeeLinesRequest
        {
            Header = Header(id),
            Visit = Visit(visitNumber),
            LineSerials = lineSerials is null ? null : new LineSerials { Values = { lineSerials } },
        }, WithdrawFeeLinesResponse.Parser);

    /// <param name="originalTransactionId">The transaction that stored the line.</param>
    public Task<HospitalReply<RefundFeeLineResponse>> RefundAsync(string visitNumber, string originalTransactionId, string quantity, long amountFen, string? id = null, string? lineSerial = null)
    {
        var request = new RefundFeeLineRequest
        {
            Header = Header(id),
            Visit = Visit(visitNumber),
            OriginalTransactionId = originalTransactionId,
            Quantity = quantity,
            AmountFen = amountFen,
        };
        if (lineSerial is not null)
            request.LineSerial = lineSerial;
        return PostAsync("RefundFeeLine", request, RefundFeeLineResponse.Parser);
    }

    public Task<HospitalReply<PreviewSettlementResponse>> PreviewAsync(string visitNumber, long? claimedTotalFen = null)
    {
        var request = new PreviewSettlementRequest { Header = Header(null), Visit = Visit(visitNumber) };
        if (claimedTotalFen is { } claimed)
            request.ClaimedTotalFen = claimed;
        return PostAsync("PreviewSettlement", request, PreviewSettlementResponse.Parser);
    }

    public Task<HospitalReply<DischargeResponse>> DischargeAsync(string visitNumber, DateOnly? leftOn, string? id = null)
    {
        var request = new DischargeRequest { Header = Header(id), Visit = Visit(visitNumber) };
        if (leftOn is { } date)
            request.DischargeDate = Iso(date);
        return PostAsync("Discharge", request, DischargeResponse.Parser);
    }

    public Task<HospitalReply<SettleResponse>> SettleAsync(string visitNumber, string? id = null, long? claimedTotalFen = null, long? accountRequestedFen = null)
    {
        var request = new SettleRequest { Header = Header(id), Visit = Visit(visitNumber) };
        if (claimedTotalFen is { } claimed)
            request.ClaimedTotalFen = claimed;
        if (accountRequestedFen is { } account)
            request.AccountRequestedFen = account;
        return PostAsync("Settle", request, SettleResponse.Parser);
    }

    /// <summary>中途结算: what was uploaded since the last settlement; the stay goes on.</summary>
    public Task<HospitalReply<SettleResponse>> SettleInPartAsync(string visitNumber, string? id = null, long? claimedTotalFen = null)
    {
        var request = new SettleRequest { Header = Header(id), Visit = Visit(visitNumber), Interim = true };
        if (claimedTotalFen is { } claimed)
            request.ClaimedTotalFen = claimed;
        return PostAsync("Settle", request, SettleResponse.Parser);
    }

    /// <param name="settlementNumber">Null cancels what stands for the visit.</param>
    public Task<HospitalReply<CancelSettlementResponse>> CancelAsync(string visitNumber, string? settlementNumber, string? id = null)
    {
        var request = new CancelSettlementRequest { Header = Header(id), Visit = Visit(visitNumber) };
        if (settlementNumber is not null)
            request.SettlementNumber = settlementNumber;
        return PostAsync("CancelSettlement", request, CancelSettlementResponse.Parser);
    }

    /// <param name="originalTransactionId">The transaction of the admission; null names the visit alone.</param>
    public Task<HospitalReply<CancelAdmissionResponse>> CancelAdmissionAsync(string visitNumber, string? id = null, string? originalTransactionId = null)
    {
        var request = new CancelAdmissionRequest { Header = Header(id), Visit = Visit(visitNumber) };
        if (originalTransactionId is not null)
            request.OriginalTransactionId = originalTransactionId;
        return PostAsync("CancelAdmission", request, CancelAdmissionResponse.Parser);
    }

    public Task<HospitalReply<CancelDischargeResponse>> CancelDischargeAsync(string visitNumber, string? id = null) =>
        PostAsync("CancelDischarge", new CancelDischargeRequest { Header = Header(id), Visit = Visit(visitNumber) }, CancelDischargeResponse.Parser);

    /// <param name="originalTransactionId">The hospital's id of what is voided, or the node's.</param>
    /// <param name="operation">The operation that is meant; null trusts the id alone.</param>
    public Task<HospitalReply<ReverseTransactionResponse>> ReverseAsync(string originalTransactionId, string? id = null, string? operation = null)
    {
        var request = new ReverseTransactionRequest { Header = Header(id), OriginalTransactionId = originalTransactionId };
        if (operation is not null)
            request.OriginalOperation = operation;
        return PostAsync("ReverseTransaction", request, ReverseTransactionResponse.Parser);
    }

    /// <summary>What became of a transaction, by the hospital's id or the node's.</summary>
    public async Task<TransactionState> QueryAsync(string originalTransactionId)
    {
        var request = new QueryTransactionRequest { Header = Header(null), OriginalTransactionId = originalTransactionId };
        return (await PostAsync("QueryTransaction", request, QueryTransactionResponse.Parser)).Granted().Result.State;
    }

    public async Task<HospitalReply<T>> PostAsync<T>(string operation, IMessage request, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        using var body = new StringContent(Formatter.Format(request), Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(new Uri($"/his/v1/{operation}", UriKind.Relative), body);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        return new(response.StatusCode, bytes, parser.ParseJson(Encoding.UTF8.GetString(bytes)));
    }

    private static HisHeader Header(string? id)
    {
        var header = new HisHeader { Operator = "测试收费员" };
        if (id is not null)
            header.HisTransactionId = id;
        return header;
    }

    private static VisitReference Visit(string visitNumber) => new() { VisitNumber = visitNumber };

    private static string Iso(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
