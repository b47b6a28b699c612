using System.Globalization;
using ProvincialGateway.Cli;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Walk;

/// <summary>What stands in the books and waits for an operator: read first, drawn from, and only then acted upon.</summary>
internal abstract class RandomAgency(PilotCountry country, Operators operators, Random random, TimeProvider time)
{
    private const int DrawsMax = 6;

    private int _receipts;

    protected DateOnly Today => time.Today();

    protected Random Random => random;

    /// <summary>Draws one of the things an operator can do now; nothing happens when nothing of what is drawn is there.</summary>
    public Task StepAsync()
    {
        for (var drawn = 0; drawn < DrawsMax; drawn++)
        {
            if (Draw(Care.All[random.Next(Care.All.Count)]) is { } step)
                return step;
        }
        return Task.CompletedTask;
    }

    /// <returns>Null when there is nothing of the kind drawn.</returns>
    protected abstract Task? Draw(Care care);

    protected Task RunAsync(PilotProvince province, string operation, params IEnumerable<string> words) => operators.RunAsync(province, operation, words);

    protected PilotProvince Province(string division) => country[Division.Parse(division)];

    /// <summary>One of the rows; null when there is none.</summary>
    protected T? Draw<T>(PilotProvince province, string sql, object? args = null)
        where T : class
    {
        var rows = province.Host.Database.Read(session => session.Query<T>(sql, args));
        return rows.Count == 0 ? null : rows[random.Next(rows.Count)];
    }

    /// <summary>Yuan with fen, at least one fen and below <paramref name="yuan"/>.</summary>
    protected string Yuan(int yuan) => new Fen(1 + random.NextInt64(yuan * 100L - 1)).ToString();

    protected string Receipt() => string.Create(CultureInfo.InvariantCulture, $"HD{++_receipts}");
}
