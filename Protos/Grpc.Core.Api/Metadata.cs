using System.Buffers;
using System.Collections;
using System.Text;

namespace Grpc.Core;

/// <summary>Headers or trailers of a call, in order; a key may occur more than once.</summary>
public sealed class Metadata : IList<Metadata.Entry>
{
    /// <summary>A key that ends so carries bytes, every other key carries ASCII text.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    /// <summary>Read only: shared by everyone.</summary>
    public static readonly Metadata Empty = new(isReadOnly: true);

    private readonly List<Entry> _entries = [];

    public Metadata()
    {
    }

    private Metadata(bool isReadOnly) => IsReadOnly = isReadOnly;

    public int Count => _entries.Count;

    public bool IsReadOnly { get; }

    public Entry this[int index]
    {
        get => _entries[index];
        set => Writable()[index] = NotNull(value);
    }

    /// <summary>The last entry of that key.</summary>
    /// <param name="key">In lower case, as entries store it.</param>
    public Entry? Get(string key) => _entries.FindLast(entry => entry.Key == key);

    /// <exception cref="InvalidOperationException">The entry is binary.</exception>
    public string? GetValue(string key) => Get(key)?.Value;

    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    public IEnumerable<Entry> GetAll(string key) => _entries.Where(entry => entry.Key == key);

    public void Add(string key, string value) => Add(new Entry(key, value));

    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    public void Add(Entry item) => Writable().Add(NotNull(item));

    public void Insert(int index, Entry item) => Writable().Insert(index, NotNull(item));

    public void RemoveAt(int index) => Writable().RemoveAt(index);

    public bool Remove(Entry item) => Writable().Remove(item);

    public void Clear() => Writable().Clear();

    public int IndexOf(Entry item) => _entries.IndexOf(item);

    public bool Contains(Entry item) => _entries.Contains(item);

    public void CopyTo(Entry[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static Entry NotNull(Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item;
    }

    private List<Entry> Writable() =>
        IsReadOnly ? throw new InvalidOperationException("This metadata is read only.") : _entries;

    /// <summary>One key with its text or its bytes. Entries are equal only when they are the same object.</summary>
    public class Entry
    {
        private static readonly SearchValues<char> KeyCharacters =
            SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.-");

        // Never '?' in place of a character: bytes that differ from the text are worse than an error.
        private static readonly Encoding StrictAscii = Encoding.GetEncoding(
            "us-ascii", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);

        private readonly string? _text;
        private readonly byte[]? _bytes;

        /// <param name="key">Any case; stored in lower case. Ends with <see cref="BinaryHeaderSuffix"/>.</param>
        /// <exception cref="ArgumentException">The key has a character a header cannot have, or not the suffix.</exception>
        public Entry(string key, byte[] valueBytes)
        {
            Key = Normalize(key);
            ArgumentNullException.ThrowIfNull(valueBytes);
            if (!IsBinary)
                throw new ArgumentException($"The key of a binary entry must end with \"{BinaryHeaderSuffix}\".", nameof(key));
            _bytes = [.. valueBytes];
        }

        /// <param name="key">Any case; stored in lower case. Must not end with <see cref="BinaryHeaderSuffix"/>.</param>
        /// <param name="value">
        /// ASCII if it is to be sent: the transports refuse anything else. It is not checked here because received
        /// headers pass through here too, and the protocol forbids failing a call over the text of a foreign header.
        /// </param>
        /// <exception cref="ArgumentException">The key has a character a header cannot have, or the binary suffix.</exception>
        public Entry(string key, string value)
        {
            Key = Normalize(key);
            ArgumentNullException.ThrowIfNull(value);
            if (IsBinary)
                throw new ArgumentException($"A key that ends with \"{BinaryHeaderSuffix}\" takes bytes, not text.", nameof(key));
            _text = value;
        }

        public string Key { get; }

        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <exception cref="InvalidOperationException">The entry is binary.</exception>
        public string Value => _text ?? throw new InvalidOperationException("A binary entry has no text value.");

        /// <summary>A copy; of a text entry, its ASCII bytes.</summary>
        /// <exception cref="EncoderFallbackException">The text is not ASCII.</exception>
        public byte[] ValueBytes => _bytes is null ? StrictAscii.GetBytes(Value) : [.. _bytes];

        public override string ToString() => _bytes is null
            ? $"[Entry: key={Key}, value={_text}]"
            : $"[Entry: key={Key}, valueBytes={Convert.ToHexString(_bytes)}]";

        private static string Normalize(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
            var lower = key.ToLowerInvariant();
            if (lower.Length == 0 || lower.AsSpan().ContainsAnyExcept(KeyCharacters))
                throw new ArgumentException("A metadata key consists of letters, digits, '_', '-' and '.' only.", nameof(key));
            return lower;
        }
    }
}
