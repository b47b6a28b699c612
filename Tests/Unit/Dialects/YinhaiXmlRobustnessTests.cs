using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.YinhaiXmlMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>What <see cref="XmlCallTests"/> and the fuzz cannot know of this dialect.</summary>
public sealed class YinhaiXmlRobustnessTests
{
    /// <summary>Calls of every shape and encoding, batches among them.</summary>
    public static HisMessage[] Originals { get; } =
    [
        Message(LegacyText.Gb18030.GetBytes($"<?xml version=\"1.0\" encoding=\"GBK\"?>{Call("31", Upload(Line, Line.With("yka105", "2")))}"), "text/xml; charset=GBK"),
        Message(LegacyText.Gb18030.GetBytes($"<?xml version=\"1.0\" encoding=\"GB2312\"?>{Call("03", "", Card + "㼆𠮷|")}"), "text/xml"),
        Utf8($"<yinhaiBatch>{Call("21", Input(Admission), Card)}{Call("43", Input(Settlement))}{Method("confirm", Param("jylsh", TradeNumber) + Param("jyyzm", TradeCheck))}</yinhaiBatch>"),
        Utf8(Call("41", Input(Settlement))),
        Utf8(Call("48", Outpatient(Clinic, Line, Line.With("yka105", "2")), Card)),
        Utf8($"<yinhaiBatch>{Call("48", Outpatient(Clinic.With("prm_aka130", "18").With("prm_ykc173", "M03900 高血压"), Line), Card)}{Call("33", Input([("prm_akc190", Visit)]))}</yinhaiBatch>"),
        Utf8(Call("46A", Input([("prm_begindate", "2017/6/20"), ("prm_enddate", "2017-06-20"), ("prm_outputfile", "D:\\1.txt")]))),
    ];

    [Test]
    public void An_input_cut_at_any_character_is_refused_with_its_place()
    {
        var whole = Upload(Line, Line.With("yka105", "2"));
        for (var length = 1; length < whole.Length; length++)
            Assert.That(Refusal(Call("31", whole[..length])).Field, Does.Match("^jysr_xml line [0-9]+ column [0-9]+$"), $"cut at {length}");
    }

    [Test]
    public void Deep_nesting_costs_nothing()
    {
        var deep = string.Concat(Enumerable.Repeat("<a>", 500_000));
        Assert.That(Refusal($"<yinhai method=\"call\">{deep}").Code, Is.EqualTo("MALFORMED_MESSAGE"));
        Assert.That(Refusal(Call("33", $"<input>{deep[..60_000]}")).Field, Is.EqualTo("jysr_xml line 1 column 30"));
    }

    [Test]
    public void Refusals_of_the_message_never_quote_its_values()
    {
        const string Secret = "测试患者丙";
        var messages = new[]
        {
            Call("21", $"<input><prm_akc193>{Secret}</input>", Card), Call("21", $"<input><{Secret}/><{Secret}></input>", Card), Call("03", "", $"{Secret}|1|2|3|{Secret}|"), Call("03", "", Secret),
            Call("31", Upload(Line.With("akc225", Secret).With("yke123", Secret))), Call("31", Upload(Line.With("ykd126", $"{Secret}<"))), Method("confirm", Param("jylsh", Secret) + Param("jyyzm", Secret)),
            $"<yinhai><{Secret}></yinhai>", Call("44", Input([("yka103", Secret)])),
        };
        foreach (var message in messages)
            Assert.That(Refusal(message).Text, Does.Not.Contain(Secret));
    }
}
