using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>The SQL of filings. Every method runs in the caller's transaction; the database keeps every version by itself.</summary>
internal static class FilingStore
{
    private const string Columns =
        "filing_number, person_number, kind, target_area, valid_from, valid_to, state, version, submitted_by, transaction_id, visit_number, recorded_at_ms, "
        + "changed_at_ms, changed_by, change_reason";

    public static void Insert(Session session, FilingRow filing, Change change) => session.ExecuteExpecting(1,
        $"""
        INSERT INTO filing ({Columns})
        VALUES (@FilingNumber, @PersonNumber, @Kind, @TargetArea, @ValidFrom, @ValidTo, @State, 1, @SubmittedBy, @TransactionId, @VisitNumber, @AtMs, @AtMs, @By, @Reason)
        """,
        new
        {
            filing.FilingNumber,
            filing.PersonNumber,
            filing.Kind,
            filing.TargetArea,
            filing.ValidFrom,
            filing.ValidTo,
            State = (int)filing.State,
            filing.SubmittedBy,
            filing.TransactionId,
            filing.VisitNumber,
            change.AtMs,
            change.By,
            change.Reason,
        });

    /// <summary>Makes the next version of a filing; the one it was read in must still be the last.</summary>
    public static void Replace(Session session, FilingRow known, FilingRow next, Change change) => session.ExecuteExpecting(1,
        """
        UPDATE filing SET kind = @Kind, target_area = @TargetArea, valid_from = @ValidFrom, valid_to = @ValidTo, state = @State, version = version + 1,
          changed_at_ms = @AtMs, changed_by = @By, change_reason = @Reason
        WHERE filing_number = @FilingNumber AND version = @Version
        """,
        new
        {
            known.FilingNumber,
            known.Version,
            next.Kind,
            next.TargetArea,
            next.ValidFrom,
            next.ValidTo,
            State = (int)next.State,
            change.AtMs,
            change.By,
            change.Reason,
        });

    public static FilingRow? Find(Session session, string filingNumber) => session.QuerySingleOrDefault<FilingRow>(
        $"SELECT {Columns} FROM filing WHERE filing_number = @filingNumber", new { filingNumber });

    /// <summary>All filings of a person, the latest recorded first.</summary>
    public static List<FilingRow> Of(Session session, string personNumber) => session.Query<FilingRow>(
        $"SELECT {Columns} FROM filing WHERE person_number = @personNumber ORDER BY recorded_at_ms DESC, valid_from DESC, filing_number DESC", new { personNumber });

    /// <summary>Filings that are neither rejected nor cancelled, the latest beginning first.</summary>
    public static List<FilingRow> Standing(Session session, string personNumber) => session.Query<FilingRow>(
        $"SELECT {Columns} FROM filing WHERE person_number = @personNumber AND state IN (1, 2) ORDER BY valid_from DESC, filing_number DESC", new { personNumber });

    /// <summary>The filing that gives benefit to a stay that begins on a day at a place; of several, the one that began last.</summary>
    public static FilingRow? For(Session session, string personNumber, Division treatment, DateOnly admission) =>
        Standing(session, personNumber).Find(filing => filing.CountsFor(treatment, admission.Iso()));

    /// <summary>The latest recorded first. Null leaves a filter out.</summary>
    /// <param name="covers">A treatment division.</param>
    /// <param name="on">ISO date on which the filing holds, whatever its state.</param>
    public static List<FilingRow> List(Session session, string? personNumber, FilingStatus? state, Division? covers, string? on, int rowsMax) => session.Query<FilingRow>(
        $"""
        SELECT {Columns} FROM filing
        WHERE (@personNumber IS NULL OR person_number = @personNumber) AND (@state IS NULL OR state = @state)
          AND (@area IS NULL OR target_area IN (@area, @city, @province))
          AND (@on IS NULL OR (valid_from <= @on AND coalesce(valid_to, @on) >= @on))
        ORDER BY recorded_at_ms DESC, filing_number DESC LIMIT @rowsMax
        """,
        new
        {
            personNumber,
            state = (int?)state,
            area = covers?.Code,
            city = covers is { } division ? $"{division.Code[..4]}00" : null,
            province = covers?.Province.Code,
            on,
            rowsMax,
        });

    public static List<FilingVersionRow> Versions(Session session, string filingNumber) => session.Query<FilingVersionRow>(
        """
        SELECT version, kind, target_area, valid_from, valid_to, state, changed_at_ms, changed_by, change_reason
        FROM filing_version WHERE filing_number = @filingNumber ORDER BY version
        """,
        new { filingNumber });

    /// <summary>Standing settlements that were decided with a filing.</summary>
    public static List<string> SettledWith(Session session, string filingNumber) => session.Query<string>(
        """
        SELECT f.settlement_number FROM insured_settlement_filing f JOIN insured_settlement s USING (settlement_number)
        WHERE f.filing_number = @filingNumber AND s.state = 1 ORDER BY f.settlement_number
        """,
        new { filingNumber });

    /// <summary>The kind a settlement was decided for; null for none, and of settlements from before it was kept.</summary>
    public static string? KindCounted(Session session, string settlementNumber) => session.QuerySingleOrDefault<string?>(
        "SELECT kind FROM insured_settlement_filing WHERE settlement_number = @settlementNumber", new { settlementNumber });

    /// <summary>The visits of the person, not settled yet, whose filing is this one: without it they would settle otherwise.</summary>
    public static List<InsuredVisitRow> RestingVisits(Session session, FilingRow filing) =>
        InsuredStore.OpenVisitsOf(session, filing.PersonNumber).FindAll(visit =>
            For(session, filing.PersonNumber, Division.Parse(visit.TreatmentDivision), ChinaTime.ParseIso(visit.AdmissionDate))?.FilingNumber == filing.FilingNumber);

    /// <summary>Keeps what a settlement was decided with, and that the visit's filing is this one.</summary>
    public static void RecordUse(Session session, string settlementNumber, string visitNumber, CountedFiling? counted)
    {
        session.ExecuteExpecting(1,
            "UPDATE insured_visit SET filing_number = @number WHERE visit_number = @visitNumber", new { visitNumber, number = counted?.Filing?.FilingNumber });
        if (counted is not null)
        {
            session.ExecuteExpecting(1,
                "INSERT INTO insured_settlement_filing (settlement_number, filing_number, filing_version, kind) VALUES (@settlementNumber, @number, @version, @Kind)",
                new { settlementNumber, number = counted.Filing?.FilingNumber, version = counted.Filing?.Version, counted.Kind });
        }
    }
}

/// <summary>What a stay is filed as.</summary>
/// <param name="Filing">Null when an emergency counts as filed without a filing.</param>
/// <param name="Kind">Exchange code 01..06.</param>
internal sealed record CountedFiling(FilingRow? Filing, string Kind);
