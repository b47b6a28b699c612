using NUnit.Framework;
using NUnit.Framework.Interfaces;

namespace ProvincialGateway.Tests.Support;

/// <summary>A test over running nodes: it fails on errors it did not announce, and shows what the nodes logged when it fails.</summary>
public abstract class LoggedTest
{
    protected LogCapture Logs { get; private set; } = new();

    [SetUp]
    public void StartCapturing() => Logs = new();

    [TearDown]
    public void NoUnexpectedErrors()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
            TestContext.Out.WriteLine(string.Join('\n', Logs.Entries));
        else
            Logs.AssertNoUnexpectedErrors();
    }
}
