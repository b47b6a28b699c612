using System.Globalization;
using Provincial.His.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Insured;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Bench;

/// <summary>Generated persons of a province with long-term filings for another: one for each stay, as in life hardly anybody is in hospital twice a day.</summary>
internal static class BenchPersons
{
    private const int BatchRows = 50_000;

    public static string Number(Division insured, int person) => string.Create(CultureInfo.InvariantCulture, $"{insured.Code[..4]}{person:00000000}");

    public static string Card(int person) => string.Create(CultureInfo.InvariantCulture, $"9{person:00000000}");

    /// <summary>As a hospital names the person.</summary>
    public static PersonReference Reference(Division insured, int person) => new()
    {
        InsuredDivision = CityOf(insured),
        SocialSecurityNumber = SocialSecurityNumber(insured, person),
        Name = "测试患者",
    };

    /// <summary>Takes in the persons 1 to <paramref name="count"/> as an operator does, from tables.</summary>
    /// <param name="node">The node of their province.</param>
    /// <param name="insured">Their province.</param>
    /// <param name="treatment">Where they may be treated.</param>
    /// <param name="folder">For the tables, which do not stay.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Between tables.</param>
    /// <exception cref="InvalidOperationException">A row was not taken.</exception>
    public static async Task ImportAsync(NodeHost node, Division insured, Division treatment, string folder, int count, CancellationToken cancellation)
    {
        var (personsFile, filingsFile) = (Path.Combine(folder, "persons.csv"), Path.Combine(folder, "filings.csv"));
        foreach (var batch in Enumerable.Range(1, count).Chunk(BatchRows))
        {
            await File.WriteAllLinesAsync(personsFile, batch.Select(person => string.Create(CultureInfo.InvariantCulture,
                    $"{CityOf(insured)},{Number(insured, person)},测试患者,99,T{person:00000000},{SocialSecurityNumber(insured, person)},{Card(person)},1,1985-05-05,390,31,0,,,0.00,1"))
                .Prepend("insured_division,person_number,name,certificate_kind,certificate_number,social_security_number,card_number,gender,birth_date,scheme,person_class,civil_servant,employer_code,employer_name,account_balance_yuan,insurance_state"), cancellation);
            await File.WriteAllLinesAsync(filingsFile, batch.Select(person => string.Create(CultureInfo.InvariantCulture,
                    $"BA{Number(insured, person)},{Number(insured, person)},04,{treatment.Code},2016-01-01,,1"))
                .Prepend("filing_number,person_number,kind,target_area,valid_from,valid_to,state"), cancellation);
            await node.Database.WriteAsync(session =>
            {
                Require(new PersonImport(insured, new PersonStore(node.Vault), TimeProvider.System).Run(session, TableFile.Read(personsFile, LegacyText.Utf8)));
                Require(new FilingImport(insured, TimeProvider.System).Run(session, TableFile.Read(filingsFile, LegacyText.Utf8)));
            }, cancellation);
        }
        File.Delete(personsFile);
        File.Delete(filingsFile);
    }

    private static string SocialSecurityNumber(Division insured, int person) => string.Create(CultureInfo.InvariantCulture, $"{insured.Code[..4]}99{person:00000000}");

    // The first city of each sample province has the sample policies.
    private static string CityOf(Division insured) => $"{insured.Code[..3]}100";

    private static void Require(ImportReport report)
    {
        if (report.Errors.Count > 0)
            throw new InvalidOperationException(report.Errors[0].ToString());
    }
}
