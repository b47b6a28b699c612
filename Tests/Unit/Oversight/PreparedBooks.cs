using System.Globalization;
using System.Security.Cryptography;
using Provincial.Exchange.V1;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Insured;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Insured;

namespace ProvincialGateway.Tests.Oversight;

/// <summary>What stands in the books of the two provinces before anybody is admitted: a hospital with two catalogue versions, a policy, three filed persons.</summary>
internal static class PreparedBooks
{
    public const string FirstVersion = "111111111111", SecondVersion = "222222222222";

    public static readonly BenefitPolicySource Policy = new(Policies.WithEveryFeature(), "for tests", new string('a', 64));

    public static void PrepareTreatment(Session session, Vault vault)
    {
        NodeIdentity.Claim(session, TwoProvinces.Treatment, vault);
        session.Execute(
            "INSERT INTO institution (code, name, division, level, adapter, token_hash) VALUES (@Institution, '测试医院', '530100', '02', 'test', @hash)",
            new { TwoProvinces.Institution, hash = SHA256.HashData("token"u8) });
        RecordCatalogue(session);
    }

    /// <summary>Version 2 was activated on top of version 1 and rolled back.</summary>
    public static void RecordCatalogue(Session session)
    {
        foreach (var version in (string[])[FirstVersion, SecondVersion])
            CatalogueStore.Insert(session, CatalogueVersion(version));
        CatalogueStore.Activate(session, "test", FirstVersion, "2024-05-01", "", 1);
        CatalogueStore.Activate(session, "test", SecondVersion, "2024-06-01", "", 2);
        CatalogueStore.RollBack(session, "test", "", 3);
    }

    private static CatalogueVersionRow CatalogueVersion(string version) => new()
    {
        Adapter = "test",
        Version = version,
        Sha256 = version.PadRight(64, '0'),
        BaseVersion = "000000000000",
        ItemCount = 1,
        MappingCount = 0,
        CodeCount = 1,
        RatioCount = 0,
        ImportedAtMs = 1,
    };

    public static void PrepareInsured(Session session, Vault vault, DateTimeOffset now)
    {
        NodeIdentity.Claim(session, TwoProvinces.Insured, vault);
        var persons = new PersonStore(vault);
        Policy.Record(session, now.ToUnixTimeMilliseconds());
        foreach (var number in (int[])[1, 2, 3])
        {
            persons.Put(session, new Person
            {
                InsuredDivision = "610100",
                PersonNumber = PersonNumber(number),
                Name = $"测试患者{number}",
                CertificateKind = "01",
                CertificateNumber = $"T{number:000}",
                Gender = "1",
                BirthDate = "1970-01-01",
                PersonClass = "31",
                Scheme = "390",
                AccountBalanceFen = 1_000_000,
            }, insuranceState: 1);
            FilingStore.Insert(session, new FilingRow
            {
                FilingNumber = $"F{number}",
                PersonNumber = PersonNumber(number),
                Kind = "02",
                TargetArea = "530000",
                ValidFrom = "2024-01-01",
                State = FilingStatus.Effective,
            }, new Change("import", "import", now.ToUnixTimeMilliseconds()));
        }
    }

    public static string PersonNumber(int number) => string.Create(CultureInfo.InvariantCulture, $"P{number:000}");
}
