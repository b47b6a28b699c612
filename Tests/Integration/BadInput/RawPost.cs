using System.Net.Http.Headers;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Cli;

namespace ProvincialGateway.Tests.BadInput;

/// <summary>One HTTP request to a hospital port, with everything that a client can get wrong.</summary>
internal sealed record RawPost
{
    public required Uri Address { get; init; }

    public required byte[] Body { get; init; }

    public string ContentType { get; init; } = "";

    public string SoapAction { get; init; } = "";

    /// <summary>The value of the header; empty for none.</summary>
    public string Authorization { get; init; } = "";

    public bool IsChunked { get; init; }

    /// <summary>What an exchange sent, to the same place.</summary>
    public static RawPost Of(PilotProvince node, string token, JourneyExchange exchange) => new()
    {
        Address = new Uri(node.HisAddress, exchange.Step.Path),
        Body = exchange.RequestBytes,
        ContentType = exchange.Step.ContentType,
        SoapAction = exchange.Step.SoapAction,
        Authorization = $"Bearer {token}",
    };

    public async Task<RawReply> SendAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new ByteArrayContent(Body) };
        request.Headers.TransferEncodingChunked = IsChunked;
        if (ContentType.Length > 0)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        if (SoapAction.Length > 0)
            request.Headers.TryAddWithoutValidation("SOAPAction", SoapAction);
        if (Authorization.Length > 0)
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(Authorization);
        using var response = await client.SendAsync(request);
        return await RawReply.ReadAsync(response);
    }
}

internal sealed record RawReply(int Status, string ContentType, string Text)
{
    /// <summary>Fails when the bytes are not in the charset that the reply states.</summary>
    public static async Task<RawReply> ReadAsync(HttpResponseMessage response)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync();
        var contentType = response.Content.Headers.ContentType;
        var encoding = LegacyText.ByLabel(contentType?.CharSet ?? "utf-8") ?? throw new AssertionException($"The reply's charset is '{contentType?.CharSet}'.");
        Assert.That(LegacyText.TryDecode(bytes, encoding, out var text, out _), Is.True, $"the reply is not {encoding.WebName}");
        return new RawReply((int)response.StatusCode, contentType?.ToString() ?? "", text);
    }
}
