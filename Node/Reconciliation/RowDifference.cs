using Provincial.Exchange.V1;

namespace ProvincialGateway.Reconciliation;

/// <summary>How a row stands in the two ledgers; the value stands in <c>reconciliation_difference.verdict</c>. Balanced rows are not kept.</summary>
internal enum RowVerdict
{
    OnlyOurs = 1,
    OnlyTheirs = 2,
    Differs = 3,
}

/// <summary>A field that the two rows do not share.</summary>
/// <param name="Name">As in the contract, e.g. <c>payments.pool_fen</c>.</param>
internal sealed record FieldDifference(string Name, string Ours, string Theirs);

/// <summary>A row that one run found in one ledger only, or different in both.</summary>
/// <param name="Key">The treatment side's transaction id.</param>
internal sealed record RowDifference(string Key, LedgerRow? Ours, LedgerRow? Theirs)
{
    public RowVerdict Verdict => (Ours, Theirs) switch
    {
        ({ }, null) => RowVerdict.OnlyOurs,
        (null, { }) => RowVerdict.OnlyTheirs,
        ({ }, { }) => RowVerdict.Differs,
        _ => throw new InvalidOperationException("A difference is about a row that at least one ledger has."),
    };

    /// <summary>This node's business date, or else the partner's.</summary>
    public string BusinessDate => (Ours ?? Theirs)!.Cell.BusinessDate;

    /// <summary>What differs, with both values; empty when a side has no row.</summary>
    public IReadOnlyList<FieldDifference> Fields => Ours is null || Theirs is null ? [] :
        [.. Texts(Ours).Zip(Texts(Theirs)).Where(pair => pair.First.Value != pair.Second.Value)
            .Select(pair => new FieldDifference(pair.First.Name, pair.First.Value, pair.Second.Value))];

    private static IEnumerable<(string Name, string Value)> Texts(LedgerRow row) =>
    [
        ("kind", row.Kind.ToString()), ("cell.business_date", row.Cell.BusinessDate), ("cell.scheme", row.Cell.Scheme), ("cell.clearing_type", row.Cell.ClearingType),
        ("settlement_number", row.SettlementNumber), ("visit_number", row.VisitNumber), ("negated_transaction_id", row.NegatedTransactionId),
        ("insured_division", row.InsuredDivision), ("person_number", row.PersonNumber), ("institution_code", row.InstitutionCode), ("visit_kind", row.VisitKind),
        .. FigureFields.Of(row.Charges, row.Payments).Select(figure => (figure.Name, new Values.Fen(figure.Fen).ToString())),
    ];
}

/// <summary>The figures of a row or of sums, by their names in the contract.</summary>
internal static class FigureFields
{
    public static IEnumerable<(string Name, long Fen)> Of(Charges charges, Payments payments) =>
    [
        ("charges.total_fen", charges.TotalFen), ("charges.full_self_pay_fen", charges.FullSelfPayFen), ("charges.over_limit_fen", charges.OverLimitFen),
        ("charges.pre_self_pay_fen", charges.PreSelfPayFen), ("charges.in_scope_fen", charges.InScopeFen), ("payments.deductible_fen", payments.DeductibleFen),
        ("payments.pool_fen", payments.PoolFen), ("payments.civil_servant_fen", payments.CivilServantFen), ("payments.enterprise_fen", payments.EnterpriseFen),
        ("payments.employee_large_amount_fen", payments.EmployeeLargeAmountFen), ("payments.resident_critical_illness_fen", payments.ResidentCriticalIllnessFen),
        ("payments.medical_aid_fen", payments.MedicalAidFen), ("payments.other_fen", payments.OtherFen), ("payments.fund_total_fen", payments.FundTotalFen),
        ("payments.account_fen", payments.AccountFen), ("payments.cash_fen", payments.CashFen), ("payments.personal_total_fen", payments.PersonalTotalFen),
        ("payments.hospital_borne_fen", payments.HospitalBorneFen),
    ];
}
