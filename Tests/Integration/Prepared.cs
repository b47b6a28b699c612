using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Cli;

namespace ProvincialGateway.Tests;

/// <summary>What hundreds of countries of this process have in common: made by the first of them, taken by the others.</summary>
[SetUpFixture]
internal sealed class Prepared
{
    public static AdapterAssemblies Assemblies { get; } = new();

    public static PilotTemplates Templates { get; } = new();

    [OneTimeTearDown]
    public void GiveBack()
    {
        Templates.Dispose();
        Assemblies.Dispose();
    }
}
