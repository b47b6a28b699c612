using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace ProvincialGateway.Network;

/// <summary>
/// What gRPC itself turns away before <see cref="PeerIdentityInterceptor"/> is asked: a message above the limit, bytes that are no message, a
/// service or method this node does not have. An operator whom the other province calls should find it in the log, and the caller must be told
/// that nothing was done.
/// </summary>
internal static class UnservedCalls
{
    private const string StatusHeader = "grpc-status";
    private const string MessageHeader = "grpc-message";

    public static void UseUnservedCalls(this WebApplication application)
    {
        var logger = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(UnservedCalls).FullName!);
        application.Use(async (context, next) =>
        {
            await next(context);
            if (StatusOf(context) is { } status)
                NetworkLog.CallTurnedAway(logger, PeerOf(context), context.Connection.RemoteIpAddress, context.Request.Path, status);
        });
    }

    /// <summary>The status of a call that no service looked at; null for every other.</summary>
    private static StatusCode? StatusOf(HttpContext context)
    {
        var outcome = OutcomeOf(context.Response);
        if (!int.TryParse(outcome[StatusHeader], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        return (StatusCode)number switch
        {
            StatusCode.ResourceExhausted when !PeerIdentityInterceptor.WasAsked(context) => MarkTooLarge(outcome),
            StatusCode.Unimplemented => StatusCode.Unimplemented,
            StatusCode.Unknown when !PeerIdentityInterceptor.WasAsked(context) => RefuseUnreadable(outcome),
            _ => null,
        };
    }

    // A call that ends before any reply has its status among the headers, any other among the trailers.
    private static IHeaderDictionary OutcomeOf(HttpResponse response) => response.Headers.ContainsKey(StatusHeader)
        ? response.Headers
        : response.HttpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers ?? response.Headers;

    /// <summary>Or the caller would take it for a refusal of this moment, and send the same bytes again and again.</summary>
    private static StatusCode MarkTooLarge(IHeaderDictionary outcome)
    {
        outcome[TurnedAway.DoorHeader] = TurnedAway.NameOf(DoorReason.TooLarge);
        return StatusCode.ResourceExhausted;
    }

    /// <summary>gRPC's own word for it is UNKNOWN, which means that the request may have been executed. It was never read.</summary>
    private static StatusCode RefuseUnreadable(IHeaderDictionary outcome)
    {
        outcome[StatusHeader] = ((int)StatusCode.InvalidArgument).ToString(CultureInfo.InvariantCulture);
        outcome[MessageHeader] = Uri.EscapeDataString("报文无法解析 / the message cannot be parsed");
        return StatusCode.InvalidArgument;
    }

    private static string PeerOf(HttpContext context) => context.Connection.ClientCertificate is { } certificate && CertificateProvince.Of(certificate) is { } province
        ? province.Code
        : "(unknown)";
}
