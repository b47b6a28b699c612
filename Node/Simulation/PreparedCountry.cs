using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tables;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Simulation;

/// <summary>
/// All provinces as they are before anything has happened: keys, certificates, policies, people, hospitals, adapters. Made once, used by any number of runs,
/// which copy the folders. Every province has the samples of one of the four pilots under its own codes.
/// </summary>
internal sealed class PreparedCountry : IAsyncDisposable
{
    /// <summary>Every province-level division with a node, the four with samples of their own first.</summary>
    public static readonly IReadOnlyList<Division> Provinces =
    [
        .. "53 44 31 50 11 12 13 14 15 21 22 23 32 33 34 35 36 37 41 42 43 45 46 51 52 54 61 62 63 64 65 66".Split(' ').Select(code => Division.Parse($"{code}0000")),
    ];

    public static readonly DateTimeOffset Begin = new(2017, 9, 20, 10, 0, 0, ChinaTime.Offset);

    private readonly DirectoryInfo _folder;
    private readonly List<PreparedProvince> _prepared = [];
    private readonly Dictionary<string, AdapterDirectory> _adapters = [];

    private PreparedCountry(DirectoryInfo folder) => _folder = folder;

    public IReadOnlyList<PreparedProvince> All => _prepared;

    /// <param name="nodes">2 to 32.</param>
    public static async Task<PreparedCountry> PrepareAsync(int nodes, CancellationToken cancellation)
    {
        // In memory where the machine has such a place: no simulated node is meant to outlive its run.
        var parent = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        var folder = Directory.CreateDirectory(Path.Combine(parent, $"provincial-gateway-simulation-{Environment.ProcessId}-{Path.GetRandomFileName()}"));
        var country = new PreparedCountry(folder);
        try
        {
            foreach (var (province, index) in Provinces.Take(nodes).Select((province, index) => (province, index)))
                country._prepared.Add(await country.PrepareAsync(province, PilotTemplate.All[index % PilotTemplate.All.Count], cancellation));
            return country;
        }
        catch
        {
            await country.DisposeAsync();
            throw;
        }
    }

    /// <summary>A folder for the data of one run.</summary>
    public DirectoryInfo FolderOfRun() => _folder.CreateSubdirectory(Path.GetRandomFileName());

    public ValueTask DisposeAsync()
    {
        foreach (var province in _prepared)
            province.Certificate.Dispose();
        foreach (var adapters in _adapters.Values)
            adapters.Dispose();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<PreparedProvince> PrepareAsync(Division division, PilotTemplate template, CancellationToken cancellation)
    {
        var folder = _folder.CreateSubdirectory(division.Code).FullName;
        File.WriteAllText(Path.Combine(folder, BenefitPolicySource.FileName), template.Policy(division));
        var policy = BenefitPolicySource.Load(folder, out var errors) ?? throw new NodeRefusedException(string.Join(Environment.NewLine, errors.Select(error => error.English)));
        var time = new FixedTime(Begin);
        // It makes the folder of the keys, for its owner alone.
        var certificate = NodeCertificate.Create(folder, division, division.Code, time);
        var vault = DataFolder.OpenVault(folder);
        var adapters = AdaptersOf(template);
        var tokens = new Dictionary<string, string>();
        await using (var database = Database.Open(new DatabaseOptions { Path = DataFolder.DatabasePath(folder), IsDurable = false }, time))
        {
            await database.WriteAsync(session =>
            {
                NodeIdentity.Claim(session, division, vault);
                Require(new PersonImport(division, new PersonStore(vault), time).Run(session, template.Table(division, "persons")));
                Require(new FilingImport(division, time).Run(session, template.Table(division, "filings")));
                var institutions = new InstitutionImport(division, id => adapters.Find(id) is { } adapter ? new InstitutionAdapter(adapter.Catalogue.Codes, adapter.Dialect.Name) : null, time)
                    .Run(session, template.Table(division, "institutions"));
                Require(institutions.Rows);
                foreach (var (code, token) in institutions.NewTokens)
                    tokens.Add(code, token);
                session.Execute("UPDATE institution SET visit_kinds = '11 13 14 21'");
            }, cancellation);
        }
        return new PreparedProvince
        {
            Division = division,
            Template = template,
            Folder = folder,
            Vault = vault,
            Certificate = certificate,
            Policy = policy,
            Filings = FilingRules.Defaults,
            LineAudit = LineAuditRules.Load(folder, out _)!,
            Adapters = adapters,
            Tokens = tokens,
            People = template.People(division),
        };
    }

    private AdapterDirectory AdaptersOf(PilotTemplate template)
    {
        if (_adapters.TryGetValue(template.Adapter, out var loaded))
            return loaded;
        var adapters = AdapterDirectory.Load(AdapterDirectory.PackedFolder, [template.Adapter], null, null, Microsoft.Extensions.Logging.Abstractions.NullLogger<AdapterDirectory>.Instance);
        if (adapters.Find(template.Adapter) is null)
            throw new NodeRefusedException($"适配器 {template.Adapter} 未装入：{adapters.Statuses[0].ReasonChinese} / adapter {template.Adapter} is not loaded: {adapters.Statuses[0].ReasonEnglish}");
        return _adapters[template.Adapter] = adapters;
    }

    private static void Require(ImportReport report)
    {
        if (report.Errors.Count > 0)
            throw new NodeRefusedException(string.Join(Environment.NewLine, report.Errors));
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now.ToUniversalTime();
    }
}

/// <summary>A province as every run finds it.</summary>
internal sealed record PreparedProvince
{
    public required Division Division { get; init; }
    public required PilotTemplate Template { get; init; }

