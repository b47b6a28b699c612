namespace ProvincialGateway.Configuration;

/// <summary>One thing that is wrong with a configuration file.</summary>
/// <param name="File">The file as the operator named it.</param>
/// <param name="Path">Where in the file, e.g. <c>$.nodes[1].address</c>.</param>
internal sealed record ConfigurationError(string File, string Path, string Chinese, string English)
{
    public override string ToString() => $"{File} {Path}: {Chinese} / {English}";
}
