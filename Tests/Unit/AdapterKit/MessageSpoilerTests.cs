using NUnit.Framework;
using ProvincialGateway.AdapterKit;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.AdapterKit;

internal sealed class MessageSpoilerTests
{
    private static readonly HisMessage[] Good =
        [.. new[] { "<a>1</a>", "b=2", "" }.Select(text => new HisMessage { Path = "/x", ContentType = "text/xml", SoapAction = "s", Body = LegacyText.Utf8.GetBytes(text) })];

    [Test]
    public void The_same_seed_gives_the_same_messages()
    {
        var (one, other) = (new MessageSpoiler(5, Good), new MessageSpoiler(5, Good));
        for (var number = 0; number < 500; number++)
        {
            var (left, right) = (one.Next(), other.Next());
            Assert.That((left.Path, left.ContentType, left.SoapAction), Is.EqualTo((right.Path, right.ContentType, right.SoapAction)));
            Assert.That(left.Body.Span.SequenceEqual(right.Body.Span), Is.True);
        }
    }

    [Test]
    public void Messages_are_spoilt_in_many_ways()
    {
        var spoiler = new MessageSpoiler(5, Good);
        var messages = Enumerable.Range(0, 1000).Select(_ => spoiler.Next()).ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages.Select(message => Convert.ToHexString(message.Body.Span)).Distinct().Count(), Is.GreaterThan(500));
            Assert.That(messages.Select(message => message.Body.Length), Has.Some.EqualTo(0).And.Some.GreaterThan(2000));
            Assert.That(messages.Select(message => message.ContentType), Has.Some.EqualTo("text/xml").And.Some.Not.EqualTo("text/xml"));
            Assert.That(messages.Where(message => !LegacyText.TryDecode(message.Body.Span, LegacyText.Utf8, out _, out _)), Is.Not.Empty, "bytes that are no text");
        }
    }

    [Test]
    public void Without_a_good_message_there_is_noise() => Assert.That(Enumerable.Range(0, 100).Select(_ => new MessageSpoiler(1, []).Next().Path), Is.Not.Empty);
}
