using Google.Protobuf;
using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Insured;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>Answers other agencies: writing messages once, from disk; questions by reading.</summary>
internal sealed class ClearingAgency(NodesConfiguration configuration, Division self, Database database, Inbox inbox, TimeProvider time)
{
    /// <summary>Raised after a message of another agency was accepted and committed.</summary>
    public event EventHandler? Accepted;

    public async Task<TReply> AnswerAsync<TRequest, TReply>(AgencyStep<TRequest, TReply> step, TRequest request, Division sender, CancellationToken cancellation)
        where TRequest : class, IExchangeRequest, IMessage<TRequest>, new()
        where TReply : class, IExchangeReply, IMessage<TReply>, new()
    {
        var reply = await inbox.AnswerOnceAsync(request, step.Method.Path, sender, session => Decide(step, ScopeOf(session, sender), request), cancellation);
        Accepted?.Invoke(this, EventArgs.Empty);
        return reply;
    }

    /// <summary>A question: nothing is stored, a repeat reads again.</summary>
    /// <param name="read">Gives data or a refusal with its side.</param>
    public TReply Read<TReply>(RequestHeader header, Division sender, Func<AgencyScope, TReply> read)
        where TReply : class, IExchangeReply
    {
        var reply = database.Read(session => read(ScopeOf(session, sender)));
        inbox.Complete(reply, header.TransactionId);
        return reply;
    }

    private static TReply Decide<TRequest, TReply>(AgencyStep<TRequest, TReply> step, AgencyScope scope, TRequest request)
        where TRequest : class, IExchangeRequest, IMessage<TRequest>, new()
        where TReply : class, IExchangeReply, IMessage<TReply>, new()
    {
        // No answer at all, so that the id is not refused for ever: the other node asks again.
        if (step.OvertakenBy(scope, request) is { } own)
            throw new RpcException(new Status(StatusCode.Unavailable, $"本方 {own.Method} {own.TransactionId} 尚未收到应答，请稍后重发 / {own.Method} {own.TransactionId} of this side waits for its answer; send again later"));
        if (step.Refuse(scope, request) is { } refusal)
        {
            refusal.Side = step.AnsweringSide(scope, request);
            return new TReply { Refusal = refusal };
        }
        step.Apply(scope, request);
        return step.Accept(scope, request);
    }

    private AgencyScope ScopeOf(Session session, Division sender) =>
        new() { Session = session, Self = self, Partner = sender.Province, IsSender = false, Options = configuration.Clearing, NowMs = time.NowMs() };
}
