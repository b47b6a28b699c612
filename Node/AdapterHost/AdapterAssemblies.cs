namespace ProvincialGateway.AdapterHost;

/// <summary>
/// The assemblies of adapters that several nodes of one process use together, so that unchanged files are loaded and compiled once and not once
/// for each node. A node that has its process to itself needs none. Safe for many threads.
/// </summary>
internal sealed class AdapterAssemblies : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Folder, string Fingerprint), AdapterLoadContext> _contexts = [];

    /// <param name="id">Of the adapter.</param>
    /// <param name="folder">Whole path of its folder.</param>
    /// <param name="fingerprint">Of the folder now: other files are other assemblies.</param>
    public AdapterLoadContext Open(string id, string folder, string fingerprint)
    {
        lock (_gate)
            return _contexts.TryGetValue((folder, fingerprint), out var context) ? context : _contexts[(folder, fingerprint)] = new(id, folder);
    }

    /// <summary>Only when no node uses them any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var context in _contexts.Values)
                context.Unload();
            _contexts.Clear();
        }
    }
}
