using Dapper;
using Provincial.Exchange.V1;

namespace ProvincialGateway.Ledger;

/// <summary>
/// The figures of one settlement in fen, as both sides store them. Property names are the column names of <c>insured_settlement</c> and
/// <c>treatment_settlement</c>; the equations are checked here, in SQL, and again by <c>audit</c>.
/// </summary>
internal record SettlementFigures
{
    public const string Columns =
        "total_fen, full_self_pay_fen, over_limit_fen, pre_self_pay_fen, in_scope_fen, deductible_fen, pool_fen, civil_servant_fen, enterprise_fen, "
        + "employee_large_amount_fen, resident_critical_illness_fen, medical_aid_fen, other_fund_fen, fund_total_fen, account_fen, cash_fen, "
        + "personal_total_fen, hospital_borne_fen";

    public const string Parameters =
        "@TotalFen, @FullSelfPayFen, @OverLimitFen, @PreSelfPayFen, @InScopeFen, @DeductibleFen, @PoolFen, @CivilServantFen, @EnterpriseFen, "
        + "@EmployeeLargeAmountFen, @ResidentCriticalIllnessFen, @MedicalAidFen, @OtherFundFen, @FundTotalFen, @AccountFen, @CashFen, "
        + "@PersonalTotalFen, @HospitalBorneFen";

    /// <summary>No figure of a bill is above 100 million yuan: far above any real stay, far below what sums of them could overflow.</summary>
    public const long AmountMaxFen = 10_000_000_000;

    public required long TotalFen { get; init; }
    public required long FullSelfPayFen { get; init; }
    public required long OverLimitFen { get; init; }
    public required long PreSelfPayFen { get; init; }
    public required long InScopeFen { get; init; }
    public required long DeductibleFen { get; init; }
    public required long PoolFen { get; init; }
    public required long CivilServantFen { get; init; }
    public required long EnterpriseFen { get; init; }
    public required long EmployeeLargeAmountFen { get; init; }
    public required long ResidentCriticalIllnessFen { get; init; }
    public required long MedicalAidFen { get; init; }
    public required long OtherFundFen { get; init; }
    public required long FundTotalFen { get; init; }
    public required long AccountFen { get; init; }
    public required long CashFen { get; init; }
    public required long PersonalTotalFen { get; init; }
    public required long HospitalBorneFen { get; init; }

    /// <summary>What the insured province owes the treatment province: the funds and the personal account. Cash stays at the hospital's till.</summary>
    public long ClearedFen => checked(FundTotalFen + AccountFen);

    public static SettlementFigures Of(Charges charges, Payments payments) => new()
    {
        TotalFen = charges.TotalFen,
        FullSelfPayFen = charges.FullSelfPayFen,
        OverLimitFen = charges.OverLimitFen,
        PreSelfPayFen = charges.PreSelfPayFen,
        InScopeFen = charges.InScopeFen,
        DeductibleFen = payments.DeductibleFen,
        PoolFen = payments.PoolFen,
        CivilServantFen = payments.CivilServantFen,
        EnterpriseFen = payments.EnterpriseFen,
        EmployeeLargeAmountFen = payments.EmployeeLargeAmountFen,
        ResidentCriticalIllnessFen = payments.ResidentCriticalIllnessFen,
        MedicalAidFen = payments.MedicalAidFen,
        OtherFundFen = payments.OtherFen,
        FundTotalFen = payments.FundTotalFen,
        AccountFen = payments.AccountFen,
        CashFen = payments.CashFen,
        PersonalTotalFen = payments.PersonalTotalFen,
        HospitalBorneFen = payments.HospitalBorneFen,
    };

    /// <summary>What <see cref="Parameters"/> are bound to, beside the others of a statement.</summary>
    public object With(object others)
    {
        var bound = new DynamicParameters(others);
        bound.AddDynamicParams(this);
        return bound;
    }

    public Charges ToCharges() => new()
    {
        TotalFen = TotalFen,
        FullSelfPayFen = FullSelfPayFen,
        OverLimitFen = OverLimitFen,
        PreSelfPayFen = PreSelfPayFen,
        InScopeFen = InScopeFen,
    };

