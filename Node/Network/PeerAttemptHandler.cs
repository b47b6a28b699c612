using System.Globalization;
using System.Net;

namespace ProvincialGateway.Network;

/// <summary>
/// Sits between the gRPC client and the connection and observes one attempt: when its bytes leave, and whether the status that comes back
/// is the peer's own. It also writes the deadline as the duration that the protocol carries, without the detour over two clocks.
/// </summary>
/// <param name="inner">The connections.</param>
/// <param name="current">The attempt whose request is sent in this flow of execution.</param>
internal sealed class PeerAttemptHandler(HttpMessageHandler inner, AsyncLocal<PeerAttempt?> current) : DelegatingHandler(inner)
{
    // The protocol allows eight digits: 99,999,999 ms are above any budget that can be configured.
    private const string TimeoutHeader = "grpc-timeout", StatusHeader = "grpc-status";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var attempt = current.Value ?? throw new InvalidOperationException("A request to a peer is sent by PeerClient only.");
        var milliseconds = Math.Max(1, (long)attempt.Timeout.TotalMilliseconds);
        request.Headers.TryAddWithoutValidation(TimeoutHeader, string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m"));
        request.Content = new ObservedContent(request.Content!, attempt);
        var response = await base.SendAsync(request, cancellationToken);
        attempt.StatusWithoutReply = response.Headers.Contains(StatusHeader);
        attempt.TurnedAway = attempt.StatusWithoutReply ? TurnedAway.Read(response.Headers) : null;
        return response;
    }

    private sealed class ObservedContent : HttpContent
    {
        private readonly HttpContent _content;
        private readonly PeerAttempt _attempt;

        public ObservedContent(HttpContent content, PeerAttempt attempt)
        {
            (_content, _attempt) = (content, attempt);
            foreach (var header in content.Headers)
                Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _attempt.Start();
            return _content.CopyToAsync(stream, context, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _content.Dispose();
            base.Dispose(disposing);
        }
    }
}
