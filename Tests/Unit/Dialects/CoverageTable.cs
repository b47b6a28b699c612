using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>What the dialects say of themselves as the section of Adapters/README.md between two marks.</summary>
internal static class CoverageTable
{
    public const string Begin = "<!-- conformance table: written by CoverageTests from the dialects' code -->", End = "<!-- end of the conformance table -->";

    public static IReadOnlyList<string> Operations { get; } =
        [.. typeof(HisOperation).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(HisOperation)) && !type.IsAbstract).Select(type => type.Name).Order(StringComparer.Ordinal)];

    public static string Render(IReadOnlyList<IHisDialect> dialects)
    {
        var text = new StringBuilder(Begin).Append("\n\n");
        Row(text, ["operation", .. dialects.Select(dialect => $"`{dialect.Name}`")]);
        Row(text, ["---", .. dialects.Select(_ => "---")]);
        foreach (var operation in Operations)
            Row(text, [operation, .. dialects.Select(dialect => Codes(Of(dialect, operation)))]);
        foreach (var dialect in dialects)
        {
            text.Append($"\n#### `{dialect.Name}`\n\n");
            var remarks = Operations.Select(operation => Of(dialect, operation)).Where(operation => operation.English.Length > 0)
                .GroupBy(operation => (IsHere: operation.TransactionCodes.Count > 0, operation.English, operation.Chinese));
            foreach (var remark in remarks)
                text.Append($"- {(remark.Key.IsHere ? "" : "not in this dialect: ")}**{string.Join(", ", remark.Select(operation => operation.Operation))}** {remark.Key.English} {remark.Key.Chinese}\n");
        }

        return text.Append('\n').Append(End).ToString();
    }

    public static OperationCoverage Of(IHisDialect dialect, string operation) => ((IDialectCoverage)dialect).Operations.Single(each => each.Operation == operation);

    private static string Codes(OperationCoverage operation) => operation switch
    {
        { TransactionCodes.Count: 0 } => "–",
        { English: "" } => string.Join(' ', operation.TransactionCodes),
        _ => string.Join(' ', operation.TransactionCodes) + " *",
    };

    private static void Row(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
