using System.Collections.Frozen;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tables;

namespace ProvincialGateway.Catalogue;

/// <summary>
/// The closed code sets both provinces understand, from the embedded <c>exchange-codes.csv</c>. Items and diagnoses are open sets and are not here.
/// </summary>
public static class ExchangeCodes
{
    private const string Resource = "ProvincialGateway.Catalogue.exchange-codes.csv";

    private static readonly FrozenDictionary<(CodeSystem System, string Code), (string Chinese, string English)> Names = Read();

    /// <summary>Whether the system is a closed set.</summary>
    public static bool Closes(CodeSystem system) => system is not (CodeSystem.Item or CodeSystem.Diagnosis);

    public static bool Contains(CodeSystem system, string code) => Names.ContainsKey((system, code));

    /// <summary>Null when the code is not in the set.</summary>
    public static (string Chinese, string English)? NameOf(CodeSystem system, string code) =>
        Names.TryGetValue((system, code), out var name) ? name : null;

    /// <summary>The codes of one system in ordinal order.</summary>
    public static IEnumerable<string> Of(CodeSystem system) =>
        Names.Keys.Where(key => key.System == system).Select(key => key.Code).Order(StringComparer.Ordinal);

    /// <summary>A field that must hold a code of a closed set.</summary>
    internal static string ExchangeCode(this CsvRow row, CodeSystem system, string column)
    {
        var code = row.Text(column);
        if (code.Length > 0 && !Contains(system, code))
        {
            var codes = string.Join(" | ", Of(system));
            row.Fault(column, $"{row.Chinese(code)}不在 {system} 代码集中（{codes}）。", $"{row.English(code)} is not in the set {system} ({codes}).");
        }
        return code;
    }

    private static FrozenDictionary<(CodeSystem System, string Code), (string Chinese, string English)> Read()
    {
        var errors = new List<TableError>();
        var codes = CsvTable.Embedded(Resource, ["system", "code", "name_zh", "name_en"], errors)
            .ToFrozenDictionary(row => (row.OneOf<CodeSystem>("system"), row.Text("code")), row => (row.Text("name_zh"), row.Text("name_en")));
        return errors.Count == 0 ? codes : throw new InvalidOperationException($"{Resource} is broken: {errors[0]}");
    }
}
