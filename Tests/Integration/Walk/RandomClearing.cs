using System.Globalization;
using ProvincialGateway.Cli;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Walk;

/// <summary>Deposits, statements, disputes, deductions, payments and their receipts, in whatever order they are possible; and what goes before: reconciling, auditing lines.</summary>
internal sealed class RandomClearing(PilotCountry country, Operators operators, Random random, TimeProvider time) : RandomAgency(country, operators, random, time)
{
    private static readonly string[] LineOutcomes = ["pass", "deduct", "refuse", "delay", "restore"];

    protected override Task? Draw(Care care)
    {
        var (claimant, payer) = (Province(care.Treatment), Province(care.Insured));
        return Random.Next(100) switch
        {
            < 3 => RunAsync(payer, "Deposit", "prepayment", "deposit", "--partner", care.Treatment, "--amount", Yuan(3_000), "--bank", Receipt()),
            < 14 => ConfirmPrepaymentAsync(Random.Next(4) == 0 ? payer : claimant),
            < 16 => RunAsync(claimant, "TopUp", "prepayment", "top-up", "--partner", care.Insured, "--amount", Yuan(5_000), "--reason", "测试"),
            < 22 => AnswerTopUpAsync(payer),
            < 27 => PayTopUpAsync(payer, care),
            < 29 => RunAsync(claimant, "Return", "prepayment", "return", "--partner", care.Insured, "--amount", Yuan(300), "--bank", Receipt()),
            < 36 => CutAsync(claimant, care),
            < 40 => DeductAsync(claimant),
            < 52 => ProposeAsync(claimant),
            < 64 => ConfirmStatementAsync(payer),
            < 68 => DisputeAsync(payer),
            < 80 => PayAsync(payer),
            < 90 => ReceiveAsync(claimant),
            < 96 => DecideLineAsync(payer),
            _ => ReconcileAsync(care),
        };
    }

    /// <summary>Both sides compare the last month; what is on its way may be there, a difference never.</summary>
    private Task ReconcileAsync(Care care)
    {
        var (own, partner) = Random.Next(2) == 0 ? (care.Treatment, care.Insured) : (care.Insured, care.Treatment);
        return RunAsync(Province(own), "Reconcile", "reconcile", "run", "--partner", partner, "--from", Today.AddDays(-30).Iso(), "--to", Today.Iso());
    }

    private Task? ConfirmPrepaymentAsync(PilotProvince payee) =>
        Draw<Subject>(payee, "SELECT notice_id AS number, amount_fen FROM prepayment_notice WHERE state = 2 AND is_payer = 0") is { } notice
            ? RunAsync(payee, "ConfirmPrepayment", "prepayment", "confirm", notice.Number, "--amount", new Fen(Math.Max(1, notice.AmountFen - Random.Next(2))).ToString(), "--bank", Receipt())
            : null;

    private Task? AnswerTopUpAsync(PilotProvince payer) =>
        Draw<Subject>(payer, "SELECT request_id AS number, requested_fen AS amount_fen FROM prepayment_top_up WHERE side = 2 AND state = 2") is { } request
            ? RunAsync(payer, "AnswerTopUp", "prepayment", "answer", request.Number, "--grant", new Fen(Random.NextInt64(request.AmountFen + 1)).ToString(), "--reason", "测试")
            : null;

    private Task? PayTopUpAsync(PilotProvince payer, Care care) =>
        Draw<Subject>(payer, "SELECT request_id AS number, granted_fen AS amount_fen FROM prepayment_top_up WHERE side = 2 AND state = 3 AND partner = @Treatment", new { care.Treatment }) is { } request
            ? RunAsync(payer, "PayTopUp", "prepayment", "deposit", "--partner", care.Treatment, "--amount", new Fen(request.AmountFen).ToString(), "--bank", Receipt(), "--top-up", request.Number)
            : null;

    private Task CutAsync(PilotProvince claimant, Care care)
    {
        var period = Today.AddMonths(-Random.Next(2)).ToString("yyyy-MM", CultureInfo.InvariantCulture);
        return RunAsync(claimant, "Cut", "clearing", "cut", "--partner", care.Insured, "--period", period, "--offset", Random.Next(2) == 0 ? "all" : "0");
    }

