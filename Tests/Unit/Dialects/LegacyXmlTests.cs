using System.Text;
using System.Xml.Linq;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>What every XML dialect reads with.</summary>
public sealed class LegacyXmlTests
{
    [TestCase("<a><b><c/></b></a>", 3)]
    [TestCase("<?xml version = \"1.0\" encoding=\"GBK\" standalone=\"yes\"?><a/>", 1)]
    [TestCase("<?xml version=\"1.0\" encoding=\"no such\" ?>\r\n<a/>", 1)]
    [TestCase(" \uFEFF <?xml version='1.0'?><a/>", 1)]
    [TestCase("<a><!-- --><?x?></a>", 1)]
    public void A_text_within_its_limits_is_read(string text, int depthMax) => Assert.That(LegacyXml.TryRead(text, depthMax, out _, out var fault), Is.True, $"{fault}");

    [TestCase("<a>\n <b><c/></b></a>", 2, 2, 6)]
    [TestCase("<a>\n<b></a>", 9, 2, 6)]
    [TestCase("\n  <!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", 9, 2, 3)]
    [TestCase("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", 9, 1, 1)]
    [TestCase("<?xml version=\"1.0\"?>\n<a>\0</a>", 9, 2, 4)]
    [TestCase("<a>&#0;</a>", 9, 1, 6)]
    [TestCase("<a>&x;</a>", 9, 1, 5)]
    [TestCase("", 9, 1, 1)]
    [TestCase(" \r\n", 9, 1, 1)]
    [TestCase("<a", 9, 1, 1)]
    public void A_fault_has_its_place(string text, int depthMax, int line, int column)
    {
        Assert.That(LegacyXml.TryRead(text, depthMax, out _, out var fault), Is.False);
        Assert.That((fault!.Line, fault.Column), Is.EqualTo((line, column)));
        Assert.That(fault.Refusal("here").Field, Is.EqualTo($"here line {line} column {column}"));
    }

    [Test]
    public void Depth_is_refused_without_being_climbed() =>
        Assert.That(LegacyXml.TryRead(string.Concat(Enumerable.Repeat("<a>", 1_000_000)), 16, out _, out var fault) ? 0 : fault!.Column, Is.EqualTo(16 * 3 + 2));

    [TestCase("<a><b> </b></a>", "")]
    [TestCase("<a xml:space=\"preserve\"><b> </b></a>", " ")]
    [TestCase("<a><b> x </b></a>", " x ")]
    [TestCase("<a><b><![CDATA[ <x> ]]></b></a>", " <x> ")]
    public void White_space_alone_counts_only_where_it_is_preserved(string text, string value)
    {
        Assert.That(LegacyXml.TryRead(text, 2, out var root, out _));
        Assert.That(root!.Element("b")!.Value, Is.EqualTo(value));
    }

    [TestCase("<a>A&B</a>", "A&B")]
    [TestCase("<a>&amp;&lt;&#66;&#x42;&nbsp;&</a>", "&<BB&nbsp;&")]
    public void A_bare_ampersand_is_read_only_when_asked_for(string text, string value)
    {
        Assert.That(LegacyXml.TryRead(text, 1, out _, out _), Is.False);
        Assert.That(LegacyXml.TryReadUnescaped(text, 1, out var root, out _));
        Assert.That(root!.Value, Is.EqualTo(value));
    }

    [Test]
    public void A_fault_behind_a_bare_ampersand_keeps_its_place()
    {
        Assert.That(LegacyXml.TryReadUnescaped("<a>A&B &&& <</a>", 1, out _, out var fault), Is.False);
        Assert.That(fault!.Column, Is.EqualTo(13));
        Assert.That(LegacyXml.TryReadUnescaped("<a>\uFDD0&</a>", 1, out _, out _), Is.False);
    }

    [Test]
    public void Text_that_xml_cannot_carry_becomes_question_marks() =>
        Assert.That(LegacyXml.Carriable("a\0\u0001\uD800b\uDC00𠮷\uFFFF\uFFFE\t\r\n"), Is.EqualTo("a???b?𠮷??\t\r\n"));

    [TestCase("text/xml; charset=GBK", "GBK", new byte[] { 0xFE, 0x9F })]
    [TestCase("text/xml; charset=gb2312", "GBK", new byte[] { 0xFE, 0x9F })]
    [TestCase("text/xml; charset=GB18030", "GB18030", new byte[] { 0xFE, 0x9F })]
    [TestCase("text/xml", "utf-8", new byte[] { 0xE4, 0xB6, 0xAE })]
    public void A_document_goes_back_under_the_label_and_loses_no_character(string contentType, string label, byte[] yan)
    {
        byte[] body = [.. "<a>"u8, .. yan, .. "</a>"u8];
        Assert.That(XmlCharset.TryDecode(new HisMessage { Path = "/", ContentType = contentType, SoapAction = "", Body = body }, "here", out var charset, out var text, out _));
        Assert.That((charset.Label, text), Is.EqualTo((label, "<a>䶮</a>")));

        var reply = charset.Document(new XElement("a", "㼆䶮𠮷中"));
        var reader = label == "GBK" ? CodePagesEncodingProvider.Instance.GetEncoding(936)! : charset.Bytes;
        Assert.That(XDocument.Parse(reader.GetString(reply)).Root!.Value, Is.EqualTo("㼆䶮𠮷中"));
        Assert.That(reader.GetString(reply), Does.StartWith($"<?xml version=\"1.0\" encoding=\"{label}\"?>").And.Contain("中"));
    }

    [TestCase("text/xml; charset=utf-16", "Content-Type charset")]
    [TestCase("text/xml; charset=utf-8", "here byte 3")]
    public void Bytes_that_are_no_text_are_refused_and_answered_in_what_is_known(string contentType, string field)
    {
        byte[] body = [.. "<a>"u8, 0xFF, .. "</a>"u8];
        var isText = XmlCharset.TryDecode(new HisMessage { Path = "/", ContentType = contentType, SoapAction = "", Body = body }, "here", out var charset, out _, out var refusal);
        Assert.That((isText, refusal!.Field, charset), Is.EqualTo((false, field, XmlCharset.Utf8)));
        Assert.That(Encoding.UTF8.GetString(charset.Document(new XElement("a"))), Does.Contain("<a />"));
    }

    [Test]
    public void The_wall_clock_of_messages_is_eight_hours_ahead_and_has_an_end()
    {
        Assert.That(BusinessTime.Local(new DateTimeOffset(2017, 6, 20, 16, 0, 1, TimeSpan.Zero)), Is.EqualTo(new DateTime(2017, 6, 21, 0, 0, 1)));
        Assert.That(BusinessTime.Local(DateTimeOffset.MaxValue), Is.EqualTo(DateTime.MaxValue));
    }
}
