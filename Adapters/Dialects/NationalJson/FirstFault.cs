using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// The first thing wrong with a message. Reading goes on behind it with harmless values, so a decoder states its operation once and the
/// caller looks here afterwards.
/// </summary>
internal sealed class FirstFault
{
    public HisRefusal? Refusal { get; private set; }

    public void Add(HisRefusal refusal) => Refusal ??= refusal;
}
