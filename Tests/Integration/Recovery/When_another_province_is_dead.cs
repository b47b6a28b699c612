using System.Globalization;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Cli;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>Shanghai does not answer, and fifty thousand requests wait for it. Yunnan's patients do not notice.</summary>
internal sealed class When_another_province_is_dead : CountryTest
{
    private const int Waiting = 50_000;

    protected override IReadOnlyList<Division> Provinces { get; } = [PilotCountry.Guangdong, PilotCountry.Yunnan, PilotCountry.Shanghai];

    [Test]
    public async Task What_waits_for_it_holds_up_no_other()
    {
        var hospital = HospitalOf(Guangdong, FirstHospital);
        await Country[PilotCountry.Shanghai].StopAsync();
        await FillAsync();
        var visit = await DischargeAsync(hospital, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await Yunnan.StopAsync();
        (await hospital.SettleAsync(visit, "T1")).Pending();
        await Yunnan.StartAsync(CancellationToken.None);
        Clock.PutForward(Guangdong.Configuration.Timeouts.InteractiveBudget);
        var looks = Attempts();

        await Eventually.GetAsync("the settlement to be made", () => hospital.QueryAsync("T1"), Is.EqualTo(TransactionState.Committed));
        await Eventually.GetAsync("Shanghai to be tried meanwhile", Attempts, Is.GreaterThan(looks));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Guangdong.Value<long>("SELECT max(attempts) FROM outbound WHERE peer = '310000'"), Is.LessThan(50), "It is tried, request by request, not stormed.");
            Assert.That(Attempts() - Waiting, Is.LessThan(Waiting / 10));
            Assert.That(Guangdong.Count("outbound", "peer = '310000' AND leased_by IS NOT NULL"), Is.LessThanOrEqualTo(1));
        }
        // They belong to no visit: the audit would say so.
        await Guangdong.Host.Database.WriteAsync(session => session.Execute("DELETE FROM outbound WHERE peer = '310000'"), CancellationToken.None);
        await Guangdong.StopAsync();
        await Guangdong.StartAsync(CancellationToken.None);
    }

    private long Attempts() => Guangdong.Value<long>("SELECT sum(attempts) FROM outbound WHERE peer = '310000'");

    private Task FillAsync() => Guangdong.Host.Database.WriteAsync(session =>
    {
        var request = Guangdong.Host.Vault.Seal(new byte[2_000], "outbound.request");
        session.ExecuteEach(
            """
            INSERT INTO outbound (transaction_id, peer, kind, visit_id, service, method, request, state, attempts, prepared_at_ms, attempted_at_ms, next_attempt_at_ms)
            VALUES (?1, '310000', 3, ?2, ?3, ?4, ?5, 1, 1, ?6, ?6, 1)
            """,
            Enumerable.Range(1, Waiting).ToList(), (statement, place) => statement
                .Bind(1, $"44010020170920090000{place.ToString("D10", CultureInfo.InvariantCulture)}").Bind(2, (long)(1_000 + place))
                .Bind(3, PeerMethod.Settle.Service).Bind(4, PeerMethod.Settle.Name).Bind(5, request.AsSpan()).Bind(6, Clock.NowMs()));
    }, CancellationToken.None);
}
