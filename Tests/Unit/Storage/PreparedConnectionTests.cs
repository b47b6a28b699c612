using NUnit.Framework;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Storage;

/// <summary>What goes into a statement comes out of it, however often it runs.</summary>
internal sealed class PreparedConnectionTests
{
    private TempFolder _folder;
    private Database _database;

    [SetUp]
    public void Open()
    {
        _folder = new();
        _database = Stores.Open(_folder);
    }

    [TearDown]
    public async Task Close()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase(""), TestCase("a"), TestCase("测试患者甲"), TestCase("with a\0zero"), TestCase("名字里有生僻字𬭛")]
    public void A_text_stays_the_text_it_was(string text)
    {
        foreach (var one in (string[])[text, string.Concat(Enumerable.Repeat(text, 1_000))])
            Assert.That(Read<string>("SELECT @one", new { one }), Is.EqualTo(one));
        Assert.That(Read<string>("SELECT typeof(@text)", new { text }), Is.EqualTo("text"));
    }

    [Test]
    public void Bytes_stay_the_bytes_they_were_and_none_are_not_null()
    {
        Assert.That(Read<byte[]>("SELECT @bytes", new { bytes = new byte[] { 0, 255, 7 } }), Is.EqualTo(new byte[] { 0, 255, 7 }));
        Assert.That(Read<string>("SELECT typeof(@bytes)", new { bytes = Array.Empty<byte>() }), Is.EqualTo("blob"));
    }

    [Test]
    public void Numbers_flags_and_nothing_are_what_they_were()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Read<long>("SELECT @number", new { number = long.MinValue }), Is.EqualTo(long.MinValue));
            Assert.That(Read<long>("SELECT @flag", new { flag = true }), Is.EqualTo(1));
            Assert.That(Read<long>("SELECT @state", new { state = DayOfWeek.Friday }), Is.EqualTo(5));
            Assert.That(Read<string>("SELECT typeof(@nothing)", new { nothing = (long?)null }), Is.EqualTo("null"));
            Assert.That(Read<long?>("SELECT NULL", null), Is.Null);
        }
    }

    [Test]
    public void The_values_of_one_run_are_not_those_of_the_next()
    {
        foreach (var value in (string?[])["first", null, "third"])
            Assert.That(Read<string?>("SELECT @value", new { value }), Is.EqualTo(value));
    }

    [Test]
    public void A_query_inside_a_query_of_the_same_text_has_rows_of_its_own()
    {
        const string Sql = "SELECT value FROM (SELECT 1 AS value UNION ALL SELECT 2)";
        var pairs = _database.Read(session =>
        {
            var found = new List<(long, long)>();
            foreach (var outer in Dapper.SqlMapper.Query<long>(session.Connection, Sql, buffered: false))
                found.AddRange(session.Query<long>(Sql).Select(inner => (outer, inner)));
            return found;
        });
        Assert.That(pairs, Is.EqualTo(new[] { (1L, 1L), (1L, 2L), (2L, 1L), (2L, 2L) }));
    }

    [Test]
    public void A_parameter_without_a_value_is_named() =>
        Assert.That(() => Read<long>("SELECT @missing", new { other = 1 }), Throws.InvalidOperationException.With.Message.Contains("missing"));

    [Test]
    public async Task Statements_of_one_text_run_one_after_the_other_and_are_counted_together()
    {
        const string Sql = "CREATE TABLE IF NOT EXISTS made (id INTEGER); INSERT INTO made VALUES (@first), (@first + 1); INSERT INTO made VALUES (@third);\n";
        foreach (var _ in (int[])[1, 2])
            Assert.That(await _database.WriteAsync(session => session.Execute(Sql, new { first = 1, third = 3 }), CancellationToken.None), Is.GreaterThanOrEqualTo(3));
        Assert.That(_database.Read(session => session.Query<long>("SELECT id FROM made ORDER BY rowid")), Is.EqualTo(new[] { 1, 2, 3, 1, 2, 3 }));
    }

    [Test]
    public void A_second_statement_behind_a_query_is_refused_instead_of_forgotten() =>
        Assert.That(() => Read<long>("SELECT 1; SELECT 2", null), Throws.InvalidOperationException.With.Message.Contains("SELECT 2"));

    private T Read<T>(string sql, object? args) => _database.Read(session => session.QuerySingle<T>(sql, args));
}
