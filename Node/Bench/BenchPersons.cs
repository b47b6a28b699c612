using System.Globalization;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Insured;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Bench;

/// <summary>Generated persons of Chongqing with long-term filings for Shanghai: one for each stay, as in life hardly anybody is in hospital twice a day.</summary>
internal static class BenchPersons
{
    private const int BatchRows = 50_000;

    public static string Number(int person) => string.Create(CultureInfo.InvariantCulture, $"5001{person:00000000}");

    public static string Card(int person) => string.Create(CultureInfo.InvariantCulture, $"9{person:00000000}");

    /// <summary>Takes in the persons 1 to <paramref name="count"/> as an operator does, from tables.</summary>
    /// <exception cref="InvalidOperationException">A row was not taken.</exception>
    public static async Task ImportAsync(NodeHost insured, Division province, string folder, int count, CancellationToken cancellation)
    {
        var (personsFile, filingsFile) = (Path.Combine(folder, "persons.csv"), Path.Combine(folder, "filings.csv"));
        foreach (var batch in Enumerable.Range(1, count).Chunk(BatchRows))
        {
            await File.WriteAllLinesAsync(personsFile, batch.Select(person => string.Create(CultureInfo.InvariantCulture,
                    $"500100,{Number(person)},测试患者,99,T{person:00000000},500199{person:00000000},{Card(person)},1,1985-05-05,390,31,0,,,0.00,1"))
                .Prepend("insured_division,person_number,name,certificate_kind,certificate_number,social_security_number,card_number,gender,birth_date,scheme,person_class,civil_servant,employer_code,employer_name,account_balance_yuan,insurance_state"), cancellation);
            await File.WriteAllLinesAsync(filingsFile, batch.Select(person => string.Create(CultureInfo.InvariantCulture, $"BA5001{person:00000000},{Number(person)},04,310000,2016-01-01,,1"))
                .Prepend("filing_number,person_number,kind,target_area,valid_from,valid_to,state"), cancellation);
            await insured.Database.WriteAsync(session =>
            {
                Require(new PersonImport(province, new PersonStore(insured.Vault), TimeProvider.System).Run(session, TableFile.Read(personsFile, LegacyText.Utf8)));
                Require(new FilingImport(province, TimeProvider.System).Run(session, TableFile.Read(filingsFile, LegacyText.Utf8)));
            }, cancellation);
        }
        File.Delete(personsFile);
        File.Delete(filingsFile);
    }

    private static void Require(ImportReport report)
    {
        if (report.Errors.Count > 0)
            throw new InvalidOperationException(report.Errors[0].ToString());
    }
}
