using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Tests.Treatment;

/// <summary>What a stored line is recognised by when it comes again, from a hospital that has not changed and to a node that has.</summary>
[TestFixture]
internal sealed class UploadedLineTests
{
    private static readonly HisFeeLine Line = new()
    {
        LineSerial = "1",
        LocalCode = "Y1",
        LocalName = "item",
        FeeCategory = "01",
        UnitPrice = 1.5m,
        Quantity = 2m,
        AmountFen = 300,
        FeeDate = new DateOnly(2017, 9, 20),
        Doctor = "D1",
    };

    [Test]
    public void A_line_without_the_reason_of_a_restricted_use_is_hashed_as_before_there_was_one() =>
        Assert.That(UploadedLines.ContentHash(Line), Is.EqualTo(SHA256.HashData(Encoding.UTF8.GetBytes(
            """
            {"LineSerial":"1","PrescriptionNumber":null,"LocalCode":"Y1","LocalName":"item","DeclaredCode":null,"FeeCategory":"01","UnitPrice":1.5,"Quantity":2,"AmountFen":300,"FeeDate":"2017-09-20","Unit":null,"Specification":null,"DoseForm":null,"Department":null,"Doctor":"D1","ApprovalNumber":null}
            """))));

    [Test]
    public void Another_reason_makes_another_line() =>
        Assert.That(UploadedLines.ContentHash(Line with { RestrictedUseReason = "a" }), Is.Not.EqualTo(UploadedLines.ContentHash(Line with { RestrictedUseReason = "b" })));
}
