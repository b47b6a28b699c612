using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.AdapterHost;

/// <summary>A dialect within its budget whose faults come out as they are: for checks, which want to see them.</summary>
internal sealed class BudgetedDialect(GuardedDialect guarded, AdapterThreads threads) : IHisDialect
{
    public string Name => guarded.Name;

    public int ContractVersion => guarded.ContractVersion;

    public IReadOnlyList<string> Paths => guarded.Paths;

    /// <exception cref="AdapterOverrunException">It took too much.</exception>
    public HisEnvelope Decode(HisMessage message) => threads.Run(() => guarded.Unguarded.Decode(message));

    /// <inheritdoc cref="Decode"/>
    public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results) => threads.Run(() => guarded.Unguarded.Encode(envelope, results));

    /// <inheritdoc cref="Decode"/>
    public HisReply EncodeFailure(HisMessage message, HisRefusal refusal) => threads.Run(() => guarded.Unguarded.EncodeFailure(message, refusal));

    /// <inheritdoc cref="Decode"/>
    public HisReply? Describe(string path, string query, Uri publicAddress) => threads.Run(() => guarded.Unguarded.Describe(path, query, publicAddress));
}
