using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>What else is asked before this province settles with another, besides person, bill and policy.</summary>
internal interface ISettlementGate
{
    /// <returns>Null when it may settle.</returns>
    Refusal? Refuse(Session session, Division treatment);
}
