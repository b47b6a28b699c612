using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text;

namespace ProvincialGateway.His;

/// <summary>
/// Where a hospital's token stands. <c>Authorization: Bearer</c> or the password of Basic for clients that can set a header; the path prefix
/// <c>/token/{token}</c> for compiled clients that can be given nothing but an address. The port is a loopback port and paths are never logged
/// with the prefix.
/// </summary>
internal static class HisToken
{
    private const string Prefix = "/token/";

    /// <returns>The token, or null; and the path without the prefix.</returns>
    public static (string? Token, string Path) Of(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        if (path.StartsWith(Prefix, StringComparison.Ordinal) && path.IndexOf('/', Prefix.Length) is > 0 and var end)
            return (path[Prefix.Length..end], path[end..]);
        return (AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header) ? FromHeader(header) : null, path);
    }

    private static string? FromHeader(AuthenticationHeaderValue header) => header.Scheme.ToUpperInvariant() switch
    {
        "BEARER" => header.Parameter,
        "BASIC" when Base64.IsValid(header.Parameter ?? "") =>
            Encoding.UTF8.GetString(Convert.FromBase64String(header.Parameter!)) is var pair && pair.IndexOf(':') is >= 0 and var colon ? pair[(colon + 1)..] : null,
        _ => null,
    };
}
