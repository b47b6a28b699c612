using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>04 the hospital, 05a what it may do, 52 the centre's time.</summary>
internal static class CentreCalls
{
    public static HisOperation Decode(CallReader call) => new DescribeInstitution();

    public static Output? EncodeInstitution(CallReader call, HisResult result) => result is not InstitutionDescribed institution ? null : new Output()
        .Add("prm_akb021", institution.Name).AddEmpty("prm_yke362").Add("prm_aka101", institution.Level).AddEmpty("prm_akb023", "prm_akb022")
        .Add("prm_akb020", institution.InstitutionCode).AddEmpty("prm_aae004", "prm_aae005", "prm_aae006", "prm_aae007", "prm_zykt")
        .Add("prm_aka130", call.Settings.VisitKind).AddEmpty("prm_mztc", "prm_dxsmztc", "prm_ptmz");

    /// <summary>What the province has set for 21 and 48; which of it a hospital has opened says the node when it is used.</summary>
    public static Output? EncodeKinds(CallReader call, HisResult result) => result is not InstitutionDescribed
        ? null
        : new Output().AddRows(new[] { call.Settings.VisitKind }.Concat(call.Settings.OutpatientKinds).Concat(call.Settings.ChronicKinds).Select(kind => Output.Row(("aka130", kind))));

    public static Output? EncodeTime(CallReader call, HisResult result) =>
        result is InstitutionDescribed institution ? new Output().AddRows([Output.Row(("prm_sysdate", Output.Time(institution.Now)))]) : null;
}
