using Provincial.His.V1;
using ProvincialGateway.Ledger;

namespace ProvincialGateway.Tests;

/// <summary>Figures a person can check on paper: in yuan, everything not named is zero.</summary>
internal static class Money
{
    public static long Fen(this decimal yuan) => decimal.ToInt64(yuan * 100);

    /// <summary>The expected figures of a bill that the pool alone pays for; the sums are left to the equations.</summary>
    public static SettlementFigures Figures(
        decimal total, decimal fullSelfPay, decimal overLimit, decimal preSelfPay, decimal inScope, decimal deductible, decimal pool, decimal account, decimal cash) => new()
        {
            TotalFen = total.Fen(),
            FullSelfPayFen = fullSelfPay.Fen(),
            OverLimitFen = overLimit.Fen(),
            PreSelfPayFen = preSelfPay.Fen(),
            InScopeFen = inScope.Fen(),
            DeductibleFen = deductible.Fen(),
            PoolFen = pool.Fen(),
            CivilServantFen = 0,
            EnterpriseFen = 0,
            EmployeeLargeAmountFen = 0,
            ResidentCriticalIllnessFen = 0,
            MedicalAidFen = 0,
            OtherFundFen = 0,
            FundTotalFen = pool.Fen(),
            AccountFen = account.Fen(),
            CashFen = cash.Fen(),
            PersonalTotalFen = account.Fen() + cash.Fen(),
            HospitalBorneFen = 0,
        };

    /// <summary>What a hospital was told, to be compared with what the books say.</summary>
    public static SettlementFigures ToBooks(this Figures told) => new()
    {
        TotalFen = told.TotalFen,
        FullSelfPayFen = told.FullSelfPayFen,
        OverLimitFen = told.OverLimitFen,
        PreSelfPayFen = told.PreSelfPayFen,
        InScopeFen = told.InScopeFen,
        DeductibleFen = told.DeductibleFen,
        PoolFen = told.PoolFen,
        CivilServantFen = told.CivilServantFen,
        EnterpriseFen = told.EnterpriseFen,
        EmployeeLargeAmountFen = told.EmployeeLargeAmountFen,
        ResidentCriticalIllnessFen = told.ResidentCriticalIllnessFen,
        MedicalAidFen = told.MedicalAidFen,
        OtherFundFen = told.OtherFundFen,
        FundTotalFen = told.FundTotalFen,
        AccountFen = told.AccountFen,
        CashFen = told.CashFen,
        PersonalTotalFen = told.PersonalTotalFen,
        HospitalBorneFen = told.HospitalBorneFen,
    };
}
