using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Cli;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Trust;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Details;

/// <summary>Sends fee details with a province's own key and nothing of its node: what it says is the test's.</summary>
internal sealed class DetailClient : IDisposable
{
    private readonly NodeCertificate _certificate;
    private readonly Grpc.Net.Client.GrpcChannel _channel;
    private readonly FeeDetailService.FeeDetailServiceClient _client;
    private readonly PilotProvince _from, _to;
    private readonly TimeProvider _time;
    private long _serial = 9_000_000_000;

    public DetailClient(PilotProvince from, PilotProvince to, TimeProvider time)
    {
        (_from, _to, _time) = (from, to, time);
        _certificate = NodeCertificate.Load(from.DataFolder);
        _channel = PeerChannel.To(to, _certificate.Certificate);
        _client = new(_channel);
    }

    public string NextId() => TransactionId.Create(_from.Division, _time.GetUtcNow(), Interlocked.Increment(ref _serial)).Text;

    public async Task<UploadFeeDetailsResponse> UploadAsync(string id, FeeDetailStart start, params IEnumerable<FeeDetailChunk> chunks)
    {
        using var call = _client.UploadFeeDetails();
        try
        {
            await call.RequestStream.WriteAsync(new UploadFeeDetailsRequest { Header = Header(id), Start = start });
            foreach (var chunk in chunks)
                await call.RequestStream.WriteAsync(new UploadFeeDetailsRequest { Chunk = chunk });
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException)
        {
            // The server has ended the call already; its answer or status follows.
        }
        return await call.ResponseAsync;
    }

    public async Task<GetFeeDetailProgressResponse> ProgressAsync(string settlementNumber) =>
        await _client.GetFeeDetailProgressAsync(new GetFeeDetailProgressRequest { Header = Header(NextId()), SettlementNumber = settlementNumber });

    public void Dispose()
    {
        _channel.Dispose();
        _certificate.Dispose();
    }

    private RequestHeader Header(string id) => new()
    {
        TransactionId = id,
        SenderDivision = _from.Division.Code,
        ReceiverDivision = _to.Division.Code,
        SentAtMs = _time.NowMs(),
        ProtocolRelease = "1.0",
        CatalogueRelease = "2016.1",
    };
}
