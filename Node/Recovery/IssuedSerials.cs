using System.Globalization;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>
/// The counters behind the numbers this province issues. What is decided again gets the number it had; what is issued from now on lies beyond
/// every number anybody may hold.
/// </summary>
internal static class IssuedSerials
{
    /// <summary>What is passed over of a day's numbers where a province cannot be asked: far more than one division settles in a day, and a hundredth of what a day has.</summary>
    public const long Jump = 100_000;

    /// <summary>More than one division settles in a second, by the day's mean; a day of it and the jump are less than a day has.</summary>
    private const long PerSecond = 100;

    private const int DateLength = 10;

    /// <summary>Behind every digit in the order of names.</summary>
    private const string AfterDigits = "~";

    private static readonly string[] Kinds = ["visit.", "settlement.", "filing."];

    /// <summary>The name of the counter a number was taken from, and its place in it.</summary>
    /// <param name="number">A visit, settlement or filing number, or one of a statement.</param>
    public static (string Counter, long Serial) Of(string number) => number[0] switch
    {
        'B' => ($"statement.{number[1..7]}.{number[7..11]}", Serial(number[11..])),
        'S' => (Daily("visit", number), Serial(number[13..])),
        'A' => (Daily("settlement", number), Serial(number[13..])),
        'F' => (Daily("filing", number), Serial(number[13..])),
        _ => throw new ArgumentException("Not a number that is issued.", nameof(number)),
    };

    /// <summary>Runs work whose next number is the one it had; afterwards the counter is where it was, or at this number when that is higher.</summary>
    public static T With<T>(Session session, string? number, Func<T> work)
    {
        if (number is null)
            return work();
        var (counter, serial) = Of(number);
        var before = Value(session, counter);
        Set(session, counter, serial - 1);
        var result = work();
        Set(session, counter, Math.Max(before, serial));
        return result;
    }

    /// <summary>The counter is at this number at least.</summary>
    public static void Reach(Session session, string number)
    {
        var (counter, serial) = Of(number);
        Set(session, counter, Math.Max(Value(session, counter), serial));
    }

    /// <summary>Passes over today's next numbers of every division that insures somebody: a province that cannot be asked may hold some of them.</summary>
    public static void PassOver(Session session, DateOnly today)
    {
        var divisions = session.Query<string>("SELECT DISTINCT insured_division FROM person");
        foreach (var counter in divisions.SelectMany(division => (string[])[$"visit.{division}.{today.Iso()}", $"settlement.{division}.{today.Iso()}", $"filing.{division}.{today.Iso()}"]))
            Set(session, counter, Value(session, counter) + Jump);
    }

    /// <summary>
    /// Passes over every number of today that a node may have issued until now from data newer than these, and writes them down as passed over. The hour says how
    /// many that can be, so a day has enough however often it is done. Of the divisions that have ever issued one: to go through all persons would take too long.
    /// </summary>
    /// <returns>How many counters were moved.</returns>
    public static int PassOverUntil(Session session, DateTimeOffset now)
    {
        var (today, last) = (ChinaTime.DateOf(now), Jump + (long)ChinaTime.Local(now).TimeOfDay.TotalSeconds * PerSecond);
        var moved = 0;
        foreach (var counter in Kinds.SelectMany(kind => Lines(session, kind)).Select(line => line + today.Iso()))
        {
            if (Value(session, counter) is var value && value >= last)
                continue;
            session.ExecuteExpecting(1, "INSERT INTO recovery_gap (counter, first_serial, last_serial) VALUES (@counter, @first, @last)", new { counter, first = value + 1, last });
            Set(session, counter, last);
            moved++;
        }
        return moved;
    }

    // From one line of numbers to the next: there is a counter for each day of each, and all of them are more with every year.
    private static IEnumerable<string> Lines(Session session, string kind)
    {
        for (var after = kind; session.QuerySingleOrDefault<string?>("SELECT name FROM counter WHERE name > @after AND name < @end ORDER BY name LIMIT 1", new { after, end = kind + AfterDigits }) is { } name;)
        {
            var line = name[..^DateLength];
            yield return line;
            after = line + AfterDigits;
        }
    }

    /// <summary>Writes down which numbers nobody is known to hold: lost with the data, or passed over. Earlier days are as they were.</summary>
    /// <param name="from">The first day on which a recovery took anything in.</param>
    public static void RecordGaps(Session session, DateOnly from)
    {
        var held = Held(session, from).ToLookup(row => row.Counter, row => row.Serial);
        session.Execute("DELETE FROM recovery_gap WHERE substr(counter, -10) >= @from", new { from = from.Iso() });
        foreach (var counter in session.Query<CounterRow>(
            """
            SELECT name, value FROM counter WHERE (name GLOB 'visit.*' OR name GLOB 'settlement.*' OR name GLOB 'filing.*') AND substr(name, -10) >= @from ORDER BY name
            """, new { from = from.Iso() }))
        {
            var next = 1L;
            foreach (var serial in held[counter.Name].Append(counter.Value + 1).Order())
            {
                if (serial > next)
                {
                    session.ExecuteExpecting(1, "INSERT INTO recovery_gap (counter, first_serial, last_serial) VALUES (@Name, @next, @last)",
                        new { counter.Name, next, last = serial - 1 });
                }
                next = serial + 1;
            }
        }
    }

    private static IEnumerable<(string Counter, long Serial)> Held(Session session, DateOnly from) => session.Query<string>(
        """
        SELECT number FROM (
          SELECT visit_number AS number FROM insured_visit UNION ALL SELECT settlement_number FROM insured_settlement
          UNION ALL SELECT filing_number FROM (
            SELECT filing_number FROM filing WHERE submitted_by IS NOT NULL
            UNION SELECT filing_number FROM filing_version WHERE version = 1 AND (changed_by, change_reason) NOT IN (VALUES ('import', 'import'), ('', ''))))
        WHERE substr(number, 8, 6) >= @day
        """, new { day = from.ToString("yyMMdd", CultureInfo.InvariantCulture) }).Select(Of);

    private static long Value(Session session, string counter) =>
        session.QuerySingleOrDefault<long?>("SELECT value FROM counter WHERE name = @counter", new { counter }) ?? 0;

    private static void Set(Session session, string counter, long value)
    {
        if (value == 0)
            session.Execute("DELETE FROM counter WHERE name = @counter", new { counter });
        else
            session.Execute("INSERT INTO counter (name, value) VALUES (@counter, @value) ON CONFLICT (name) DO UPDATE SET value = @value", new { counter, value });
    }

    private static string Daily(string name, string number) => $"{name}.{number[1..7]}.20{number[7..9]}-{number[9..11]}-{number[11..13]}";

    private static long Serial(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);

    private sealed class CounterRow
    {
        public required string Name { get; init; }
        public required long Value { get; init; }
    }
}
