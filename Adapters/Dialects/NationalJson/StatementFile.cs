using System.IO.Compression;
using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// The zip files of a row reconciliation: one text file in UTF-8, columns separated by TAB, lines by <c>\n</c>, no header, the word <c>null</c>
/// where there is nothing.
/// </summary>
internal static class StatementFile
{
    private const int RowsMax = 10_000;

    /// <summary>Ten thousand rows need a tenth of it; what unpacks to more is no statement.</summary>
    private const int TextBytesMax = 16 * 1024 * 1024;

    private const int ColumnsMin = 7;
    private const int ColumnsMax = 8;
    private const int TransactionIdLength = 30;
    private const string Nothing = "null";
    private const string ResultName = "result.txt";

    // A zip has times in it; a constant one keeps equal results equal bytes.
    private static readonly DateTimeOffset EntryTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<HisClaimedSettlement> Read(byte[] zip, ObjectReader node)
    {
        if (Unpack(zip) is not { } bytes)
        {
            node.Invalid(Fields.FileContent, "应为只含一个文本文件的 zip，解压后不超过16MB。", "a zip with one text file of at most 16 MB is expected.");
            return [];
        }

        if (!LegacyText.TryDecode(bytes, LegacyText.Utf8, out var text, out var badByteAt))
        {
            node.Invalid(Fields.FileContent, $"文本第 {badByteAt} 字节不是 UTF-8。", $"byte {badByteAt} of the text is not UTF-8.");
            return [];
        }

        var lines = text.TrimEnd('\n', '\r', '\0').Split('\n');
        if (lines is [""] || lines.Length > RowsMax)
            node.Invalid(Fields.FileContent, $"应有1至{RowsMax}行。", $"1 to {RowsMax} lines are expected.");
        return lines.Length > RowsMax ? [] : [.. lines.Select((line, index) => Row(line.TrimEnd('\r'), index, node))];
    }

    /// <summary>Ten columns; numbers stand in the last three whatever the verdict, because clients parse them.</summary>
    public static byte[] Write(IReadOnlyList<HisReconciledSettlement> rows, bool hasExtension)
    {
        var text = LegacyText.Encode(string.Join('\n', rows.Select(row => Line(row, hasExtension))), LegacyText.Utf8);
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            // Stored, not deflated: the bytes must not depend on the version of a compressor.
            var entry = zip.CreateEntry(ResultName, CompressionLevel.NoCompression);
            entry.LastWriteTime = EntryTime;
            using var content = entry.Open();
            content.Write(text);
        }

