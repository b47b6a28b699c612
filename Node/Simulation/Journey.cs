using System.Globalization;
using Google.Protobuf;
using Provincial.His.V1;
using ProvincialGateway.Values;

namespace ProvincialGateway.Simulation;

/// <summary>What happens to one patient in one hospital: a stay or an outpatient visit, with whatever is withdrawn, cancelled and taken back on the way.</summary>
internal sealed class Journey(string name, SimulatedHospital hospital, InsuredPerson person, Dice dice, DateOnly today)
{
    private int _asked, _lines;
    private string _visit = "";

    private PilotTemplate Care => hospital.Node.Province.Template;

    public Task RunAsync() => dice.Below(100) switch
    {
        < 35 => StayAsync(),
        < 55 => OutpatientAsync(),
        < 70 => InPartsAsync(),
        < 80 => ChangedMindAsync(),
        < 92 => BackAgainAsync(),
        _ => AnythingAsync(),
    };

    private async Task StayAsync()
    {
        if (!await AdmitAsync())
            return;
        await LinesAsync();
        if (await DischargeAsync() && await SettleAsync(interim: false))
            await AfterwardsAsync();
    }

    private async Task OutpatientAsync()
    {
        var isChronic = dice.Hits(0.5);
        var request = new RegisterOutpatientRequest
        {
            Person = Person(),
            HospitalVisitNumber = $"MZ{name}",
            VisitKind = isChronic ? Care.ChronicKind : "11",
            VisitDate = today.AddDays(-2).Iso(),
            Diagnoses = { new Diagnosis { Code = "I10.x00" } },
        };
        if (isChronic)
            request.ChronicDisease = "M03900";
        if (await AskAsync("RegisterOutpatient", id => request.Header = SimulatedHospital.Header(id), request) is not { Outcome: ToldOutcome.Granted } opened)
            return;
        _visit = RegisterOutpatientResponse.Parser.ParseJson(opened.Answer).Result.VisitNumber;
        await LinesAsync();
        if (await SettleAsync(interim: false))
            await AfterwardsAsync();
    }

    private async Task InPartsAsync()
    {
        if (!await AdmitAsync())
            return;
        for (var part = 0; part <= dice.Below(2); part++)
        {
            await LinesAsync();
            await SettleAsync(interim: true);
        }
        await LinesAsync();
        if (await DischargeAsync() && await SettleAsync(interim: false) && dice.Hits(0.5))
        {
            // From the last to the first, as the node wants it.
            await CancelAsync();
            await UndoDischargeAsync();
            await CancelAsync();
        }
    }

    private async Task ChangedMindAsync()
    {
        if (!await AdmitAsync())
            return;
        if (dice.Hits(0.4))
        {
            await UploadAsync();
            await WithdrawAsync();
        }
        await CancelAdmissionAsync();
    }

    private async Task BackAgainAsync()
    {
        if (!await AdmitAsync())
            return;
        await LinesAsync();
        await DischargeAsync();
        await UndoDischargeAsync();
        await UploadAsync();
        if (await DischargeAsync() && await SettleAsync(interim: false))
            await AfterwardsAsync();
    }

    /// <summary>Steps in no order: most are refused, and none may do harm.</summary>
    private async Task AnythingAsync()
    {
        if (!await AdmitAsync())
            return;
        for (var steps = 4 + dice.Below(8); steps > 0; steps--)
        {
            await (dice.Below(10) switch
            {
                0 => AdmitAsync(),
                1 or 2 => UploadAsync(),
                3 => WithdrawAsync(),
                4 => DischargeAsync(),
                5 => UndoDischargeAsync(),
                6 => SettleAsync(interim: dice.Hits(0.5)),
                7 => CancelAsync(),
                8 => UpdateAsync(),
                _ => CancelAdmissionAsync(),
            });
        }
    }

    private async Task AfterwardsAsync()
    {
        switch (dice.Below(6))
        {
            case 0:
                await CancelAsync();
                await SettleAsync(interim: false);
                break;
            case 1:
                await CancelAsync();
                await UndoDischargeAsync();
                await WithdrawAsync();
                await CancelAdmissionAsync();
                break;
        }
    }

    private async Task<bool> AdmitAsync()
    {
        if (dice.Hits(0.3))
            await hospital.LookAsync("VerifyPerson", new VerifyPersonRequest { Header = SimulatedHospital.Header(null), Person = Person() }, dice);
        var request = new RegisterAdmissionRequest
        {
            Person = Person(),
            HospitalVisitNumber = $"ZY{name}",
            VisitKind = Care.InpatientKind,
            AdmissionDate = today.AddDays(-5).Iso(),
            Diagnoses = { new Diagnosis { Code = "I20.000" } },
        };
        if (await AskAsync("RegisterAdmission", id => request.Header = SimulatedHospital.Header(id), request) is not { Outcome: ToldOutcome.Granted } opened)
            return false;
        _visit = RegisterAdmissionResponse.Parser.ParseJson(opened.Answer).Result.VisitNumber;
        return true;
    }

