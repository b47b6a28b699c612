using NUnit.Framework;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Tests.Support.Catalogues;

namespace ProvincialGateway.Tests.Matching;

/// <summary>
/// What Tests/README.md reports must stay true. Both sets were put together after vocabulary, weights and thresholds had been chosen with other seeds.
/// </summary>
[TestFixture]
internal sealed class MatchQualityTests
{
    private const int HeldOutSeed = 202;

    [Test]
    public void Generated_catalogues_that_were_held_out()
    {
        using var folder = new TempFolder();
        new GeneratedCatalogues(HeldOutSeed, localRows: 4_000, exchangeRows: 8_000).WriteTo(folder.Path);
        var measured = new MatchedFiles(folder.Path).Measure();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(measured.FirstRightPercent, Is.GreaterThanOrEqualTo(99.5m));
            Assert.That(measured.AmongFirstFivePercent, Is.GreaterThanOrEqualTo(99.8m));
            Assert.That(measured.Accepted, Is.GreaterThanOrEqualTo(measured.WithCounterpart * 6 / 10));
            Assert.That(measured.WronglyAccepted, Is.Zero, string.Join(' ', measured.WronglyAcceptedCodes));
            Assert.That(measured.WronglyNoMatch, Is.LessThanOrEqualTo(measured.WithCounterpart / 200));
            Assert.That(measured.RightlyNoMatch, Is.GreaterThanOrEqualTo(measured.WithoutCounterpart / 2));
        }
    }

    [Test]
    public void A_catalogue_written_by_hand_that_was_held_out()
    {
        var measured = new MatchedFiles(Repository.PathTo("Tests", "Unit", "Matching", "held-out")).Measure();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((measured.WithCounterpart, measured.WithoutCounterpart), Is.EqualTo((343, 60)));
            Assert.That(measured.FirstRightPercent, Is.GreaterThanOrEqualTo(96m));
            Assert.That(measured.AmongFirstFivePercent, Is.GreaterThanOrEqualTo(96m));
            Assert.That(measured.Accepted, Is.GreaterThanOrEqualTo(165));
            Assert.That(measured.WronglyAccepted, Is.Zero, string.Join(' ', measured.WronglyAcceptedCodes));
            Assert.That(measured.WronglyNoMatch, Is.LessThanOrEqualTo(22));
            Assert.That(measured.RightlyNoMatch, Is.GreaterThanOrEqualTo(45));
        }
    }
}
