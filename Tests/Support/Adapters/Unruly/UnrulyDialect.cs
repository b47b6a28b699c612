using System.Diagnostics.CodeAnalysis;
using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Unruly;

/// <summary>
/// Does whatever a message asks for: <c>decode=loop</c>, <c>encode=allocate</c>, several separated by blanks. Anything else is acknowledged. How it
/// behaves while it is constructed, the setting <c>construct</c> says.
/// </summary>
public sealed class UnrulyDialect : IHisDialect
{
    public UnrulyDialect(DialectSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Answer = settings.Optional("answer") ?? "done";
        Misbehave(settings.Optional("construct") ?? "");
    }

    /// <summary>What it replies, so that two of its kind can be told apart.</summary>
    public string Answer { get; }

    public string Name => "unruly";

    public int ContractVersion => AdapterContract.Version;

    public IReadOnlyList<string> Paths => ["/unruly"];

    public HisEnvelope Decode(HisMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var orders = Encoding.UTF8.GetString(message.Body.Span);
        Misbehave(Order(orders, "decode="));
        return new HisEnvelope { Requests = [new HisRequest { TransactionCode = "any", Operation = new Acknowledge() }], State = orders };
    }

    public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(results);
        var order = Order((string)envelope.State!, "encode=");
        Misbehave(order);
        return order == "huge" ? Reply(new byte[17 * 1024 * 1024]) : Reply(Encoding.UTF8.GetBytes(results[0] is HisRefusal refusal ? refusal.Code : Answer));
    }

    public HisReply EncodeFailure(HisMessage message, HisRefusal refusal)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(refusal);
        Misbehave(Order(Encoding.UTF8.GetString(message.Body.Span), "failure="));
        return Reply(Encoding.UTF8.GetBytes($"failed {refusal.Code}"));
    }

    public HisReply? Describe(string path, string query, Uri publicAddress)
    {
        Misbehave(query is { Length: > 1 } ? query[1..] : "");
        return null;
    }

    private static string Order(string orders, string step) =>
        orders.Split(' ').FirstOrDefault(order => order.StartsWith(step, StringComparison.Ordinal)) is { } order ? order[step.Length..] : "";

    private static HisReply Reply(byte[] body) => new() { Body = body, ContentType = "text/plain" };

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Clinging to its thread is what it is for.")]
    private static void Misbehave(string how)
    {
        switch (how)
        {
            case "throw":
                throw new InvalidOperationException("530102197601010019");
            case "loop":
                while (true)
                {
                }
            case "sleep":
                new ManualResetEvent(false).WaitOne();
                break;
            case "cling":
                while (true)
                {
                    try
                    {
                        new ManualResetEvent(false).WaitOne();
                    }
                    catch (Exception)
                    {
                        // And again.
                    }
                }
            case "allocate":
                var kept = new List<byte[]>();
                while (true)
                {
                    kept.Add(new byte[1024 * 1024]);
                    Array.Fill(kept[^1], (byte)1);
                }
            case var _ when how.StartsWith("stubborn:", StringComparison.Ordinal):
                StayUntilExists(how["stubborn:".Length..]);
                break;
        }
    }

    /// <summary>No abort reaches into a finally block.</summary>
    private static void StayUntilExists(string file)
    {
        try
        {
        }
        finally
        {
            while (!File.Exists(file))
            {
            }
        }
    }
}
