using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ProvincialGateway.Simulation;

/// <summary>Everything that happened in a run, line by line: hashed, and written where somebody wants to read it. No line holds anything of a person.</summary>
internal sealed class Journal(TextWriter? output, DateTimeOffset start) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Lines { get; private set; }

    public void Write(DateTimeOffset at, string line)
    {
        Lines++;
        var whole = string.Create(CultureInfo.InvariantCulture, $"{(at - start).TotalSeconds,10:0.000} {line}");
        _hash.AppendData(Encoding.UTF8.GetBytes(whole));
        output?.WriteLine(whole);
    }

    /// <summary>What was written so far and what is given, as one number.</summary>
    public string Seal(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            _hash.AppendData(Encoding.UTF8.GetBytes(line));
            output?.WriteLine(line);
        }
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();
}
