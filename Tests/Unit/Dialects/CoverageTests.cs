using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>What a dialect says it covers is what it does, and what Adapters/README.md says.</summary>
public sealed class CoverageTests
{
    private static readonly IReadOnlyList<IHisDialect> Dialects = [.. FuzzSubject.All.Select(subject => subject.Dialect).DistinctBy(dialect => dialect.Name)];

    private static IEnumerable<string> Names => Dialects.Select(dialect => dialect.Name);

    [Test]
    public void Every_dialect_is_in_the_table() =>
        Assert.That(Dialects.Select(dialect => dialect.GetType().Namespace!.Split('.')[^1]),
            Is.EquivalentTo(Directory.GetDirectories(Repository.PathTo("Adapters", "Dialects")).Where(folder => Directory.GetFiles(folder, "*.csproj").Length > 0).Select(Path.GetFileName)));

    [TestCaseSource(nameof(Names))]
    public void Every_operation_is_stated_once(string name) =>
        Assert.That(Coverage(name).Operations.Select(operation => operation.Operation), Is.EquivalentTo(CoverageTable.Operations));

    [TestCaseSource(nameof(Names))]
    public void Every_code_the_dialect_looks_up_is_stated(string name)
    {
        var coverage = Coverage(name);

        Assert.That(coverage.Operations.SelectMany(operation => operation.TransactionCodes).Distinct().Concat(coverage.RefusedCodes), Is.EquivalentTo(coverage.TransactionCodes));
    }

    [TestCaseSource(nameof(Names))]
    public void What_a_dialect_cannot_say_is_said_in_both_languages(string name)
    {
        foreach (var operation in Coverage(name).Operations)
        {
            Assert.That(operation.Chinese.Length == 0, Is.EqualTo(operation.English.Length == 0), operation.Operation);
            if (operation.TransactionCodes.Count == 0)
                Assert.That(operation.English, Is.Not.Empty, $"{operation.Operation}: what does the hospital do instead?");
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Every_stated_code_is_read_as_its_operation_and_as_no_other(string name)
    {
        var stated = Coverage(name).Operations.SelectMany(operation => operation.TransactionCodes.Select(code => $"{code} {operation.Operation}"));

        Assert.That(Requests(name).Where(request => request.Operation is not null).Select(request => $"{request.TransactionCode} {request.Operation!.GetType().Name}").Distinct(), Is.EquivalentTo(stated));
    }

    [TestCaseSource(nameof(Names))]
    public void A_code_that_is_only_refused_is_refused_with_a_reason_of_its_own(string name)
    {
        foreach (var code in Coverage(name).RefusedCodes)
        {
            var refusals = Requests(name).Where(request => request.TransactionCode == code).Select(request => request.Refusal?.English).ToList();
            Assert.That(refusals, Is.Not.Empty.And.All.Not.Null.And.None.EqualTo(Refusals.UnknownTransaction(code).English), code);
        }
    }

    [Test]
    public void The_readme_has_the_table()
    {
        var path = Repository.PathTo("Adapters", "README.md");
        var text = File.ReadAllText(path);
        var (start, end) = (text.IndexOf(CoverageTable.Begin, StringComparison.Ordinal), text.IndexOf(CoverageTable.End, StringComparison.Ordinal));
        Assert.That(start, Is.InRange(0, end), "Adapters/README.md has lost the marks of the conformance table");
        var table = CoverageTable.Render(Dialects);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOT") == "1")
            File.WriteAllText(path, text[..start] + table + text[(end + CoverageTable.End.Length)..]);
        else
            Assert.That(text[start..(end + CoverageTable.End.Length)], Is.EqualTo(table), "run this test once with UPDATE_SNAPSHOT=1 and commit Adapters/README.md");
    }

    private static IDialectCoverage Coverage(string name) => (IDialectCoverage)Dialects.Single(dialect => dialect.Name == name);

    // Read under every setting: a code may mean an operation under one of them only.
    private static IEnumerable<HisRequest> Requests(string name) =>
        FuzzSubject.All.Where(subject => subject.Dialect.Name == name).SelectMany(subject => subject.Samples.SelectMany(sample => subject.Dialect.Decode(sample).Requests));
}
