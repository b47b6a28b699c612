namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>The addresses clients are configured to: one for everything, or the transaction code behind it.</summary>
internal static class Routes
{
    public const string All = "/national";

    /// <summary>For a shim that has the exports of the Neusoft DLL and posts what they are given.</summary>
    public const string Dll = All + "/dll";

    public static IReadOnlyList<string> Paths { get; } = [All, Dll, .. Transactions.Known.Select(code => $"{All}/{code}")];

    /// <summary>The transaction code an address ends in; null when it names none.</summary>
    public static string? CodeOf(string path)
    {
        var last = path[(path.LastIndexOf('/') + 1)..];
        return Transactions.Known.FirstOrDefault(code => code.Equals(last, StringComparison.OrdinalIgnoreCase));
    }
}
