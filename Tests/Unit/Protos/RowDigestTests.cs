using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using NUnit.Framework;
using Provincial.Exchange.V1;

namespace ProvincialGateway.Tests.Protos;

[TestFixture]
public sealed class RowDigestTests
{
    private static LedgerRow Row() => new()
    {
        TransactionId = "530100201606201545000000000001",
        Kind = LedgerRowKind.Settlement,
        Cell = new LedgerCell { BusinessDate = "2016-06-20", Scheme = "310", ClearingType = "21" },
        SettlementNumber = "A4401001606200000001",
        VisitNumber = "S4401001606150000001",
        InsuredDivision = "440100",
        PersonNumber = "P0001",
        InstitutionCode = "H530100001",
        VisitKind = "21",
        Charges = new Charges { TotalFen = 98000, FullSelfPayFen = 10000, PreSelfPayFen = 6000, InScopeFen = 82000 },
        Payments = new Payments { DeductibleFen = 82000, CashFen = 98000, PersonalTotalFen = 98000 },
    };

    private static FeeDetailLine Line() => new()
    {
        LineNumber = 1,
        LineSerial = "L1",
        LocalCode = "X01",
        LocalName = "阿莫西林胶囊",
        ExchangeCode = "XJ01CAA040E001010100001",
        ExchangeName = "阿莫西林",
        MappingQuality = MappingQuality.Equivalent,
        ItemClass = "01",
        CatalogueKind = "101",
        FeeCategory = "09",
        FeeDate = "2016-06-16",
        UnitPriceTenThousandths = 8333,
        QuantityHundredths = 2400,
        Charges = new Charges { TotalFen = 2000, InScopeFen = 2000 },
        PriceLimitTenThousandths = 9000,
        CatalogueVersion = "2016.1",
    };

    [Test]
    public void The_row_text_is_every_field_in_order_each_with_its_end_mark()
    {
        const string text = "530100201606201545000000000001␟1␟2016-06-20␟310␟21␟A4401001606200000001␟S4401001606150000001␟␟440100␟P0001␟H530100001␟21␟"
            + "98000␟10000␟0␟6000␟82000␟82000␟0␟0␟0␟0␟0␟0␟0␟0␟0␟98000␟98000␟0␟␞";

        Assert.That(RowDigest.Of(Row()), Is.EqualTo(Sha256(text)));
    }

    [Test]
    public void The_line_text_is_every_field_in_order_each_with_its_end_mark()
    {
        const string text = "1␟L1␟␟␟X01␟阿莫西林胶囊␟XJ01CAA040E001010100001␟阿莫西林␟1␟01␟101␟09␟2016-06-16␟8333␟2400␟2000␟0␟0␟0␟2000␟0␟9000␟2016.1␟␟␟␟␟␟␟␟␞";

        Assert.That(RowDigest.Of(Line()), Is.EqualTo(Sha256(text)));
    }

    [Test]
    public void The_example_in_the_readme_is_right() =>
        Assert.That(
            File.ReadAllText(Path.Combine(ContractFiles.Folder, "README.md")),
            Does.Contain(Convert.ToHexStringLower(RowDigest.Of(Row()))));

    [Test]
    public void Every_field_of_a_ledger_row_counts() =>
        AssertEveryFieldCounts(Row(), RowDigest.Of, nameof(LedgerRow.RowSha256));

    [Test]
    public void Every_field_of_a_fee_detail_line_counts() => AssertEveryFieldCounts(Line(), RowDigest.Of);

    [Test]
    public void A_limit_of_zero_is_not_the_same_as_no_limit()
    {
        var none = Line();
        none.ClearPriceLimitTenThousandths();
        var zero = Line();
        zero.PriceLimitTenThousandths = 0;

        Assert.That(RowDigest.Of(zero), Is.Not.EqualTo(RowDigest.Of(none)));
    }

    [Test]
    public void A_control_character_cannot_shift_fields()
    {
        var row = Row();
        row.PersonNumber = "P0001\u001F";

        Assert.That(() => RowDigest.Of(row), Throws.ArgumentException);
    }

    [Test]
    public void A_digest_over_rows_depends_on_their_order()
    {
        ReadOnlyMemory<byte> first = RowDigest.Of(Row());
        ReadOnlyMemory<byte> second = RowDigest.Of(Line());

        Assert.That(RowDigest.Over([first, second]), Is.Not.EqualTo(RowDigest.Over([second, first])));
    }

    [Test]
    public void A_digest_over_nothing_is_the_digest_of_nothing() => Assert.That(RowDigest.Over([]), Is.EqualTo(SHA256.HashData([])));

    [Test]
    public void A_row_digest_of_another_length_is_a_bug() =>
        Assert.That(() => RowDigest.Over([new byte[31]]), Throws.ArgumentException);

    private static void AssertEveryFieldCounts<T>(T row, Func<T, byte[]> digest, params string[] except)
        where T : IMessage<T>, IDeepCloneable<T>
    {
        var before = digest(row);
        Assert.Multiple(() =>
        {
            foreach (var path in Paths(row.Descriptor).Where(path => !except.Contains(path[^1].PropertyName)))
            {
                var changed = row.Clone();
                Change(changed, path);
                Assert.That(digest(changed), Is.Not.EqualTo(before), string.Join('.', path.Select(field => field.Name)));
            }
        });
    }

    private static IEnumerable<FieldDescriptor[]> Paths(MessageDescriptor message) =>
        message.Fields.InFieldNumberOrder().SelectMany(field =>
            field.FieldType == FieldType.Message ? Paths(field.MessageType).Select(rest => rest.Prepend(field).ToArray()) : [[field]]);

    private static void Change(IMessage message, FieldDescriptor[] path)
    {
        foreach (var field in path[..^1])
            message = (IMessage)field.Accessor.GetValue(message);
        var last = path[^1].Accessor;
        last.SetValue(message, path[^1].FieldType switch
        {
            FieldType.String => (string)last.GetValue(message) + "1",
            FieldType.Int64 => (long)last.GetValue(message) + 1,
            FieldType.Int32 => (int)last.GetValue(message) + 1,
            FieldType.Enum => 2,
            var other => throw new NotSupportedException($"Fields of type {other} are not in row texts."),
        });
    }

    // The texts above show the end marks by their pictures.
    private static byte[] Sha256(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text.Replace('␟', '\u001F').Replace('␞', '\u001E')));
}
