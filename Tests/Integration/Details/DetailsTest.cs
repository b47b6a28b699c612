using System.Globalization;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Insured;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using HisLine = Provincial.His.V1.FeeLine;

namespace ProvincialGateway.Tests.Details;

/// <summary>A settled bill whose lines follow over a line that can be cut.</summary>
internal abstract class DetailsTest : RecoveryTest
{
    protected const int StillOwed = 3203, Refused = 3202;

    /// <summary>A bill of many lines, uploaded in messages as a hospital sends them.</summary>
    /// <returns>The settlement number.</returns>
    protected async Task<string> SettleAsync(int lineCount)
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        await UploadAsync(visit, lineCount);
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();
        return (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
    }

    protected async Task UploadAsync(string visit, int lineCount)
    {
        foreach (var part in Enumerable.Range(1, lineCount).Chunk(1_000))
            (await Guangzhou.UploadAsync(visit, part.Select(BillLine))).Granted();
    }

    protected FeeTransferRow Transfer(string settlementNumber) => Guangdong.Host.Database.Read(session => FeeTransfers.Find(session, settlementNumber))!;

    protected DetailTransferRow? Received(string settlementNumber) => Yunnan.Host.Database.Read(session => FeeDetailStore.Standing(session, settlementNumber));

    protected void AssertComplete(string settlementNumber, int lineCount)
    {
        var (sent, received) = (Transfer(settlementNumber), Received(settlementNumber)!);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((sent.State, sent.Acknowledged), Is.EqualTo((FeeTransferState.Complete, $"1-{lineCount}")));
            Assert.That((received.State, received.TransactionId, received.LineCount), Is.EqualTo((DetailTransferState.Complete, sent.TransactionId, lineCount)));
            Assert.That(received.LinesSha256, Is.EqualTo(sent.LinesSha256));
            Assert.That(Yunnan.Count("insured_detail_line"), Is.EqualTo(lineCount), "each line once");
        }
    }

    /// <summary>What a command in the serving node prints; it has to succeed.</summary>
    protected async Task<string> CommandAsync(PilotProvince province, params string[] line)
    {
        var (exitCode, said) = await SayAsync(province, line);
        Assert.That(exitCode, Is.Zero, said);
        return said;
    }

    protected async Task<(int ExitCode, string Said)> SayAsync(PilotProvince province, params string[] line)
    {
        using var output = new StringWriter();
        var invocation = new LiveInvocation { Node = province.Running(Clock), Terminal = Terminal.None, Output = output, Error = output };
        var exitCode = await Program.RunAsync(Program.Root().Parse([.. line, "--as", province.Division.Code, "--data", province.DataFolder]), invocation, CancellationToken.None);
        return (exitCode, output.ToString());
    }

    private HisLine BillLine(int number)
    {
        var serial = number.ToString(CultureInfo.InvariantCulture);
        var line = (number % 3) switch
        {
            0 => SampleBills.Line(serial, "H120100003", "一级护理", "09", "30.0000", "1", FeesOn),
            1 => SampleBills.Line(serial, "Y000456", "注射用头孢曲松钠", "01", "45.0000", "2", FeesOn),
            _ => SampleBills.Line(serial, "Y009001", "人血白蛋白(自费)", "01", "375.0000", "0.5", FeesOn),
        };
        (line.Doctor, line.Specification, line.PrescriptionNumber) = ("测试医师", "规格一", $"CF{number / 10}");
        return line;
    }
}
