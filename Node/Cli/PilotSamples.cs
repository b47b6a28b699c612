using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Insured;
using ProvincialGateway.Tables;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>Takes a province's sample tables into its node.</summary>
internal static class PilotSamples
{
    /// <summary>Where the samples stand beside the program.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Samples");

    /// <returns>Code and token of each institution.</returns>
    /// <exception cref="NodeRefusedException">A table is wrong, or the adapter of an institution is not loaded.</exception>
    public static Task<IReadOnlyList<(string Code, string Token)>> ImportAsync(Division province, NodeHost node, TimeProvider time, CancellationToken cancellation) =>
        node.Database.WriteAsync(session =>
        {
            Require(new PersonImport(province, new PersonStore(node.Vault), time).Run(session, Table(province, "persons")));
            Require(new FilingImport(province, time).Run(session, Table(province, "filings")));
            var institutions = new InstitutionImport(province, id => node.Adapters.Find(id) is { } adapter ? new InstitutionAdapter(adapter.Catalogue.Codes, adapter.Dialect.Name) : null, time).Run(session, Table(province, "institutions"));
            Require(institutions.Rows);
            return institutions.NewTokens;
        }, cancellation);

    private static TableFile Table(Division province, string name) => TableFile.Read(Path.Combine(Folder, $"{province}-{name}.csv"), LegacyText.Utf8);

    private static void Require(ImportReport report)
    {
        if (report.Errors.Count > 0)
            throw new NodeRefusedException(string.Join(Environment.NewLine, report.Errors));
    }
}
