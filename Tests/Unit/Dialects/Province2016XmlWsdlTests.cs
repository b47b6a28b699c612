using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using NUnit.Framework;
using ProvincialGateway.Dialects.Province2016Xml;

namespace ProvincialGateway.Tests.Dialects;

public sealed class Province2016XmlWsdlTests
{
    private const string AgencyWsdlPath = "/axis2/services/SYDService";

    private static readonly XNamespace Wsdl = "http://schemas.xmlsoap.org/wsdl/";
    private static readonly XNamespace Soap11 = "http://schemas.xmlsoap.org/wsdl/soap/";
    private static readonly XNamespace Soap12 = "http://schemas.xmlsoap.org/wsdl/soap12/";
    private static readonly Uri PublicAddress = new("http://gateway.example:8090/");

    private readonly Province2016XmlDialect _dialect = new();

    [Test]
    public void Both_services_are_at_their_compiled_in_paths() =>
        Assert.That(_dialect.Paths, Is.EqualTo(new[] { Province2016XmlSamples.ProxyPath, AgencyWsdlPath, Province2016XmlSamples.AgencyPath }));

    [TestCase(Province2016XmlSamples.ProxyPath, Province2016XmlSamples.Tempuri), TestCase(AgencyWsdlPath, Province2016XmlSamples.Agency)]
    public void A_dynamic_proxy_finds_one_service_whose_references_all_resolve(string path, string target)
    {
        var wsdl = Described(path, "?WSDL");

        Assert.That(wsdl.Attribute("targetNamespace")?.Value, Is.EqualTo(target));
        var service = wsdl.Elements(Wsdl + "service").Single();
        foreach (var port in service.Elements(Wsdl + "port"))
        {
            var binding = Named(wsdl, "binding", port.Attribute("binding"));
            var portType = Named(wsdl, "portType", binding.Attribute("type"));
            var operation = portType.Elements(Wsdl + "operation").Single();
            Assert.That(operation.Attribute("name")?.Value, Is.EqualTo("CallService"));
            Assert.That(binding.Elements(Wsdl + "operation").Single().Attribute("name")?.Value, Is.EqualTo("CallService"));
            foreach (var end in operation.Elements())
                Assert.That(ElementOf(wsdl, Named(wsdl, "message", end.Attribute("message"))), Is.Not.Null, end.Name.LocalName);
        }
        Assert.That(service.Elements(Wsdl + "port").First().Element(Soap11 + "address"), Is.Not.Null);
    }

    [TestCase(Province2016XmlSamples.ProxyPath, "http://tempuri.org/CallService"), TestCase(AgencyWsdlPath, "urn:CallService")]
    public void The_operation_is_document_literal_with_its_own_soap_action(string path, string action)
    {
        var operations = Described(path, "wsdl").Descendants().Where(element => element.Name == Soap11 + "operation" || element.Name == Soap12 + "operation").ToList();

        Assert.That(operations.Select(operation => operation.Attribute("soapAction")?.Value), Is.Not.Empty.And.All.EqualTo(action));
        Assert.That(operations.Select(operation => operation.Attribute("style")?.Value), Is.All.EqualTo("document"));
        var bodies = Described(path, "wsdl").Descendants().Where(element => element.Name.LocalName == "body").ToList();
        Assert.That(bodies.Select(body => body.Attribute("use")?.Value), Is.Not.Empty.And.All.EqualTo("literal"));
    }

    [Test]
    public void The_proxy_offers_soap_11_first_and_soap_12()
    {
        var ports = Described(Province2016XmlSamples.ProxyPath, "WSDL").Descendants(Wsdl + "port").ToList();

        Assert.That(ports.Select(port => port.Elements().Single().Name), Is.EqualTo(new[] { Soap11 + "address", Soap12 + "address" }));
    }

    [TestCase(Province2016XmlSamples.ProxyPath, "http://gateway.example:8090/Service1.asmx")]
    [TestCase("/his/guangdong", "http://gateway.example:8090/his/guangdong")]
    [TestCase(AgencyWsdlPath, "http://gateway.example:8090" + Province2016XmlSamples.AgencyPath)]
    [TestCase(Province2016XmlSamples.AgencyPath, "http://gateway.example:8090" + Province2016XmlSamples.AgencyPath)]
    public void The_address_is_the_one_the_client_may_call(string path, string address) =>
        Assert.That(Described(path, "?wsdl").Descendants().Where(element => element.Name.LocalName == "address").Select(element => element.Attribute("location")?.Value), Is.All.EqualTo(address));

    [TestCase(""), TestCase("?"), TestCase("?disco"), TestCase("?wsdl=1")]
    public void Other_queries_are_described_by_nothing(string query) =>
        Assert.That(_dialect.Describe(Province2016XmlSamples.ProxyPath, query, PublicAddress), Is.Null);

    [TestCase("0304-settle", Province2016XmlSamples.ProxyPath)]
    [TestCase("0304-settle-soap12", Province2016XmlSamples.ProxyPath)]
    [TestCase("0304-settle-agency-axis2", AgencyWsdlPath)]
    public void Requests_and_replies_are_what_the_schema_says(string sample, string path)
    {
        var schemas = new XmlSchemaSet { XmlResolver = null };
        schemas.Add(XmlSchema.Read(Schema(Described(path, "?WSDL")).CreateReader(), validationEventHandler: null)!);
        schemas.Compile();
        foreach (var file in new[] { "request.bin", "reply.bin" })
        {
            var payload = new XDocument(Payload(Province2016XmlSamples.Bytes(sample, file)));

            Assert.That(() => payload.Validate(schemas, static (_, problem) => throw problem.Exception), Throws.Nothing, file);
            Assert.That(schemas.GlobalElements.Contains(new XmlQualifiedName(payload.Root!.Name.LocalName, payload.Root.Name.NamespaceName)), Is.True, file);
        }
    }

    private XElement Described(string path, string query)
    {
        var reply = _dialect.Describe(path, query, PublicAddress) ?? throw new AssertionException($"{path}{query} is described by nothing.");
        Assert.That(reply.ContentType, Is.EqualTo("text/xml; charset=utf-8"));
        return XElement.Parse(Encoding.UTF8.GetString(reply.Body));
    }

    private static XElement Named(XElement wsdl, string kind, XAttribute? reference)
    {
        var name = reference?.Value[(reference.Value.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return wsdl.Elements(Wsdl + kind).Single(element => element.Attribute("name")?.Value == name);
    }

    private static XElement? ElementOf(XElement wsdl, XElement message)
    {
        var reference = message.Elements(Wsdl + "part").Single().Attribute("element")?.Value.Split(':')[1];
        return Schema(wsdl).Elements().SingleOrDefault(element => element.Attribute("name")?.Value == reference);
    }

    private static XElement Schema(XElement wsdl) => wsdl.Element(Wsdl + "types")!.Elements().Single();

    private static XElement Payload(byte[] envelope) =>
        XElement.Parse(Encoding.UTF8.GetString(envelope)).Descendants().First(element => element.Name.LocalName.StartsWith("CallService", StringComparison.Ordinal));
}
