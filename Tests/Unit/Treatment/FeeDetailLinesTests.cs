using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Tests.Treatment;

/// <summary>How lines are put into chunks and their texts into the contract.</summary>
[TestFixture]
internal sealed class FeeDetailLinesTests
{
    [TestCase(null, "")]
    [TestCase("阿莫西林胶囊", "阿莫西林胶囊")]
    [TestCase("阿莫西林\r\n胶囊\u0000", "阿莫西林  胶囊 ")]
    public void Texts_travel_as_they_were_written_without_control_characters(string? text, string carried) =>
        Assert.That(FeeDetailLines.Carried(text), Is.EqualTo(carried));

    [Test]
    public void A_text_beyond_the_limit_is_cut_and_never_inside_a_character()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(FeeDetailLines.Carried(new string('医', 600)), Has.Length.EqualTo(500));
            Assert.That(FeeDetailLines.Carried(new string('a', 499) + "𠮷" + "b"), Is.EqualTo(new string('a', 499)));
        }
    }

    [Test]
    public void The_reason_of_a_restricted_use_is_cut_to_its_own_limit() =>
        Assert.That(FeeDetailLines.Carried(new string('因', 300), FeeDetailLimits.RestrictedUseReasonMax), Has.Length.EqualTo(200));

    [Test]
    public void A_chunk_holds_at_most_500_lines() => Assert.That(FeeDetailLines.FirstChunk([.. Lines(600, 10)], 1024 * 1024).Lines, Has.Count.EqualTo(500));

    [Test]
    public void A_chunk_stays_below_its_bytes_and_the_message_with_it()
    {
        var chunk = FeeDetailLines.FirstChunk([.. Lines(500, 500)], 64 * 1024);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new UploadFeeDetailsRequest { Chunk = chunk }.CalculateSize(), Is.LessThan(64 * 1024));
            Assert.That(chunk.Lines, Has.Count.GreaterThan(40), "It is filled.");
        }
    }

    private static IEnumerable<FeeDetailLine> Lines(int count, int nameLength) =>
        Enumerable.Range(1, count).Select(number => new FeeDetailLine { LineNumber = number, LocalName = new string('药', nameLength) });
}
