namespace Grpc.Core;

/// <summary>The versions the packages of this release report about themselves.</summary>
public static class VersionInfo
{
    public const string CurrentAssemblyVersion = "2.0.0.0";
    public const string CurrentAssemblyFileVersion = "2.66.0.0";
    public const string CurrentVersion = "2.66.0-dev";
}
