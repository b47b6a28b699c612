using System.Threading.Channels;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>A person's decision about one received line.</summary>
/// <param name="AmountFen">Of a deduction or a restoration, positive; null is all there is.</param>
/// <param name="Responsible">Exchange code: 01 person, 02 doctor, 03 hospital, 11 shared; empty when nobody.</param>
internal sealed record LineDecision(
    string SettlementNumber, int LineNumber, LineAuditOutcome Outcome, long? AmountFen, string Responsible, string Reason, string DecidedBy);

/// <summary>A decision that cannot be taken, and why.</summary>
internal sealed class LineDecisionRefusedException(string message) : Exception(message);

/// <summary>
/// Goes through the lines of every bill that is complete, once, at the start of the node and whenever lines have arrived; and takes the decisions of
/// people. What is found waits in <c>line_audit</c> until clearing takes it up.
/// </summary>
/// <param name="exchange">Where the exchange catalogue is kept, when it is.</param>
internal sealed partial class LineAudits(Database database, LineAuditRules rules, string exchange, TimeProvider time, ILogger<LineAudits> logger) : BackgroundService
{
    private const string ByRule = "rule";

    private readonly Channel<bool> _arrived = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Wake() => _arrived.Writer.TryWrite(true);

    /// <summary>Goes through every bill that waits.</summary>
    /// <returns>How many bills, and how many findings.</returns>
    public async Task<(int Bills, int Findings)> RunAsync(CancellationToken cancellation)
    {
        var waiting = database.Read(LineAuditStore.Waiting);
        if (waiting.Count == 0)
            return (0, 0);
        var auditor = new LineAuditor(rules, LoadExchange());
        var found = 0;
        foreach (var transferId in waiting)
        {
            // Stored lines do not change any more, so that a large bill is not read in the writer's turn.
            var (settlement, findings) = database.Read(session => Examine(session, auditor, transferId));
            found += await database.WriteAsync(session => Keep(session, transferId, settlement, findings), cancellation);
        }
        return (waiting.Count, found);
    }

    /// <exception cref="LineDecisionRefusedException">There is no such line, or the line does not allow the outcome or the amount.</exception>
    public Task DecideAsync(LineDecision decision, CancellationToken cancellation) => database.WriteAsync(session => Decide(session, decision, time.NowMs()), cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Wake();
        try
        {
            while (await _arrived.Reader.ReadAsync(stoppingToken))
                await RunOrPostponeAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What still waits is gone through at the next start.
        }
    }

    private Task<bool> RunOrPostponeAsync(CancellationToken cancellation) => BackgroundWork.AttemptAsync(async () =>
    {
        var (bills, findings) = await RunAsync(cancellation);
        if (findings > 0)
            LogFound(bills, findings);
    }, LogPostponed, logger, cancellation);

    private ExchangeCatalogue? LoadExchange()
    {
        if (!File.Exists(exchange))
            return null;
        var errors = new List<Tables.TableError>();
        var loaded = ExchangeCatalogue.Load(new TableSource(exchange).Read(), errors);
        if (loaded is null)
            LogNoExchange(errors[0].ToString());
        return loaded;
    }

    private static (InsuredSettlementRow Settlement, IReadOnlyList<LineFinding> Findings) Examine(Session session, LineAuditor auditor, long transferId)
    {
        var (settlement, bill, lines) = BillOf(session, FeeDetailStore.Get(session, transferId));
        return (settlement, auditor.Examine(bill, lines));
    }

    private static (InsuredSettlementRow Settlement, AuditedBill Bill, IReadOnlyList<DetailLineRow> Lines) BillOf(Session session, DetailTransferRow transfer)
    {
        var settlement = InsuredStore.FindSettlement(session, transfer.SettlementNumber!)!;
        var visit = InsuredStore.GetVisit(session, settlement.VisitNumber);
        var bill = new AuditedBill(settlement, ChinaTime.ParseIso(visit.AdmissionDate), ChinaTime.ParseIso(settlement.ServiceDate));
        return (settlement, bill, FeeDetailStore.Lines(session, transfer.Id, new LineSpan(1, transfer.LineCount!.Value)));
    }

