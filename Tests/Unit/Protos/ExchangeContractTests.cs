using Google.Protobuf.Reflection;
using NUnit.Framework;
using Provincial.Exchange.V1;

namespace ProvincialGateway.Tests.Protos;

[TestFixture]
public sealed class ExchangeContractTests
{
    private static IEnumerable<TestCaseData> Methods() =>
        ContractFiles.Methods(ContractFiles.Exchange).Select(method => new TestCaseData(method).SetArgDisplayNames(method.FullName));

    [TestCaseSource(nameof(Methods))]
    public void Every_request_carries_the_header_first(MethodDescriptor method) =>
        Assert.Multiple(() =>
        {
            Assert.That(method.InputType.ClrType.GetInterfaces(), Has.Member(typeof(IExchangeRequest)), "Register it in ExchangeMessages.cs.");
            Assert.That(method.InputType.FindFieldByNumber(1)?.MessageType, Is.SameAs(RequestHeader.Descriptor));
        });

    [TestCaseSource(nameof(Methods))]
    public void Every_reply_is_the_id_the_time_and_data_or_a_refusal(MethodDescriptor method)
    {
        var reply = method.OutputType;
        Assert.Multiple(() =>
        {
            Assert.That(reply.ClrType.GetInterfaces(), Has.Member(typeof(IExchangeReply)), "Register it in ExchangeMessages.cs.");
            Assert.That(reply.FindFieldByNumber(1)?.Name, Is.EqualTo("transaction_id"));
            Assert.That(reply.FindFieldByNumber(2)?.Name, Is.EqualTo("answered_at_ms"));
            Assert.That(reply.RealOneofCount, Is.EqualTo(1));
            Assert.That(reply.Oneofs[0].Name, Is.EqualTo("outcome"));
            Assert.That(reply.Oneofs[0].Fields.Select(field => field.FieldNumber), Is.EqualTo(new[] { 3, 4 }));
            Assert.That(reply.FindFieldByNumber(4)?.MessageType, Is.SameAs(Refusal.Descriptor));
        });
    }

    [Test]
    public void No_field_is_floating_point() =>
        Assert.That(
            ContractFiles.Of(ContractFiles.Exchange).Concat(ContractFiles.Of(ContractFiles.His))
                .SelectMany(file => file.MessageTypes)
                .SelectMany(message => message.Fields.InDeclarationOrder())
                .Where(field => field.FieldType is FieldType.Double or FieldType.Float)
                .Select(field => field.FullName),
            Is.Empty);

    [Test]
    public void Every_amount_is_int64_fen() =>
        Assert.That(
            ContractFiles.Of(ContractFiles.Exchange).Concat(ContractFiles.Of(ContractFiles.His))
                .SelectMany(file => file.MessageTypes)
                .SelectMany(message => message.Fields.InDeclarationOrder())
                .Where(field => field.Name.EndsWith("_fen", StringComparison.Ordinal) && field.FieldType != FieldType.Int64)
                .Select(field => field.FullName),
            Is.Empty);
}
