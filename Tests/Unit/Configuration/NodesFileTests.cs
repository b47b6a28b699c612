using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Configuration;

internal sealed class NodesFileTests
{
    private const string Pin = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Test]
    public void The_sample_is_valid_and_shows_the_defaults()
    {
        var result = NodesFile.Parse(File.ReadAllText(Path.Combine(RepositoryRoot(), "nodes.sample.json")), "nodes.sample.json");
        Assert.That(result.Errors, Is.Empty);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Configuration!.Limits, Is.EqualTo(new LimitOptions()));
            Assert.That(result.Configuration.Timeouts, Is.EqualTo(new TimeoutOptions()));
            Assert.That(result.Configuration.Reconciliation, Is.EqualTo(new ReconciliationOptions()));
            Assert.That(result.Configuration.Nodes.Select(node => node.Division.Code), Is.EqualTo(new[] { "530000", "440000", "310000", "500000" }));
        }
    }

    [Test]
    public void Every_setting_arrives_where_it_belongs()
    {
        var result = NodesFile.Parse(
            """
            { "protocolRelease": "1.3", "catalogueRelease": "2016.2",
              "limits": { "messageBytesMax": 65536, "hisBodyBytesMax": 65537, "linesPerMessageMax": 7 },
              "timeouts": { "interactiveBudgetSeconds": 4, "attemptSeconds": 1.5, "retriesMax": 3, "retryDelaySeconds": 0.25,
                "breakerFailureRatio": 0.75, "breakerMinimumThroughput": 9, "breakerSamplingDurationSeconds": 11, "breakerBreakDurationSeconds": 12,
                "peerPingIntervalSeconds": 13, "resolverIntervalSeconds": 14, "resolverDelayMaxSeconds": 15 },
              "reconciliation": { "dailyAt": "03:30", "retrySeconds": 16 },
              "retention": { "months": 6 },
              "nodes": [ { "division": "530000", "name": "云南省", "address": "https://yn.example:7530", "hisAddress": "http://10.0.0.1:8530",
                "allowRemoteHis": true, "adapters": ["yunnan", "ydjy-2"],
                "certificates": ["sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] } ] }
            """, "nodes.json");
        Assert.That(result.Errors, Is.Empty);
        var node = result.Configuration!.Nodes[0];
        var defaults = new ClearingOptions();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Configuration with { Nodes = [], Clearing = defaults }, Is.EqualTo(new NodesConfiguration
            {
                ProtocolRelease = "1.3",
                Agreed = result.Configuration.Agreed,
                CatalogueRelease = "2016.2",
                Limits = new() { MessageBytesMax = 65_536, HisBodyBytesMax = 65_537, LinesPerMessageMax = 7 },
                Timeouts = new()
                {
                    InteractiveBudget = TimeSpan.FromSeconds(4),
                    Attempt = TimeSpan.FromSeconds(1.5),
                    RetriesMax = 3,
                    RetryDelay = TimeSpan.FromSeconds(0.25),
                    BreakerFailureRatio = 0.75,
                    BreakerMinimumThroughput = 9,
                    BreakerSamplingDuration = TimeSpan.FromSeconds(11),
                    BreakerBreakDuration = TimeSpan.FromSeconds(12),
                    PeerPingInterval = TimeSpan.FromSeconds(13),
                    ResolverInterval = TimeSpan.FromSeconds(14),
                    ResolverDelayMax = TimeSpan.FromSeconds(15),
                },
                Retention = new() { Months = 6 },
                Reconciliation = new() { DailyAt = new(3, 30), RetryInterval = TimeSpan.FromSeconds(16) },
                Clearing = defaults,
                Nodes = [],
            }));
            Assert.That(node.Division, Is.EqualTo(Division.Parse("530000")));
            Assert.That(node.Address, Is.EqualTo(new Uri("https://yn.example:7530")));
            Assert.That(node.HisAddress, Is.EqualTo(new Uri("http://10.0.0.1:8530")));
            Assert.That(node.Adapters, Is.EqualTo(new[] { "yunnan", "ydjy-2" }));
            Assert.That(node.Certificates, Is.EqualTo(new[] { CertificatePin.Parse(Pin) }));
        }
    }

    [TestCase("\"02:30\"", "02:30")]
    [TestCase("\"off\"", null)]
    public void The_time_of_the_daily_reconciliation_is_a_time_of_day_or_off(string json, string? expected)
    {
        var root = Valid();
        root["reconciliation"] = new JsonObject { ["dailyAt"] = JsonNode.Parse(json) };
        Assert.That(NodesFile.Parse(root.ToJsonString(), "nodes.json").Configuration!.Reconciliation.DailyAt, Is.EqualTo(expected is null ? null : TimeOnly.Parse(expected, CultureInfo.InvariantCulture)));
    }

    [Test]
    public void A_pair_agrees_otherwise_only_in_what_it_names()
    {
        var nodes = Valid();
        nodes["clearing"] = JsonNode.Parse("""{ "issueByDay": 20, "workdays": ["2017-09-30"], "agreements": [{ "treatment": "440000", "insured": "530000", "refuseWhenExhausted": true }] }""");
        var clearing = NodesFile.Parse(nodes.ToJsonString(), "nodes.json").Configuration!.Clearing;
        var (guangdong, yunnan) = (Division.Parse("440000"), Division.Parse("530000"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(clearing.Of(guangdong, yunnan), Is.EqualTo(new AgreementOptions { IssueByDay = 20, RefuseWhenExhausted = true }));
            Assert.That(clearing.Of(yunnan, guangdong), Is.EqualTo(new AgreementOptions { IssueByDay = 20 }));
            Assert.That(clearing.AfterWorkingDays(new DateOnly(2017, 9, 29), 2), Is.EqualTo(new DateOnly(2017, 10, 2)));
        }
    }

    [Test]
    public void A_node_is_found_by_any_division_of_its_province()
    {
        var configuration = NodesFile.Parse(Valid().ToJsonString(), "nodes.json").Configuration!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(configuration.Find(Division.Parse("530102"))?.Name, Is.EqualTo("云南省"));
            Assert.That(configuration.Find(Division.Parse("110000")), Is.Null);
        }
    }

    [TestCase("/protocolRelease", "\"2.0\"", "$.protocolRelease", "major 1")]
    [TestCase("/protocolRelease", "\"1\"", "$.protocolRelease", "major.minor")]
    [TestCase("/protocolRelease", null, "$.protocolRelease", "required")]
    [TestCase("/catalogueRelease", "\"2016 1\"", "$.catalogueRelease", "1 to 32")]
    [TestCase("/limits", "{\"messageBytesMax\": 1}", "$.limits.messageBytesMax", "a number from 65536 to 67108864")]
    [TestCase("/limits", "{\"linesPerMessageMax\": 1.5}", "$.limits.linesPerMessageMax", "whole number")]
    [TestCase("/limits", "{\"linesPerMessageMax\": \"9\"}", "$.limits.linesPerMessageMax", "a number from 1 to 100000")]
    [TestCase("/limits", "[]", "$.limits", "an object")]
    [TestCase("/limits", "{\"mesageBytesMax\": 65536}", "$.limits.mesageBytesMax", "did you mean 'messageBytesMax'?")]
    [TestCase("/retention", "{\"months\": -1}", "$.retention.months", "a number from 0 to 600")]
    [TestCase("/retention", "{\"months\": 601}", "$.retention.months", "a number from 0 to 600")]
    [TestCase("/retention", "{\"months\": 0.5}", "$.retention.months", "whole number")]
    [TestCase("/retention", "{\"years\": 2}", "$.retention.years", "known keys: months")]
    [TestCase("/timeouts", "{\"attemptSeconds\": 9}", "$.timeouts.attemptSeconds", "interactiveBudgetSeconds")]
    [TestCase("/timeouts", "{\"resolverIntervalSeconds\": 301}", "$.timeouts.resolverDelayMaxSeconds", "resolverIntervalSeconds")]
    [TestCase("/nodes", "[]", "$.nodes", "at least one")]
    [TestCase("/nodes", "{}", "$.nodes", "a list")]
    [TestCase("/colour", "1", "$.colour", "known keys: $schema, protocolRelease, catalogueRelease, limits, timeouts, reconciliation, retention, clearing, nodes")]
    [TestCase("/clearing", "{\"confirmByDay\": 20}", "$.clearing.confirmByDay", "issueByDay")]
    [TestCase("/clearing", "{\"yellowPercent\": 95}", "$.clearing.redPercent", "yellowPercent")]
    [TestCase("/clearing", "{\"holidays\": [\"2017-10-32\"]}", "$.clearing.holidays", "yyyy-MM-dd")]
    [TestCase("/clearing", "{\"agreements\": [{\"treatment\": \"440000\", \"insured\": \"530100\"}]}", "$.clearing.agreements[0].insured", "province")]
    [TestCase("/nodes/0/division", "\"530100\"", "$.nodes[0].division", "province")]
    [TestCase("/nodes/0/division", "530000", "$.nodes[0].division", "a text")]
    [TestCase("/nodes/1/division", "\"530000\"", "$.nodes[1].division", "$.nodes[0].division")]
    [TestCase("/nodes/0/address", "\"http://127.0.0.1:7530\"", "$.nodes[0].address", "https://host:port")]
    [TestCase("/nodes/0/address", "\"https://user:pass@127.0.0.1:7530\"", "$.nodes[0].address", "https://host:port")]
    [TestCase("/nodes/0/address", "\"https://127.0.0.1:7530/path\"", "$.nodes[0].address", "https://host:port")]
    [TestCase("/nodes/0/address", "\"yunnan\"", "$.nodes[0].address", "https://host:port")]
    [TestCase("/nodes/1/address", "\"https://127.0.0.1:7530\"", "$.nodes[1].address", "$.nodes[0].address")]
    [TestCase("/nodes/0/hisAddress", "\"http://10.0.0.1:8530\"", "$.nodes[0].hisAddress", "allowRemoteHis")]
    [TestCase("/nodes/0/hisAddress", "\"https://127.0.0.1:8530\"", "$.nodes[0].hisAddress", "http://host:port")]
    [TestCase("/nodes/0/allowRemoteHis", "\"yes\"", "$.nodes[0].allowRemoteHis", "true or false")]
    [TestCase("/nodes/0/adapters", "[\"Yun nan\"]", "$.nodes[0].adapters[0]", "adapter id")]
    [TestCase("/nodes/0/adapters", "[\"yunnan\", \"yunnan\"]", "$.nodes[0].adapters[1]", "twice")]
    [TestCase("/nodes/0/adapters", "[\"yunnan\", 1]", "$.nodes[0].adapters[1]", "a text")]
    [TestCase("/nodes/0/certificates", "[\"sha256:00\"]", "$.nodes[0].certificates[0]", "64 hexadecimal digits")]
    [TestCase("/nodes/1/certificates", "[\"" + Pin + "\"]", "$.nodes[1].certificates[0]", "$.nodes[0].certificates[0]")]
    [TestCase("/nodes/0/privateKey", "\"x\"", "$.nodes[0].privateKey", "no secrets in this file")]
    [TestCase("/nodes/0/hisToken", "\"x\"", "$.nodes[0].hisToken", "no secrets in this file")]
    [TestCase("/db_password", "\"x\"", "$.db_password", "no secrets in this file")]
    public void One_mistake_gives_one_error_at_its_place(string where, string? json, string path, string english)
    {
        var file = Valid();
        Put(file, where, json);
        var result = NodesFile.Parse(file.ToJsonString(), "nodes.json");
        Assert.That(result.Errors, Has.Count.EqualTo(1), () => string.Join('\n', result.Errors));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Errors[0].Path, Is.EqualTo(path));
            Assert.That(result.Errors[0].English, Does.Contain(english));
            Assert.That(result.Errors[0].Chinese, Does.Match(@"\p{IsCJKUnifiedIdeographs}"));
            Assert.That(result.Errors[0].File, Is.EqualTo("nodes.json"));
            Assert.That(result.Configuration, Is.Null);
            Assert.That(result.Effective, Is.Null);
        }
    }

    [Test]
    public void All_mistakes_are_found_at_once()
    {
        var file = Valid();
        Put(file, "/protocolRelease", "\"9.0\"");
        Put(file, "/limits", "{\"messageBytesMax\": 1, \"lines\": 1}");
        Put(file, "/nodes/0/address", "\"http://127.0.0.1:7530\"");
        Put(file, "/nodes/1/certificates", "[\"x\"]");
        Assert.That(NodesFile.Parse(file.ToJsonString(), "nodes.json").Errors.Select(error => error.Path), Is.EquivalentTo(new[]
        {
            "$.protocolRelease", "$.limits.messageBytesMax", "$.limits.lines", "$.nodes[0].address", "$.nodes[1].certificates[0]",
        }));
    }

    [Test]
    public void A_key_given_twice_is_reported()
    {
        var json = Valid().ToJsonString().Replace("\"catalogueRelease\":", "\"catalogueRelease\":\"2015.1\",\"catalogueRelease\":", StringComparison.Ordinal);
        Assert.That(NodesFile.Parse(json, "nodes.json").Errors.Select(error => error.English), Has.One.Contains("more than once"));
    }

    [TestCase("{ \"protocolRelease\": \n oops }", "line 2")]
    [TestCase("", "line 1")]
    [TestCase("[]", "must be an object")]
    [TestCase("null", "must be an object")]
    public void What_is_no_JSON_object_is_one_clear_error(string json, string english) =>
        Assert.That(NodesFile.Parse(json, "nodes.json").Errors[0].ToString(), Does.StartWith("nodes.json $: ").And.Contain(english));

    [Test]
    public void The_effective_configuration_tells_defaults_from_the_file()
    {
        var file = Valid();
        Put(file, "/limits", "{\"linesPerMessageMax\": 7}");
        var effective = NodesFile.Parse(file.ToJsonString(), "nodes.json").Effective!;
        var json = JsonNode.Parse(effective.ToJson())!.AsArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(effective.Settings, Has.One.EqualTo(new EffectiveSetting("limits.linesPerMessageMax", "7", SettingSource.File)));
            Assert.That(effective.Settings, Has.One.EqualTo(new EffectiveSetting("limits.messageBytesMax", "4194304", SettingSource.Default)));
            Assert.That(effective.Settings, Has.One.EqualTo(new EffectiveSetting("timeouts.retryDelaySeconds", "0.2", SettingSource.Default)));
            Assert.That(effective.Settings.Select(setting => setting.Key), Is.Unique);
            Assert.That(effective.ToText(), Does.Match(@"(?m)^limits\.linesPerMessageMax +file +7$").And.Match(@"(?m)^nodes\[0\]\.name +file +云南省$"));
            Assert.That(json, Has.Count.EqualTo(effective.Settings.Count));
            Assert.That(effective.ToJson(), Does.Contain("云南省"));
        }
    }

    private static JsonObject Valid() => JsonNode.Parse(
        """
        { "$schema": "x", "protocolRelease": "1.0", "catalogueRelease": "2016.1",
          "nodes": [
            { "division": "530000", "name": "云南省", "address": "https://127.0.0.1:7530", "hisAddress": "http://127.0.0.1:8530",
              "adapters": ["yunnan"], "certificates": ["sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] },
            { "division": "440000", "name": "广东省", "address": "https://127.0.0.1:7440", "hisAddress": "http://127.0.0.1:8440" } ] }
        """)!.AsObject();

    /// <summary>Sets or, without JSON, removes what a path such as /nodes/0/name points at.</summary>
    private static void Put(JsonObject file, string where, string? json)
    {
        var steps = where[1..].Split('/');
        JsonNode parent = file;
        foreach (var step in steps[..^1])
            parent = int.TryParse(step, out var index) ? parent[index]! : parent[step]!;
        if (json is null)
            parent.AsObject().Remove(steps[^1]);
        else
            parent[steps[^1]] = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions());
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ProvincialGateway.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("ProvincialGateway.sln is in no folder above the tests.");
        return folder.FullName;
    }
}
