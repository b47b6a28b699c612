using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>Who this node is and whether it answers. Nothing here is stored.</summary>
internal sealed class NodeGrpcService(NodesConfiguration configuration, Division self, EndpointDataSource endpoints, TimeProvider time) : NodeService.NodeServiceBase
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
            ProtocolReleases = { configuration.ProtocolRelease },
            CatalogueRelease = configuration.CatalogueRelease,
            Services = { ServedNames() },
        };
        return Task.FromResult(new GetNodeResponse { TransactionId = request.Header.TransactionId, AnsweredAtMs = time.NowMs(), Node = node });
    }

    public override Task<PingResponse> Ping(PingRequest request, ServerCallContext context)
    {
        var response = new PingResponse { TransactionId = request.Header.TransactionId, AnsweredAtMs = time.NowMs() };
        if (request.Payload.Length > PayloadBytesMax)
            response.Refusal = PayloadTooLong(request.Payload.Length);
        else
            response.Pong = new() { Payload = request.Payload };
        return Task.FromResult(response);
    }

    /// <summary>What is really mapped, so that a node cannot claim a service it would answer with UNIMPLEMENTED.</summary>
    private IEnumerable<string> ServedNames() => endpoints.Endpoints
        .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName)
        .OfType<string>()
        .Distinct()
        .Order(StringComparer.Ordinal);

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
