using System.Net;
using System.Text;
using Google.Protobuf;
using NUnit.Framework;
using Provincial.His.V1;

namespace ProvincialGateway.Tests.Support;

/// <summary>A node's answer to a hospital: the exact bytes, and what they say.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Bytes">The body as it came.</param>
/// <param name="Message">The body, read strictly: a field the contract does not know fails the test.</param>
public sealed record HospitalReply<T>(HttpStatusCode Status, byte[] Bytes, T Message)
    where T : class, IMessage<T>
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public bool IsGranted => Outcome("result") is not null;

    public bool IsPending => Outcome("pending") is not null;

    public string? RefusalCode => (Outcome("refusal") as Refusal)?.Code;

    public string TransactionId => (string)Message.Descriptor.FindFieldByName("transaction_id").Accessor.GetValue(Message);

    /// <summary>The answer, which must be a result.</summary>
    public T Granted()
    {
        Assert.That(IsGranted, Is.True, $"A result was expected: {Text}");
        return Message;
    }

    /// <summary>The answer must be that the node goes on asking; both languages tell the cashier not to begin anew.</summary>
    public Pending Pending()
    {
        Assert.That(Outcome("pending"), Is.InstanceOf<Pending>(), $"'Pending' was expected: {Text}");
        var pending = (Pending)Outcome("pending")!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pending.Chinese, Does.Contain("勿另发新交易"));
            Assert.That(pending.English, Does.Contain("not").And.Contain("new transaction"));
        }
        return pending;
    }

    /// <summary>The answer must be this refusal, of this side and field, with reason and next step in both languages.</summary>
    public Refusal Refused(string code, RefusingSide side, string field)
    {
        Assert.That(Outcome("refusal"), Is.InstanceOf<Refusal>(), $"A refusal {code} was expected: {Text}");
        var refusal = (Refusal)Outcome("refusal")!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((refusal.Code, refusal.Side, refusal.Field), Is.EqualTo((code, side, field)), Text);
            Assert.That(new[] { refusal.Chinese, refusal.English, refusal.NextStepChinese, refusal.NextStepEnglish }, Has.None.Empty, Text);
        }
        return refusal;
    }

    private object? Outcome(string field) => Message.Descriptor.FindFieldByName(field).Accessor.GetValue(Message);
}
