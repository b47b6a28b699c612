using ProvincialGateway.Storage;

namespace ProvincialGateway.Insured;

/// <summary>The SQL of what happened to persons' insurance. Every method runs in the caller's transaction.</summary>
internal static class PersonEventStore
{
    /// <summary>In the order in which they were recorded.</summary>
    public static List<PersonEventRow> Of(Session session, string personNumber) => session.Query<PersonEventRow>(
        """
        SELECT sequence, person_number, kind, from_date, to_date, state, state_before, division, division_before, scheme, scheme_before, person_class, person_class_before,
          reason, changed_by, changed_at_ms
        FROM person_event WHERE person_number = @personNumber ORDER BY sequence
        """,
        new { personNumber });

    public static PersonStanding Standing(Session session, PersonRow row, DateOnly day) => PersonStanding.On(day, row, Of(session, row.PersonNumber));

    public static void Append(Session session, PersonEventRow happened, Change change) => session.ExecuteExpecting(1,
        """
        INSERT INTO person_event (sequence, person_number, kind, from_date, to_date, state, state_before, division, division_before, scheme, scheme_before,
          person_class, person_class_before, reason, changed_by, changed_at_ms)
        VALUES ((SELECT coalesce(max(sequence), 0) + 1 FROM person_event), @PersonNumber, @Kind, @FromDate, @ToDate, @State, @StateBefore, @Division, @DivisionBefore,
          @Scheme, @SchemeBefore, @PersonClass, @PersonClassBefore, @Reason, @By, @AtMs)
        """,
        new
        {
            happened.PersonNumber,
            Kind = (int)happened.Kind,
            happened.FromDate,
            happened.ToDate,
            happened.State,
            happened.StateBefore,
            happened.Division,
            happened.DivisionBefore,
            happened.Scheme,
            happened.SchemeBefore,
            happened.PersonClass,
            happened.PersonClassBefore,
            change.Reason,
            change.By,
            change.AtMs,
        });
}
