using System.Text.Json.Nodes;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// 2201 registration, 2203 diagnoses, 2204 lines and 2205 their withdrawal; 2202 and 2206 to 2208 are read as their inpatient counterparts. The
/// published 2201 has neither kind nor disease: they are read where a client adds them, else the setting's kind stands.
/// </summary>
internal static class OutpatientMessages
{
    private const string VisitNode = "mdtrtinfo";
    private const string EveryLine = "0000";

    public static HisOperation Register(CallReader call)
    {
        var node = call.Node(VisitNode);
        return new RegisterOutpatient
        {
            Person = PersonMessages.Person(call, node),
            HospitalVisitNumber = node.Required(Fields.HospitalVisit),
            VisitKind = node.Optional(Fields.VisitKind) ?? call.Settings.OutpatientKind,
            VisitDate = node.RequiredDate(Fields.VisitTime),
            Diagnoses = VisitMessages.Diagnoses(call, node),
            ChronicDisease = node.Optional(Fields.ChronicDisease),
            Department = node.Optional(Fields.VisitDepartment),
            Doctor = node.Optional(Fields.VisitDoctor),
        };
    }

    public static JsonNode? Registered(CallState state, HisResult result)
    {
        if (result is not OutpatientRegistered registered || state.Operation is not RegisterOutpatient operation)
            return null;
        var output = new JsonObject
        {
            ["mdtrt_id"] = registered.VisitNumber,
            ["psn_no"] = registered.Person.PersonNumber,
            ["ipt_otp_no"] = operation.HospitalVisitNumber,
        };
        if (state.Variant == ClientVariant.GZ)
            (output["vola_type"], output["vola_dscr"]) = (null, null);
        return new JsonObject { ["data"] = output };
    }

    /// <summary>The kind must be the registered one: what a fund pays is decided by it, and the insured province has been told.</summary>
    public static HisOperation Update(CallReader call)
    {
        var node = call.Node(VisitNode);
        var diagnoses = VisitMessages.Diagnoses(call, node);
        return new UpdateVisit
        {
            Visit = VisitMessages.Visit(node),
            VisitKind = node.Optional(Fields.VisitKind),
            Diagnoses = diagnoses.Count == 0 ? null : diagnoses,
        };
    }

    /// <summary>Of an outpatient bill nothing is taken back by lines: the interface has 2205 and 2208 for it.</summary>
    public static HisOperation Upload(CallReader call)
    {
        foreach (var row in call.Input.Rows(Fields.Lines) ?? [])
        {
            if (row.OptionalDecimal(Fields.Quantity, decimalsMax: 2) is < 0)
                row.Invalid(Fields.Quantity, "门诊明细没有负数量；未结算的用 2205 撤销，已结算的用 2208。", "an outpatient line has no negative quantity; withdraw by 2205 before the settlement, cancel it by 2208 after.");
        }
        return FeeMessages.Upload(call);
    }

    public static HisOperation Withdraw(CallReader call)
    {
        var node = call.Node();
        if (node.Required(Fields.Batch) is { Length: > 0 } and not EveryLine)
            node.Invalid(Fields.Batch, "只支持 0000（全部未结算明细）。", "only 0000, every line that is not settled, is supported.");
        return new WithdrawFeeLines { Visit = VisitMessages.Visit(node) };
    }
}
