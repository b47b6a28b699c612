using Microsoft.Data.Sqlite;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Bench;

/// <summary>Two provinces ready to be started as processes: folders, keys, ports, persons and hospitals, and a second port for the echo.</summary>
internal sealed class BenchCountry : IDisposable
{
    private readonly DirectoryInfo _folder;
    private bool _isKept;

    private BenchCountry(DirectoryInfo folder, bool isKept) => (_folder, _isKept) = (folder, isKept);

    public string Folder => _folder.FullName;

    /// <summary>The same keys as the nodes, other ports.</summary>
    public string EchoFolder => MakeFolder("echo");

    public required Uri HisAddress { get; init; }

    /// <summary>Of the hospital.</summary>
    public required string Token { get; init; }

    public required DateOnly Today { get; init; }

    public NodesConfiguration EchoConfiguration => BenchRole.ConfigurationIn(EchoFolder);

    public IEnumerable<string> DataFolders => [DataFolderOf(PilotCountry.Shanghai), DataFolderOf(PilotCountry.Chongqing)];

    /// <param name="persons">Who may be admitted.</param>
    /// <param name="folder">An existing folder; null is the temporary one.</param>
    public static async Task<BenchCountry> PrepareAsync(int persons, string? folder, bool isKept, CancellationToken cancellation)
    {
        var options = new PilotOptions
        {
            Provinces = [PilotCountry.Shanghai, PilotCountry.Chongqing],
            Folder = folder,
            KeepFolder = true,
            Logging = (_, logging) => logging.SetMinimumLevel(LogLevel.Error),
        };
        await using var pilots = await PilotCountry.StartAsync(options, cancellation);
        var country = new BenchCountry(new DirectoryInfo(pilots.Folder), isKept)
        {
            HisAddress = pilots[PilotCountry.Shanghai].HisAddress,
            Token = pilots[PilotCountry.Shanghai].Tokens[BenchHospital.Institution],
            Today = TimeProvider.System.Today(),
        };
        await BenchPersons.ImportAsync(pilots[PilotCountry.Chongqing].Host, PilotCountry.Chongqing, PilotCountry.Shanghai, country.Folder, persons, cancellation);
        country.PrepareEcho(pilots[PilotCountry.Chongqing].PeerPort);
        return country;
    }

    public string DataFolderOf(Division province) => Path.Combine(Folder, province.Code);

    public string MakeFolder(string name) => _folder.CreateSubdirectory(name).FullName;

    /// <summary>Leaves everything where it is.</summary>
    /// <returns>Where that is.</returns>
    public string Keep()
    {
        _isKept = true;
        return Folder;
    }

    /// <summary>The lengths of a settlement's request and reply, as the last one went between the provinces.</summary>
    public (int Request, int Reply) SettlementBytes()
    {
        using var connection = Open(PilotCountry.Shanghai);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT length(request), length(reply) FROM outbound WHERE kind = 3 AND state = 2 ORDER BY rowid DESC LIMIT 1";
        using var reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetInt32(0) - Vault.Overhead, reader.GetInt32(1) - Vault.Overhead) : throw new InvalidOperationException("Nothing was settled.");
    }

    /// <summary>How many stand at the insured side.</summary>
    public long Settlements()
    {
        using var connection = Open(PilotCountry.Chongqing);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM insured_settlement WHERE state = 1";
        return (long)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        if (!_isKept && _folder.Exists)
            _folder.Delete(recursive: true);
    }

    /// <summary>The insured node runs meanwhile: the echo takes a port of its own, and the node's certificate.</summary>
    private void PrepareEcho(int nodePort)
    {
        using var port = new ReservedPort();
        var nodes = File.ReadAllText(Path.Combine(Folder, "nodes.json"));
        File.WriteAllText(Path.Combine(EchoFolder, "nodes.json"), nodes.Replace($":{nodePort}", $":{port.Port}", StringComparison.Ordinal));
        var keys = Directory.CreateDirectory(Path.Combine(EchoFolder, PilotCountry.Chongqing.Code, "keys")).FullName;
        File.Copy(NodeCertificate.PathIn(DataFolderOf(PilotCountry.Chongqing)), Path.Combine(keys, "node.pem"), overwrite: true);
    }

    private SqliteConnection Open(Division province)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = DataFolder.DatabasePath(DataFolderOf(province)),
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString());
        connection.Open();
        return connection;
    }
}
