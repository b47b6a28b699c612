using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.AdapterHost;

/// <summary>
/// The assemblies of one adapter: its own DLLs, the contract, the framework, and nothing else of the node. Assemblies are loaded from bytes, so
/// that files can be replaced while the node runs.
/// </summary>
internal sealed class AdapterLoadContext(string id, string folder) : AssemblyLoadContext($"adapter {id}", isCollectible: true)
{
    private readonly Lock _loading = new();

    // Weak: while it unloads the runtime holds this context, and what this context held would never be given back.
    private readonly Dictionary<string, WeakReference<Assembly>> _dialects = new(StringComparer.Ordinal);

    public Assembly LoadDialect(string fileName)
    {
        lock (_loading)
        {
            if (_dialects.TryGetValue(fileName, out var known) && known.TryGetTarget(out var loaded))
                return loaded;
            var assembly = LoadFrom(Path.Combine(folder, fileName));
            _dialects[fileName] = new(assembly);
            return assembly;
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var contracts = typeof(IHisDialect).Assembly;
        if (assemblyName.Name == contracts.GetName().Name)
            return contracts;
        var own = Path.Combine(folder, $"{assemblyName.Name}.dll");
        if (File.Exists(own))
            return LoadFrom(own);
        // Null hands the question to the default context, which would also answer with the node's own libraries.
        return File.Exists(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), $"{assemblyName.Name}.dll"))
            ? null
            : throw new FileNotFoundException($"The adapter needs {assemblyName.Name}, which is neither in its folder nor in the framework.");
    }

    private Assembly LoadFrom(string path)
    {
        using var file = File.OpenRead(path);
        return LoadFromStream(file);
    }
}
