using ProvincialGateway.Insured;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>What an operator is shown of a death: the visits that are still open and what becomes of them, and what was settled as of a later day.</summary>
internal sealed record AfterDeath
{
    public required string DiedOn { get; init; }
    public required IReadOnlyList<OpenVisit> OpenVisits { get; init; }
    public required IReadOnlyList<LaterSettlement> SettledLater { get; init; }

    public static AfterDeath Of(DeathAftermath aftermath) => new()
    {
        DiedOn = aftermath.DiedOn.Iso(),
        OpenVisits = [.. aftermath.OpenVisits.Select(visit => OpenVisit.Of(visit, aftermath))],
        SettledLater = [.. aftermath.SettledLater.Select(LaterSettlement.Of)],
    };

    public void WriteTo(TextWriter screen)
    {
        foreach (var visit in OpenVisits)
        {
            screen.WriteLine(
                $"死亡时未结算 open at the death: {visit.Number} {visit.Division} {visit.Institution} {visit.AdmittedOn}..{visit.DischargedOn ?? "-"} {visit.NextStepChinese} / {visit.NextStepEnglish}");
        }
        foreach (var settlement in SettledLater)
        {
            screen.WriteLine(
                $"按死亡后的日期已结算 settled as of a day after the death: {settlement.Number} {settlement.Province} {settlement.ServiceDate} 基金 funds {settlement.FundTotal}; "
                + "请就医地撤销,不能撤销的在清算中扣款 / the treatment province cancels it; what cannot be cancelled is deducted in clearing");
        }
    }

    /// <summary>A visit that is not settled; the next step is the treatment province's.</summary>
    internal sealed record OpenVisit
    {
        public required string Number { get; init; }
        public required string Division { get; init; }
        public required string Institution { get; init; }
        public required string AdmittedOn { get; init; }
        public string? DischargedOn { get; init; }
        public required string NextStepChinese { get; init; }
        public required string NextStepEnglish { get; init; }

        public static OpenVisit Of(InsuredVisitRow visit, DeathAftermath aftermath)
        {
            var (chinese, english) = aftermath.NextStepOf(visit);
            return new()
            {
                Number = visit.VisitNumber,
                Division = visit.TreatmentDivision,
                Institution = visit.InstitutionCode,
                AdmittedOn = visit.AdmissionDate,
                DischargedOn = visit.DischargeDate,
                NextStepChinese = chinese,
                NextStepEnglish = english,
            };
        }
    }

    /// <summary>Stands although its service date is after the death; a recorded death touches no settlement.</summary>
    internal sealed record LaterSettlement
    {
        public required string Number { get; init; }
        public required string Province { get; init; }
        public required string ServiceDate { get; init; }
        public required Fen FundTotal { get; init; }

        public static LaterSettlement Of(InsuredSettlementRow settlement) => new()
        {
            Number = settlement.SettlementNumber,
            Province = settlement.TreatmentProvince,
            ServiceDate = settlement.ServiceDate,
            FundTotal = new Fen(settlement.FundTotalFen),
        };
    }
}
