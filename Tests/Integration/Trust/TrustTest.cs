using System.Globalization;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Trust;

/// <summary>
/// Yunnan's node as others see it. Shanghai is listed with two certificates, one of them expired, and has no node: the tests speak for it.
/// </summary>
internal abstract class TrustTest
{
    private static readonly Division Shanghai = Division.Parse("310000");

    private readonly TempFolder _folder = new();
    private readonly LogCapture _logs = new();
    private PilotCountry? _country;
    private NodeCertificate? _shanghai;
    private NodeCertificate? _expired;
    private long _serial;

    protected LogCapture Logs => _logs;

    protected NodeCertificate ShanghaiCertificate => _shanghai!;

    protected NodeCertificate ExpiredCertificate => _expired!;

    protected PilotProvince Node => _country![PilotCountry.Yunnan];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _shanghai = Certify("current", TimeProvider.System);
        _expired = Certify("expired", new ManualTimeProvider(TimeProvider.System.GetUtcNow() - NodeCertificate.DefaultValidity - TimeSpan.FromDays(1)));
        _country = await PilotCountry.StartAsync(new PilotOptions { Provinces = [PilotCountry.Yunnan], Configure = ListShanghai, Logging = Capture }, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_country is not null)
            await _country.DisposeAsync();
        _shanghai?.Dispose();
        _expired?.Dispose();
        _folder.Dispose();
    }

    [TearDown]
    public void NoUnexpectedErrors() => _logs.AssertNoUnexpectedErrors();

    protected NodeCertificate Certify(string name, TimeProvider time) => NodeCertificate.Create(Directory.CreateDirectory(_folder.File(name)).FullName, Shanghai, "测试节点 310000", time);

    protected StoredRows Stored() => StoredRows.In(Node.DataFolder);

    protected string NextId() => TransactionId.Create(Shanghai, TimeProvider.System.GetUtcNow(), Interlocked.Increment(ref _serial)).Text;

    protected RequestHeader Header() => new()
    {
        TransactionId = NextId(),
        SenderDivision = Shanghai.Code,
        ReceiverDivision = Node.Division.Code,
        Operator = "测试",
        SentAtMs = TimeProvider.System.NowMs(),
        ProtocolRelease = "1.0",
        CatalogueRelease = "2016.1",
    };

    /// <summary>A good admission of a known person, at a hospital in Shanghai: it would store a visit.</summary>
    protected RegisterAdmissionRequest Admission() => new()
    {
        Header = Header(),
        Person = new PersonReference { InsuredDivision = "530100", PersonNumber = "5301000012" },
        Institution = new Institution { Code = "H31010000001", Name = "上海示例医院", Division = "310100", Level = "02" },
        VisitKind = "21",
        AdmissionDate = TimeProvider.System.Today().Iso(),
        HospitalVisitNumber = $"SH{_serial.ToString(CultureInfo.InvariantCulture)}",
        Diagnoses = { new Diagnosis { Code = "I20.000", Name = "不稳定型心绞痛" } },
    };

    private NodesConfiguration ListShanghai(NodesConfiguration configuration) => configuration with
    {
        Nodes =
        [
            .. configuration.Nodes, new NodeEntry
            {
                Division = Shanghai,
                Name = "上海市 Shanghai",
                Address = new Uri("https://127.0.0.1:1"),
                HisAddress = new Uri("http://127.0.0.1:1"),
                Certificates = [ShanghaiCertificate.Pin, ExpiredCertificate.Pin],
            },
        ],
    };

    private void Capture(Division division, ILoggingBuilder logging) => logging.AddProvider(_logs.Provider(division.Code)).AddFilter("Microsoft", LogLevel.Warning);
}
