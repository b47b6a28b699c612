using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Outpatient;

/// <summary>The hospitals have opened outpatient kinds beside their stays. Guangzhou calls ordinary outpatient 11, chronic disease 18; Kunming 11 and 14.</summary>
internal abstract class OutpatientTest : RecoveryTest
{
    protected const string Ordinary = "11", ChronicInGuangzhou = "18", Hypertension = "M03900";

    [SetUp]
    public async Task OpenOutpatient()
    {
        foreach (var province in new[] { Guangdong, Yunnan })
            await OpenAsync(province, "11 12 13 14 21");
    }

    protected static Task OpenAsync(PilotProvince province, string kinds) => province.Host.Database.WriteAsync(
        session => session.Execute("UPDATE institution SET visit_kinds = @kinds", new { kinds }), CancellationToken.None);

    /// <returns>The visit number.</returns>
    protected async Task<string> RegisterAsync(string number = "MZ0001", string? id = null) =>
        (await Guangzhou.RegisterAsync(Patient.OfKunming.ToReference(), number, FeesOn, Ordinary, id: id)).Granted().Result.VisitNumber;

    /// <summary>A visit up to the point where it can be settled: 980.00, of which 820.00 are in scope.</summary>
    /// <returns>The visit number.</returns>
    protected async Task<string> ChargeAsync(string number = "MZ0001")
    {
        var visit = await RegisterAsync(number);
        (await Guangzhou.UploadAsync(visit, SampleBills.BelowDeductible(FeesOn))).Granted();
        return visit;
    }

    /// <summary>State and end of the one visit: insured side, treatment side.</summary>
    protected (string Insured, string Treatment) Stands => (
        Yunnan.Value<string>("SELECT state || ' ' || coalesce(discharge_date, '-') FROM insured_visit"),
        Guangdong.Value<string>("SELECT state || ' ' || coalesce(discharge_date, '-') FROM treatment_visit"));

    protected static (string, string) Registered => ("1 -", "2 -");

    protected (string, string) Settled => ($"3 {FeesOn:yyyy-MM-dd}", "6 -");
}
