using System.Text;
using Grpc.Core;
using NUnit.Framework;

namespace ProvincialGateway.Tests.GrpcAbstractions;

[TestFixture]
internal sealed class MetadataTests
{
    private static readonly byte[] Bytes = [0, 1, 0x7f, 0x80, 0xff];

    [Test]
    public void Keys_are_stored_in_lower_case()
    {
        Assert.That(new Metadata.Entry("X-Request_Id.1", "a").Key, Is.EqualTo("x-request_id.1"));
        Assert.That(new Metadata.Entry("X-Detail-BIN", Bytes).Key, Is.EqualTo("x-detail-bin"));
    }

    [TestCase("")]
    [TestCase("with space")]
    [TestCase("colon:")]
    [TestCase("slash/")]
    [TestCase("省份")]
    [TestCase("line\n")]
    public void A_key_that_no_header_can_have_is_refused(string key)
    {
        Assert.That(() => new Metadata.Entry(key, "a"), Throws.ArgumentException);
        Assert.That(() => new Metadata.Entry(key + "-bin", Bytes), key == "" ? Throws.Nothing : Throws.ArgumentException);
    }

    [Test]
    public void The_suffix_decides_between_text_and_bytes()
    {
        Assert.That(() => new Metadata.Entry("detail-bin", "text"), Throws.ArgumentException);
        Assert.That(() => new Metadata.Entry("detail", Bytes), Throws.ArgumentException);
        Assert.That(new Metadata.Entry("detail-bin", Bytes).IsBinary, Is.True);
        Assert.That(new Metadata.Entry("detail", "text").IsBinary, Is.False);
        Assert.That(new Metadata.Entry("bin", "text").IsBinary, Is.False);
    }

    [Test]
    public void A_binary_entry_has_bytes_but_no_text()
    {
        var entry = new Metadata.Entry("detail-bin", Bytes);

        Assert.That(entry.ValueBytes, Is.EqualTo(Bytes));
        Assert.That(() => entry.Value, Throws.InvalidOperationException);
    }

    [Test]
    public void A_text_entry_has_its_ascii_bytes_too()
    {
        Assert.That(new Metadata.Entry("detail", "text").ValueBytes, Is.EqualTo("text"u8.ToArray()));
    }

    [Test]
    public void Text_that_is_not_ascii_has_no_bytes_rather_than_question_marks()
    {
        var entry = new Metadata.Entry("detail", "云南");

        Assert.That(() => entry.ValueBytes, Throws.TypeOf<EncoderFallbackException>());
    }

    [Test]
    public void Bytes_are_copied_on_the_way_in_and_on_the_way_out()
    {
        byte[] original = [1, 2, 3];
        var entry = new Metadata.Entry("detail-bin", original);

        original[0] = 9;
        entry.ValueBytes[1] = 9;

        Assert.That(entry.ValueBytes, Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void Neither_keys_nor_values_may_be_null()
    {
        Assert.That(() => new Metadata.Entry(null!, "a"), Throws.ArgumentNullException);
        Assert.That(() => new Metadata.Entry("a", (string)null!), Throws.ArgumentNullException);
        Assert.That(() => new Metadata.Entry("a-bin", (byte[])null!), Throws.ArgumentNullException);
        Assert.That(() => new Metadata().Add(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void Of_several_entries_with_one_key_the_last_is_the_value()
    {
        var metadata = new Metadata { { "a", "1" }, { "b", "2" }, { "a", "3" } };

        Assert.That(metadata.GetValue("a"), Is.EqualTo("3"));
        Assert.That(metadata.GetAll("a").Select(entry => entry.Value), Is.EqualTo(["1", "3"]));
        Assert.That(metadata.Get("b"), Is.SameAs(metadata[1]));
    }

    [Test]
    public void A_key_that_is_absent_has_no_value()
    {
        var metadata = new Metadata { { "a", "1" } };

        Assert.That(metadata.Get("b"), Is.Null);
        Assert.That(metadata.GetValue("b"), Is.Null);
        Assert.That(metadata.GetValueBytes("b"), Is.Null);
        Assert.That(metadata.GetAll("b"), Is.Empty);
    }

    [Test]
    public void The_text_of_a_binary_key_cannot_be_asked_for()
    {
        var metadata = new Metadata { { "a-bin", Bytes } };

        Assert.That(metadata.GetValueBytes("a-bin"), Is.EqualTo(Bytes));
        Assert.That(() => metadata.GetValue("a-bin"), Throws.InvalidOperationException);
    }

    [Test]
    public void It_is_a_list_of_entries()
    {
        var first = new Metadata.Entry("a", "1");
        var second = new Metadata.Entry("b", "2");
        var metadata = new Metadata { second };

        metadata.Insert(0, first);
        var copy = new Metadata.Entry[2];
        metadata.CopyTo(copy, 0);

        Assert.That(metadata, Is.EqualTo([first, second]));
        Assert.That(copy, Is.EqualTo([first, second]));
        Assert.That(metadata.IndexOf(second), Is.EqualTo(1));
        Assert.That(metadata.Contains(first), Is.True);
        Assert.That(metadata.Remove(first), Is.True);
        metadata[0] = first;
        metadata.Add(second);
        metadata.RemoveAt(0);
        Assert.That(metadata, Is.EqualTo([second]));
        metadata.Clear();
        Assert.That(metadata.Count, Is.Zero);
        Assert.That(metadata.IsReadOnly, Is.False);
    }

    [Test]
    public void The_shared_empty_metadata_cannot_be_changed()
    {
        var entry = new Metadata.Entry("a", "1");

        Assert.That(Metadata.Empty.IsReadOnly, Is.True);
        Assert.That(() => Metadata.Empty.Add(entry), Throws.InvalidOperationException);
        Assert.That(() => Metadata.Empty.Add("a", "1"), Throws.InvalidOperationException);
        Assert.That(() => Metadata.Empty.Add("a-bin", Bytes), Throws.InvalidOperationException);
        Assert.That(() => Metadata.Empty.Insert(0, entry), Throws.InvalidOperationException);
        Assert.That(() => Metadata.Empty[0] = entry, Throws.InvalidOperationException);
        Assert.That(() => Metadata.Empty.Remove(entry), Throws.InvalidOperationException);
        Assert.That(() => Metadata.Empty.RemoveAt(0), Throws.InvalidOperationException);
        Assert.That(Metadata.Empty.Clear, Throws.InvalidOperationException);
        Assert.That(Metadata.Empty, Is.Empty);
    }

    [Test]
    public void An_entry_shows_its_key_and_value()
    {
        Assert.That(new Metadata.Entry("a", "1").ToString(), Is.EqualTo("[Entry: key=a, value=1]"));
        Assert.That(new Metadata.Entry("a-bin", Bytes).ToString(), Does.StartWith("[Entry: key=a-bin, valueBytes="));
    }
}
