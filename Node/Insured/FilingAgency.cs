using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// Filings that other provinces ask for, submit and cancel. Submission and cancellation are answered once by id and content, from disk
/// afterwards; what the insured division's rules do not grant at once waits for a decision.
/// </summary>
internal sealed partial class FilingAgency(
    Database database, Inbox inbox, BenefitAssessment assessment, FilingRules rules, TimeProvider time, ILogger<FilingAgency> logger)
{
    private const int FilingsMax = 100;

    private readonly FilingRegister _register = new(rules);

    public GetFilingsResponse GetFilings(GetFilingsRequest request)
    {
        var reply = database.Read(session => List(session, request));
        inbox.Complete(reply, request.Header.TransactionId);
        return reply;
    }

    public async Task<SubmitFilingResponse> SubmitFilingAsync(SubmitFilingRequest request, Division sender, CancellationToken cancellation)
    {
        var isFirst = false;
        var reply = await inbox.AnswerOnceAsync(request, PeerMethod.SubmitFiling.Path, sender, session =>
        {
            isFirst = true;
            return Submit(session, request, sender);
        }, cancellation);
        if (isFirst && reply.Filing is { } record)
            LogSubmitted(record.Filing.FilingNumber, record.Filing.Kind, sender.Code, request.Header.TransactionId, record.State);
        return reply;
    }

    public async Task<CancelFilingResponse> CancelFilingAsync(CancelFilingRequest request, Division sender, CancellationToken cancellation)
    {
        var isFirst = false;
        var reply = await inbox.AnswerOnceAsync(request, PeerMethod.CancelFiling.Path, sender, session =>
        {
            isFirst = true;
            return Cancel(session, request, sender);
        }, cancellation);
        if (isFirst && reply.Filing is { } record)
            LogCancelled(record.Filing.FilingNumber, sender.Code, request.Header.TransactionId);
        return reply;
    }

    /// <inheritdoc cref="InsuredAgency.Decide"/>
    public IExchangeReply? Decide(Session session, IExchangeRequest request, Division sender) => request switch
    {
        SubmitFilingRequest submit => Submit(session, submit, sender),
        CancelFilingRequest cancel => Cancel(session, cancel, sender),
        _ => null,
    };

    private GetFilingsResponse List(Session session, GetFilingsRequest request)
    {
        Division? treatment = Division.TryParse(request.TreatmentDivision, out var given) ? given : null;
        if (treatment is null && request.TreatmentDivision.Length > 0)
            return new() { Refusal = InsuredRefusals.InvalidField("treatment_division", "应为六位行政区划代码", "a six-digit division code is expected") };
        if (request.ServiceDate.Length > 0 && !ChinaTime.TryParseIso(request.ServiceDate, out _))
            return new() { Refusal = InsuredRefusals.InvalidField("service_date", "应为 yyyy-MM-dd", "yyyy-MM-dd is expected") };
        var found = assessment.FindPerson(session, request.Person);
        if (found.Refusal is { } refusal)
            return new() { Refusal = refusal };
        var division = PersonEventStore.Standing(session, found.Person!, time.Today()).Division;
        var filings = FilingStore.Of(session, found.Person!.PersonNumber)
            .Where(filing => treatment is not { } place || filing.Covers(place))
            .Where(filing => request.ServiceDate.Length == 0 || (filing.State is FilingStatus.Effective && filing.IsValidOn(request.ServiceDate)))
            .ToList();
        return new()
        {
            Filings = new FilingList { Filings = { filings.Take(FilingsMax).Select(filing => ToRecord(filing, division)) }, Truncated = filings.Count > FilingsMax },
        };
    }

    private SubmitFilingResponse Submit(Session session, SubmitFilingRequest request, Division sender)
    {
        if (FilingSubmissionRules.FirstFault(request, sender, time.Today()) is { } wrong)
            return new() { Refusal = wrong };
        var from = ChinaTime.ParseIso(request.ValidFrom);
        var found = assessment.FindInsured(session, request.Person, from);
        if (found.Refusal is { } refusal)
            return new() { Refusal = refusal };
        var person = found.Person!;
        // The division that pays for a visit also decides on its filing.
        var visit = request.VisitNumber.Length > 0 ? InsuredStore.FindVisit(session, request.VisitNumber) : null;
        var insured = visit is null ? Division.Parse(person.InsuredDivision) : IssuedNumber.InsuredOf(visit.VisitNumber);
        var rule = rules.For(insured);
        if ((FilingSubmissionRules.FaultAgainst(rule, request) ?? FilingSubmissionRules.FaultAgainst(visit, person, rule, request, sender)) is { } refused)
            return new() { Refusal = refused };
        var filing = FilingOf(request, person, rule, from);
        if (FilingRegister.OverlapOf(session, filing) is { } overlap)
            return new() { Refusal = overlap };
        var (now, today) = time.Moment();
        var numbered = FilingRegister.Issue(session, filing, insured, today, new Change(request.Header.SenderDivision, $"SubmitFiling {request.Header.TransactionId}", now));
        return new() { Filing = ToRecord(numbered, insured) };
    }

    /// <summary>What is granted, without a number yet.</summary>
    private static FilingRow FilingOf(SubmitFilingRequest request, PersonRow person, FilingRule rule, DateOnly from) => new()
    {
        FilingNumber = "",
        PersonNumber = person.PersonNumber,
        Kind = request.Kind,
        TargetArea = request.TargetArea,
        ValidFrom = request.ValidFrom,
        ValidTo = rule.LastDay(request.Kind, from, request.ValidTo.Length > 0 ? ChinaTime.ParseIso(request.ValidTo) : null)?.Iso(),
        State = rule.EffectiveAtOnce.Contains(request.Kind) ? FilingStatus.Effective : FilingStatus.UnderReview,
        SubmittedBy = request.Header.SenderDivision,
        TransactionId = request.Header.TransactionId,
        VisitNumber = request.VisitNumber.Length > 0 ? request.VisitNumber : null,
    };

    private CancelFilingResponse Cancel(Session session, CancelFilingRequest request, Division sender)
    {
        if (request.FilingNumber.Length == 0)
            return new() { Refusal = InsuredRefusals.MissingField("filing_number") };
        if (request.Reason.Length > FilingSubmissionRules.ReasonLengthMax)
            return new() { Refusal = FilingSubmissionRules.ReasonTooLong() };
        var found = assessment.FindPerson(session, request.Person);
        if (found.Refusal is { } refusal)
            return new() { Refusal = refusal };
        if (FilingStore.Find(session, request.FilingNumber) is not { } filing || filing.PersonNumber != found.Person!.PersonNumber)
            return new() { Refusal = FilingRefusals.NotFound() };
        if (filing.SubmittedBy is null || Division.Parse(filing.SubmittedBy).Province != sender)
            return new() { Refusal = FilingRefusals.SubmittedElsewhere() };
        var change = new Change(request.Header.SenderDivision, $"CancelFiling {request.Header.TransactionId}", time.NowMs());
        if (_register.Cancel(session, filing, change) is { } refused)
            return new() { Refusal = refused };
        var division = PersonEventStore.Standing(session, found.Person, time.Today()).Division;
        return new() { Filing = ToRecord(FilingStore.Find(session, filing.FilingNumber)!, division) };
    }

    private static FilingRecord ToRecord(FilingRow filing, Division insured)
    {
        var record = new FilingRecord
        {
            Filing = ToMessage(filing),
            State = filing.State switch
            {
                FilingStatus.Effective => FilingState.Effective,
                FilingStatus.UnderReview => FilingState.UnderReview,
                FilingStatus.Rejected => FilingState.Rejected,
                FilingStatus.Cancelled => FilingState.Cancelled,
                _ => throw new InvalidOperationException("A filing is stored in no known state."),
            },
            RecordedAtMs = filing.RecordedAtMs,
            SubmittedByDivision = filing.SubmittedBy ?? insured.Code,
        };
        if (filing.State is FilingStatus.Cancelled)
            record.CancelledAtMs = filing.ChangedAtMs;
        return record;
    }

    public static Filing ToMessage(FilingRow filing) => new()
    {
        FilingNumber = filing.FilingNumber,
        Kind = filing.Kind,
        TargetArea = filing.TargetArea,
        ValidFrom = filing.ValidFrom,
        ValidTo = filing.ValidTo ?? "",
    };

    [LoggerMessage(2101, LogLevel.Information, "Filing {FilingNumber} (kind {Kind}) was submitted by {Sender} as {TransactionId}: {State}.")]
    private partial void LogSubmitted(string filingNumber, string kind, string sender, string transactionId, FilingState state);

    [LoggerMessage(2102, LogLevel.Information, "Filing {FilingNumber} was cancelled by {Sender} as {TransactionId}.")]
    private partial void LogCancelled(string filingNumber, string sender, string transactionId);
}
