using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>Who this node is, whether it answers and how it stands. No request is stored here, only what a peer has planned.</summary>
internal sealed class NodeGrpcService(NodesConfiguration configuration, Division self, EndpointDataSource endpoints, OwnStanding standing, TimeProvider time) : NodeService.NodeServiceBase
{
    private const int PayloadBytesMax = 4096;

    private static readonly string SoftwareRelease = typeof(NodeGrpcService).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public override Task<GetNodeResponse> GetNode(GetNodeRequest request, ServerCallContext context)
    {
        var entry = configuration.Find(self) ?? throw new InvalidOperationException($"nodes.json has no node {self}.");
        var node = new NodeInformation
        {
            Division = entry.Division.Code,
            Name = entry.Name,
            SoftwareRelease = SoftwareRelease,
            ProtocolReleases = { ProtocolRelease.Spoken },
            CatalogueRelease = configuration.CatalogueRelease,
            Services = { ServedNames() },
        };
        return Task.FromResult(new GetNodeResponse { TransactionId = request.Header.TransactionId, AnsweredAtMs = time.NowMs(), Node = node });
    }

    public override Task<PingResponse> Ping(PingRequest request, ServerCallContext context)
    {
        var response = new PingResponse { TransactionId = request.Header.TransactionId, AnsweredAtMs = time.NowMs() };
        standing.HearPing(context.Peer().Province);
        if (request.Payload.Length > PayloadBytesMax)
            response.Refusal = PayloadTooLong(request.Payload.Length);
        else
            response.Pong = new() { Payload = request.Payload, Standing = standing.Towards(context.Peer().Province) };
        return Task.FromResult(response);
    }

    public override async Task<AnnounceStandingResponse> AnnounceStanding(AnnounceStandingRequest request, ServerCallContext context)
    {
        var response = new AnnounceStandingResponse { TransactionId = request.Header.TransactionId, AnsweredAtMs = time.NowMs() };
        if (request.Standing is null || (request.Standing.Maintenance is { } planned && Maintenance.Read(planned) is null))
        {
            response.Refusal = StandingUnreadable(request.Standing is null ? "standing" : "standing.maintenance");
            return response;
        }
        await standing.HearAsync(context.Peer().Province, request.Standing, context.CancellationToken);
        response.Noted = new();
        return response;
    }

    /// <summary>What is really mapped, so that a node cannot claim a service it would answer with UNIMPLEMENTED.</summary>
    private IEnumerable<string> ServedNames() => endpoints.Endpoints
        .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName)
        .OfType<string>()
        .Distinct()
        .Order(StringComparer.Ordinal);

    private static Refusal StandingUnreadable(string field) => new()
    {
        Code = RefusalCode.InvalidField,
        Side = Side.Insured,
        Field = field,
        MessageZh = $"{field} 应写明起止时间（止晚于起）和 1 至 {Maintenance.ReasonLengthMax} 个字符的原因。",
        MessageEn = $"{field} takes two times, the second after the first, and a reason of 1 to {Maintenance.ReasonLengthMax} characters.",
        NextStepZh = "请更正后用新的交易流水号重发。",
        NextStepEn = "Correct it and send it with a new transaction id.",
    };

    private static Refusal PayloadTooLong(int length) => new()
    {
        Code = RefusalCode.InvalidField,
        Side = Side.Insured,
        Field = "payload",
        MessageZh = $"payload 为 {length} 字节,超过上限 {PayloadBytesMax} 字节。",
        MessageEn = $"payload has {length} bytes, above the limit of {PayloadBytesMax}.",
        NextStepZh = "请缩短 payload 后用新的交易流水号重试。",
        NextStepEn = "Shorten the payload and try again with a new transaction id.",
    };
}
