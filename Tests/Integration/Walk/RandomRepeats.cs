using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Walk;

/// <summary>
/// A message of one province that another one has answered comes once more, as a network or a restored backup would bring it: the committed reply comes
/// back, byte for byte, and nothing is done. Doubled effects are for the books at rest to show.
/// </summary>
internal sealed class RandomRepeats(PilotCountry country, Random random, Tally tally)
{
    private const string Answered =
        """
        SELECT peer, service, method, request, reply, 'outbound' AS purpose FROM outbound WHERE state = 2
        UNION ALL SELECT peer, service, method, request, reply, NULL FROM clearing_outbound WHERE state IN (2, 3)
        UNION ALL SELECT peer, NULL, CASE kind WHEN 1 THEN 'SubmitFiling' ELSE 'CancelFiling' END, request, reply, 'filing' FROM filing_request WHERE state = 2
        """;

    public async Task StepAsync()
    {
        var province = country.Provinces[random.Next(country.Provinces.Count)];
        var sent = province.Host.Database.Read(session => session.Query<Sent>(Answered));
        if (sent.Count == 0)
            return;
        var message = sent[random.Next(sent.Count)];
        var method = message.Service is { } service ? new PeerMethod(service, message.Method)
            : message.Method == PeerMethod.SubmitFiling.Name ? PeerMethod.SubmitFiling : PeerMethod.CancelFiling;
        var peer = province.Host.Services.GetRequiredService<PeerDirectory>().Find(Division.Parse(message.Peer))!;
        var outcome = await peer.CallAsync(method, Open(message.Request, "request"), CancellationToken.None);
        if (outcome is PeerOutcome.Answered(var reply))
            Assert.That(reply, Is.EqualTo(Open(message.Reply, "reply")), $"The repeat of {method.Path} by {province.Division}");
        tally.Count("RepeatMessage", outcome is PeerOutcome.Answered ? Tally.Granted : "unanswered");

        byte[] Open(byte[] bytes, string part) => message.Purpose is { } purpose ? province.Host.Vault.Open(bytes, $"{purpose}.{part}") : bytes;
    }

    private sealed class Sent
    {
        public required string Peer { get; init; }

        /// <summary>Null of a filing.</summary>
        public string? Service { get; init; }
        public required string Method { get; init; }
        public required byte[] Request { get; init; }
        public required byte[] Reply { get; init; }

        /// <summary>What request and reply were sealed for; null when they hold nothing personal.</summary>
        public string? Purpose { get; init; }
    }
}