    /// <summary>Copied by each run, never opened by one.</summary>
    public required string Folder { get; init; }
    public required Vault Vault { get; init; }
    public required NodeCertificate Certificate { get; init; }
    public required BenefitPolicySource Policy { get; init; }
    public required FilingRules Filings { get; init; }
    public required LineAuditRules LineAudit { get; init; }
    public required AdapterDirectory Adapters { get; init; }

    /// <summary>Of the hospitals, by institution code.</summary>
    public required IReadOnlyDictionary<string, string> Tokens { get; init; }
    public required IReadOnlyList<InsuredPerson> People { get; init; }
}

/// <summary>Somebody of the sample tables.</summary>
internal sealed record InsuredPerson(string Division, string PersonNumber, string SocialSecurityNumber, string Name);

/// <summary>One pilot province's samples, under any province's codes, and what its hospitals call things.</summary>
internal sealed record PilotTemplate
{
    public static readonly IReadOnlyList<PilotTemplate> All =
    [
        new() { Code = "53", Adapter = "yunnan", InpatientKind = "21", ChronicKind = "14", Item = ("ZL120100003", "一级护理", "09", 2_500) },
        new() { Code = "44", Adapter = "guangdong", InpatientKind = "25", ChronicKind = "18", Item = ("T330000", "重症监护", "06", 18_000) },
        new() { Code = "31", Adapter = "shanghai", InpatientKind = "21", ChronicKind = "14", Item = ("SHF110100002", "住院诊察费", "02", 3_000) },
        new() { Code = "50", Adapter = "chongqing", InpatientKind = "21", ChronicKind = "13", Item = ("1000025838", "注射用头孢曲松钠", "01", 4_000) },
    ];

    public required string Code { get; init; }
    public required string Adapter { get; init; }

    /// <summary>Local code of an ordinary stay.</summary>
    public required string InpatientKind { get; init; }

    /// <summary>Local code of an outpatient visit for a chronic disease.</summary>
    public required string ChronicKind { get; init; }

    /// <summary>Something every hospital of it charges: local code, name, local fee category, price in fen.</summary>
    public required (string Code, string Name, string Category, int PriceFen) Item { get; init; }

    private string SamplePath(string name) => Path.Combine(AppContext.BaseDirectory, "Samples", $"{Code}0000-{name}");

    public string Policy(Division province) =>
        Regex.Replace(File.ReadAllText(SamplePath("policy.json")), $"\"{Code}(?=[0-9]{{4}}[\"-])", $"\"{province.Code[..2]}", RegexOptions.CultureInvariant);

    public TableFile Table(Division province, string name)
    {
        var rows = Rows(province, name).Select(row => string.Join(',', row));
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', rows) + "\n");
        return new TableFile { Name = $"{name}.csv", Bytes = bytes, Utf8 = bytes };
    }

    public IReadOnlyList<InsuredPerson> People(Division province) =>
        [.. Rows(province, "persons").Skip(1).Where(row => row[15] == "1").Select(row => new InsuredPerson(row[0], row[1], row[5], row[2]))];

    /// <summary>The codes that begin with the pilot's province begin with this one; numbers of certificates stay what they are.</summary>
    private IEnumerable<string[]> Rows(Division province, string name)
    {
        var lines = File.ReadAllLines(SamplePath($"{name}.csv"));
        var header = lines[0].Split(',');
        yield return header;
        foreach (var line in lines.Skip(1))
            yield return [.. line.Split(',').Select((cell, at) => Recoded(province, header[at], cell))];
    }

    private string Recoded(Division province, string column, string cell)
    {
        var prefix = column switch
        {
            "insured_division" or "person_number" or "division" => "",
            "filing_number" => "BA",
            "code" => "H",
            _ => null,
        };
        return prefix is not null && cell.StartsWith(prefix + Code, StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"{prefix}{province.Code[..2]}{cell[(prefix.Length + Code.Length)..]}")
            : cell;
    }
}
