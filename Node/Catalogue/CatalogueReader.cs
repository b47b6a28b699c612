using System.Security.Cryptography;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tables;

namespace ProvincialGateway.Catalogue;

/// <summary>A good row and where it stands.</summary>
internal readonly record struct Placed<T>(T Row, int Line);

/// <summary>Reads the three tables row by row; <see cref="CatalogueChecks"/> then holds them against themselves and each other.</summary>
internal sealed class CatalogueReader(CatalogueFiles files)
{
    private const int VersionDigits = 12;
    private const int ExchangeCodeLengthMax = 50;

    private static readonly string[] ItemColumns =
        ["local_code", "local_name", "kind", "unit", "specification", "dose_form", "fee_category", "item_class", "self_pay_percent",
         "limit_tertiary", "limit_secondary", "limit_primary", "valid_from", "valid_to"];

    private static readonly string[] MappingColumns =
        ["local_code", "exchange_code", "exchange_name", "quality", "status", "valid_from", "valid_to"];

    private static readonly string[] CodeColumns =
        ["system", "local_code", "local_name", "exchange_code", "exchange_name", "direction", "valid_from", "valid_to"];

    private readonly List<TableError> _errors = [];

    private enum MappingStatus
    {
        Valid = 1,
        Draft = 2,
        Retired = 3,
    }

    public CatalogueLoad Read()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var itemRows = Rows(files.Items, ItemColumns, hash);
        var mappingRows = Rows(files.Mappings, MappingColumns, hash);
        var codeRows = Rows(files.Codes, CodeColumns, hash);

        var items = Good(itemRows, Item);
        var mappings = Good(mappingRows.Where(IsInForce), Mapping);
        var codes = Good(codeRows, Code);

        var checks = new CatalogueChecks(files, _errors);
        checks.Items(items);
        checks.Mappings(mappings, itemRows.Select(row => row["local_code"]).ToHashSet(StringComparer.Ordinal));
        checks.Codes(codes);
        // With a code row missing, every item that uses it would be reported too.
        if (codes.Count == codeRows.Count)
            checks.References(items, codes);

        if (_errors.Count > 0)
            return new CatalogueLoad { Catalogue = null, Errors = [.. _errors.OrderBy(error => error.File, StringComparer.Ordinal).ThenBy(error => error.Line)] };
        var version = Convert.ToHexStringLower(hash.GetHashAndReset())[..VersionDigits];
        return new CatalogueLoad { Catalogue = new LocalCatalogue(version, Plain(items), Plain(mappings), Plain(codes)), Errors = [] };
    }

    private List<CsvRow> Rows(string path, string[] columns, IncrementalHash hash)
    {
        var file = files.DetectGb18030 ? TableFile.Read(path, LegacyText.Utf8, LegacyText.Gb18030) : TableFile.Read(path, LegacyText.Utf8);
        hash.AppendData(file.Bytes);
        return file.Rows(columns, FieldValues.Quoted, _errors);
    }

    private static List<Placed<T>> Good<T>(IEnumerable<CsvRow> rows, Func<CsvRow, T> read) =>
        [.. rows.Select(row => new { Value = read(row), row.Line, row.IsGood }).Where(row => row.IsGood).Select(row => new Placed<T>(row.Value, row.Line))];

    private static List<T> Plain<T>(List<Placed<T>> rows) => rows.ConvertAll(placed => placed.Row);

    private static CatalogueItem Item(CsvRow row) => new()
    {
        LocalCode = row.Text("local_code"),
        LocalName = row.Text("local_name"),
        Kind = row.OneOf<ItemKind>("kind"),
        Unit = row.Optional("unit"),
        Specification = row.Optional("specification"),
        DoseForm = row.Optional("dose_form"),
        FeeCategory = row.Text("fee_category"),
        ItemClass = row.Text("item_class"),
        SelfPay = row.Percent("self_pay_percent"),
        LimitTertiary = row.Limit("limit_tertiary"),
        LimitSecondary = row.Limit("limit_secondary"),
        LimitPrimary = row.Limit("limit_primary"),
        Validity = row.Validity(),
    };

    /// <summary>Drafts and retired rows stay in the file for people; they are checked for their status only.</summary>
    private static bool IsInForce(CsvRow row) => row.OneOf<MappingStatus>("status") is not (MappingStatus.Draft or MappingStatus.Retired);

    private static ItemMapping Mapping(CsvRow row) => new()
    {
        LocalCode = row.Text("local_code"),
        ExchangeCode = ExchangeCode(row, "-"),
        ExchangeName = row.Text("exchange_name"),
        Quality = row.OneOf<MappingQuality>("quality"),
        Validity = row.Validity(),
    };

    private static CodeRow Code(CsvRow row)
    {
        var system = row.OneOf<CodeSystem>("system");
        if (system == CodeSystem.Item)
            row.Fault("system", "项目对照应写入 mappings 文件。", "items are mapped in the mappings file.");
        var code = new CodeRow
        {
            System = system,
            LocalCode = row.Text("local_code"),
            ExchangeCode = ExchangeCode(row, ".-+*"),
            Direction = row.OneOf<CodeDirection>("direction"),
            Validity = row.Validity(),
        };
        if (row.IsGood && ExchangeCodes.Closes(system) && !ExchangeCodes.Contains(system, code.ExchangeCode))
            row.Fault("exchange_code", $"交换码“{code.ExchangeCode}”不在 {system} 代码集中。", $"exchange code '{code.ExchangeCode}' is not in the set {system}.");
        return code;
    }

    private static string ExchangeCode(CsvRow row, string marks) => row.Code("exchange_code", ExchangeCodeLengthMax, marks);
}
