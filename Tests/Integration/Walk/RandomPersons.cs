using ProvincialGateway.Cli;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Walk;

/// <summary>Filings that are asked for, decided, changed and cancelled, and what happens to people's insurance meanwhile.</summary>
internal sealed class RandomPersons(PilotCountry country, Operators operators, Random random, TimeProvider time) : RandomAgency(country, operators, random, time)
{
    private static readonly string[] Kinds = ["01", "02", "03", "04", "05", "06"];

    protected override Task? Draw(Care care) => Random.Next(100) switch
    {
        < 30 => SubmitAsync(care),
        < 40 => WithdrawAsync(care),
        < 58 => DecideAsync(Province(care.Insured)),
        < 70 => ChangeAsync(Province(care.Insured)),
        < 75 => CancelAsync(Province(care.Insured)),
        < 82 => TroubleAsync(care),
        _ => RestoreAsync(care),
    };

    /// <summary>For an open visit as well as for days to come.</summary>
    private Task SubmitAsync(Care care)
    {
        var (person, kind) = (care.People[Random.Next(care.People.Count)], Kinds[Random.Next(Kinds.Length)]);
        var area = Random.Next(2) == 0 ? care.Treatment : $"{care.Institution[1..5]}00";
        var visit = Draw<OpenVisit>(Province(care.Insured), "SELECT visit_number, admission_date FROM insured_visit WHERE state < 3 AND person_number = @PersonNumber AND treatment_province = @Treatment",
            new { person.PersonNumber, care.Treatment });
        var isForVisit = visit is not null && Random.Next(2) == 0;
        var from = isForVisit ? visit!.AdmissionDate : Today.AddDays(Random.Next(3)).Iso();
        return RunAsync(Province(care.Treatment), "SubmitFiling",
            ["filings", "submit", "--peer", person.InsuredDivision, "--person", person.PersonNumber, "--kind", kind, "--area", area, "--from", from, .. isForVisit ? ["--visit", visit!.VisitNumber] : Array.Empty<string>(), "--reason", "测试"]);
    }

    private Task? WithdrawAsync(Care care) =>
        Draw<Filing>(Province(care.Insured), "SELECT filing_number, person_number FROM filing WHERE submitted_by LIKE substr(@Treatment, 1, 2) || '%' AND state < 3", new { care.Treatment }) is { } filing
            ? RunAsync(Province(care.Treatment), "WithdrawFiling", "filings", "withdraw", filing.FilingNumber, "--peer", care.Insured, "--person", filing.PersonNumber, "--reason", "测试")
            : null;

    private Task? DecideAsync(PilotProvince insured) => Draw<Filing>(insured, "SELECT filing_number, person_number FROM filing WHERE state = 2") is { } filing
        ? RunAsync(insured, "DecideFiling", "filings", "decide", filing.FilingNumber, Random.Next(4) == 0 ? "reject" : "approve", "--reason", "测试")
        : null;

    private Task? ChangeAsync(PilotProvince insured)
    {
        var change = Random.Next(3) switch
        {
            0 => new[] { "--to", Today.AddDays(Random.Next(400)).Iso() },
            1 => ["--to", "open"],
            _ => ["--kind", Kinds[Random.Next(Kinds.Length)]],
        };
        return Draw<Filing>(insured, "SELECT filing_number, person_number FROM filing WHERE state < 3") is { } filing
            ? RunAsync(insured, "ChangeFiling", ["filings", "change", filing.FilingNumber, .. change, "--reason", "测试"])
            : null;
    }

    private Task? CancelAsync(PilotProvince insured) => Draw<Filing>(insured, "SELECT filing_number, person_number FROM filing WHERE state < 3") is { } filing
        ? RunAsync(insured, "CancelFiling", "filings", "cancel", filing.FilingNumber, "--reason", "测试")
        : null;

    private Task TroubleAsync(Care care)
    {
        var (insured, person, from) = (Province(care.Insured), care.People[Random.Next(care.People.Count)].PersonNumber, Today.AddDays(-Random.Next(5)).Iso());
        return Random.Next(3) switch
        {
            0 => RunAsync(insured, "Suspend", "persons", "state", person, "suspended", "--from", from, "--reason", "测试"),
            1 => RunAsync(insured, "Freeze", "persons", "freeze", person, "--from", from, "--to", Today.AddDays(5).Iso(), "--reason", "测试"),
            _ => RunAsync(insured, "Die", "persons", "state", person, "dead", "--from", from, "--reason", "测试"),
        };
    }

    private Task RestoreAsync(Care care) =>
        RunAsync(Province(care.Insured), "Restore", "persons", "restore", care.People[Random.Next(care.People.Count)].PersonNumber, "--from", Today.AddDays(-30).Iso(), "--reason", "测试");

    private sealed class OpenVisit
    {
        public required string VisitNumber { get; init; }
        public required string AdmissionDate { get; init; }
    }

    private sealed class Filing
    {
        public required string FilingNumber { get; init; }
        public required string PersonNumber { get; init; }
    }
}
