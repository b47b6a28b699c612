using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Provincial.Exchange.Release10;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Peers;

/// <summary>
/// Yunnan's node as somebody else has built it from the contract of release 1.0, which stands beside this file and never changes: nothing of today's
/// messages is in it. It pays nothing and says so, in figures that hold.
/// </summary>
internal sealed class Release10Node : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ReservedPort _port = new();
    private WebApplication? _host;

    public Release10Node(TimeProvider time)
    {
        Time = time;
        Certificate = NodeCertificate.Create(_folder.Path, Province, "测试节点 530000", time);
        Entry = new NodeEntry
        {
            Division = Province,
            Name = "测试节点 530000",
            Address = new Uri($"https://127.0.0.1:{_port.Port}"),
            HisAddress = new Uri("http://127.0.0.1:1"),
            Certificates = [Certificate.Pin],
        };
    }

    public static Division Province { get; } = Division.Parse("530000");

    public NodeCertificate Certificate { get; }

    public NodeEntry Entry { get; }

    public TimeProvider Time { get; }

    /// <summary>What it says it speaks; anything else is refused.</summary>
    public IReadOnlyList<string> Spoken { get; init; } = ["1.0"];

    /// <summary>Lines of fee details that arrived, by settlement number.</summary>
    public Dictionary<string, int> Details { get; } = [];

    public async Task StartAsync(NodesConfiguration configuration, LogCapture logs)
    {
        var trust = new PeerTrust(configuration, Province, Time);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(logs.Provider("release 1.0"));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenForPeers(_port.EndPoint, Certificate, trust));
        builder.Services.AddGrpc();
        builder.Services.TakeOver(_port).AddSingleton(this);
        _host = builder.Build();
        _host.MapGrpcService<Nodes>();
        _host.MapGrpcService<Visits>();
        _host.MapGrpcService<Settlements>();
        _host.MapGrpcService<FeeDetails>();
        await _host.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            await _host.DisposeAsync();
        }
        Certificate.Dispose();
        _port.Dispose();
        _folder.Dispose();
    }

    private void Check(RequestHeader header)
    {
        if (!Spoken.Contains(header.ProtocolRelease))
            throw new RpcException(new Status(StatusCode.FailedPrecondition, $"{header.ProtocolRelease} is not spoken here"));
    }

    private static Person PersonOf(string number) => new() { InsuredDivision = "530100", PersonNumber = number, Name = "测试患者甲", Scheme = "310", BirthDate = "1976-01-01", Accumulators = new() };

    private sealed class Nodes(Release10Node node) : NodeService.NodeServiceBase
    {
        // Whoever does not know yet what it speaks may ask in any release.
        public override Task<GetNodeResponse> GetNode(GetNodeRequest request, ServerCallContext context) => Task.FromResult(new GetNodeResponse
        {
            TransactionId = request.Header.TransactionId,
            AnsweredAtMs = node.Time.NowMs(),
            Node = new NodeInformation { Division = Province.Code, Name = "测试节点", SoftwareRelease = "0.1.0", ProtocolReleases = { node.Spoken }, CatalogueRelease = "2016.1" },
        });

        public override Task<PingResponse> Ping(PingRequest request, ServerCallContext context) => Task.FromResult(new PingResponse
        {
            TransactionId = request.Header.TransactionId,
            AnsweredAtMs = node.Time.NowMs(),
            Pong = new Pong { Payload = request.Payload },
        });
    }

    private sealed class Visits(Release10Node node) : VisitService.VisitServiceBase
    {
        public override Task<RegisterAdmissionResponse> RegisterAdmission(RegisterAdmissionRequest request, ServerCallContext context)
        {
            node.Check(request.Header);
            return Task.FromResult(new RegisterAdmissionResponse
            {
                TransactionId = request.Header.TransactionId,
                AnsweredAtMs = node.Time.NowMs(),
                Admission = new Admission { VisitNumber = "S5301001709200000001", Person = PersonOf(request.Person.PersonNumber), AdmissionOrdinal = 1 },
            });
        }

        public override Task<RegisterDischargeResponse> RegisterDischarge(RegisterDischargeRequest request, ServerCallContext context)
        {
            node.Check(request.Header);
            return Task.FromResult(new RegisterDischargeResponse
            {
                TransactionId = request.Header.TransactionId,
                AnsweredAtMs = node.Time.NowMs(),
                Discharge = new DischargeRecord { VisitNumber = request.VisitNumber, DischargeDate = request.DischargeDate },
            });
        }
    }

    private sealed class Settlements(Release10Node node) : SettlementService.SettlementServiceBase
    {
        public override Task<SettleResponse> Settle(SettleRequest request, ServerCallContext context)
        {
            node.Check(request.Header);
            var (charges, now) = (request.Bill.Charges, node.Time.Moment());
            return Task.FromResult(new SettleResponse
            {
                TransactionId = request.Header.TransactionId,
                AnsweredAtMs = now.NowMs,
                Settlement = new Settlement
                {
                    SettlementNumber = "A5301001709200000001",
                    VisitNumber = request.Bill.VisitNumber,
                    SettledAtMs = now.NowMs,
                    BusinessDate = now.Today.Iso(),
                    Decision = new Decision
                    {
                        Person = PersonOf("5301000001"),
                        Charges = charges,
                        Payments = new Payments { CashFen = charges.TotalFen, PersonalTotalFen = charges.TotalFen },
                        AdmissionOrdinal = 1,
                        PolicyVersion = "release 1.0",
                    },
                },
            });
        }
    }

    private sealed class FeeDetails(Release10Node node) : FeeDetailService.FeeDetailServiceBase
    {
        public override async Task<UploadFeeDetailsResponse> UploadFeeDetails(IAsyncStreamReader<UploadFeeDetailsRequest> requestStream, ServerCallContext context)
        {
            await requestStream.MoveNext(context.CancellationToken);
            var (header, start, lines) = (requestStream.Current.Header, requestStream.Current.Start, 0);
            node.Check(header);
            while (await requestStream.MoveNext(context.CancellationToken))
                lines += requestStream.Current.Chunk.Lines.Count;
            lock (node.Details)
                node.Details[start.SettlementNumber] = lines;
            return new UploadFeeDetailsResponse
            {
                TransactionId = header.TransactionId,
                AnsweredAtMs = node.Time.NowMs(),
                Progress = new FeeDetailProgress { SettlementNumber = start.SettlementNumber, TransferTransactionId = header.TransactionId, State = FeeDetailState.Complete, LineCount = lines },
            };
        }
    }
}
