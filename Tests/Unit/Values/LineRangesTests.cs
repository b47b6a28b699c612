using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Values;

[TestFixture]
internal sealed class LineRangesTests
{
    [TestCase("", "1-500", "1-500")]
    [TestCase("1-500", "501-1000", "1-1000")]
    [TestCase("1-500", "502-600", "1-500,502-600")]
    [TestCase("1-500,502-600", "501-501", "1-600")]
    [TestCase("10-20,30-40,50-60", "15-55", "10-60")]
    [TestCase("5-6", "1-2", "1-2,5-6")]
    public void Added_lines_join_what_they_touch(string before, string added, string after) =>
        Assert.That(LineRanges.Parse(before).With(LineRanges.Parse(added).Spans.Single()).ToString(), Is.EqualTo(after));

    [TestCase("", 10, "1-10")]
    [TestCase("1-10", 10, "")]
    [TestCase("3-4,7-7", 10, "1-2,5-6,8-10")]
    [TestCase("1-20", 10, "")]
    public void What_is_missing_is_named_in_line_order(string stored, int lineCount, string missing) =>
        Assert.That(string.Join(',', LineRanges.Parse(stored).Missing(lineCount)), Is.EqualTo(missing));

    [TestCase("1")]
    [TestCase("1-x")]
    public void A_text_that_is_no_ranges_is_a_damaged_store(string text) => Assert.That(() => LineRanges.Parse(text), Throws.TypeOf<FormatException>());

    [Test]
    public void Ranges_hold_exactly_the_lines_that_were_added()
    {
        var spans = Gen.Choose(1, 60).Two().Select(pair => new LineSpan(Math.Min(pair.Item1, pair.Item2), Math.Max(pair.Item1, pair.Item2))).ListOf().ToArbitrary();
        Prop.ForAll(spans, added =>
        {
            var ranges = added.Aggregate(LineRanges.None, (all, span) => all.With(span));
            var lines = added.SelectMany(span => Enumerable.Range(span.First, span.Count)).Distinct().Order().ToList();
            var missing = ranges.Missing(60).SelectMany(span => Enumerable.Range(span.First, span.Count)).ToList();
            return ranges.Spans.SelectMany(span => Enumerable.Range(span.First, span.Count)).SequenceEqual(lines)
                && missing.SequenceEqual(Enumerable.Range(1, 60).Except(lines))
                && LineRanges.Parse(ranges.ToString()).ToString() == ranges.ToString()
                && ranges.Spans.Zip(ranges.Spans.Skip(1)).All(pair => pair.First.Last + 1 < pair.Second.First);
        }).QuickCheckThrowOnFailure();
    }
}
