using Provincial.Exchange.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>Messages of the insured side in the words of the adapter contract. Coded fields stay exchange codes.</summary>
internal static class HisPersons
{
    /// <summary>A person can be told to a hospital: year and birth date are there. Asked of every reply before anything is made of it.</summary>
    public static bool IsWhole(Person? person) => person is { Accumulators: not null } && ChinaTime.TryParseIso(person.BirthDate, out _);

    /// <param name="ageOn">ISO date on which the age is stated; a stored date, so that a repeat states the same.</param>
    public static HisPerson From(Person person, string ageOn)
    {
        var (birth, on) = (ChinaTime.ParseIso(person.BirthDate), ChinaTime.ParseIso(ageOn));
        return new HisPerson
        {
            InsuredDivision = person.InsuredDivision,
            PersonNumber = person.PersonNumber,
            Name = person.Name,
            CertificateKind = person.CertificateKind,
            CertificateNumber = person.CertificateNumber,
            SocialSecurityNumber = person.SocialSecurityNumber,
            CardNumber = person.CardNumber,
            Gender = person.Gender,
            BirthDate = birth,
            Age = on.Year - birth.Year - (on < birth.AddYears(on.Year - birth.Year) ? 1 : 0),
            PersonClass = person.PersonClass,
            Scheme = person.Scheme,
            IsCivilServant = person.CivilServant,
            EmployerCode = person.EmployerCode,
            EmployerName = person.EmployerName,
            AccountBalanceFen = person.AccountBalanceFen,
            DeductiblePaidYearFen = person.Accumulators.DeductiblePaidFen,
            PoolPaidYearFen = person.Accumulators.PoolPaidFen,
            PoolLimitRemainingFen = person.Accumulators.HasPoolRemainingFen ? person.Accumulators.PoolRemainingFen : null,
            LayerLimitRemainingFen = person.Accumulators.HasLayersRemainingFen ? person.Accumulators.LayersRemainingFen : null,
            AdmissionsYear = person.Accumulators.Admissions,
            FilingNumber = person.Filing?.FilingNumber,
            FilingKind = person.Filing?.Kind,
        };
    }

    public static HisFigures Figures(Charges charges, Payments payments) => new()
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

    /// <summary>The same figures with the opposite sign.</summary>
    public static HisFigures Opposite(HisFigures figures) => new()
    {
        TotalFen = -figures.TotalFen,
        FullSelfPayFen = -figures.FullSelfPayFen,
        OverLimitFen = -figures.OverLimitFen,
        PreSelfPayFen = -figures.PreSelfPayFen,
        InScopeFen = -figures.InScopeFen,
        DeductibleFen = -figures.DeductibleFen,
        PoolFen = -figures.PoolFen,
        CivilServantFen = -figures.CivilServantFen,
        EnterpriseFen = -figures.EnterpriseFen,
        EmployeeLargeAmountFen = -figures.EmployeeLargeAmountFen,
        ResidentCriticalIllnessFen = -figures.ResidentCriticalIllnessFen,
        MedicalAidFen = -figures.MedicalAidFen,
        OtherFundFen = -figures.OtherFundFen,
        FundTotalFen = -figures.FundTotalFen,
        AccountFen = -figures.AccountFen,
        CashFen = -figures.CashFen,
        PersonalTotalFen = -figures.PersonalTotalFen,
        HospitalBorneFen = -figures.HospitalBorneFen,
    };

    public static IReadOnlyList<HisBenefitStep> Steps(IEnumerable<BenefitStep> steps) =>
        [.. steps.Select(step => new HisBenefitStep { Chinese = step.TextZh, English = step.TextEn, AmountFen = step.HasAmountFen ? step.AmountFen : null })];
}
