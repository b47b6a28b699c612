using System.Threading.Channels;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>
/// What a node does by itself: it checks every statement it is sent, confirms those that are right where the agreement says so, and reminds of
/// what is due. Whatever breaks off is taken up again at the next tick or start.
/// </summary>
internal sealed partial class ClearingClerk(
    NodesConfiguration configuration, Division self, Database database, StatementChecker checker, StatementDesk desk, ClearingAgency agency, TimeProvider time, ILogger<ClearingClerk> logger)
    : BackgroundService
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HashSet<(string Number, int Revision)> _confirmed = [];
    private readonly HashSet<(string Number, int Revision)> _leftOut = [];
    private readonly Dictionary<(string Number, int Revision), DateTimeOffset> _laidAside = [];
    private DateOnly _reminded;

    /// <summary>Raised after each round of work.</summary>
    public event EventHandler? Done;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var timer = time.CreateTimer(_ => Wake(), null, configuration.Timeouts.ResolverInterval, configuration.Timeouts.ResolverInterval);
        agency.Accepted += OnAccepted;
        try
        {
            while (true)
            {
                await BackgroundWork.AttemptAsync(() => WorkAsync(stoppingToken), LogPostponed, logger, stoppingToken);
                Done?.Invoke(this, EventArgs.Empty);
                await _wake.Reader.ReadAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is not checked is checked after the next start.
        }
        finally
        {
            agency.Accepted -= OnAccepted;
        }
    }

    private void OnAccepted(object? sender, EventArgs accepted) => Wake();

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task WorkAsync(CancellationToken cancellation)
    {
        foreach (var statement in database.Read(StatementBook.All).Where(row => row is { Side: LedgerSide.Insured, State: StatementStage.Proposed }))
            await AttemptAsync(statement, () => WorkAsync(statement, cancellation), cancellation);
        // Recovered after an older backup: their rows are claimed, and nothing is said to the other side.
        foreach (var statement in database.Read(StatementBook.Unexamined))
            await AttemptAsync(statement, () => ExamineAsync(statement, cancellation), cancellation);
        Remind();
    }

    /// <summary>One statement that cannot be dealt with holds up neither the others nor the reminders, and does not fill the log.</summary>
    private async Task AttemptAsync(ClearingStatement statement, Func<Task> work, CancellationToken cancellation)
    {
        if (!IsLaidAside(statement) && !await BackgroundWork.AttemptAsync(work, LogPostponed, logger, cancellation))
            LayAside(statement);
    }

    private async Task ExamineAsync(ClearingStatement statement, CancellationToken cancellation)
    {
        if (!await CheckAsync(statement, cancellation))
            LayAside(statement);
    }

    private void LayAside(ClearingStatement statement) => _laidAside[(statement.StatementNumber, statement.Revision)] = time.GetUtcNow() + configuration.Timeouts.ResolverDelayMax;

    private bool IsLaidAside(ClearingStatement statement) => _laidAside.TryGetValue((statement.StatementNumber, statement.Revision), out var until) && time.GetUtcNow() < until;

    private async Task WorkAsync(ClearingStatement statement, CancellationToken cancellation)
    {
        var check = database.Read(session => StatementBook.Check(session, statement.StatementNumber, statement.Revision));
        if (check is null && await CheckAsync(statement, cancellation))
            check = database.Read(session => StatementBook.Check(session, statement.StatementNumber, statement.Revision));
        // What an earlier dispute held back comes back with somebody's consent, not by itself.
        if (check is { IsClean: true } && configuration.Clearing.Of(Division.Parse(statement.Partner), self).ConfirmAutomatically && !database.Read(session => HeldBack.NeedsConsent(session, statement)))
            await ConfirmAsync(statement, cancellation);
    }

    private async Task<bool> CheckAsync(ClearingStatement statement, CancellationToken cancellation)
    {
        if (await checker.CheckAsync(statement, cancellation) is { } reason)
        {
            LogNotChecked(statement.StatementNumber, statement.Partner, reason);
            return false;
        }
        var check = database.Read(session => StatementBook.Check(session, statement.StatementNumber, statement.Revision))!;
        if (check.IsClean)
            LogRight(statement.StatementNumber, statement.Revision, statement.Partner, check.RowCount, new Fen(statement.PayableFen));
        else
            LogWrong(statement.StatementNumber, statement.Revision, statement.Partner, check.FindingCount, check.Reason);
        return true;
    }

    /// <summary>
    /// Once for each revision: what the other side refuses is for an operator. So is a statement that leaves out what the line audit found: whether it
    /// waits for that is nothing to be decided by a clock.
    /// </summary>
    private async Task ConfirmAsync(ClearingStatement statement, CancellationToken cancellation)
    {
        if (_confirmed.Contains((statement.StatementNumber, statement.Revision)))
            return;
        if (database.Read(session => LineAuditObjections.Claimed(session, statement.Partner)) is { Count: > 0 } open)
        {
            if (_leftOut.Add((statement.StatementNumber, statement.Revision)))
                LogLeftOut(statement.StatementNumber, statement.Revision, statement.Partner, open.Count, new Fen(open.Sum(finding => finding.DueFen)));
            return;
        }
        if (database.Read(session => ClearingOutbox.OpenAbout(session, statement.StatementNumber)) is not null)
            return;
        await desk.ConfirmLeavingFindingsAsync(statement.StatementNumber, "", cancellation);
        // Not before: what kept it from being stored, a busy disk or a recovery, is over some time.
        _confirmed.Add((statement.StatementNumber, statement.Revision));
    }

    /// <summary>Once a day, what is due soon and what is overdue.</summary>
    private void Remind()
    {
        var today = time.Today();
        if (_reminded == today)
            return;
        foreach (var duty in database.Read(session => ClearingDeadlines.Duties(session, self, configuration.Clearing, today)))
        {
            if (duty.StateOn(today) is DutyState.Overdue)
                LogOverdue(duty.Subject ?? "-", duty.Period, duty.Partner, duty.Chinese, duty.English, duty.Due);
            else if (duty.StateOn(today) is DutyState.Due)
                LogDue(duty.Subject ?? "-", duty.Period, duty.Partner, duty.Chinese, duty.English, duty.Due);
        }
        _reminded = today;
    }

    [LoggerMessage(5120, LogLevel.Information, "Statement {StatementNumber} revision {Revision} of {Partner} is right: {RowCount} rows, {Payable} to be paid.")]
    private partial void LogRight(string statementNumber, int revision, string partner, long rowCount, Fen payable);

    [LoggerMessage(5121, LogLevel.Warning, "Statement {StatementNumber} revision {Revision} of {Partner} differs in {FindingCount} rows. {Reason} See gateway clearing show.")]
    private partial void LogWrong(string statementNumber, int revision, string partner, long findingCount, string reason);

    [LoggerMessage(5122, LogLevel.Warning, "Statement {StatementNumber} of {Partner} cannot be checked now: {Reason}. The node tries again.")]
    private partial void LogNotChecked(string statementNumber, string partner, string reason);

    [LoggerMessage(5123, LogLevel.Warning, "Overdue: {Subject} of {Period} with {Partner}: {Chinese} / {English}, due on {Due}. See gateway clearing list.")]
    private partial void LogOverdue(string subject, string period, Division partner, string chinese, string english, DateOnly due);

    [LoggerMessage(5126, LogLevel.Information, "Due soon: {Subject} of {Period} with {Partner}: {Chinese} / {English}, due on {Due}. See gateway clearing list.")]
    private partial void LogDue(string subject, string period, Division partner, string chinese, string english, DateOnly due);

    [LoggerMessage(5125, LogLevel.Warning, "Statement {StatementNumber} revision {Revision} of {Partner} is right but leaves out what the line audit found in {RowCount} rows, {Due} in all; it is not confirmed by itself. Put it in by gateway clearing dispute --line-audit, or leave it to the next statement by gateway clearing confirm --leave-findings; gateway details audit list --open has the rows.")]
    private partial void LogLeftOut(string statementNumber, int revision, string partner, int rowCount, Fen due);

    [LoggerMessage(5124, LogLevel.Warning, "Statements are not checked now: {Reason}")]
    private partial void LogPostponed(string reason);
}
