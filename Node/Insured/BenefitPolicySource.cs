using System.Security.Cryptography;
using System.Text;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Insured;

/// <summary>
/// The policy a node decides with: <c>policy.json</c> of its data folder, read at start. A node without one treats patients but insures none:
/// it refuses to settle for its own people, and says so.
/// </summary>
internal sealed record BenefitPolicySource(BenefitPolicy? Policy, string Text, string Hash)
{
    public const string FileName = "policy.json";

    public static readonly BenefitPolicySource None = new(null, "", "");

    /// <summary>Null, with every error, when there is a file and it is wrong.</summary>
    public static BenefitPolicySource? Load(string dataFolder, out IReadOnlyList<PolicyError> errors)
    {
        errors = [];
        var path = Path.Combine(dataFolder, FileName);
        if (!File.Exists(path))
            return None;
        var bytes = File.ReadAllBytes(path);
        return BenefitPolicy.TryParse(bytes, out var policy, out errors)
            ? new BenefitPolicySource(policy, Encoding.UTF8.GetString(bytes), Convert.ToHexStringLower(SHA256.HashData(bytes)))
            : null;
    }

    /// <summary>Keeps the text, so that a decision can be explained when the file has long been replaced.</summary>
    public void Record(Session session, long nowMs)
    {
        if (Policy is not null)
        {
            session.Execute(
                "INSERT INTO benefit_policy (hash, text, first_used_at_ms) VALUES (@Hash, @Text, @nowMs) ON CONFLICT DO NOTHING",
                new { Hash, Text, nowMs });
        }
    }
}
