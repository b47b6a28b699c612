using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Xml;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>The sample messages of the Guangdong adapter, and messages built by hand, for the tests of this dialect.</summary>
internal static class Province2016XmlSamples
{
    public const string ProxyPath = "/Service1.asmx";
    public const string AgencyPath = "/axis2/services/SYDService.SYDServiceHttpSoap11Endpoint/";
    public const string Tempuri = "http://tempuri.org/";
    public const string Agency = "http://styd.app.egs.hnisi.com.cn";
    public const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    public const string Soap12 = "http://www.w3.org/2003/05/soap-envelope";

    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameRecords } },
    };

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ProvincialGateway.sln")))
                folder = folder.Parent;
            return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("The tests run outside the solution."), "Adapters", "Guangdong", "samples");
        }
    }

    public static string Journey => Path.Combine(Root, "journey");

    public static IEnumerable<string> Names => Directory.GetDirectories(Path.Combine(Root, "conformance")).Select(folder => Path.GetFileName(folder)).Order();

    public static HisMessage Sample(string name)
    {
        var request = JsonNode.Parse(Text(name, "request.json"))!;
        return new HisMessage
        {
            Path = (string)request["path"]!,
            ContentType = (string)request["contentType"]!,
            SoapAction = (string)request["soapAction"]!,
            Body = Bytes(name, "request.bin"),
        };
    }

    public static JsonNode Operations(string name) => JsonNode.Parse(Text(name, "operation.json"))!;

    public static List<HisResult> Results(string name) => JsonSerializer.Deserialize<List<HisResult>>(Text(name, "results.json"), Json)!;

    public static byte[] Bytes(string name, string file) => File.ReadAllBytes(Path.Combine(Root, "conformance", name, file));

    /// <summary>The Inxml text of a sample.</summary>
    public static string Inner(string name)
    {
        var document = new XmlDocument { PreserveWhitespace = true };
        document.LoadXml(Encoding.UTF8.GetString(Bytes(name, "request.bin")));
        return document.GetElementsByTagName("Inxml")[0]!.InnerText;
    }

    public static HisMessage Call(string code, string inner, string contentType = "text/xml; charset=utf-8") =>
        Posted(Envelope(code, inner), contentType);

    public static HisMessage Posted(string envelope, string contentType = "text/xml; charset=utf-8", Encoding? encoding = null) =>
        Posted((encoding ?? Encoding.UTF8).GetBytes(envelope), contentType);

    public static HisMessage Posted(byte[] body, string contentType = "text/xml; charset=utf-8") => new()
    {
        Path = ProxyPath,
        ContentType = contentType,
        SoapAction = "\"http://tempuri.org/CallService\"",
        Body = body,
    };

    public static string Envelope(string code, string inner, string soap = Soap11, string service = Tempuri, string declaration = "") =>
        $"""{declaration}<e:Envelope xmlns:e="{soap}"><e:Body><CallService xmlns="{service}"><TransNo>{code}</TransNo><Inxml>{Escaped(inner)}</Inxml></CallService></e:Body></e:Envelope>""";

    /// <summary>What the client finds in the reply: the string it gets from the SOAP layer, loaded as it loads it.</summary>
    public static XmlElement Result(HisReply reply, Encoding? encoding = null)
    {
        var envelope = new XmlDocument();
        envelope.LoadXml((encoding ?? Encoding.UTF8).GetString(reply.Body));
        var response = envelope.GetElementsByTagName("CallServiceResponse")[0] ?? throw new AssertionException("The reply has no CallServiceResponse.");
        var inner = new XmlDocument();
        inner.LoadXml(response.InnerText);
        return inner.DocumentElement!;
    }

    public static string Text(this XmlElement result, string path) =>
        result.SelectSingleNode(path)?.InnerText ?? throw new AssertionException($"The reply has no {path}.");

    private static string Escaped(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static string Text(string name, string file) => Encoding.UTF8.GetString(Bytes(name, file));

    private static void NameRecords(JsonTypeInfo type)
    {
        if (type.Type != typeof(HisOperation) && type.Type != typeof(HisResult))
            return;
        type.PolymorphismOptions = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = "$type" };
        foreach (var record in type.Type.Assembly.GetTypes().Where(record => record.IsSubclassOf(type.Type)))
            type.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(record, record.Name));
    }
}
