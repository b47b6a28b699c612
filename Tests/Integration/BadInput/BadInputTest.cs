using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.BadInput;

/// <summary>
/// What every case has to show: the sender learns in its own convention what is wrong, nothing is left half-stored in either province, and the
/// node serves on.
/// </summary>
[NonParallelizable] // They share a country, and each counts what changes in its books.
internal abstract partial class BadInputTest : IDisposable
{
    protected HttpClient Client { get; } = new();

    protected static PilotCountry Country => BadInputCountry.Country;

    protected static PilotProvince Guangdong => Country[PilotCountry.Guangdong];

    protected static PilotProvince Yunnan => Country[PilotCountry.Yunnan];

    protected static LogCapture Logs => BadInputCountry.Logs;

    [TearDown]
    public async Task ServesOnAsync()
    {
        Logs.AssertNoUnexpectedErrors();
        foreach (var stay in (HospitalStay[])[new GuangzhouStay(Client, Country), new KunmingStay(Client, Country)])
            await stay.PlayAsync(stay.Verify);
    }

    [OneTimeTearDown]
    public void Dispose() => Client.Dispose();

    protected static StoredRows Stored() => StoredRows.In(Country.Provinces.Select(province => province.DataFolder));

    /// <summary>Does something that must leave both databases as they were, but for the rows that the case stores by right.</summary>
    protected static async Task<T> StoringNothingAsync<T>(Func<Task<T>> act, params (string Table, int Added)[] legitimate)
    {
        var before = Stored();
        var result = await act();
        before.AssertSame(Stored(), legitimate);
        return result;
    }

    /// <summary>One line for a person: the code, then Chinese, then English, naming what is wrong.</summary>
    protected static void AssertRefused(string? text, string code, string named)
    {
        Assert.That(text, Is.Not.Null, "the reply says success");
        var languages = text!.Split(" | ");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(text, Does.StartWith($"[{code}] "));
            Assert.That(text, Does.Match(named));
            Assert.That(languages[0], Does.Match(Chinese()));
            Assert.That(languages[^1], Has.Length.GreaterThan(20).And.Matches(English()));
        }
    }

    [GeneratedRegex("[\u4e00-\u9fff]{2}")]
    private static partial Regex Chinese();

    // Names and values that a sentence quotes may be Chinese; the sentence is not.
    [GeneratedRegex("^[a-z].*[A-Za-z]{3} [a-z]{2}")]
    private static partial Regex English();
}
