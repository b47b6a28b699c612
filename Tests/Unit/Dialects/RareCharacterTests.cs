using System.Net;
using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tests.His;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>
/// Characters that GBK lacks, in every dialect that hospitals speak in a Chinese encoding: 㼆 and 𠮷 have four bytes in GB18030, 䶮 is FE 9F.
/// </summary>
public sealed partial class RareCharacterTests
{
    private const string Rare = "㼆䶮𠮷";

    /// <summary>Transactions that verify a person and do not answer the name.</summary>
    private static readonly string[] WithoutName = ["1500", "1904"];

    /// <summary>The ways in which a hospital says that its bytes are Chinese: a label, or none where the dialect means it anyway.</summary>
    private static IEnumerable<TestCaseData> Spoken =>
        from subject in FuzzSubject.All
        from label in subject.Dialect.Name switch
        {
            "neusoft-pipe" => [""],
            "national-json" => ["application/json; charset=gbk"],
            _ => new[] { "text/xml; charset=GBK", "text/xml; charset=GB2312", "text/xml; charset=GB18030" },
        }
        select new TestCaseData(subject, label).SetArgDisplayNames(subject.Name, label);

    [TestCaseSource(nameof(Spoken))]
    public void A_name_is_read_as_it_is_written(object tested, string contentType)
    {
        var subject = (FuzzSubject)tested;
        var read = 0;
        foreach (var (message, name) in subject.Samples.Select(sample => (Message: sample, Name: TextOf(subject, sample))).Where(found => found.Name is not null))
        {
            var text = Text(message);
            var request = subject.Dialect.Decode(message with { ContentType = contentType, Body = LegacyText.Gb18030.GetBytes(text.Replace(name!, Rare)) }).Requests[0];
            Assert.That(request.Operation, Is.Not.Null, request.Refusal?.Text);
            Assert.That(Unescaped(HisJson.Write(request.Operation!)), Does.Contain(Rare));
            read++;
        }

        Assert.That(read, Is.Positive, "no message of this dialect has a text that can be replaced");
    }

    [TestCaseSource(nameof(Spoken))]
    public void A_name_is_written_so_that_the_client_can_read_it_and_half_a_character_as_a_question_mark(object tested, string contentType)
    {
        var subject = (FuzzSubject)tested;
        var check = new FuzzCheck(subject.Dialect, new FuzzResults(1));
        var person = (HisPerson)new AnyRecord(new Random(1), listMin: 1).Of(typeof(HisPerson)) with { Name = Rare + "\uD842" };
        var written = 0;
        foreach (var sample in subject.Samples)
        {
            var text = Text(sample);
            var envelope = subject.Dialect.Decode(sample with { ContentType = contentType, Body = LegacyText.Gb18030.GetBytes(text) });
            if (envelope.Requests is not [{ Operation: VerifyPerson } request] || WithoutName.Contains(request.TransactionCode))
                continue;
            var reply = subject.Dialect.Encode(envelope, [new PersonVerified { TransactionId = "", Person = person }]);
            var shown = Unescaped(check.EncodingOf(reply)!.GetString(reply.Body));
            Assert.That(shown, Does.Contain(Rare + "?").Or.Contain(Rare + "\uFFFD"));
            written++;
        }

        Assert.That(written, Is.Positive);
    }

    /// <summary>A text of the message that its operation repeats: doctor, department or name of an item.</summary>
    private static string? TextOf(FuzzSubject subject, HisMessage message)
    {
        if (subject.Dialect.Decode(message).Requests is not [{ Operation: { } operation }])
            return null;
        var name = operation switch
        {
            RegisterAdmission { Doctor: { } doctor } => doctor,
            UploadFeeLines { Lines: [var line, ..] } => line.LocalName,
            _ => null,
        };
        return name is not null && name.Any(unit => unit > 0x7F) && Text(message).Contains(name, StringComparison.Ordinal) ? name : null;
    }

    private static string Text(HisMessage message) =>
        LegacyText.TryDecode(message.Body.Span, LegacyText.Utf8, out var text, out _) || LegacyText.TryDecode(message.Body.Span, LegacyText.Gb18030, out text, out _) ? text : "";

    // XML in XML is escaped twice, once more over SOAP; a JSON reader undoes \u.
    private static string Unescaped(string text)
    {
        for (var level = 0; level < 3; level++)
            text = WebUtility.HtmlDecode(text);
        return JsonEscape().Replace(text, found => ((char)Convert.ToInt32(found.Groups[1].Value, 16)).ToString());
    }

    [GeneratedRegex(@"\\u([0-9a-fA-F]{4})")]
    private static partial Regex JsonEscape();
}
