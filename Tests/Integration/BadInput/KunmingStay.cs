using System.Xml.Linq;
using ProvincialGateway.Cli;

namespace ProvincialGateway.Tests.BadInput;

/// <summary>A stay in Kunming: flat calls of a DLL, each booking call with a serial that is fetched before.</summary>
internal sealed class KunmingStay(HttpClient client, PilotCountry country, Func<string, string>? patient = null)
    : HospitalStay(client, country[PilotCountry.Yunnan], "yunnan", patient)
{
    public override JourneyStep Verify => Step("read-card.xml");

    public override JourneyStep VerifyByCard => Verify;

    /// <summary>A code that the centre does not know; its serial must be fetched by <see cref="LineAsync"/> of the same stay.</summary>
    public JourneyStep UnmappedLine => Step("12-line-12.xml").With("${serial_line_12}", "${serial_line_01}");

    public override async Task<JourneyStep> AdmissionAsync()
    {
        await PlayAsync(SerialFor("serial_sign_in"));
        await PlayAsync(Step("sign-in.xml"));
        await PlayAsync(Verify);
        return await WithSerialAsync("serial_admission", "11-admission.xml");
    }

    public override Task<JourneyStep> LineAsync() => WithSerialAsync("serial_line_01", "12-line-01.xml");

    public override Task<JourneyStep> DischargeAsync() => WithSerialAsync("serial_discharge", "15-discharge.xml");

    public override Task<JourneyStep> SettlementAsync(string totalYuan) => WithSerialAsync("serial_settlement", "14-settlement.xml");

    public override string? RefusalIn(string reply)
    {
        var call = XElement.Parse(reply);
        return call.Attribute("return")!.Value == "0" ? null : call.Elements("out").Last().Value;
    }

    protected override string WithOwnNumber(string template) => template.Replace("ZYYN0001", Number, StringComparison.Ordinal);

    private async Task<JourneyStep> WithSerialAsync(string placeholder, string body)
    {
        await PlayAsync(SerialFor(placeholder));
        return Step(body);
    }
}