    private int Keep(Session session, long transferId, InsuredSettlementRow settlement, IReadOnlyList<LineFinding> findings)
    {
        if (LineAuditStore.IsDone(session, transferId))
            return 0;
        foreach (var finding in findings)
        {
            LineAuditStore.Append(session, new LineAuditRow
            {
                TransferId = transferId,
                LineNumber = finding.LineNumber,
                SettlementNumber = settlement.SettlementNumber,
                Rule = finding.Rule,
                Outcome = finding.Outcome,
                AmountFen = finding.AmountFen,
                Responsible = finding.Responsible,
                ReasonZh = finding.Chinese,
                ReasonEn = finding.English,
                DecidedBy = ByRule,
                DecidedAtMs = time.NowMs(),
            });
        }
        LineAuditStore.Done(session, transferId, rules.Sha256, findings.Count, time.NowMs());
        return findings.Count;
    }

    private static void Decide(Session session, LineDecision decision, long nowMs)
    {
        if (FeeDetailStore.Standing(session, decision.SettlementNumber) is not { State: DetailTransferState.Complete } transfer)
            throw new LineDecisionRefusedException($"结算 {decision.SettlementNumber} 没有已收齐的明细；用 details list 查看。 / settlement {decision.SettlementNumber} has no complete lines here; see details list.");
        var (settlement, _, lines) = BillOf(session, transfer);
        var net = LineAuditor.NetLines(LineAuditor.FundShares(settlement, lines), lines);
        var ofBill = LineAuditStore.Of(session, decision.SettlementNumber);
        var taken = ofBill.Where(row => row.TransferId == transfer.Id && row.LineNumber == decision.LineNumber).Sum(row => row.AmountFen);
        if (!net.TryGetValue(decision.LineNumber, out var line) || (line.QuantityE2 <= 0 && taken == 0))
            throw new LineDecisionRefusedException($"第 {decision.LineNumber} 行不存在、是退费行或已全部退费；用 details show 查看。 / there is no line {decision.LineNumber}, or it is a refund or refunded altogether; see details show.");
        // What is refunded without a line to answer for it lessens the bill, not a line.
        var share = Math.Min(line.ShareFen, taken + settlement.FundTotalFen - ofBill.Sum(row => row.AmountFen));
        LineAuditStore.Append(session, new LineAuditRow
        {
            TransferId = transfer.Id,
            LineNumber = decision.LineNumber,
            SettlementNumber = decision.SettlementNumber,
            Outcome = decision.Outcome,
            AmountFen = AmountOf(decision, share, taken),
            Responsible = decision.Responsible,
            ReasonZh = decision.Reason,
            ReasonEn = decision.Reason,
            DecidedBy = decision.DecidedBy,
            DecidedAtMs = nowMs,
        });
    }

    /// <param name="share">What the funds paid for the line, as far as the bill's other deductions leave it.</param>
    /// <param name="taken">What is taken back already.</param>
    private static long AmountOf(LineDecision decision, long share, long taken)
    {
        var left = decision.Outcome is LineAuditOutcome.Restore ? taken : Math.Max(0, share - taken);
        var wanted = decision.AmountFen ?? left;
        var isMoney = decision.Outcome is LineAuditOutcome.Deduct or LineAuditOutcome.Restore;
        if (!isMoney && decision.AmountFen is not null)
            throw new LineDecisionRefusedException("只有扣减和恢复可以指定金额。 / only a deduction and a restoration take an amount.");
        if (isMoney && (wanted <= 0 || wanted > left))
            throw new LineDecisionRefusedException($"金额应大于 0 且不超过 {new Fen(left)} 元（该行基金支付 {new Fen(share)}，已扣 {new Fen(taken)}）。 / the amount must be above 0 and at most {new Fen(left)} (the funds paid {new Fen(share)} for the line, {new Fen(taken)} is taken back).");
        if (decision.Outcome is LineAuditOutcome.Pass or LineAuditOutcome.Delay && taken > 0)
            throw new LineDecisionRefusedException($"该行已扣 {new Fen(taken)} 元；请先恢复。 / {new Fen(taken)} of this line is taken back; restore it first.");
        return decision.Outcome switch
        {
            LineAuditOutcome.Deduct => wanted,
            LineAuditOutcome.Refuse => left,
            LineAuditOutcome.Restore => -wanted,
            _ => 0,
        };
    }

    [LoggerMessage(2301, LogLevel.Information, "The lines of {Bills} bills were audited: {Findings} findings. See gateway details audit list.")]
    private partial void LogFound(int bills, int findings);

    [LoggerMessage(2302, LogLevel.Error, "Bills wait to be audited: {Reason} They are taken up again when more lines arrive, and at the next start.")]
    private partial void LogPostponed(string reason);

    [LoggerMessage(2303, LogLevel.Warning, "The kept exchange catalogue cannot be read, classes are not audited: {Reason}")]
    private partial void LogNoExchange(string reason);
}
