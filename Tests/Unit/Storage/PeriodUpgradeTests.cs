using NUnit.Framework;

namespace ProvincialGateway.Tests.Storage;

/// <summary>Business periods of the release before reversals by operators counted in them (scripts 1 to 34).</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class PeriodUpgradeTests
{
    private const int Before = 34;

    [Test]
    public async Task An_operators_reversal_enters_the_period_of_what_it_reversed_unless_the_hospital_had_closed_it()
    {
        using var books = await OlderBooks.OfReleaseAsync(Before);
        OlderBooks.Execute(books.Treatment,
            $"""
            INSERT INTO business_period (period_number, institution_code, operator_number, opened_at_ms) SELECT 'open', min(code), '1', 1 FROM institution UNION ALL SELECT 'closed', min(code), '2', 1 FROM institution;
            INSERT INTO period_transaction (transaction_id, period_number) VALUES ('{Id(1)}', 'open'), ('{Id(2)}', 'closed');
            UPDATE business_period SET closed_at_ms = 2 WHERE period_number = 'closed';
            INSERT INTO transaction_act (transaction_id, act, state_before, reversal_id, sequence, acted_by, reason, acted_at_ms)
            VALUES ('{Id(1)}', 3, 1, '{Id(3)}', 1, 'x', 'x', 1), ('{Id(2)}', 3, 1, '{Id(4)}', 2, 'x', 'x', 1);
            """);

        await books.UpgradeAsync();

        Assert.That(OlderBooks.Rows(books.Treatment, "SELECT transaction_id || ' ' || period_number FROM period_transaction WHERE period_number IN ('open', 'closed') ORDER BY 1"),
            Is.EqualTo(new[] { $"{Id(1)} open", $"{Id(2)} closed", $"{Id(3)} open" }));
    }

    private static string Id(int number) => $"53000020240603090000999999{number:0000}";
}
