using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.YunnanYdjyMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>What <see cref="XmlCallTests"/> and the fuzz cannot know of this dialect.</summary>
public sealed class YunnanYdjyRobustnessTests
{
    /// <summary>Calls of every shape and encoding, batches among them.</summary>
    public static HisMessage[] Originals { get; } =
    [
        Message(LegacyText.Gb18030.GetBytes($"<?xml version=\"1.0\" encoding=\"GBK\"?>{Business("12", Input(Line))}"), "text/xml; charset=GBK"),
        Message(LegacyText.Gb18030.GetBytes($"<?xml version=\"1.0\" encoding=\"GB2312\"?>{ReadCard("440100|1|2|3|㼆𠮷|")}"), "text/xml"),
        Utf8($"<ydjyBatch>{Business("11", Input(Admission))}{Route("72", Input(Preview))}{Business("23", Input(Refund))}</ydjyBatch>"),
        Utf8(Business("14", Input(Settlement))),
    ];

    [Test]
    public void Deep_nesting_costs_nothing()
    {
        var deep = string.Concat(Enumerable.Repeat("<a>", 500_000));
        Assert.That(Refusal($"<ydjy function=\"SIGNIN\">{deep}").Code, Is.EqualTo("MALFORMED_MESSAGE"));
        Assert.That(Refusal(Business("24", $"<input>{deep}")).Code, Is.EqualTo("MALFORMED_MESSAGE"));
    }

    [Test]
    public void Refusals_of_the_message_never_quote_its_values()
    {
        const string Secret = "测试患者丙";
        var messages = new[]
        {
            Business("11", $"<input><AAE004>{Secret}</AAE005></input>"), Business("11", $"<input><{Secret}/><{Secret}></input>"),
            ReadCard($"440100|1|2|{Secret}"), ReadCard($"{Secret}|1|2|3|{Secret}|"), $"<ydjy><{Secret}></ydjy>",
            Business("12", Input(Line.With("AKC225", Secret).With("AKC221", Secret))),
        };
        foreach (var message in messages)
            Assert.That(Refusal(message).Text, Does.Not.Contain(Secret));
    }
}