    private async Task LinesAsync()
    {
        for (var uploads = 1 + dice.Below(3); uploads > 0; uploads--)
            await UploadAsync();
        if (dice.Hits(0.15))
        {
            await WithdrawAsync();
            await UploadAsync();
        }
        if (dice.Hits(0.2))
            await UpdateAsync();
        if (dice.Hits(0.3))
            await hospital.LookAsync("PreviewSettlement", new PreviewSettlementRequest { Header = SimulatedHospital.Header(null), Visit = Visit() }, dice);
    }

    private async Task UploadAsync()
    {
        var request = new UploadFeeLinesRequest { Visit = Visit() };
        for (var lines = 1 + dice.Below(4); lines > 0; lines--)
        {
            var quantity = 1 + dice.Below(60);
            request.Lines.Add(new FeeLine
            {
                LineSerial = (++_lines).ToString(CultureInfo.InvariantCulture),
                LocalCode = Care.Item.Code,
                LocalName = Care.Item.Name,
                FeeCategory = Care.Item.Category,
                UnitPrice = string.Create(CultureInfo.InvariantCulture, $"{Care.Item.PriceFen / 100m:0.0000}"),
                Quantity = quantity.ToString(CultureInfo.InvariantCulture),
                AmountFen = Care.Item.PriceFen * quantity,
                FeeDate = today.AddDays(-2).Iso(),
            });
        }
        var asked = await AskAsync("UploadFeeLines", id => request.Header = SimulatedHospital.Header(id), request);
        // An upload of several lines does not say which of them is meant.
        if (asked.Outcome is ToldOutcome.Granted && request.Lines.Count == 1 && dice.Hits(0.4))
        {
            var refund = new RefundFeeLineRequest { Visit = Visit(), OriginalTransactionId = asked.Id, Quantity = "1", AmountFen = Care.Item.PriceFen };
            await AskAsync("RefundFeeLine", id => refund.Header = SimulatedHospital.Header(id), refund);
        }
    }

    private Task<Asked> UpdateAsync()
    {
        var request = new UpdateVisitRequest { Visit = Visit(), Bed = string.Create(CultureInfo.InvariantCulture, $"{1 + dice.Below(40)}"), Department = "0300" };
        return AskAsync("UpdateVisit", id => request.Header = SimulatedHospital.Header(id), request);
    }

    private Task<Asked> WithdrawAsync()
    {
        var request = new WithdrawFeeLinesRequest { Visit = Visit() };
        return AskAsync("WithdrawFeeLines", id => request.Header = SimulatedHospital.Header(id), request);
    }

    private async Task<bool> DischargeAsync()
    {
        var request = new DischargeRequest { Visit = Visit(), DischargeDate = today.AddDays(-1).Iso(), Diagnoses = { new Diagnosis { Code = "I20.000" } } };
        return await AskAsync("Discharge", id => request.Header = SimulatedHospital.Header(id), request) is { Outcome: ToldOutcome.Granted };
    }

    private Task<Asked> UndoDischargeAsync()
    {
        var request = new CancelDischargeRequest { Visit = Visit() };
        return AskAsync("CancelDischarge", id => request.Header = SimulatedHospital.Header(id), request);
    }

    private async Task<bool> SettleAsync(bool interim)
    {
        var request = new SettleRequest { Visit = Visit(), Interim = interim, ClaimedTotalFen = hospital.BillOf(_visit).UnsettledFen };
        return await AskAsync("Settle", id => request.Header = SimulatedHospital.Header(id), request) is { Outcome: ToldOutcome.Granted };
    }

    private Task<Asked> CancelAsync()
    {
        var request = new CancelSettlementRequest { Visit = Visit() };
        return AskAsync("CancelSettlement", id => request.Header = SimulatedHospital.Header(id), request);
    }

    private Task<Asked> CancelAdmissionAsync()
    {
        var request = new CancelAdmissionRequest { Visit = Visit() };
        return AskAsync("CancelAdmission", id => request.Header = SimulatedHospital.Header(id), request);
    }

    private async Task<Asked> AskAsync(string operation, Action<string> setHeader, IMessage request)
    {
        await hospital.PauseAsync(dice, 0.2, 6);
        var id = string.Create(CultureInfo.InvariantCulture, $"{name}-{++_asked}");
        setHeader(id);
        var asked = await hospital.AskAsync(id, operation, request, dice);
        if (dice.Hits(0.05))
            await hospital.QueryAsync(asked, dice);
        return asked;
    }

    private VisitReference Visit() => new() { VisitNumber = _visit };

    private PersonReference Person() => new() { InsuredDivision = person.Division, SocialSecurityNumber = person.SocialSecurityNumber, Name = person.Name };
}
