using System.Buffers.Binary;
using System.Text;

namespace ProvincialGateway.Tables;

/// <summary>
/// One string for equal texts: the columns of a catalogue repeat units, dose forms and codes hundreds of thousands of times. A text that is known is
/// found by its UTF-8 bytes, without making characters of them. Not thread safe; used while a table is read and then dropped.
/// </summary>
internal sealed class TextPool
{
    private const ulong Mix = 0x9E3779B97F4A7C15;

    private (ulong Hash, byte[] Utf8, string Text)[] _entries = new (ulong, byte[], string)[64];
    private int _count;

    /// <param name="utf8">Valid UTF-8.</param>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return "";
        var hash = HashOf(utf8);
        var place = PlaceOf(hash, utf8);
        if (_entries[place].Text is { } known)
            return known;
        var text = Encoding.UTF8.GetString(utf8);
        _entries[place] = (hash, utf8.ToArray(), text);
        // Never more than half full: a place is found after a step or two.
        if (++_count * 2 > _entries.Length)
            Grow();
        return text;
    }

    /// <summary>Where the text stands, or the free place where it belongs.</summary>
    private int PlaceOf(ulong hash, ReadOnlySpan<byte> utf8)
    {
        var place = (int)(hash & (ulong)(_entries.Length - 1));
        while (_entries[place] is { Text: not null } entry && !(entry.Hash == hash && utf8.SequenceEqual(entry.Utf8)))
            place = (place + 1) & (_entries.Length - 1);
        return place;
    }

    private void Grow()
    {
        var entries = _entries;
        _entries = new (ulong, byte[], string)[entries.Length * 2];
        foreach (var entry in entries)
        {
            if (entry.Text is not null)
                _entries[PlaceOf(entry.Hash, entry.Utf8)] = entry;
        }
    }

    private static ulong HashOf(ReadOnlySpan<byte> utf8)
    {
        unchecked
        {
            var hash = (ulong)utf8.Length * Mix;
            for (; utf8.Length >= sizeof(ulong); utf8 = utf8[sizeof(ulong)..])
                hash = Mixed(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(utf8));
            var rest = 0UL;
            foreach (var unit in utf8)
                rest = (rest << 8) | unit;
            return Mixed(hash ^ rest);
        }
    }

    private static ulong Mixed(ulong hash)
    {
        var mixed = unchecked((hash ^ (hash >> 32)) * Mix);
        return mixed ^ (mixed >> 29);
    }
}
