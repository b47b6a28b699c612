using NUnit.Framework;

namespace ProvincialGateway.Tests.Processes;

/// <summary>Tests over the same two provinces, set up once; every process a test started is gone when it ends.</summary>
internal abstract class ProcessTest
{
    private OperatedProvinces? _provinces;

    protected OperatedProvinces Operated => _provinces ?? throw new InvalidOperationException("The provinces are not set up.");

    [OneTimeSetUp]
    public async Task SetUpAsync() => _provinces = await OperatedProvinces.PrepareAsync();

    [OneTimeTearDown]
    public async Task RemoveAsync()
    {
        if (_provinces is not null)
            await _provinces.DisposeAsync();
    }

    [TearDown]
    public Task EndAllAsync() => Operated.EndAllAsync();
}
