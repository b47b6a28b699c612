using Google.Protobuf;
using Google.Protobuf.Reflection;
using NUnit.Framework;

namespace ProvincialGateway.Tests.Protos;

[TestFixture]
public sealed class DescriptorSnapshotTests
{
    [TestCase(ContractFiles.Exchange, "exchange.v1.snapshot")]
    [TestCase(ContractFiles.His, "his.v1.snapshot")]
    public void The_contract_is_the_one_in_its_snapshot(string package, string file)
    {
        var path = Path.Combine(ContractFiles.Folder, file);
        var now = DescriptorSnapshot.Of(ContractFiles.Of(package));
        var update = Environment.GetEnvironmentVariable("UPDATE_SNAPSHOT") == "1";
        string[] before = update && !File.Exists(path) ? [] : File.ReadAllLines(path);

        Assert.That(DescriptorSnapshot.Broken(before, now), Is.Empty,
            $"These lines of Protos/{file} are gone or changed, which breaks peers. Put them back, or make a v2 package. UPDATE_SNAPSHOT does not overwrite a break.");
        if (update)
            File.WriteAllText(path, string.Concat(now.Select(line => line + "\n")));
        else
            Assert.That(DescriptorSnapshot.Added(before, now), Is.Empty,
                $"Protos/{file} does not contain these additions yet. Run this test once with UPDATE_SNAPSHOT=1 and commit the file.");
    }

    [Test]
    public void A_renumbered_field_is_a_break() =>
        AssertBroken(file => Field(file, "Pong", "payload").Number = 9, "field provincial.exchange.v1.Pong.payload = 1 bytes json payload");

    [Test]
    public void A_retyped_field_is_a_break() =>
        AssertBroken(file => Field(file, "Pong", "payload").Type = FieldDescriptorProto.Types.Type.String, "field provincial.exchange.v1.Pong.payload = 1 bytes json payload");

    [Test]
    public void A_renamed_field_is_a_break() =>
        AssertBroken(
            file =>
            {
                Field(file, "Pong", "payload").JsonName = "";
                Field(file, "Pong", "payload").Name = "content";
            },
            "field provincial.exchange.v1.Pong.payload = 1 bytes json payload");

    [Test]
    public void A_field_that_leaves_its_oneof_is_a_break() =>
        AssertBroken(file => Field(file, "PingResponse", "pong").ClearOneofIndex(), "field provincial.exchange.v1.PingResponse.pong = 3 provincial.exchange.v1.Pong json pong oneof outcome");

    [Test]
    public void A_removed_method_is_a_break() =>
        AssertBroken(file => file.Service[0].Method.RemoveAt(1), "rpc /provincial.exchange.v1.NodeService/Ping provincial.exchange.v1.PingRequest returns provincial.exchange.v1.PingResponse");

    [Test]
    public void A_method_that_begins_to_stream_is_a_break() =>
        AssertBroken(file => file.Service[0].Method[1].ServerStreaming = true, "rpc /provincial.exchange.v1.NodeService/Ping provincial.exchange.v1.PingRequest returns provincial.exchange.v1.PingResponse");

    [Test]
    public void A_removed_enum_value_is_a_break() =>
        AssertBroken("provincial/exchange/v1/settlement.proto", file => file.EnumType[0].Value.RemoveAt(2), "value provincial.exchange.v1.ReversalEffect.REVERSAL_EFFECT_VOIDED = 2");

    [Test]
    public void A_new_field_is_an_addition_and_no_break()
    {
        var (before, now) = Altered("provincial/exchange/v1/node.proto", file => file.MessageType.Single(message => message.Name == "Pong").Field.Add(
            new FieldDescriptorProto
            {
                Name = "clock_ms",
                Number = 9,
                Type = FieldDescriptorProto.Types.Type.Int64,
                Label = FieldDescriptorProto.Types.Label.Optional,
            }));

        Assert.Multiple(() =>
        {
            Assert.That(DescriptorSnapshot.Broken(before, now), Is.Empty);
            Assert.That(DescriptorSnapshot.Added(before, now), Is.EqualTo(new[] { "field provincial.exchange.v1.Pong.clock_ms = 9 int64 json clockMs" }));
        });
    }

    private static void AssertBroken(Action<FileDescriptorProto> change, string line) => AssertBroken("provincial/exchange/v1/node.proto", change, line);

    private static void AssertBroken(string file, Action<FileDescriptorProto> change, string line)
    {
        var (before, now) = Altered(file, change);
        Assert.That(DescriptorSnapshot.Broken(before, now), Is.EqualTo(new[] { line }));
    }

    // The file rebuilt from a changed descriptor, with its real dependencies.
    private static (IReadOnlyList<string> Before, IReadOnlyList<string> Now) Altered(string file, Action<FileDescriptorProto> change)
    {
        var original = ContractFiles.Of(ContractFiles.Exchange).Single(each => each.Name == file);
        var altered = original.ToProto();
        change(altered);
        var rebuilt = FileDescriptor.BuildFromByteStrings([.. original.Dependencies.Select(each => each.SerializedData), altered.ToByteString()]);
        return (DescriptorSnapshot.Of([original]), DescriptorSnapshot.Of([rebuilt[^1]]));
    }

    private static FieldDescriptorProto Field(FileDescriptorProto file, string message, string field) =>
        file.MessageType.Single(each => each.Name == message).Field.Single(each => each.Name == field);
}
