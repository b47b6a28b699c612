using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Oversight;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests;

/// <summary>
/// Yunnan and Guangdong as two real nodes with their sample people and hospitals, new for every test. Afterwards both are stopped in good
/// order and audited: whatever a test did, the books of the country have to hold.
/// </summary>
internal abstract class CountryTest : LoggedTest
{
    protected const string FirstHospital = "H44010000001", SecondHospital = "H44010000002", KunmingHospital = "H53010000001";

    private readonly List<Hospital> _hospitals = [];
    private PilotCountry? _country;

    protected PilotProvince Yunnan => Country[PilotCountry.Yunnan];

    protected PilotProvince Guangdong => Country[PilotCountry.Guangdong];

    /// <summary>Whose nodes run. The two hospitals below are there when it is the first two pilots.</summary>
    protected virtual IReadOnlyList<Division> Provinces => PilotCountry.Pilots;

    /// <summary>广州示例医院, tertiary.</summary>
    protected Hospital Guangzhou { get; private set; } = null!;

    /// <summary>昆明示例医院, tertiary.</summary>
    protected Hospital Kunming { get; private set; } = null!;

    /// <summary>When the test begins: every open-ended sample filing holds then, every sample filing with an end has run out.</summary>
    protected virtual DateTimeOffset Begin => new(2017, 9, 20, 10, 0, 0, TimeSpan.FromHours(8));

    protected RunningClock Clock { get; private set; } = new(default);

    protected DateOnly Today => Clock.Today();

    /// <summary>Stays last from eight days ago until today.</summary>
    protected DateOnly AdmittedOn => Today.AddDays(-8);

    protected DateOnly FeesOn => Today.AddDays(-3);

    /// <summary>How many transactions the test leaves without an applied answer; any other number is a fault.</summary>
    protected int InFlightAtTheEnd { get; set; }

    protected PilotCountry Country => _country ?? throw new InvalidOperationException("The country is not prepared.");

    [SetUp]
    public async Task StartCountry()
    {
        (Clock, InFlightAtTheEnd) = (new(Begin), 0);
        BeforeCountry();
        _country = PilotCountry.Prepare(new PilotOptions
        {
            Provinces = Provinces,
            Configure = configuration => Configure(configuration with { Timeouts = Patient }),
            Time = Clock,
            AdaptersFolder = AdaptersFolder,
            SharedAssemblies = Prepared.Assemblies,
            Templates = Prepared.Templates,
            Logging = (division, logging) => logging.AddProvider(Logs.Provider(division.Code)),
        });
        Arrange();
        foreach (var province in _country.Provinces)
            await province.StartAsync(CancellationToken.None);
        if (Provinces == PilotCountry.Pilots)
            (Guangzhou, Kunming) = (HospitalOf(Guangdong, FirstHospital), HospitalOf(Yunnan, KunmingHospital));
    }

    [TearDown]
    public async Task StopAndAudit()
    {
        _hospitals.ForEach(hospital => hospital.Dispose());
        _hospitals.Clear();
        if (_country is null)
            return;
        try
        {
            foreach (var province in _country.Provinces)
                await province.StopAsync();
            AuditBooks();
        }
        finally
        {
            await _country.DisposeAsync();
        }
    }

    /// <summary>What the country is prepared from, where that is not what the build has packed.</summary>
    protected virtual void BeforeCountry()
    {
    }

    /// <summary>The packed adapters.</summary>
    protected virtual string AdaptersFolder => AdapterDirectory.PackedFolder;

    /// <summary>What all nodes share, before they start.</summary>
    protected virtual NodesConfiguration Configure(NodesConfiguration configuration) => configuration;

    /// <summary>What differs in the prepared country before its nodes start: files of a province, addresses one node sees.</summary>
    protected virtual void Arrange()
    {
    }

    protected Hospital HospitalOf(PilotProvince province, string institution) =>
        HospitalOf(province, institution, province.Division == PilotCountry.Guangdong ? "25" : "21");

    /// <param name="inpatientKind">What the hospital calls an ordinary stay.</param>
    protected Hospital HospitalOf(PilotProvince province, string institution, string inpatientKind)
    {
        var hospital = new Hospital(province.HisAddress, province.Tokens[institution]) { InpatientKind = inpatientKind };
        _hospitals.Add(hospital);
        return hospital;
    }

    /// <returns>The visit number.</returns>
    protected async Task<string> AdmitAsync(Hospital hospital, Patient patient, string inpatientNumber = "ZY0001") =>
        (await hospital.AdmitAsync(patient.ToReference(), inpatientNumber, AdmittedOn)).Granted().Result.VisitNumber;

    /// <summary>A stay up to the point where it can be settled.</summary>
    /// <returns>The visit number.</returns>
    protected async Task<string> DischargeAsync(Hospital hospital, Patient patient, IEnumerable<FeeLine> lines, string inpatientNumber = "ZY0001")
    {
        var visit = await AdmitAsync(hospital, patient, inpatientNumber);
        (await hospital.UploadAsync(visit, lines)).Granted();
        (await hospital.DischargeAsync(visit, Today)).Granted();
        return visit;
    }

    /// <summary>The audit that operators run, over all nodes, which may be running.</summary>
    protected void AuditBooks()
    {
        var report = Audit.Run([.. Country.Provinces.Select(province => province.DataFolder)], Clock);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Checks.Where(check => check is not { Found: 0, NotCheckedReason: null }).SelectMany(Describe), Is.Empty, "The audit is not clean.");
            Assert.That(report.InFlight, Has.Count.EqualTo(InFlightAtTheEnd), "Transactions without an applied answer.");
        }
    }

    /// <summary>Waits for the sender's own word that nothing is open any more.</summary>
    protected async Task AllEndedAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await Guangdong.Host.Services.GetRequiredService<FeeDetailSender>().AllEndedAsync(patience.Token);
    }

    // Far above what a loaded machine needs: a test that is not about silence must not see any. The circuit stays closed.
    private static TimeoutOptions Patient => new()
    {
        InteractiveBudget = TimeSpan.FromSeconds(60),
        Attempt = TimeSpan.FromSeconds(60),
        RetriesMax = 0,
        BreakerMinimumThroughput = 1_000,
        PeerPingInterval = TimeSpan.FromHours(1),
        ResolverInterval = TimeSpan.FromSeconds(0.1),
        ResolverDelayMax = TimeSpan.FromSeconds(0.1),
        AdapterPollInterval = TimeSpan.FromHours(1),
    };

    private static IEnumerable<string> Describe(AuditCheck check) =>
        check.Findings.Select(finding => $"{check.Name} {finding.Node} {finding.Subject}: {finding.English}")
            .Append($"{check.Name}: {check.Found} of {check.Checked}. {check.NotCheckedReason}");
}
