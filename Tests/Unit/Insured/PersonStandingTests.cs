using NUnit.Framework;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Insured;

/// <summary>How a person stands on a day, out of everything that was recorded.</summary>
internal sealed class PersonStandingTests
{
    [Test]
    public void Without_events_the_row_decides_every_day()
    {
        var standing = On("2017-01-01");

        Assert.That((standing.State, standing.Division.Code, standing.IsInsured), Is.EqualTo((1, "530100", true)));
    }

    [TestCase("2017-08-31", 1)]
    [TestCase("2017-09-01", 2)]
    [TestCase("2017-09-14", 2)]
    [TestCase("2017-09-15", 1)]
    [TestCase("2017-10-05", 1, Description = "the state that was planned for 2017-10-01 was said earlier than the restoration")]
    public void The_last_recorded_state_that_had_begun_decides(string day, int state) => Assert.That(
        On(day, State("2017-10-01", 2, 1), State("2017-09-01", 2, 1), State("2017-09-15", 1, 2)).State, Is.EqualTo(state));

    [TestCase("2017-09-09", true)]
    [TestCase("2017-09-10", false)]
    [TestCase("2017-09-30", false)]
    [TestCase("2017-10-01", true)]
    public void A_freeze_holds_from_its_first_to_its_last_day(string day, bool isInsured) =>
        Assert.That(On(day, Freeze("2017-09-10", "2017-09-30")).IsInsured, Is.EqualTo(isInsured));

    [TestCase("2017-09-19", false)]
    [TestCase("2017-09-20", true)]
    public void An_open_freeze_ends_with_its_end(string day, bool isInsured) => Assert.That(
        On(day, Freeze("2017-09-10", null), new PersonEventRow { PersonNumber = "P1", Kind = PersonEventKind.Unfreeze, FromDate = "2017-09-20" }).IsInsured, Is.EqualTo(isInsured));

    [TestCase("2017-09-10", true)]
    [TestCase("2017-09-11", false)]
    public void The_day_of_death_is_the_last_day(string day, bool isInsured) => Assert.That(On(day, Death("2017-09-10")).IsInsured, Is.EqualTo(isInsured));

    [Test]
    public void A_withdrawn_death_never_was() => Assert.That(
        On("2017-12-01", Death("2017-09-10"), new PersonEventRow { PersonNumber = "P1", Kind = PersonEventKind.DeathWithdrawn, FromDate = "2017-10-01" }).IsInsured, Is.True);

    [TestCase("2017-09-09", "530100")]
    [TestCase("2017-09-10", "530300")]
    [TestCase("2017-11-01", "530400")]
    public void The_division_is_the_one_of_the_day(string day, string division) => Assert.That(
        On(day, Transfer("2017-09-10", "530300", "530100"), Transfer("2017-11-01", "530400", "530300")).Division.Code, Is.EqualTo(division));

    [TestCase("2017-09-09", "11")]
    [TestCase("2017-09-10", "21")]
    public void Scheme_and_class_are_those_of_the_day(string day, string personClass)
    {
        var change = new PersonEventRow
        {
            PersonNumber = "P1",
            Kind = PersonEventKind.Coverage,
            FromDate = "2017-09-10",
            Scheme = "310",
            SchemeBefore = "390",
            PersonClass = "21",
            PersonClassBefore = "11",
        };

        Assert.That(On(day, change).PersonClass, Is.EqualTo(personClass));
    }

    [TestCase(0, "absent")]
    [TestCase(2, "suspended")]
    [TestCase(3, "invalid")]
    [TestCase(4, "ended")]
    public void A_refusal_names_the_state_and_the_day(int state, string word)
    {
        var refusal = InsuredRefusals.NotInsured(On("2017-09-20", State("2017-09-01", state, 1)));

        Assert.That(refusal.MessageEn, Does.Contain(word).And.Contain("2017-09-20"));
    }

    private static PersonStanding On(string day, params PersonEventRow[] events) => PersonStanding.On(ChinaTime.ParseIso(day), new PersonRow
    {
        PersonNumber = "P1",
        InsuredDivision = "530100",
        Details = [],
        Scheme = "310",
        PersonClass = "11",
        InsuranceState = 1,
        AccountBalanceFen = 0,
    }, events);

    private static PersonEventRow State(string from, int state, int before) =>
        new() { PersonNumber = "P1", Kind = PersonEventKind.State, FromDate = from, State = state, StateBefore = before };

    private static PersonEventRow Freeze(string from, string? to) => new() { PersonNumber = "P1", Kind = PersonEventKind.Freeze, FromDate = from, ToDate = to };

    private static PersonEventRow Death(string on) => new() { PersonNumber = "P1", Kind = PersonEventKind.Death, FromDate = on };

    private static PersonEventRow Transfer(string from, string to, string before) =>
        new() { PersonNumber = "P1", Kind = PersonEventKind.Transfer, FromDate = from, Division = to, DivisionBefore = before };
}