        return file.ToArray();
    }

    private static byte[]? Unpack(byte[] zip)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(zip, writable: false), ZipArchiveMode.Read);
            if (archive.Entries is not [var entry])
                return null;
            using var content = entry.Open();
            using var text = new MemoryStream();
            var part = new byte[81_920];
            for (var read = content.Read(part); read > 0; read = content.Read(part))
            {
                // What an entry says of its size is not to be believed.
                if (text.Length + read > TextBytesMax)
                    return null;
                text.Write(part, 0, read);
            }

            return text.ToArray();
        }
        // What the archive makes of bytes that are no zip, or of one it cannot unpack.
        catch (Exception fault) when (fault is InvalidDataException or IOException or NotSupportedException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    private static HisClaimedSettlement Row(string line, int index, ObjectReader node)
    {
        var cells = line.Split('\t').Select(cell => cell.Trim() is var value && value.Equals(Nothing, StringComparison.OrdinalIgnoreCase) ? "" : value).ToArray();
        var fault = cells.Length is < ColumnsMin or > ColumnsMax ? ($"应有{ColumnsMin}列，以 TAB 分隔。", $"{ColumnsMin} columns separated by TAB are expected.") : default((string, string)?);
        var total = Fen(cells, 3, ref fault);
        var (fund, account) = (Fen(cells, 4, ref fault), Fen(cells, 5, ref fault));
        var settlement = Cell(cells, 0);
        if (settlement.Length == 0 || line.Any(character => char.IsControl(character) && character != '\t'))
            fault ??= ("缺少 setl_id 或含控制字符。", "setl_id is missing, or there is a control character.");
        if (fault is { } wrong)
            node.Refuse(Refusals.InvalidField($"rows[{index}]", $"{node.Shown(Fields.FileContent)}, line {index + 1}", wrong.Item1, wrong.Item2));
        // A refund is known by the transaction that made it: that is the number its own reply gave it.
        var isOfTransaction = settlement.Length == TransactionIdLength && settlement.All(char.IsAsciiDigit);
        return new HisClaimedSettlement
        {
            RowKey = string.Join('\t', cells),
            SettlementNumber = isOfTransaction ? null : settlement,
            OriginalTransactionId = isOfTransaction ? settlement : null,
            VisitNumber = Cell(cells, 1) is { Length: > 0 } visit ? visit : null,
            IsCancellation = total < 0 || (total is null or 0 && Cell(cells, 6) == "1"),
            TotalFen = total,
            FundTotalFen = fund,
            AccountFen = account,
        };
    }

    private static long? Fen(string[] cells, int at, ref (string, string)? fault)
    {
        if (Cell(cells, at) is not { Length: > 0 } text)
            return null;
        if (ExactNumber.TryParse(text, out var yuan) && decimal.Round(yuan, 2) == yuan && Math.Abs(yuan) <= 1_000_000_000_000_000m)
            return (long)(yuan * 100m);
        fault ??= ($"第{at + 1}列应为精确到分的金额。", $"column {at + 1} must be an amount exact to the fen.");
        return null;
    }

    private static string Cell(string[] cells, int at) => at < cells.Length ? cells[at] : "";

    private static string Line(HisReconciledSettlement row, bool hasExtension)
    {
        var claimed = (row.RowKey ?? "").Split('\t');
        var cells = row.Row is { } own
            ? (string[])
            [
                own.PersonNumber, own.VisitNumber, own.IsCancellation ? own.OriginalTransactionId : own.SettlementNumber, own.HisTransactionId ?? "",
                Verdict(row), own.IsCancellation ? "1" : "0", Memo(row),
                Amounts.Yuan(own.Figures.TotalFen), Amounts.Yuan(own.Figures.FundTotalFen), Amounts.Yuan(own.Figures.AccountFen),
            ]
            : [Cell(claimed, 2), Cell(claimed, 1), Cell(claimed, 0), "", Verdict(row), Cell(claimed, 6), Memo(row), Number(claimed, 3), Number(claimed, 4), Number(claimed, 5)];
        return string.Join('\t', (hasExtension ? cells.Append("") : cells).Select(Written));
    }

    private static string Number(string[] claimed, int at) => Cell(claimed, at) is { Length: > 0 } text ? text : "0.00";

    private static string Written(string value) =>
        value.Length == 0 ? Nothing : value.Any(char.IsControl) ? new StringBuilder(value).Replace('\t', ' ').Replace('\n', ' ').Replace('\r', ' ').ToString() : value;

    // A row that waits is not balanced yet: the month must not be closed over it.
    private static string Verdict(HisReconciledSettlement row) => row.Verdict switch
    {
        HisReconciliationVerdict.Balanced => ReconciliationMessages.Balanced,
        HisReconciliationVerdict.OnlyNode => ReconciliationMessages.OnlyNode,
        HisReconciliationVerdict.OnlyHospital => ReconciliationMessages.OnlyHospital,
        _ => ReconciliationMessages.Differs,
    };

    private static string Memo(HisReconciledSettlement row) => row.Verdict switch
    {
        HisReconciliationVerdict.Balanced => "平 balanced",
        HisReconciliationVerdict.OnlyNode => "中心有，医院无 only the node has it",
        HisReconciliationVerdict.OnlyHospital => "医院有，中心无 only the hospital has it",
        HisReconciliationVerdict.Pending => "参保地尚未应答，请待有结果后再对 waits for the insured province, reconcile again later",
        _ => $"不一致：{row.Field} differs: {row.Field}",
    };
}
