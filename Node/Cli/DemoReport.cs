using ProvincialGateway.Ledger;
using ProvincialGateway.Oversight;

namespace ProvincialGateway.Cli;

/// <summary>
/// What the demo shows, read back from the nodes' databases and replies. Money is in fen; persons are masked. This is also the document that
/// <c>demo --json</c> prints.
/// </summary>
internal sealed record DemoReport
{
    /// <summary>From the first key to the last check.</summary>
    public required double ElapsedMs { get; init; }

    public required IReadOnlyList<DemoDirection> Directions { get; init; }

    /// <summary>A bill that waits for a mapping and goes on.</summary>
    public required IReadOnlyList<DemoMoment> HeldBill { get; init; }

    /// <summary>A month between two agencies, from the deposit to the receipt.</summary>
    public required IReadOnlyList<DemoMoment> Month { get; init; }

    /// <summary>The lines behind the settlements, at the insured sides.</summary>
    public required DemoDetails Details { get; init; }

    public required IReadOnlyList<DemoLedger> Ledgers { get; init; }

    public required IReadOnlyList<DemoMirror> Mirrors { get; init; }

    public required AuditReport Audit { get; init; }

    /// <summary>Where the data stayed; null when they were removed.</summary>
    public string? KeptFolder { get; init; }

    /// <summary>Every step succeeded, the repeats were identical, preview and settlement agree, all lines arrived, the month is closed, the ledgers mirror each other and the audit is clean.</summary>
    public bool IsBalanced => Directions.All(direction => direction.IsGood) && HeldBill.Concat(Month).All(moment => moment.IsGood) && Details.AreComplete && Mirrors.All(mirror => mirror.IsEqual) && Audit.IsClean;
}

/// <summary>One patient of one province in a hospital of another.</summary>
internal sealed record DemoDirection
{
    public required DemoProvince Treatment { get; init; }

    /// <summary>Null when there is no stay to read it from.</summary>
    public DemoProvince? Insured { get; init; }

    public required string InstitutionCode { get; init; }

    public required string InstitutionName { get; init; }

    public required string Dialect { get; init; }

    public required IReadOnlyList<DemoStep> Steps { get; init; }

    /// <summary>The steps of the journey that a failure left out.</summary>
    public required int StepsNotPlayed { get; init; }

    /// <summary>The dialect has no preview; the node was asked through its own JSON.</summary>
    public required bool PreviewedByJson { get; init; }

    /// <summary>Whether that preview and the settlement say the same; null when the dialect has a preview of its own.</summary>
    public bool? PreviewAgrees { get; init; }

    /// <summary>Whether the repeated settlement got the stored answer, byte for byte; null when it was not reached.</summary>
    public bool? RepeatIsIdentical { get; init; }

    /// <summary>Null when the journey ended before a settlement stood.</summary>
    public DemoStay? Stay { get; init; }

    public bool IsGood => StepsNotPlayed == 0 && Steps.All(step => step.Fault is null) && RepeatIsIdentical is true && PreviewAgrees is not false && Stay is not null;
}

internal sealed record DemoProvince(string Division, string Name);

/// <param name="Fault">Why the step failed; null when it went well.</param>
/// <param name="FaultyReply">The beginning of what the node answered to a step that failed.</param>
internal sealed record DemoStep(string Name, string Chinese, string English, int HttpStatus, double ElapsedMs, string? Fault, string? FaultyReply);

/// <summary>The stay as both nodes keep it.</summary>
internal sealed record DemoStay
{
    public required string VisitNumber { get; init; }

    public required string AdmissionDate { get; init; }

    public required string DischargeDate { get; init; }

    public required DemoPatient Patient { get; init; }

    public required IReadOnlyList<DemoLine> Lines { get; init; }

    public required IReadOnlyList<DemoCategory> Categories { get; init; }

    public required IReadOnlyList<DemoUnmapped> Unmapped { get; init; }

    public required IReadOnlyList<DemoBenefitStep> BenefitSteps { get; init; }

    public required DemoReceipt Receipt { get; init; }

    public required IReadOnlyList<DemoCancelled> Cancelled { get; init; }
}

/// <param name="Name">First character and a star.</param>
/// <param name="Certificate">First three and last two characters.</param>
internal sealed record DemoPatient(string Name, string Certificate, string InsuredDivision, string PersonClass, string Scheme, string? FilingKind);

/// <summary>One line of the bill in both provinces' words.</summary>
internal sealed record DemoLine
{
    public required string LocalCode { get; init; }

    public required string LocalName { get; init; }

    /// <summary>Null for an item without mapping.</summary>
    public string? ExchangeCode { get; init; }

    public string? ExchangeName { get; init; }

    /// <summary>The hospital's own code of the class; null for an item that is not in the catalogue.</summary>
    public string? LocalClass { get; init; }

    /// <summary>Exchange code 01..03.</summary>
    public required string ItemClass { get; init; }

    public required decimal SelfPayPercent { get; init; }

    /// <summary>What the same exchange code is worth in the insured province's own catalogue. Shown for contrast, never computed with.</summary>
    public DemoHomeClass? AtHome { get; init; }

    /// <summary>Yuan.</summary>
    public required decimal UnitPrice { get; init; }

    public required decimal Quantity { get; init; }

    public required long AmountFen { get; init; }

    public required long FullSelfPayFen { get; init; }

    public required long OverLimitFen { get; init; }

    public required long PreSelfPayFen { get; init; }

    public required long InScopeFen { get; init; }

    public required string FeeDate { get; init; }
}

internal sealed record DemoHomeClass(string LocalCode, string ItemClass, decimal SelfPayPercent);

internal sealed record DemoCategory(
    string Code, string Chinese, string English, int LineCount, long TotalFen, long FullSelfPayFen, long OverLimitFen, long PreSelfPayFen, long InScopeFen);

internal sealed record DemoUnmapped(string LocalCode, string LocalName, int LineCount, long AmountFen);

internal sealed record DemoBenefitStep(string Code, string Chinese, string English, long? AmountFen);

/// <summary>What the patient takes home.</summary>
internal sealed record DemoReceipt
{
    public required string SettlementNumber { get; init; }

    public required string TransactionId { get; init; }

    public required string BusinessDate { get; init; }

    public required string PolicyVersion { get; init; }

    public required int AdmissionOrdinal { get; init; }

    public required SettlementFigures Figures { get; init; }

    /// <summary>What the settlement left in the personal account.</summary>
    public required long AccountLeftFen { get; init; }
}

internal sealed record DemoCancelled(string SettlementNumber, string BusinessDate, long TotalFen, long FundTotalFen, long AccountFen, long CashFen);

/// <summary>The trial balance of one province.</summary>
internal sealed record DemoLedger(DemoProvince Province, IReadOnlyList<TrialBalanceRow> Rows);

/// <summary>What one province owes another by each side's own books; the two are written by different nodes into different databases.</summary>
internal sealed record DemoMirror(DemoProvince Insured, DemoProvince Treatment, long PayableFen, long ReceivableFen)
{
    public bool IsEqual => PayableFen == ReceivableFen;
}

/// <param name="Settlements">That stand, in all provinces.</param>
/// <param name="Complete">Of these, whose lines the insured side has all and found right.</param>
/// <param name="Lines">Of the complete ones.</param>
/// <param name="SettledFen">By the treatment sides' mirrors.</param>
/// <param name="ReceivedFen">Over the lines at the insured sides.</param>
internal sealed record DemoDetails(int Settlements, int Complete, long Lines, long SettledFen, long ReceivedFen)
{
    public bool AreComplete => Settlements == Complete && SettledFen == ReceivedFen;
}
