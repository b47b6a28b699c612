using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Filings;

/// <summary>Guangdong asks Yunnan about filings over a line that can be cut; Yunnan's operators have their command line.</summary>
internal abstract class FilingsTest : RecoveryTest
{
    protected const string Unfiled = "5301000010";

    protected static readonly Division KunmingCity = Division.Parse("530100");

    private protected FilingRequests Requests => Guangdong.Host.Services.GetRequiredService<FilingRequests>();

    private protected OperatorDesk YunnanDesk() => new(Yunnan, Clock);

    protected static SubmitFilingRequest Submission(string kind, DateOnly from, string? visit = null, string area = "440100", string person = Unfiled) => new()
    {
        Person = new PersonReference { InsuredDivision = KunmingCity.Code, PersonNumber = person },
        Kind = kind,
        TargetArea = area,
        ValidFrom = from.Iso(),
        VisitNumber = visit ?? "",
        Reason = "测试",
    };

    protected static CancelFilingRequest Cancellation(string number, string person = Unfiled) => new()
    {
        FilingNumber = number,
        Person = new PersonReference { InsuredDivision = KunmingCity.Code, PersonNumber = person },
        Reason = "测试",
    };

    private protected async Task<FilingRecord> SubmitAsync(SubmitFilingRequest request)
    {
        var reply = Answered<SubmitFilingResponse>(await Requests.SubmitAsync(request, KunmingCity, "测试经办", CancellationToken.None));
        Assert.That(reply.Refusal, Is.Null);
        return reply.Filing;
    }

    private protected async Task<Refusal> RefusedAsync(SubmitFilingRequest request, RefusalCode code, string field)
    {
        var reply = Answered<SubmitFilingResponse>(await Requests.SubmitAsync(request, KunmingCity, "测试经办", CancellationToken.None));
        Assert.That((reply.Refusal?.Code, reply.Refusal?.Field), Is.EqualTo((code, field)), reply.ToString());
        return reply.Refusal!;
    }

    private protected async Task<FilingRecord> CancelAsync(CancelFilingRequest request)
    {
        var reply = Answered<CancelFilingResponse>(await Requests.CancelAsync(request, KunmingCity, "测试经办", CancellationToken.None));
        Assert.That(reply.Refusal, Is.Null);
        return reply.Filing;
    }

    private protected async Task<Refusal> RefusedAsync(CancelFilingRequest request, RefusalCode code)
    {
        var reply = Answered<CancelFilingResponse>(await Requests.CancelAsync(request, KunmingCity, "测试经办", CancellationToken.None));
        Assert.That(reply.Refusal?.Code, Is.EqualTo(code), reply.ToString());
        return reply.Refusal!;
    }

    private protected async Task<GetFilingsResponse> GetAsync(string person = Unfiled, string area = "", string on = "")
    {
        var request = new GetFilingsRequest
        {
            Person = new PersonReference { InsuredDivision = KunmingCity.Code, PersonNumber = person },
            TreatmentDivision = area,
            ServiceDate = on,
        };
        var outcome = await Requests.GetAsync(request, KunmingCity, "测试经办", CancellationToken.None);
        return GetFilingsResponse.Parser.ParseFrom(((PeerOutcome.Answered)outcome).Reply);
    }

    /// <summary>Sends bytes to Yunnan as Guangdong, past what Guangdong keeps on record.</summary>
    private protected async Task<TReply> SendAsync<TReply>(PeerMethod method, IMessage request, MessageParser<TReply> parser)
        where TReply : IMessage<TReply>
    {
        var peer = Guangdong.Host.Services.GetRequiredService<PeerDirectory>().Find(KunmingCity)!;
        var outcome = await peer.CallAsync(method, request.ToByteArray(), CancellationToken.None);
        return parser.ParseFrom(((PeerOutcome.Answered)outcome).Reply);
    }

    private protected byte[] RequestOf(FilingRequestRow row) => Guangdong.Host.Vault.Open(row.Request, FilingRequests.RequestPurpose);

    private protected Task ChangeAsync(Func<PersonRegister, Session, Change, Refusal?> change) => Yunnan.Host.Database.WriteAsync(session =>
        Assert.That(change(new PersonRegister(Yunnan.Division, new PersonStore(Yunnan.Host.Vault)), session, new Change("测试经办", "测试", Clock.NowMs())), Is.Null), CancellationToken.None);

    private protected TReply Answered<TReply>(FilingRequestRow row)
        where TReply : class, IExchangeReply
    {
        Assert.That(row.State, Is.EqualTo(OutboundState.Answered), row.LastError);
        return (TReply)FilingRequests.ReplyOf(row, Guangdong.Host.Vault)!;
    }
}
