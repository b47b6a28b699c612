using System.Text.RegularExpressions;
using System.Xml.Linq;
using NUnit.Framework;
using ProvincialGateway.Cli;

namespace ProvincialGateway.Tests.BadInput;

/// <summary>A stay in Guangzhou: SOAP with escaped XML inside, no request ids.</summary>
internal sealed class GuangzhouStay(HttpClient client, PilotCountry country, Func<string, string>? patient = null)
    : HospitalStay(client, country[PilotCountry.Guangdong], "guangdong", patient)
{
    /// <summary>The total of <see cref="LineAsync"/>.</summary>
    public const string LineTotal = "2500.00";

    public override JourneyStep Verify => Step("02-verify-person.xml");

    public override JourneyStep VerifyByCard => Step("01-verify-card.xml");

    public override Task<JourneyStep> AdmissionAsync() => Task.FromResult(Step("03-admission.xml"));

    public override Task<JourneyStep> LineAsync()
    {
        var lines = Step("07-fee-lines.xml");
        var rows = Regex.Matches(lines.Template, "&lt;row&gt;.*?&lt;/row&gt;");
        return Task.FromResult(lines with { Template = string.Concat(lines.Template[..rows[0].Index], rows[0].Value, lines.Template[(rows[^1].Index + rows[^1].Length)..]) });
    }

    public override Task<JourneyStep> DischargeAsync() => Task.FromResult(Step("09-discharge.xml"));

    public override Task<JourneyStep> SettlementAsync(string totalYuan) => Task.FromResult(Step("10-settlement.xml").With("50000.00", totalYuan));

    public override string? RefusalIn(string reply)
    {
        var result = XElement.Parse(XElement.Parse(reply).Descendants().Single(element => element.Name.LocalName == "CallServiceResult").Value);
        var code = result.Element("errorcode")!.Value;
        Assert.That(code, Is.EqualTo("0").Or.EqualTo("-1"), reply);
        return code == "0" ? null : result.Element("errormsg")!.Value;
    }

    /// <summary>Every number of the stay, the medical record's too: a step that is sent twice says the same both times, whatever second it is.</summary>
    protected override string WithOwnNumber(string template) => template.Replace("${now:yyyyMMddHHmmss}", Number, StringComparison.Ordinal);
}
