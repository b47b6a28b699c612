using System.Globalization;
using System.Text.RegularExpressions;
using ProvincialGateway.Clearing;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>
/// What two agencies do for a month between them, with the commands of production: deposit, urgent top-up, reconciliation, statement, payment and
/// receipt. Afterwards neither owes the other anything.
/// </summary>
internal sealed partial class DemoMonth(PilotProvince treatment, PilotProvince insured, TimeProvider time)
{
    /// <summary>When nothing fails.</summary>
    public const int MomentCount = 15;

    private static readonly TimeSpan CheckedWithin = TimeSpan.FromSeconds(20);

    private readonly DemoScene _scene = new(time);

    public Task<IReadOnlyList<DemoMoment>> PlayAsync(Action<string> done, CancellationToken cancellation) => _scene.PlayAsync(() => PlayAsync(cancellation), done);

    private async Task PlayAsync(CancellationToken cancellation)
    {
        await PrepayAsync(cancellation);
        var today = time.Today();
        await TreatmentAsync("当日对账", "reconciles the day", cancellation, "reconcile", "run", "--partner", insured.Division.Code, "--from", today.Iso(), "--to", today.Iso());
        var statement = await ClaimAsync(today.ToString("yyyy-MM", CultureInfo.InvariantCulture), cancellation);
        var payment = TransactionIn(await InsuredAsync("余额已汇出，通知就医地", "sends the rest and says so", cancellation, "clearing", "pay", statement, "--bank", "DEMO-3"));
        await TreatmentAsync("确认到账", "confirms that it has arrived", cancellation, "clearing", "receive", payment);
        await TreatmentAsync("清算单已结清", "the statement is paid", cancellation, "clearing", "show", statement);
        await TreatmentAsync("预付金余额", "what is left of the prepayment", cancellation, "prepayment", "show");
    }

    /// <summary>A deposit that the month has nearly used up, and more of it.</summary>
    private async Task PrepayAsync(CancellationToken cancellation)
    {
        var deposit = TransactionIn(await InsuredAsync(
            "汇出首次预付金", "sends the first deposit", cancellation, "prepayment", "deposit", "--partner", treatment.Division.Code, "--amount", "42000.00", "--bank", "DEMO-1"));
        await TreatmentAsync("确认到账", "confirms that it has arrived", cancellation, "prepayment", "confirm", deposit);
        await TreatmentAsync("查看使用率：已达红线", "looks at its use: red", cancellation, "prepayment", "show");
        var request = TransactionIn(await TreatmentAsync(
            "请求紧急补充", "asks for an urgent top-up", cancellation, "prepayment", "top-up", "--partner", insured.Division.Code, "--amount", "20000.00", "--reason", "使用率已达红线"));
        await InsuredAsync("同意补充", "grants it", cancellation, "prepayment", "answer", request, "--grant", "20000.00");
        var more = TransactionIn(await InsuredAsync("汇出补充款", "sends it", cancellation,
            "prepayment", "deposit", "--partner", treatment.Division.Code, "--amount", "20000.00", "--bank", "DEMO-2", "--top-up", request));
        await TreatmentAsync("确认到账", "confirms that it has arrived", cancellation, "prepayment", "confirm", more);
    }

    private async Task<string> ClaimAsync(string month, CancellationToken cancellation)
    {
        var cut = await TreatmentAsync("按台账序号切出本月清算单，部分由预付金抵付", "cuts the month's statement, part of it paid out of the prepayment", cancellation,
            "clearing", "cut", "--partner", insured.Division.Code, "--period", month, "--offset", "30000.00");
        var statement = StatementNumber().Match(cut).Value;
        await TreatmentAsync("提出清算单", "proposes it", cancellation, "clearing", "propose", statement);
        await CheckedAsync(statement, cancellation);
        await InsuredAsync("逐行核对无误，确认", "agrees: every row was found right", cancellation, "clearing", "confirm", statement);
        return statement;
    }

    /// <summary>The insured side's node goes through the rows by itself.</summary>
    private async Task CheckedAsync(string statement, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (insured.Host.Database.Read(session => StatementBook.Check(session, statement, 1)) is null && time.GetElapsedTime(started) < CheckedWithin)
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation);
    }

    private Task<string> TreatmentAsync(string chinese, string english, CancellationToken cancellation, params string[] line) =>
        _scene.CommandAsync(treatment, "treatment", chinese, english, cancellation, line);

    private Task<string> InsuredAsync(string chinese, string english, CancellationToken cancellation, params string[] line) =>
        _scene.CommandAsync(insured, "insured", chinese, english, cancellation, line);

    private static string TransactionIn(string output) => TransactionNumber().Match(output).Value;

    [GeneratedRegex("[0-9]{30}")]
    private static partial Regex TransactionNumber();

    [GeneratedRegex("B[0-9]{17}")]
    private static partial Regex StatementNumber();
}
