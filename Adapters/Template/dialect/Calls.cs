using ProvincialGateway.Adapters.Contracts;

namespace KeyValueLines;

/// <summary>The lines of a call as the canonical operation. Codes stay the hospital's: the node translates them.</summary>
internal static class Calls
{
    private const string Line = "serial|code|name|category|price|quantity|amount|date";

    /// <summary>Null when there is no such call, which is then the fields' refusal.</summary>
    public static HisOperation? Read(string call, Fields fields) => call switch
    {
        "verify" => new VerifyPerson { Person = Person(fields), ServiceDate = fields.OptionalDate("date", "service_date"), VisitKind = fields.Optional("kind") },
        "admission" => Admission(fields),
        "lines" => new UploadFeeLines { Visit = Visit(fields), Lines = Lines(fields) },
        "withdraw" => new WithdrawFeeLines { Visit = Visit(fields), LineSerials = Serials(fields) },
        "discharge" => new Discharge
        {
            Visit = Visit(fields),
            DischargeDate = fields.OptionalDate("date", "discharge_date"),
            Diagnoses = Diagnoses(fields),
            DischargeReason = fields.Optional("reason"),
        },
        "preview" => new PreviewSettlement { Visit = Visit(fields), ClaimedTotalFen = fields.OptionalFen("total", "claimed_total_fen") },
        "settle" => new Settle
        {
            Visit = Visit(fields),
            ClaimedTotalFen = fields.OptionalFen("total", "claimed_total_fen"),
            AccountRequestedFen = fields.OptionalFen("account", "account_requested_fen"),
            InvoiceNumber = fields.Optional("invoice"),
        },
        "cancel" => new CancelSettlement { Visit = Visit(fields), SettlementNumber = fields.Optional("settlement") },
        "query" => new QueryTransaction { OriginalTransactionId = fields.Required("original", "original_transaction_id") },
        _ => Unknown(call, fields),
    };

    private static HisOperation? Unknown(string call, Fields fields)
    {
        fields.Refuse(Refusals.UnknownTransaction(call));
        return null;
    }

    private static RegisterAdmission Admission(Fields fields) => new()
    {
        Person = Person(fields),
        HospitalVisitNumber = fields.Required("inpatient", "hospital_visit_number"),
        VisitKind = fields.Required("kind", "visit_kind"),
        AdmissionDate = fields.RequiredDate("date", "admission_date"),
        Diagnoses = Diagnoses(fields),
        Department = fields.Optional("department"),
        Bed = fields.Optional("bed"),
        Doctor = fields.Optional("doctor"),
    };

    private static HisPersonReference Person(Fields fields) => new()
    {
        InsuredDivision = fields.Required("insured", "person.insured_division"),
        SocialSecurityNumber = fields.Optional("ssn"),
        CardNumber = fields.Optional("card"),
        Name = fields.Optional("name"),
    };

    private static HisVisitReference Visit(Fields fields) => new() { VisitNumber = fields.Optional("visit"), HospitalVisitNumber = fields.Optional("inpatient") };

    private static List<HisDiagnosis> Diagnoses(Fields fields) =>
        fields.Repeated("diagnosis").ConvertAll(parts => new HisDiagnosis { Code = parts[0], Name = parts.ElementAtOrDefault(1) });

    private static List<string>? Serials(Fields fields) =>
        fields.Repeated("line") is { Count: > 0 } lines ? lines.ConvertAll(parts => parts[0]) : null;

    private static List<HisFeeLine> Lines(Fields fields)
    {
        var lines = new List<HisFeeLine>();
        foreach (var (index, parts) in fields.Repeated("line").Index())
        {
            var field = $"lines[{index}]";
            if (parts.Length == Line.Split('|').Length)
                lines.Add(FeeLine(fields, parts, field));
            else
                fields.Refuse(Refusals.InvalidField(field, "line", $"应为 {Line}。", $"a line is {Line}."));
        }
        if (lines.Count == 0)
            fields.Refuse(Refusals.MissingField("lines", "line"));
        return lines;
    }

    private static HisFeeLine FeeLine(Fields fields, string[] parts, string field) => new()
    {
        LineSerial = parts[0],
        LocalCode = parts[1],
        LocalName = parts[2],
        FeeCategory = parts[3],
        UnitPrice = fields.Number(parts[4], "price", $"{field}.unit_price"),
        Quantity = fields.Number(parts[5], "quantity", $"{field}.quantity"),
        AmountFen = fields.Fen(parts[6], "amount", $"{field}.amount_fen"),
        FeeDate = fields.Date(parts[7], "date", $"{field}.fee_date"),
    };
}
