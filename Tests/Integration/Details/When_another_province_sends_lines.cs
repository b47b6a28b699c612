using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Details;

/// <summary>Only the treatment province of a settlement may send its lines or ask what has arrived.</summary>
internal sealed class When_another_province_sends_lines : CountryTest
{
    protected override IReadOnlyList<Division> Provinces => [PilotCountry.Guangdong, PilotCountry.Yunnan, PilotCountry.Shanghai];

    [Test]
    public async Task It_is_told_that_there_is_no_such_settlement()
    {
        var hospital = HospitalOf(Guangdong, FirstHospital);
        var visit = await DischargeAsync(hospital, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settlement = (await hospital.SettleAsync(visit)).Granted().Result.SettlementNumber;
        var start = Guangdong.Host.Database.Read(session => FeeDetailLines.StartOf(session, VisitStore.FindSettlement(session, settlement)!));
        using var shanghai = new DetailClient(Country[PilotCountry.Shanghai], Yunnan, Clock);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await shanghai.UploadAsync(shanghai.NextId(), start)).Refusal.Code, Is.EqualTo(RefusalCode.SettlementNotFound));
            Assert.That((await shanghai.ProgressAsync(settlement)).Refusal.Code, Is.EqualTo(RefusalCode.SettlementNotFound));
        }
    }
}
