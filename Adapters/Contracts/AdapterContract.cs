namespace ProvincialGateway.Adapters.Contracts;

/// <summary>The version of this contract. An adapter states the version it was built for; a node refuses one it does not speak.</summary>
public static class AdapterContract
{
    public const int Version = 1;
}
