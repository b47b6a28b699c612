using NUnit.Framework;
using ProvincialGateway.Matching;

namespace ProvincialGateway.Tests.Matching;

[TestFixture]
internal sealed class ManufacturerNameTests
{
    [TestCase("甲乙制药股份有限公司", "甲乙制药有限公司", "Agrees")]
    [TestCase("（甲乙）制药", "甲乙制药", "Agrees")]
    [TestCase("甲乙", "东海甲乙制药有限公司", "Near")]
    [TestCase("甲乙医药", "东海甲乙医药股份有限公司", "Near")]
    [TestCase("海药", "东海制药厂", "Near")]
    [TestCase("甲乙丙丁药业", "甲乙丙戊药业", "Apart")]
    [TestCase("甲乙制药", "丙丁制药", "Differs")]
    [TestCase("", "甲乙制药", "ExchangeOnly")]
    [TestCase("甲乙制药", "", "LocalOnly")]
    [TestCase("", "", "Silent")]
    [TestCase("有限公司", "甲乙制药", "ExchangeOnly")]
    public void Short_names_are_recognised_and_others_told_apart(string local, string exchange, string verdict) =>
        Assert.That(ManufacturerName.Compare(ManufacturerName.Of(local), ManufacturerName.Of(exchange)).ToString(), Is.EqualTo(verdict));
}