    public Payments ToPayments() => new()
    {
        DeductibleFen = DeductibleFen,
        PoolFen = PoolFen,
        CivilServantFen = CivilServantFen,
        EnterpriseFen = EnterpriseFen,
        EmployeeLargeAmountFen = EmployeeLargeAmountFen,
        ResidentCriticalIllnessFen = ResidentCriticalIllnessFen,
        MedicalAidFen = MedicalAidFen,
        OtherFen = OtherFundFen,
        FundTotalFen = FundTotalFen,
        AccountFen = AccountFen,
        CashFen = CashFen,
        PersonalTotalFen = PersonalTotalFen,
        HospitalBorneFen = HospitalBorneFen,
    };

    /// <summary>The first figure out of range or the first equation that does not hold, with both sides' figures, or null when all is well.</summary>
    public static string? MismatchOf(Charges charges, Payments payments)
    {
        foreach (var (name, fen) in Parts(charges, payments))
        {
            // First, so that the sums below cannot overflow.
            if (fen is < 0 or > AmountMaxFen)
                return $"{name} {fen} 为负或超过 {AmountMaxFen} / is negative or above {AmountMaxFen}";
        }
        var parts = checked(charges.FullSelfPayFen + charges.OverLimitFen + charges.PreSelfPayFen + charges.InScopeFen);
        var funds = checked(payments.PoolFen + payments.CivilServantFen + payments.EnterpriseFen + payments.EmployeeLargeAmountFen
            + payments.ResidentCriticalIllnessFen + payments.MedicalAidFen + payments.OtherFen);
        var personal = checked(payments.AccountFen + payments.CashFen);
        var paid = checked(payments.FundTotalFen + payments.PersonalTotalFen + payments.HospitalBorneFen);
        return (charges.TotalFen == parts, payments.FundTotalFen == funds, payments.PersonalTotalFen == personal, charges.TotalFen == paid) switch
        {
            (false, _, _, _) => $"费用总额不等于各部分之和 / total {charges.TotalFen} <> full self-pay + over limit + pre-self-pay + in scope {parts}",
            (_, false, _, _) => $"基金支付合计不等于各基金之和 / fund total {payments.FundTotalFen} <> sum of funds {funds}",
            (_, _, false, _) => $"个人负担不等于账户与现金之和 / personal total {payments.PersonalTotalFen} <> account + cash {personal}",
            (_, _, _, false) => $"费用总额不等于基金、个人、医院负担之和 / total {charges.TotalFen} <> fund total + personal total + hospital borne {paid}",
            _ => payments.DeductibleFen > charges.InScopeFen ? $"起付标准大于政策范围内费用 / deductible {payments.DeductibleFen} > in scope {charges.InScopeFen}" : null,
        };
    }

    private static IEnumerable<(string Name, long Fen)> Parts(Charges charges, Payments payments) =>
    [
        ("费用总额 total", charges.TotalFen), ("全自费 full self-pay", charges.FullSelfPayFen), ("超限价 over limit", charges.OverLimitFen), ("先行自付 pre-self-pay", charges.PreSelfPayFen),
        ("政策范围内 in scope", charges.InScopeFen), ("起付标准 deductible", payments.DeductibleFen), ("统筹基金 pool", payments.PoolFen), ("公务员补助 civil servant", payments.CivilServantFen),
        ("企业补充 enterprise", payments.EnterpriseFen), ("职工大额 employee large amount", payments.EmployeeLargeAmountFen), ("居民大病 resident critical illness", payments.ResidentCriticalIllnessFen),
        ("医疗救助 medical aid", payments.MedicalAidFen), ("其他基金 other", payments.OtherFen), ("基金支付合计 fund total", payments.FundTotalFen), ("个人账户 account", payments.AccountFen),
        ("个人现金 cash", payments.CashFen), ("个人负担合计 personal total", payments.PersonalTotalFen), ("医院负担 hospital borne", payments.HospitalBorneFen),
    ];
}
