using System.IO.Compression;
using System.Xml;

namespace ProvincialGateway.Tables;

/// <summary>The file is not a workbook this node reads; the message says why and what to do.</summary>
internal sealed class XlsxRefusedException(string chinese, string english) : Exception(english)
{
    public string Chinese => chinese;
}

/// <summary>
/// The ZIP that an XLSX file is, opened with a limit on everything: the sizes its directory states are checked before anything is read, and what
/// is really decompressed is counted while it is read, because a directory can lie. Documents with a DTD are refused.
/// </summary>
internal sealed class XlsxPackage : IDisposable
{
    private const int EntriesMax = 1_000;

    /// <summary>All parts together, decompressed.</summary>
    private const long BytesMax = 512L * 1024 * 1024;

    /// <summary>Sheets compress to a tenth or a thirtieth; what is packed much tighter is made to burst.</summary>
    private const int RatioMax = 200;

    /// <summary>Small parts may be packed as tight as they like.</summary>
    private const long SmallBytes = 1024 * 1024;

    private readonly ZipArchive _archive;
    private long _bytesLeft = BytesMax;

    private XlsxPackage(ZipArchive archive) => _archive = archive;

    /// <exception cref="XlsxRefusedException">No ZIP, or one that is too large.</exception>
    public static XlsxPackage Open(byte[] bytes)
    {
        try
        {
            var package = new XlsxPackage(new ZipArchive(new MemoryStream(bytes, writable: false), ZipArchiveMode.Read));
            package.RequireSmall();
            return package;
        }
        catch (InvalidDataException)
        {
            throw new XlsxRefusedException(
                "不是可读取的 XLSX 工作簿；加密的或旧版 .xls 工作簿请另存为不加密的 .xlsx 或 CSV。",
                "is no XLSX workbook that can be read; save an encrypted or an old .xls workbook as .xlsx without a password, or as CSV.");
        }
    }

    public bool Has(string part) => _archive.GetEntry(part) is not null;

    /// <param name="part">Its name in the ZIP, without a leading slash.</param>
    /// <exception cref="XlsxRefusedException">There is no such part.</exception>
    public XmlReader Read(string part)
    {
        var entry = _archive.GetEntry(part)
            ?? throw new XlsxRefusedException($"工作簿缺少部件 {part}，文件已损坏。", $"the workbook lacks its part {part}; the file is damaged.");
        return XmlReader.Create(new Counted(this, entry.Open()), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            MaxCharactersInDocument = BytesMax,
            CloseInput = true,
        });
    }

    public void Dispose() => _archive.Dispose();

    private void RequireSmall()
    {
        if (_archive.Entries.Count > EntriesMax)
            throw new XlsxRefusedException($"工作簿含 {_archive.Entries.Count} 个部件，超过 {EntriesMax} 个。", $"the workbook has {_archive.Entries.Count} parts, more than {EntriesMax}.");
        long total = 0;
        foreach (var entry in _archive.Entries)
        {
            // Subtracted, not added up: sizes that a directory makes up may not fit together into a number.
            if (entry.Length < 0 || entry.Length > BytesMax - total)
                throw TooLarge();
            total += entry.Length;
            if (entry.Length > SmallBytes && entry.Length / RatioMax > entry.CompressedLength)
                throw new XlsxRefusedException(
                    $"部件 {entry.FullName} 的压缩比超过 {RatioMax} 倍，疑为压缩炸弹，未读取。",
                    $"part {entry.FullName} is compressed more than {RatioMax} times, as a zip bomb is; it was not read.");
        }
    }

    private static XlsxRefusedException TooLarge() => new(
        $"工作簿解压后超过 {BytesMax / (1024 * 1024)} MiB，未读取；请拆分后导入。",
        $"the workbook is larger than {BytesMax / (1024 * 1024)} MiB when decompressed; it was not read. Split it and import the parts.");

    /// <summary>Counts what comes out of the decompressor against what the whole workbook may have.</summary>
    private sealed class Counted(XlsxPackage package, Stream part) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            var read = part.Read(buffer);
            package._bytesLeft -= read;
            return package._bytesLeft >= 0 ? read : throw TooLarge();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                part.Dispose();
            base.Dispose(disposing);
        }
    }
}
