using System.Reflection;
using Google.Protobuf.Reflection;
using Provincial.Exchange.V1;

namespace ProvincialGateway.Tests.Protos;

/// <summary>The contract as compiled (descriptors) and as kept in the repository (README, snapshots).</summary>
internal static class ContractFiles
{
    public const string Exchange = "provincial.exchange.v1";
    public const string His = "provincial.his.v1";

    public static string Folder { get; } = Path.Combine(RepositoryRoot(), "Protos");

    public static IReadOnlyList<FileDescriptor> Of(string package) =>
        [.. typeof(IExchangeRequest).Assembly.GetTypes()
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static))
            .Where(property => property?.PropertyType == typeof(FileDescriptor))
            .Select(property => (FileDescriptor)property!.GetValue(null)!)
            .Where(file => file.Package == package)
            .OrderBy(file => file.Name, StringComparer.Ordinal)];

    public static IEnumerable<MethodDescriptor> Methods(string package) =>
        Of(package).SelectMany(file => file.Services).SelectMany(service => service.Methods);

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ProvincialGateway.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds ProvincialGateway.sln.");
    }
}
