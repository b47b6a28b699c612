using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;

namespace ProvincialGateway.Clearing;

/// <summary>
/// One kind of message between two agencies. Its rules are asked twice, by the sender before it stores the message and by the receiver before
/// it accepts; its effect is written twice, in the receiver's transaction that accepts and in the sender's that stores the answer.
/// </summary>
internal interface IAgencyStep
{
    PeerMethod Method { get; }

    IExchangeRequest Parse(byte[] request);

    /// <returns>The readable reply of this message; null when it cannot be one.</returns>
    IExchangeReply? ParseReply(byte[] reply);

    /// <summary>Where the data of the reply differ from what was asked; null when they agree.</summary>
    string? Contradiction(IExchangeRequest request, IExchangeReply reply);

    void Apply(AgencyScope scope, IExchangeRequest request);

    void Withdraw(AgencyScope scope, IExchangeRequest request);

    string SubjectOf(IExchangeRequest request);

    void Prepare(AgencyScope scope, IExchangeRequest request);

    /// <summary>What the receiver answers after the effect, without id and time.</summary>
    IExchangeReply Accept(AgencyScope scope, IExchangeRequest request);
}

/// <inheritdoc cref="IAgencyStep"/>
internal abstract class AgencyStep<TRequest, TReply>(PeerMethod method, Side answeredBy) : IAgencyStep
    where TRequest : class, IExchangeRequest, IMessage<TRequest>, new()
    where TReply : class, IExchangeReply, IMessage<TReply>, new()
{
    public PeerMethod Method => method;

    /// <summary>Which side answers such a message: who a refusal is said by.</summary>
    public virtual Side AnsweringSide(AgencyScope scope, TRequest request) => answeredBy;

    /// <summary>What the message is about: a statement number, or the transaction id of a notice or request.</summary>
    public abstract string SubjectOf(TRequest request);

    /// <summary>
    /// A message of this side that has to be answered first: the other side's step overtook its reply, and by the reply this side will have come
    /// as far. Null when there is none.
    /// </summary>
    public virtual AgencyMessageRow? OvertakenBy(AgencyScope scope, TRequest request) => ClearingOutbox.OpenAbout(scope.Session, SubjectOf(request));

    /// <summary>Why it must not be done, by this side's books; null when it may.</summary>
    public abstract Refusal? Refuse(AgencyScope scope, TRequest request);

    /// <summary>What the sender keeps with the stored message.</summary>
    public virtual void Prepare(AgencyScope scope, TRequest request)
    {
    }

    /// <summary>The effect, in the books of the side that runs it.</summary>
    public abstract void Apply(AgencyScope scope, TRequest request);

    /// <summary>The receiver's data, after the effect.</summary>
    public abstract TReply Accept(AgencyScope scope, TRequest request);

    /// <summary>What becomes of the sender's intent when the receiver refuses.</summary>
    public virtual void Withdraw(AgencyScope scope, TRequest request)
    {
    }

    /// <inheritdoc cref="IAgencyStep.Contradiction"/>
    public abstract string? Contradiction(TRequest request, TReply reply);

    IExchangeRequest IAgencyStep.Parse(byte[] request) => Parse(request);

    IExchangeReply? IAgencyStep.ParseReply(byte[] reply)
    {
        try
        {
            return new MessageParser<TReply>(() => new TReply()).ParseFrom(reply);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    string? IAgencyStep.Contradiction(IExchangeRequest request, IExchangeReply reply) => Contradiction((TRequest)request, (TReply)reply);

    void IAgencyStep.Apply(AgencyScope scope, IExchangeRequest request) => Apply(scope, (TRequest)request);

    void IAgencyStep.Withdraw(AgencyScope scope, IExchangeRequest request) => Withdraw(scope, (TRequest)request);

    string IAgencyStep.SubjectOf(IExchangeRequest request) => SubjectOf((TRequest)request);

    void IAgencyStep.Prepare(AgencyScope scope, IExchangeRequest request) => Prepare(scope, (TRequest)request);

    IExchangeReply IAgencyStep.Accept(AgencyScope scope, IExchangeRequest request) => Accept(scope, (TRequest)request);

    private static TRequest Parse(byte[] request) => new MessageParser<TRequest>(() => new TRequest()).ParseFrom(request);
}

/// <summary>Every kind of message between agencies that changes something, by its rpc.</summary>
internal static class AgencySteps
{
    public static readonly RequestTopUpStep RequestTopUp = new();
    public static readonly AnswerTopUpStep AnswerTopUp = new();
    public static readonly NotifyPrepaymentStep NotifyPrepayment = new();
    public static readonly ConfirmPrepaymentStep ConfirmPrepayment = new();
    public static readonly ProposeStatementStep ProposeStatement = new();
    public static readonly ConfirmStatementStep ConfirmStatement = new();
    public static readonly DisputeStatementStep DisputeStatement = new();
    public static readonly NotifyPaymentStep NotifyPayment = new();
    public static readonly ConfirmPaymentStep ConfirmPayment = new();

    public static readonly IReadOnlyList<IAgencyStep> All =
    [
        RequestTopUp, AnswerTopUp, NotifyPrepayment, ConfirmPrepayment, ProposeStatement, ConfirmStatement, DisputeStatement, NotifyPayment, ConfirmPayment,
    ];

    /// <param name="path">As in the request's path.</param>
    public static IAgencyStep? Find(string path) => All.FirstOrDefault(step => step.Method.Path == path);
}
