using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Numbers as programs write them without a format: exact, or refused.</summary>
public sealed class LegacyNumbersTests
{
    [TestCase("12.5", "12.5")]
    [TestCase(" -0.8333333333333333333333333333 ", "-0.8333333333333333333333333333")]
    [TestCase("1E-05", "0.00001")]
    [TestCase("1.25e+3", "1250")]
    [TestCase("1E-20", "0.00000000000000000001")]
    [TestCase("0", "0")]
    public void A_number_without_a_format_is_read_exactly(string text, string expected)
    {
        Assert.That(Amounts.TryParseUnformatted(text, out var value));
        Assert.That(value, Is.EqualTo(decimal.Parse(expected, CultureInfo.InvariantCulture)));
    }

    [TestCase("")]
    [TestCase(null)]
    [TestCase("1,000")]
    [TestCase("1 000")]
    [TestCase("0x10")]
    [TestCase("1E")]
    [TestCase("E5")]
    [TestCase("1E5E5")]
    [TestCase("1E21")]
    [TestCase("1E16")]
    [TestCase("0.3E-28")]
    [TestCase("1E-2147483648")]
    [TestCase("0.00000000000000000000000000001")]
    [TestCase("12345678901234567890123456789")]
    [TestCase("NaN")]
    [TestCase("∞")]
    public void What_is_no_number_or_cannot_be_held_exactly_is_refused(string? text) => Assert.That(Amounts.TryParseUnformatted(text, out _), Is.False);

    [Test]
    public void Any_fen_survive_the_way_through_a_double() => Prop.ForAll<int, byte>((fen, parts) =>
    {
        // A client adds up its lines in floating point and writes the sum with fifteen digits.
        var (each, count) = (fen / 100.0 / (parts + 1), parts + 1);
        var sum = 0.0;
        for (var i = 0; i < count; i++)
            sum += each;
        return Amounts.TryParseNearFen(sum.ToString("G15", CultureInfo.InvariantCulture), out var read) && read == fen;
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Tenths_of_a_fen_are_no_noise() => Prop.ForAll<int>(mills =>
        Amounts.TryParseNearFen((mills / 1000m).ToString(CultureInfo.InvariantCulture), out var fen) == (mills % 10 == 0) && (mills % 10 != 0 || fen == mills / 10)).QuickCheckThrowOnFailure();

    [TestCase("62.489999", false)]
    [TestCase("62.4899991", true)]
    public void Noise_ends_at_a_ten_thousandth_of_a_fen(string text, bool isNoise) => Assert.That(Amounts.TryParseNearFen(text, out _), Is.EqualTo(isNoise));

    [TestCase("测试𠮷", 6, "测试")]
    [TestCase("测试𠮷", 8, "测试𠮷")]
    [TestCase("测", 1, "")]
    [TestCase("", 0, "")]
    public void Text_is_shortened_by_whole_characters(string text, int bytes, string expected) => Assert.That(LegacyText.Shorten(text, bytes, LegacyText.Gb18030), Is.EqualTo(expected));

    [Test]
    public void Any_text_fits_one_field() => Prop.ForAll<string>(text =>
    {
        var field = LegacyText.InOneField(text ?? "", '|', '^');
        return !field.Contains('|') && !field.Contains('^') && !field.Any(char.IsControl) && LegacyText.Gb18030.GetBytes(field).Length >= field.Length;
    }).QuickCheckThrowOnFailure();
}
