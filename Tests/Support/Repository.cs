namespace ProvincialGateway.Tests.Support;

/// <summary>Where the sources are, for tests that hold the repository itself to its rules.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathTo(params string[] parts) => Path.Combine([Root, .. parts]);

    // A deterministic build may replace source paths, so the tree is searched from where the tests run.
    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ProvincialGateway.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("The tests do not run inside a checkout of the repository.");
    }
}
