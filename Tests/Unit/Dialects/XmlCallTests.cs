using System.Xml.Linq;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>The dialects whose messages are DLL or COM calls written as XML, one call or a batch of them. Changed messages are the fuzz's business.</summary>
public sealed class XmlCallTests
{
    private const int Seed = 936;

    private static readonly FuzzResults Results = new(Seed);

    private static IEnumerable<TestCaseData> Originals =>
    [
        .. YinhaiXmlRobustnessTests.Originals.Select((message, index) => new TestCaseData(YinhaiXmlMessages.Dialect, "yinhaiBatch", message).SetArgDisplayNames("yinhai-xml", $"{index}")),
        .. YunnanYdjyRobustnessTests.Originals.Select((message, index) => new TestCaseData(YunnanYdjyMessages.Dialect, "ydjyBatch", message).SetArgDisplayNames("yunnan-ydjy-xml", $"{index}")),
    ];

    [TestCaseSource(nameof(Originals))]
    public void A_message_cut_at_any_byte_is_refused_and_answered(IHisDialect dialect, string batch, HisMessage original)
    {
        for (var length = 0; length < original.Body.Length; length++)
            Assert.That(Answered(dialect, batch, original with { Body = original.Body[..length] }).Select(request => request.Operation), Is.All.Null, $"cut at {length}");

        Assert.That(Answered(dialect, batch, original).Select(request => request.Refusal), Is.All.Null);
    }

    /// <summary>The requests of a message that was answered with one reply for each call, the same each time; the requests of one call share its state.</summary>
    private static IReadOnlyList<HisRequest> Answered(IHisDialect dialect, string batch, HisMessage message)
    {
        var check = new FuzzCheck(dialect, Results);
        var requests = check.Run(message, new Random(Seed), isThorough: true);
        var envelope = dialect.Decode(message);
        var reply = dialect.Encode(envelope, Results.To(envelope, new Random(Seed)));
        var root = XDocument.Parse(check.EncodingOf(reply)!.GetString(reply.Body)).Root!;
        Assert.That(root.Name.LocalName == batch ? root.Elements().Count() : 1, Is.EqualTo(requests.DistinctBy(request => request.State ?? request).Count()));
        return requests;
    }
}
