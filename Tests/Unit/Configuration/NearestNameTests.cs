using NUnit.Framework;
using ProvincialGateway.Configuration;

namespace ProvincialGateway.Tests.Configuration;

internal sealed class NearestNameTests
{
    private static readonly string[] Known = ["division", "name", "address", "hisAddress", "certificates"];

    [TestCase("adress", "address")]
    [TestCase("HISADDRESS", "hisAddress")]
    [TestCase("certificate", "certificates")]
    [TestCase("nmae", "name")]
    public void A_slip_of_the_pen_finds_what_was_meant(string written, string meant) => Assert.That(NearestName.Of(written, Known), Is.EqualTo(meant));

    [TestCase("colour")]
    [TestCase("x")]
    public void Something_else_altogether_finds_nothing(string written) => Assert.That(NearestName.Of(written, Known), Is.Null);

    [Test]
    public void Nothing_known_finds_nothing() => Assert.That(NearestName.Of("name", []), Is.Null);
}
