using NUnit.Framework;
using ProvincialGateway.AdapterKit;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.AdapterKit;

internal sealed class MappingCheckTests
{
    private AdapterFolder _folder = null!;

    [SetUp]
    public void CopyAdapter() => _folder = new AdapterFolder();

    [TearDown]
    public void RemoveCopy() => _folder.Dispose();

    [Test]
    public void What_is_not_mapped_and_listed_is_reported_with_its_reason_and_no_fault()
    {
        var (unmapped, tally) = Check();

        Assert.That(tally.Faults, Is.Empty);
        Assert.That(tally.Tried, Is.EqualTo(357));
        Assert.That(unmapped.Select(item => item.LocalCode), Is.EquivalentTo(new[] { "ZL210200003", "HC070011001", "HC070016006", "HC070029001", "ZY00000001" }));
        Assert.That(unmapped.Single(item => item.LocalCode == "ZY00000001"), Has.Property(nameof(UnmappedItem.Handling)).EqualTo("self-pay")
            .And.Property(nameof(UnmappedItem.Reason)).Contains("医院制剂"));
    }

    [Test]
    public void What_is_not_mapped_and_not_listed_is_a_fault()
    {
        _folder.Replace(MappingCheck.ListName, "ZY00000001,医院制剂，无国家码 hospital preparation without exchange code\n", "");

        var (unmapped, tally) = Check();

        Assert.That(tally.Faults.Single(), Has.Property(nameof(CheckFault.Place)).EqualTo("ZY00000001").And.Property(nameof(CheckFault.English)).Contains("no accepted mapping on 2015-01-01"));
        Assert.That(unmapped.Single(item => item.LocalCode == "ZY00000001").Reason, Is.Null);
    }

    [Test]
    public void Without_a_list_nothing_may_be_unmapped()
    {
        File.Delete(_folder.File(MappingCheck.ListName));

        Assert.That(Check().Tally.Found, Is.EqualTo(5));
    }

    [Test]
    public void A_mapping_that_ends_before_the_row_does_is_a_fault_from_that_day()
    {
        _folder.Replace("catalogue/mappings.csv", "XJ01CAA040E001,XJ01CAA040E001010110000,阿莫西林胶囊,equivalent,valid,2015-01-01,", "XJ01CAA040E001,XJ01CAA040E001010110000,阿莫西林胶囊,equivalent,valid,2015-01-01,2016-07-01");

        Assert.That(Check().Tally.Faults.Single().English, Does.Contain("on 2016-07-01"));
    }

    [TestCase("XJ01CAA040E001,mapped by now")]
    [TestCase("NOBODY,no such row")]
    [TestCase("ZY00000001,listed twice")]
    [TestCase("ZY00000001,")]
    public void A_list_that_is_out_of_date_is_a_fault(string row)
    {
        File.AppendAllText(_folder.File(MappingCheck.ListName), $"{row}\n");

        Assert.That(Check().Tally.Found, Is.EqualTo(1));
    }

    private (IReadOnlyList<UnmappedItem> Unmapped, CheckTally Tally) Check()
    {
        _folder.Seal();
        using var directory = _folder.LoadDirectory("yunnan");
        var tally = new CheckTally();
        return (MappingCheck.Unmapped(directory.Find("yunnan")!, _folder.File(""), tally), tally);
    }
}
