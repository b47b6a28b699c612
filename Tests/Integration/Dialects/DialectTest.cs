using System.Net.Http.Headers;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>
/// Hospitals post raw messages of their dialect to the port real clients call. All kinds of visit are opened to them. The audit afterwards holds
/// whatever a dialect made of them against both provinces' books.
/// </summary>
internal abstract class DialectTest : CountryTest
{
    private readonly HttpClient _client = new();
    private AdapterFolder? _adapters;

    /// <summary>When the account or the pool have to be as before.</summary>
    protected const string KunmingPerson = "5301000001";

    /// <summary>Puts another dialect into the place of an adapter's own, over the same tables.</summary>
    protected virtual void Speak(AdapterFolder adapters)
    {
    }

    protected override string AdaptersFolder => _adapters!.Root;

    protected override void BeforeCountry()
    {
        _adapters = new AdapterFolder("guangdong");
        _adapters.Add("yunnan");
        Speak(_adapters);
    }

    [SetUp]
    public async Task OpenEveryKind()
    {
        foreach (var province in new[] { Guangdong, Yunnan })
            await province.Host.Database.WriteAsync(session => session.Execute("UPDATE institution SET visit_kinds = '11 12 13 14 21'"), CancellationToken.None);
    }

    [TearDown]
    public void RemoveAdapters() => _adapters?.Dispose();

    [OneTimeTearDown]
    public void DisposeClient() => _client.Dispose();

    /// <returns>The reply's bytes, whatever the hospital is told in them.</returns>
    protected async Task<byte[]> PostAsync(PilotProvince province, string institution, string path, string contentType, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(province.HisAddress, path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", province.Tokens[institution]);
        using var response = await _client.SendAsync(request);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        return await response.Content.ReadAsByteArrayAsync();
    }

    /// <summary>Nothing is owed and nothing is counted, as before the person came.</summary>
    protected void AssertBooksAsBefore()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That((Yunnan.AccountBalanceFen(KunmingPerson), Yunnan.Year(KunmingPerson, 2017)), Is.EqualTo((2_000_00L, (0L, 0L, 0L))));
            Assert.That((Yunnan.Balance(Ledger.Account.PayableToPartner), Guangdong.Balance(Ledger.Account.ReceivableFromPartner)), Is.EqualTo((0L, 0L)));
        }
    }

    protected static string Gb(byte[] bytes) => LegacyText.Gb18030.GetString(bytes);

    protected static string Escaped(string xml) => xml.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