    private Task? DeductAsync(PilotProvince claimant)
    {
        if (Draw<Subject>(claimant, "SELECT statement_number AS number, payable_fen AS amount_fen FROM clearing_statement WHERE side = 1 AND state IN (1, 4)") is not { } statement)
            return null;
        var earlier = Draw<Subject>(claimant, "SELECT statement_number AS number, amount_fen FROM clearing_deduction JOIN clearing_statement s USING (statement_number, revision) WHERE s.state IN (3, 6) AND amount_fen > 1");
        var isRestored = earlier is not null && Random.Next(2) == 0;
        return RunAsync(claimant, isRestored ? "RestoreDeduction" : "Deduct",
            ["clearing", "deduct", statement.Number, "--kind", isRestored ? "10" : (string)(new[] { "10", "20", "40", "99" })[Random.Next(4)], "--amount", isRestored ? "-0.01" : Yuan(20), .. isRestored ? ["--source", earlier!.Number] : Array.Empty<string>(), "--reason", "测试"]);
    }

    private Task? ProposeAsync(PilotProvince claimant) => Statement(claimant, "side = 1 AND state IN (1, 4)") is { } statement
        ? RunAsync(claimant, "Propose", "clearing", "propose", statement.Number, "--accept-objections")
        : null;

    private Task? ConfirmStatementAsync(PilotProvince payer) => Statement(payer, "side = 2 AND state = 2") is { } statement
        ? RunAsync(payer, "ConfirmStatement", "clearing", "confirm", statement.Number)
        : null;

    private Task? DisputeAsync(PilotProvince payer)
    {
        if (Statement(payer, "side = 2 AND state = 2") is not { } statement)
            return null;
        var row = Draw<Subject>(payer, "SELECT c.transaction_id AS number, l.fund_total_fen AS amount_fen FROM clearing_row c JOIN ledger_row l USING (transaction_id) WHERE statement_number = @Number AND l.fund_total_fen > 0 AND l.side = 2", new { statement.Number });
        return (row, Random.Next(3)) switch
        {
            (_, 0) => RunAsync(payer, "DisputeByLineAudit", "clearing", "dispute", statement.Number, "--line-audit"),
            (not null, 1) => RunAsync(payer, "DisputeRow", "clearing", "dispute", statement.Number, "--row", row.Number, "--amount", new Fen(1 + Random.NextInt64(row.AmountFen)).ToString(), "--reason", "测试"),
            _ => RunAsync(payer, "Dispute", "clearing", "dispute", statement.Number, "--reason", "测试"),
        };
    }

    private Task? PayAsync(PilotProvince payer) => Statement(payer, "side = 2 AND state = 3") is { AmountFen: > 0 } statement
        ? RunAsync(payer, "Pay", "clearing", "pay", Random.Next(3) == 0 ? $"{statement.Number}={new Fen(1 + Random.NextInt64(statement.AmountFen))}" : statement.Number, "--bank", Receipt())
        : null;

    /// <summary>Now and then a fen less has arrived than was sent.</summary>
    private Task? ReceiveAsync(PilotProvince claimant)
    {
        if (Draw<Share>(claimant, "SELECT p.notice_id, s.statement_number, s.amount_fen FROM clearing_payment p JOIN clearing_payment_share s USING (notice_id) WHERE p.side = 1 AND p.state = 2") is not { } share)
            return null;
        return RunAsync(claimant, "Receive", ["clearing", "receive", share.NoticeId, .. Random.Next(4) == 0 ? ["--share", $"{share.StatementNumber}={new Fen(share.AmountFen - 1)}"] : Array.Empty<string>(), "--bank", Receipt()]);
    }

    private Task? DecideLineAsync(PilotProvince payer)
    {
        if (Draw<Line>(payer, "SELECT t.settlement_number, l.line_number FROM insured_detail_transfer t JOIN insured_detail_line l ON l.transfer_id = t.id WHERE t.state = 2") is not { } line)
            return null;
        var outcome = LineOutcomes[Random.Next(LineOutcomes.Length)];
        var amount = outcome is "deduct" && Random.Next(2) == 0 ? new[] { "--amount", Yuan(20) } : [];
        return RunAsync(payer, $"DecideLine {outcome}",
            ["details", "audit", "decide", line.SettlementNumber, line.LineNumber.ToString(CultureInfo.InvariantCulture), outcome, .. amount, "--reason", "测试", "--by", "测试经办"]);
    }

    private Subject? Statement(PilotProvince province, string where) =>
        Draw<Subject>(province, $"SELECT statement_number AS number, payable_fen AS amount_fen FROM clearing_statement WHERE {where}");

    private sealed class Subject
    {
        public required string Number { get; init; }
        public required long AmountFen { get; init; }
    }

    private sealed class Share
    {
        public required string NoticeId { get; init; }
        public required string StatementNumber { get; init; }
        public required long AmountFen { get; init; }
    }

    private sealed class Line
    {
        public required string SettlementNumber { get; init; }
        public required long LineNumber { get; init; }
    }
}
