using Google.Protobuf;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Oversight;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Oversight;

/// <summary>
/// A checker that cannot fail is worthless: each case breaks sound data in one place, past every trigger and CHECK, and states exactly which
/// checks must notice.
/// </summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
public sealed class InvariantTests
{
    private const string T = "treatment", I = "insured";

    /// <summary>The settled visit of the scenario that was never cancelled: visit 1 at the treatment side.</summary>
    private const string Settled = "(SELECT settlement_number FROM treatment_settlement WHERE visit_id = 1)";

    /// <summary>The first reversal that undid something of a kind, at the treatment side.</summary>
    private static string ReversalOf(int kind) => $"(SELECT min(transaction_id) FROM treatment_undo WHERE by_reversal = 1 AND original_kind = {kind})";

    private static readonly string[] Funds = ["pool_fen", "civil_servant_fen", "enterprise_fen", "employee_large_amount_fen", "resident_critical_illness_fen", "medical_aid_fen", "other_fund_fen"];

    private TempFolder _sound = null!;

    [OneTimeSetUp]
    public async Task Live()
    {
        _sound = new();
        await using var provinces = await TwoProvinces.StartAsync(_sound.Path);
        await provinces.Stays.LiveAsync();
    }

    [OneTimeTearDown]
    public void Remove() => _sound.Dispose();

    /// <summary>Some request was sent a second time, and an operator has done something.</summary>
    private static string Act(string values, int sequence = 1) =>
        "UPDATE outbound SET attempts = 2 WHERE rowid = (SELECT max(rowid) FROM outbound); "
        + $"INSERT INTO transaction_act (transaction_id, act, state_before, reply, reversal_id, sequence, acted_by, reason, acted_at_ms) VALUES ({values}, {sequence}, 'x', 'x', 1)";

    private static IEnumerable<TestCaseData> Breaches()
    {
        // Storage
        yield return Case("A value outside its CHECK", I, "UPDATE person SET insurance_state = 7 WHERE rowid = 3", "column-checks");
        yield return Case("A filing of nobody", I, "UPDATE filing SET person_number = 'nobody' WHERE rowid = 3", "foreign-keys");
        yield return Case("An edited script", I, "UPDATE schema_migration SET sha256 = printf('%064d', 0) WHERE number = 5", "migrations");
        foreach (var (side, table, column) in new[]
        {
            (T, "outbound", "request"), (I, "inbox", "request"), (I, "person", "details"), (T, "treatment_visit", "admission"), (T, "his_request", "operation"), (T, "his_request", "result"),
            (T, "held_upload", "operation"), (T, "held_upload", "result"),
        })
        {
            string[] noticed = column == "request" ? [$"{table}-requests"] : ["sealed-columns"];
            yield return Case($"Altered bytes in {table}.{column}", side, $"UPDATE {table} SET {column} = zeroblob(40) WHERE rowid = (SELECT min(rowid) FROM {table} WHERE {column} IS NOT NULL)", noticed);
        }

        // Archive files
        yield return Case("An archive file that is not there", T, "INSERT INTO archive_file (number, sha256, byte_count, value_count, written_at_ms, state) VALUES (1, printf('%064d', 0), 1, 1, 1, 2)", "archive-files");
        yield return Case("A message in a file nobody recorded", T, "UPDATE his_request SET operation = unhex('0200000001' || hex(zeroblob(24))) WHERE rowid = 1", "archive-values", "sealed-columns");

        // Settlements and fee lines
        foreach (var (side, replies) in new[] { (T, "outbound-replies"), (I, "inbox-replies") })
        {
            var table = $"{side}_settlement";
            var where = $"WHERE settlement_number = (SELECT min(settlement_number) FROM {table} WHERE state = 1)";
            string[] both = ["column-checks", "settlement-equations", "ledger-rows", replies, "pair-settlements"];
            string[] lines = side == T ? ["settlement-lines"] : [];
            yield return Case($"{side}: cash off by a fen", side, $"UPDATE {table} SET cash_fen = cash_fen + 1 {where}", both);
            yield return Case($"{side}: personal total off by a fen", side, $"UPDATE {table} SET personal_total_fen = personal_total_fen + 1 {where}", both);
            yield return Case($"{side}: hospital borne off by a fen", side, $"UPDATE {table} SET hospital_borne_fen = hospital_borne_fen + 1 {where}", both);
            yield return Case($"{side}: total off by a fen", side, $"UPDATE {table} SET total_fen = total_fen + 1 {where}", [.. both, .. lines]);
            yield return Case($"{side}: in scope off by a fen", side, $"UPDATE {table} SET in_scope_fen = in_scope_fen + 1 {where}", [.. both, .. lines]);
            yield return Case($"{side}: a fund below zero", side, $"UPDATE {table} SET civil_servant_fen = -5, enterprise_fen = enterprise_fen + 5 {where}", both);
            yield return Case($"{side}: a deductible above what is in scope", side, $"UPDATE {table} SET deductible_fen = in_scope_fen + 1 {where}",
                [.. both, .. side == I ? ["accumulators"] : Array.Empty<string>()]);
            foreach (var fund in Funds)
            {
                string[] also = side == I && fund == "pool_fen" ? ["settlement-layers", "accumulators"] : [];
                yield return Case($"{side}: {fund} off by a fen", side, $"UPDATE {table} SET {fund} = {fund} + 1 {where}", [.. both, .. also]);
            }
        }
        yield return Case("A line that is not the sum of its parts", T, "UPDATE fee_line SET pre_self_pay_fen = pre_self_pay_fen + 1 WHERE state = 2 AND visit_id = 1", "column-checks", "fee-line-parts");
        yield return Case("A line with a part of the other sign", T, "UPDATE fee_line SET over_limit_fen = -1, full_self_pay_fen = full_self_pay_fen + 1 WHERE state = 2 AND visit_id = 1", "fee-line-parts");
        yield return Case("A negative line with a positive part", T, "UPDATE fee_line SET over_limit_fen = 1, full_self_pay_fen = full_self_pay_fen - 1 WHERE line_serial = '4' AND visit_id = 11", "fee-line-parts");
        yield return Case("A price that does not make the amount", T, "UPDATE fee_line SET unit_price_e4 = unit_price_e4 + 1 WHERE line_serial = '1' AND visit_id = 1", "fee-line-prices");
        yield return Case("Half a fen rounded towards zero", T, "UPDATE fee_line SET unit_price_e4 = 50, quantity_e2 = -100, full_self_pay_fen = 0, amount_fen = 0 WHERE state = 2 AND visit_id = 1", "fee-line-prices");
        yield return Case("A product beyond 64 bits", T, "UPDATE fee_line SET unit_price_e4 = 1000000000000, quantity_e2 = 10000000000 WHERE state = 2 AND visit_id = 1", "fee-line-prices");
        yield return Case("More units back than were given", T, "UPDATE fee_line SET quantity_e2 = -30001 WHERE refund_of IS NOT NULL AND visit_id = 1", "refunds");
        yield return Case("More of one part back than the line has", T,
            "UPDATE fee_line SET pre_self_pay_fen = pre_self_pay_fen - 300000, in_scope_fen = in_scope_fen + 300000 WHERE refund_of IS NOT NULL AND visit_id = 11", "fee-line-parts", "refunds");
        yield return Case("A refund of a withdrawn line", T, "UPDATE fee_line SET state = 2 WHERE line_serial = '1' AND visit_id = 11", "refunds");
        yield return Case("A refund across visits", T, "UPDATE fee_line SET refund_of = (SELECT id FROM fee_line WHERE visit_id = 2 AND line_serial = '2') WHERE line_serial = '1/r' AND visit_id = 1", "refunds", "line-catalogue");
        yield return Case("A refund without its line", T, "UPDATE fee_line SET refund_of = 999999 WHERE line_serial = '1/r' AND visit_id = 1", "foreign-keys", "refunds");
        yield return Case("A line withdrawn after the settlement", T, "UPDATE fee_line SET state = 2, settlement_number = NULL WHERE line_serial = '3' AND visit_id = 1", "settlement-lines");
        yield return Case("A settled visit without lines", T, "DELETE FROM fee_line WHERE visit_id = 1", "settlement-lines", "settlement-versions", "withdrawals");
        yield return Case("A layer that no fund paid", I, "UPDATE insured_settlement_layer SET paid_fen = paid_fen + 1 WHERE settlement_number = (SELECT settlement_number FROM insured_settlement WHERE state = 2 LIMIT 1)", "settlement-layers");

        // Catalogue
        yield return Case("A line without a kind", T, "UPDATE fee_line SET catalogue_kind = NULL WHERE line_serial = '3' AND visit_id = 1", "line-catalogue");
        yield return Case("A refund by another version than its line", T, "UPDATE fee_line SET catalogue_version = '222222222222' WHERE refund_of IS NOT NULL AND visit_id = 3", "line-catalogue");
        yield return Case("A quality without a mapping", T, "UPDATE fee_line SET mapping_quality = 1 WHERE line_serial = '3' AND visit_id = 1", "column-checks");
        yield return Case("A settlement that forgot its versions", T, "UPDATE treatment_settlement SET catalogue_versions = NULL WHERE visit_id = 1", "settlement-versions");
        yield return Case("A settlement of one version with lines of two", T, "UPDATE treatment_settlement SET catalogue_versions = '111111111111' WHERE visit_id = 1", "settlement-versions");
        yield return Case("A line split anew after the settlement", T, "UPDATE fee_line SET catalogue_version = '333333333333' WHERE line_serial = '3' AND visit_id = 1", "settlement-versions");
        yield return Case("An activation that vanished", T, "DELETE FROM catalogue_activation WHERE sequence = 1", "catalogue-activations");
        yield return Case("A rollback past an activation that stands", T, "UPDATE catalogue_activation SET rolls_back = 1 WHERE rolls_back IS NOT NULL", "catalogue-activations");
        yield return Case("An activation of a version that was never imported", T, "UPDATE catalogue_activation SET version = '333333333333' WHERE sequence = 1", "foreign-keys");

        // Visits
        yield return Case("A settled visit called discharged", T, "UPDATE treatment_visit SET state = 4 WHERE id = 1", "visit-states");
        yield return Case("A discharged visit called settled", T, "UPDATE treatment_visit SET state = 6 WHERE id = 3", "settlement-lines", "visit-states");
        yield return Case("An admitted visit called discharged", T, "UPDATE treatment_visit SET state = 4 WHERE id = 4", "visit-states");
        yield return Case("An unknown state", T, "UPDATE treatment_visit SET state = 14 WHERE id = 4", "column-checks", "visit-states");
        yield return Case("A visit that forgot its number", T, "UPDATE treatment_visit SET visit_number = NULL WHERE id = 4", "column-checks", "visit-states", "outbound-replies", "pair-visits");
        yield return Case("A visit that forgot its discharge", T, "UPDATE treatment_visit SET discharge_date = NULL WHERE id = 3", "visit-states", "standing-discharges");
        yield return Case("A visit that names another settlement", T, "UPDATE treatment_visit SET settlement_id = (SELECT settlement_id FROM treatment_visit WHERE id = 3) WHERE id = 1", "visit-states", "visit-transactions");
        yield return Case("A sent state without a request", T, "UPDATE treatment_visit SET state = 3 WHERE id = 4", "visit-requests");
        yield return Case("An open request of a visit that waits for nothing", T, "UPDATE outbound SET visit_id = 4 WHERE state = 1 AND kind = 2 AND visit_id = (SELECT id FROM treatment_visit WHERE state = 3)", "visit-requests");
        yield return Case("Two open requests", T, "UPDATE outbound SET state = 1, answered_at_ms = NULL WHERE kind = 1 AND visit_id = (SELECT id FROM treatment_visit WHERE state = 5 LIMIT 1)", "visit-requests");
        yield return Case("An open request of another id than the visit's", T, "UPDATE treatment_visit SET settlement_id = (SELECT settlement_id FROM treatment_visit WHERE id = 1) WHERE state = 5", "visit-requests", "visit-transactions");
        yield return Case("A request of no visit", T, "UPDATE outbound SET visit_id = 999 WHERE transaction_id = (SELECT admission_id FROM treatment_visit WHERE state = 8 LIMIT 1)", "visit-requests", "visit-transactions");
        yield return Case("A discharge that was never answered", T, "UPDATE treatment_visit SET discharge_id = admission_id WHERE id = 3", "visit-transactions", "standing-discharges");
        yield return Case("An admission nobody asked for", T, "DELETE FROM outbound WHERE transaction_id = (SELECT admission_id FROM treatment_visit WHERE state = 8 LIMIT 1)", "visit-transactions", "pair-requests");
        yield return Case("A mirror of a request that is still open", T, "UPDATE outbound SET state = 1, answered_at_ms = NULL WHERE kind = 3 AND visit_id = 1", "visit-requests", "mirror-origin", "pair-balance");
        yield return Case("A cancellation that was turned away", T, "UPDATE outbound SET state = 3, reply = NULL WHERE kind = 4 AND visit_id = 3", "mirror-origin", "pair-requests");
        yield return Case("A settled visit called discharged by the insured side", I, "UPDATE insured_visit SET state = 2 WHERE rowid = 1", "insured-visit-states");
        yield return Case("A discharged visit called admitted by the insured side", I, "UPDATE insured_visit SET state = 1 WHERE rowid = 3", "column-checks", "insured-visit-states");
        yield return Case("A settlement of another person than its visit's", I, "UPDATE insured_visit SET person_number = 'P003' WHERE rowid = 3", "insured-visit-states");

        // Undo
        yield return Case("A discharge that stands although it was cancelled", T,
            "UPDATE treatment_visit SET state = 4, (discharge_id, discharge_date) = (SELECT transaction_id, discharge_date FROM treatment_discharge WHERE visit_id = treatment_visit.id) "
            + "WHERE id = (SELECT visit_id FROM treatment_undo WHERE original_kind = 2 AND by_reversal = 0 AND state = 1 LIMIT 1)", "standing-discharges");
        yield return Case("A correction that stands although it was reversed", I,
            "UPDATE insured_discharge SET corrects = NULL WHERE transaction_id = (SELECT u.original_id FROM insured_undo u JOIN insured_discharge d ON d.transaction_id = u.original_id "
            + "WHERE u.by_reversal = 1 AND d.corrects IS NULL LIMIT 1) OR corrects IS NOT NULL", "standing-discharges");
        yield return Case("An admission called undone", T, "UPDATE treatment_visit SET state = 11 WHERE id = 4", "undo-states");
        yield return Case("An undone admission called admitted", I, "UPDATE insured_visit SET state = 1 WHERE state = 4 AND rowid = (SELECT min(rowid) FROM insured_visit WHERE state = 4)", "undo-states");
        yield return Case("A lifted cancellation called standing", I, "UPDATE insured_undo SET state = 1 WHERE state = 2 AND original_kind = 1", "undo-states");
        yield return Case("A cancellation lifted by nobody", T, "UPDATE treatment_undo SET state = 2 WHERE original_kind = 2 AND by_reversal = 0 AND state = 1", "standing-discharges", "undo-states");
        yield return Case("An undo of another kind", I, "UPDATE insured_undo SET original_kind = 2 WHERE original_kind = 1 AND by_reversal = 0 AND state = 1", "undo-originals", "inbox-rows", "inbox-replies", "pair-undo");
        yield return Case("An undo of something unknown", T,
            "UPDATE treatment_undo SET original_id = '530000202406030900009999999999' WHERE original_kind = 2 AND by_reversal = 0 AND state = 1",
            "mirror-origin", "standing-discharges", "undo-originals", "pair-undo");
        yield return Case("A reversal that names nothing", T, "UPDATE outbound SET original_id = '530000202406030900009999999999' WHERE kind = 7 AND state = 1",
            "undo-originals");
        yield return Case("An effect under a void id", I, "UPDATE insured_void SET original_id = (SELECT admission_id FROM insured_visit WHERE rowid = 1) WHERE rowid = 1", "insured-voids", "pair-voids");
        yield return Case("A void without its reversal", I, "UPDATE insured_void SET sender = '310000' WHERE rowid = 1", "insured-voids");
        yield return Case("A reversal whose original is not void", T, $"DELETE FROM his_void WHERE reversal_id = {ReversalOf(3)}", "hospital-voids");
        yield return Case("A void that a request stands beside", T, "INSERT INTO his_void SELECT institution_code, admission_id, '530000202406030900009999999999', 1, 1 FROM treatment_visit WHERE id = 4", "hospital-voids");
        yield return Case("A void of lines that are still there", T,
            "INSERT INTO his_void SELECT 'H53010001', transaction_id, '530000202406030900009999999999', 1, 1 FROM fee_line WHERE state = 1 AND visit_id = 1 LIMIT 1", "hospital-voids");
        yield return Case("Another effect than the reversal had", T, $"UPDATE his_void SET effect = 3 WHERE reversal_id = {ReversalOf(3)}", "hospital-voids");
        yield return Case("A voided effect the insured side does not know", T, $"UPDATE his_void SET effect = 2 WHERE effect = 3", "outbound-replies", "pair-voids");
        yield return Case("A void request called unanswered", T, "UPDATE outbound SET state = 1, answered_at_ms = NULL WHERE state = 5 AND kind = 1 AND rowid = (SELECT min(rowid) FROM outbound WHERE state = 5)", "visit-states", "visit-requests", "undo-originals");
        yield return Case("A reversal posted like a cancellation", I, $"UPDATE posting SET event = 2 WHERE event = 3 AND transaction_id = (SELECT transaction_id FROM posting WHERE event = 3 LIMIT 1)", "posting-figures", "posting-origin");
        yield return Case("A reversal under way that the visit does not name", T, "UPDATE treatment_visit SET reversal_id = substr(reversal_id, 1, 29) || 'x' WHERE state = 13 AND id = (SELECT min(id) FROM treatment_visit WHERE state = 13)",
            "visit-requests", "visit-transactions");

        yield return Case("A withdrawal that names other lines than it withdrew", T, "UPDATE fee_withdrawal SET stored_count = stored_count + 1 WHERE visit_id = 1", "withdrawals");
        yield return Case("A line withdrawn by nobody", T, "UPDATE fee_line SET withdrawn_by = '530000202406030900009999999999' WHERE state = 2 AND visit_id = 1", "withdrawals");
        yield return Case("An upload that waits for nothing", T, "DELETE FROM held_code", "held-uploads");
        yield return Case("An upload that waits and has stored a line", T, "UPDATE held_upload SET transaction_id = (SELECT transaction_id FROM fee_line WHERE visit_id = 1 LIMIT 1) WHERE state = 1; UPDATE held_code SET transaction_id = (SELECT transaction_id FROM held_upload WHERE state = 1)",
            "transaction-ids", "held-uploads");
        yield return Case("A reversed transaction that the hospital has confirmed", T,
            "UPDATE confirmation SET state = 2, transaction_id = (SELECT settlement_id FROM treatment_visit v JOIN treatment_undo u ON u.original_id = v.settlement_id JOIN outbound o ON o.transaction_id = v.settlement_id WHERE u.by_reversal = 1 AND o.state = 2 LIMIT 1)",
            "confirmations");

        // The desk
        yield return Case("An institution of no level", T, "UPDATE institution SET deductible_level = '12'", "institutions");
        yield return Case("An admission in a business period", T, "UPDATE period_transaction SET transaction_id = (SELECT admission_id FROM treatment_visit WHERE id = 1)", "business-periods");
        yield return Case("A business period of another hospital", T,
            "INSERT INTO institution (code, name, division, level, adapter, token_hash) VALUES ('H2', '测试', '530100', '02', 'test', zeroblob(32)); UPDATE business_period SET institution_code = 'H2'", "business-periods");
        yield return Case("An unanswered settlement in a closed business period", T,
            """
            UPDATE period_transaction SET transaction_id = (SELECT settlement_id FROM treatment_visit WHERE state = 5 LIMIT 1);
            UPDATE business_period SET closed_at_ms = 9
            """, "business-periods");
        yield return Case("An operator's reversal that is not in the period of what it reversed", T,
            $"UPDATE period_transaction SET transaction_id = (SELECT original_id FROM outbound WHERE transaction_id = {ReversalOf(3)}); "
            + Act($"(SELECT transaction_id FROM period_transaction), 3, 1, NULL, {ReversalOf(3)}"), "business-periods");
        yield return Case("A confirmed transaction that was never answered", T,
            "UPDATE confirmation SET transaction_id = (SELECT settlement_id FROM treatment_visit WHERE state = 5 LIMIT 1)", "confirmations");
        yield return Case("A refusal that nobody gave", T, "UPDATE confirmation SET state = 4, transaction_id = '530000202406030900009999999998'", "confirmations");
        yield return Case("A correction of no visit", T, "UPDATE visit_update SET visit_id = 999", "visit-updates");

        // Ledger
        yield return Case("A posting off by a fen", I, "UPDATE posting SET amount_fen = amount_fen + 1 WHERE sequence = 1", "posting-balance", "posting-figures", "trial-balance");
        yield return Case("Two sets that are off by the same fen", I,
            "UPDATE posting SET amount_fen = amount_fen + CASE sequence WHEN 1 THEN 1 ELSE -1 END WHERE sequence = 1 OR sequence = (SELECT min(sequence) FROM posting WHERE account = 1 AND event = 1 AND sequence > 1)", "posting-balance", "posting-figures");
        yield return Case("A set torn between two dates", T, "UPDATE posting SET business_date = '2024-06-04' WHERE sequence = 1", "posting-balance", "posting-figures");
        yield return Case("A set torn between two partners", T, "UPDATE posting SET partner = '310000' WHERE sequence = 1", "posting-balance", "posting-figures", "trial-balance", "partner-balances", "pair-balance");
        yield return Case("A gap in the sequence", T, "UPDATE posting SET sequence = sequence + 1 WHERE sequence = (SELECT max(sequence) FROM posting); UPDATE counter SET value = value + 1 WHERE name = 'posting'", "posting-sequence");
        yield return Case("A sequence that does not begin at 1", T, "DELETE FROM posting WHERE sequence = 1", "posting-balance", "posting-sequence", "posting-figures", "trial-balance", "partner-balances", "pair-balance");
        yield return Case("A counter that runs ahead", T, "UPDATE counter SET value = value + 1 WHERE name = 'posting'", "posting-sequence");
        yield return Case("A balanced set with other figures", I, "UPDATE posting SET amount_fen = amount_fen + CASE account WHEN 1 THEN 5 ELSE -5 END WHERE account IN (1, 2) AND transaction_id = (SELECT transaction_id FROM posting WHERE sequence = 1)", "posting-figures");
        yield return Case("A set of another event", I, "UPDATE posting SET event = 2 WHERE transaction_id = (SELECT transaction_id FROM posting WHERE sequence = 1)", "posting-figures", "posting-origin");
        yield return Case("A settlement that was never posted", T,
            """
            DELETE FROM posting WHERE sequence > (SELECT max(sequence) - 2 FROM posting);
            UPDATE counter SET value = value - 2 WHERE name = 'posting'
            """, "posting-figures", "partner-balances", "pair-balance");
        yield return Case("A settlement that was posted twice", I,
            """
            INSERT INTO posting SELECT sequence + (SELECT max(sequence) FROM posting), '530000209912310000000000000000', event, subject, partner, account, amount_fen, business_date, posted_at_ms
              FROM posting WHERE transaction_id = (SELECT transaction_id FROM posting WHERE sequence = 1);
            UPDATE counter SET value = (SELECT max(sequence) FROM posting) WHERE name = 'posting'
            """, "posting-origin", "partner-balances", "pair-balance");
        yield return Case("A standing settlement that the ledger thinks cancelled", T,
            "UPDATE treatment_settlement SET state = 1, cancellation_id = NULL, cancelled_at_ms = NULL, cancellation_date = NULL WHERE visit_id = 3",
            "settlement-lines", "visit-states", "undo-states", "partner-balances", "details-owed");

        yield return Case("A settlement that has no row", T,
            """
            DELETE FROM ledger_row WHERE sequence = (SELECT max(sequence) FROM ledger_row);
            UPDATE counter SET value = value - 1 WHERE name = 'ledger.1.610000'
            """, "ledger-rows", "pair-ledger");
        yield return Case("A row that was written before its time", I, "UPDATE ledger_row SET business_date = '2024-06-01' WHERE sequence = 1", "ledger-rows", "ledger-digests");
        yield return Case("A row under another person", I, "UPDATE ledger_row SET person_number = 'P999' WHERE sequence = 1", "ledger-digests");
        yield return Case("A row with the digest of another", T,
            "UPDATE ledger_row SET row_sha256 = (SELECT row_sha256 FROM ledger_row WHERE sequence = 2) WHERE sequence = 1", "ledger-digests", "pair-ledger");
        yield return Case("A gap in the ledger", T, "UPDATE ledger_row SET sequence = sequence + 1 WHERE sequence = (SELECT max(sequence) FROM ledger_row)", "ledger-sequence");
        yield return Case("A ledger whose counter runs ahead", I, "UPDATE counter SET value = value + 1 WHERE name GLOB 'ledger.*'", "ledger-sequence");

        // Stays in parts, outpatient visits
        yield return Case("A stay that counts twice", I, "UPDATE insured_settlement SET admissions = 0 WHERE settlement_number = (SELECT min(settlement_number) FROM insured_settlement WHERE state = 1)",
            "stays-in-parts", "accumulators");
        yield return Case("A line without its settlement", T, "UPDATE fee_line SET settlement_number = NULL WHERE id = (SELECT min(id) FROM fee_line WHERE settlement_number IS NOT NULL)", "settlement-lines");

        // Persons
        foreach (var column in (string[])["deductible_paid_fen", "pool_paid_fen", "admissions"])
            yield return Case($"A year with too much {column}", I, $"UPDATE accumulator SET {column} = {column} + 1 WHERE person_number = 'P001'", "accumulators");
        yield return Case("A year that is missing", I, "DELETE FROM accumulator WHERE person_number = 'P001'", "accumulators");
        yield return Case("A year without a settlement", I, "INSERT INTO accumulator VALUES ('P003', 2023, 0, 0, 1)", "accumulators");
        foreach (var column in (string[])["paid_fen", "base_fen"])
            yield return Case($"A layer with too much {column}", I, $"UPDATE accumulator_layer SET {column} = {column} + 1 WHERE person_number = 'P001'", "accumulator-layers");
        yield return Case("A layer that is missing", I, "DELETE FROM accumulator_layer WHERE person_number = 'P001'", "accumulator-layers");
        yield return Case("An account below zero", I, "UPDATE person SET account_balance_fen = -1 WHERE person_number = 'P003'", "column-checks", "account-balances");
        yield return Case("An account that lost a fen", I, "UPDATE person SET account_balance_fen = account_balance_fen - 1 WHERE person_number = 'P001'", "account-moves");

        // Filings and what happened to persons
        yield return Case("A filing changed past its versions", I, "UPDATE filing SET valid_to = '2030-01-01' WHERE filing_number = 'F3'", "filing-versions");
        yield return Case("A version that is missing", I, "DELETE FROM filing_version WHERE filing_number = 'F3'", "filing-versions");
        yield return Case("Two filings of one family", I,
            "INSERT INTO filing (filing_number, person_number, kind, target_area, valid_from, state) VALUES ('F9', 'P003', '01', '530100', '2025-01-01', 1); "
            + "INSERT INTO filing_version SELECT 'F9', version, '01', '530100', '2025-01-01', NULL, 1, changed_at_ms, changed_by, change_reason FROM filing WHERE filing_number = 'F9'", "filing-overlaps");
        yield return Case("A submitted filing without its request", I, "UPDATE filing SET submitted_by = '530000', transaction_id = '530000201709200000000000000001' WHERE filing_number = 'F3'",
            "filing-origin", "issued-numbers", "issued-serials");
        yield return Case("A settlement with another kind than its filing", I, "UPDATE insured_settlement_filing SET kind = '04' WHERE rowid = 1", "settled-filings");
        yield return Case("A settlement with somebody else's filing", I, "UPDATE insured_settlement_filing SET filing_number = 'F3' WHERE rowid = 1", "settled-filings");
        yield return Case("A freeze ended that never began", I,
            "INSERT INTO person_event (sequence, person_number, kind, from_date, reason, changed_by, changed_at_ms) VALUES (2, 'P001', 3, '2024-06-01', 'x', 'x', 1)", "person-events");
        yield return Case("A state that the person's row does not know", I,
            "INSERT INTO person_event (sequence, person_number, kind, from_date, state, state_before, reason, changed_by, changed_at_ms) VALUES (2, 'P003', 1, '2024-06-01', 2, 1, 'x', 'x', 1)", "person-events");
        yield return Case("A settlement after the death", I,
            "INSERT INTO person_event (sequence, person_number, kind, from_date, reason, changed_by, changed_at_ms) VALUES (2, 'P001', 5, '2024-01-01', 'x', 'x', 1)", "insurance-of-settlements");
        yield return Case("A filing that is not what was answered", I,
            "UPDATE filing_version SET target_area = '530000' WHERE filing_number GLOB 'F610100*'; UPDATE filing SET target_area = '530000' WHERE filing_number GLOB 'F610100*'", "filing-replies");
        yield return Case("An answer about a filing that the peer did not give", T, "UPDATE filing_request SET reply = request", "sealed-columns", "pair-filing-replies");
        yield return Case("A filing request that the peer never had", T,
            "INSERT INTO filing_request (transaction_id, peer, kind, request, requested_by, state, reply, attempts, prepared_at_ms, next_attempt_at_ms, answered_at_ms) "
            + "VALUES ('530000202406030900009999999999', '610000', 1, x'00', 'x', 2, x'00', 1, 1, 1, 1)", "sealed-columns", "pair-filings");

        // Operators and leases
        const string Lease = "leased_by = 2, leased_until_ms = next_attempt_at_ms";
        yield return Case("A lease on an answered request", T, $"UPDATE outbound SET {Lease} WHERE rowid = (SELECT min(rowid) FROM outbound WHERE state = 2 AND visit_id = 1)", "column-checks");
        yield return Case("A request asked for before its turn", T,
            $"UPDATE outbound SET {Lease} WHERE state = 1 AND kind = 3; UPDATE outbound SET state = 1, answered_at_ms = NULL WHERE kind = 2 AND visit_id IN (SELECT visit_id FROM outbound WHERE state = 1 AND kind = 3)",
            "outbound-leases", "visit-requests", "visit-transactions", "mirror-origin");
        yield return Case("An act on a request that does not exist", T, Act("'530000202406030900009999999999', 1, 1, NULL, NULL"), "operator-acts");
        yield return Case("A reversal of an act that is another's", T, Act("(SELECT admission_id FROM treatment_visit WHERE id = 1), 3, 1, NULL, '530000202406030900009999999999'"), "operator-acts");
        yield return Case("More asked than sent", T, Act("(SELECT admission_id FROM treatment_visit WHERE id = 1), 1, 1, NULL, NULL"), "operator-acts");
        yield return Case("An act that vanished", T, Act("(SELECT transaction_id FROM outbound WHERE attempts = 2 LIMIT 1), 1, 1, NULL, NULL", 2), "operator-acts");
        yield return Case("An answer put aside that does not open", T, Act("(SELECT transaction_id FROM outbound WHERE attempts = 2 LIMIT 1), 2, 4, x'00', NULL"), "sealed-columns");

        // Numbers
        yield return Case("An id for two businesses", T, "INSERT INTO business_period SELECT transaction_id, 'H53010001', '001', 1, NULL FROM outbound WHERE state = 2 LIMIT 1", "transaction-ids");
        yield return Case("An id for the lines of two visits", T, "UPDATE fee_line SET transaction_id = (SELECT transaction_id FROM fee_line WHERE visit_id = 1 LIMIT 1) WHERE visit_id = 2", "transaction-ids");
        yield return Case("An id for two hospital requests", T, "UPDATE his_request SET transaction_id = (SELECT transaction_id FROM his_request WHERE his_transaction_id = 'HIS0002'), result = operation WHERE his_transaction_id = 'HIS0001'", "sealed-columns", "transaction-ids");
        yield return Case("An id of another province", T, "UPDATE visit_update SET transaction_id = '44' || substr(transaction_id, 3)", "transaction-ids");
        yield return Case("An id that is no number", T, "UPDATE visit_update SET transaction_id = substr(transaction_id, 1, 29) || 'x'", "transaction-ids");
        yield return Case("A visit number of the wrong kind", T, "UPDATE treatment_visit SET visit_number = 'A' || substr(visit_number, 2) WHERE id = 4", "issued-numbers", "outbound-replies", "pair-visits");
        yield return Case("A visit number of another province", T, "UPDATE treatment_visit SET visit_number = 'S44' || substr(visit_number, 4) WHERE id = 4", "issued-numbers", "outbound-replies", "pair-visits");
        yield return Case("A visit number too short", T, "UPDATE treatment_visit SET visit_number = substr(visit_number, 1, 19) WHERE id = 4", "issued-numbers", "outbound-replies", "pair-visits");
        yield return Case("A serial that was given to nobody", I, "UPDATE counter SET value = value + 1 WHERE name GLOB 'visit.*'", "issued-serials");
        yield return Case("A counter that forgot its serials", I, "DELETE FROM counter WHERE name GLOB 'settlement.*'", "issued-serials");
        yield return Case("A serial for a day on which nothing was issued", I, "INSERT INTO counter VALUES ('visit.610100.2024-06-04', 1)", "issued-serials");
        yield return Case("A business date that is not the time's", I,
            $"UPDATE insured_settlement SET business_date = '2024-06-04' WHERE settlement_number = (SELECT min(settlement_number) FROM insured_settlement)",
            "posting-figures", "ledger-rows", "issued-numbers", "business-dates", "inbox-replies", "pair-settlements");
        yield return Case("A cancellation date that is not the time's", T, "UPDATE treatment_settlement SET cancellation_date = '2024-06-04' WHERE visit_id = 3", "undo-states", "business-dates");
        yield return Case("A hospital request of an unknown transaction", T, "UPDATE his_request SET transaction_id = '530000202406030900009999999999' WHERE result IS NULL", "his-requests");
        yield return Case("A hospital request with two answers", T, "UPDATE his_request SET transaction_id = (SELECT admission_id FROM treatment_visit WHERE id = 2) WHERE result IS NOT NULL", "his-requests");

        // Messages
        yield return Case("A settlement without its request", I, "DELETE FROM inbox WHERE transaction_id = (SELECT min(transaction_id) FROM insured_settlement)", "inbox-rows", "pair-requests", "pair-balance");
        yield return Case("A visit of another sender's request", I, "UPDATE insured_visit SET treatment_province = '310000' WHERE rowid = 4", "inbox-rows", "pair-visits");
        yield return Case("A request that is not what its hash was made of", I, "UPDATE inbox SET content_hash = zeroblob(32) WHERE rowid = 1", "inbox-requests");
        yield return Case("A request under another sender", I, "UPDATE inbox SET sender = '310000' WHERE rowid = (SELECT i.rowid FROM inbox i LEFT JOIN insured_visit v ON v.admission_id = i.transaction_id WHERE i.method GLOB '*Admission' AND v.visit_number IS NULL)",
            "transaction-ids", "inbox-requests", "pair-requests");
        yield return Case("Requests that changed places", T, "UPDATE outbound SET request = (SELECT o.request FROM outbound o WHERE o.rowid = outbound.rowid + 2) WHERE rowid = 1", "outbound-requests");
        yield return Case("A request of another kind than its method", T, "UPDATE outbound SET kind = 2 WHERE transaction_id = (SELECT admission_id FROM treatment_visit WHERE state = 8 LIMIT 1)", "visit-transactions", "outbound-requests");
        yield return Case("Replies that changed places", T, "UPDATE outbound SET reply = (SELECT o.reply FROM outbound o WHERE o.rowid = outbound.rowid + 1) WHERE rowid = 1", "outbound-replies", "pair-replies");
        yield return Case("An answered settlement without its mirror", T, "DELETE FROM treatment_settlement WHERE visit_id = 3", "foreign-keys", "details-owed", "posting-origin", "ledger-rows", "outbound-replies", "pair-settlements");

        // Recovery
        yield return Case("An exchange that counts as recovered and is not on record", T,
            """
            INSERT INTO recovery (id, begun_at_ms, found_by) VALUES (1, 1, '610000');
            INSERT INTO recovery_exchange (transaction_id, recovery_id, peer, direction, method, at_ms, place, state, ended_at_ms)
            VALUES ('530000201709200000000000000001', 1, '610000', 2, '/x/Settle', 1, 1, 2, 1);
            """, "recovered-exchanges");
        yield return Case("A recovery that ended without a province", T,
            """
            INSERT INTO recovery (id, begun_at_ms, found_by, served_at_ms, finished_at_ms) VALUES (1, 1, '610000', 1, 1);
            INSERT INTO recovery_peer (recovery_id, peer, state) VALUES (1, '610000', 1);
            """, "recovered-exchanges");
        yield return Case("A settlement without lines that was not recovered", T, $"INSERT INTO recovered_settlement (settlement_number, recovered_at_ms) VALUES ({Settled}, 1)", "recovered-exchanges");

        // Fee details
        yield return Case("A transfer under the id of a settlement", T, "UPDATE fee_transfer SET transaction_id = (SELECT settlement_id FROM treatment_visit WHERE id = 1) WHERE state = 3", "transaction-ids", "pair-details");
        yield return Case("A settlement whose lines nobody owes", T, "DELETE FROM fee_transfer WHERE settlement_number = (SELECT settlement_number FROM treatment_settlement WHERE visit_id = 3)", "details-owed");
        yield return Case("Lines owed of a cancelled settlement", T,
            "UPDATE fee_transfer SET state = 1, finished_at_ms = NULL WHERE settlement_number = (SELECT settlement_number FROM treatment_settlement WHERE visit_id = 3)", "details-owed");
        yield return Case("A complete transfer of which not everything was acknowledged", T, "UPDATE fee_transfer SET acknowledged = '1-1' WHERE state = 3", "details-owed");
        yield return Case("A line in another category than it was settled in", T, "UPDATE fee_line SET fee_category = '09' WHERE visit_id = 2 AND line_serial = '2'", "details-sent");
        yield return Case("A received line that is gone", I, "DELETE FROM insured_detail_line WHERE line_number = 1", "details-stored", "details-lines");
        yield return Case("More given back of a line than was taken", I,
            """
            INSERT INTO line_audit SELECT 1, id, 1, settlement_number, NULL, 5, -1, '', '理由', 'reason', 'rule', 0 FROM insured_detail_transfer WHERE state = 2 LIMIT 1
            """, "details-audit");
        yield return Case("A received line that was altered", I, "UPDATE insured_detail_line SET doctor = 'x' WHERE line_number = 1", "details-lines");
        yield return Case("Received lines from another province", I, "UPDATE insured_detail_transfer SET sender = '310000'", "transaction-ids", "details-stored", "pair-details");
        yield return Case("Another digest than was sent", I, "UPDATE insured_detail_transfer SET lines_sha256 = zeroblob(32)", "details-lines", "pair-details");
        yield return Case("Lines the insured side has forgotten", I, "DELETE FROM insured_detail_line; DELETE FROM line_audit_owed; DELETE FROM insured_detail_transfer", "pair-details");

        foreach (var (name, sql, noticed) in ReconciledDay.Breaches)
            yield return Case(name, T, sql, noticed);

        // Between two nodes
        yield return Case("A visit under another hospital number", T, "UPDATE treatment_visit SET hospital_visit_number = 'ZY999' WHERE id = 4", "pair-visits");
        yield return Case("A visit the treatment side does not know", T,
            """
            DELETE FROM outbound WHERE visit_id = 4;
            DELETE FROM treatment_visit WHERE id = 4
            """, "pair-visits", "pair-requests");
        yield return Case("A discharge of another day at the insured side", I, "UPDATE insured_visit SET discharge_date = '2024-06-05' WHERE rowid = 1", "standing-discharges");
        yield return Case("A mirror under another policy", T, $"UPDATE treatment_settlement SET policy_version = 'other' WHERE settlement_number = {Settled}", "outbound-replies", "pair-settlements");
        yield return Case("A cancellation at another time than its undo", T, "UPDATE treatment_settlement SET cancelled_at_ms = cancelled_at_ms + 1 WHERE visit_id = 3", "undo-states");
        yield return Case("A cancellation at another time", T,
            """
            UPDATE treatment_settlement SET cancelled_at_ms = cancelled_at_ms + 1 WHERE visit_id = 3;
            UPDATE treatment_undo SET undone_at_ms = undone_at_ms + 1 WHERE visit_id = 3
            """, "outbound-replies", "pair-undo");
        yield return Case("A discharge of another day at both places of the insured side", I,
            """
            UPDATE insured_visit SET discharge_date = '2024-06-05' WHERE rowid = 1;
            UPDATE insured_discharge SET discharge_date = '2024-06-05' WHERE transaction_id = (SELECT discharge_id FROM insured_visit WHERE rowid = 1)
            """, "inbox-replies", "pair-discharges");
        yield return Case("A discharge the treatment side does not know", T, "DELETE FROM treatment_discharge WHERE transaction_id = (SELECT corrects FROM treatment_discharge WHERE visit_id = 1 AND corrects IS NOT NULL)",
            "foreign-keys", "pair-discharges");
        yield return Case("A void id the insured side has forgotten", I, "DELETE FROM insured_void WHERE rowid = 1", "inbox-replies", "pair-voids");
        yield return Case("A void that no reversal of the treatment side made", I,
            "UPDATE insured_void SET reversal_id = (SELECT transaction_id FROM insured_undo WHERE by_reversal = 1 LIMIT 1) WHERE rowid = 1", "inbox-replies", "pair-voids");
        yield return Case("An undo the insured side does not know", I, "DELETE FROM insured_undo WHERE original_kind = 6", "undo-states", "inbox-replies", "pair-undo");
        yield return Case("An undo the treatment side does not know", T, $"DELETE FROM treatment_undo WHERE transaction_id = {ReversalOf(1)} AND original_kind = 1",
            "undo-states", "hospital-voids", "outbound-replies", "pair-visits", "pair-undo");
        yield return Case("A refused request the peer has forgotten", I, "DELETE FROM inbox WHERE rowid = (SELECT i.rowid FROM inbox i LEFT JOIN insured_visit v ON v.admission_id = i.transaction_id WHERE i.method GLOB '*Admission' AND v.visit_number IS NULL)", "pair-requests");
        yield return Case("A request turned away that the peer has on record", T, "UPDATE outbound SET state = 3, reply = NULL WHERE transaction_id = (SELECT admission_id FROM treatment_visit WHERE state = 8 ORDER BY id LIMIT 1)", "pair-requests");
        yield return Case("A settlement only the insured side knows", T,
            """
            DELETE FROM posting WHERE transaction_id = (SELECT settlement_id FROM treatment_visit WHERE id = 1);
            DELETE FROM treatment_settlement WHERE visit_id = 1;
            DELETE FROM outbound WHERE visit_id = 1 AND kind = 3;
            DELETE FROM his_request WHERE result IS NULL;
            UPDATE treatment_visit SET state = 4, settlement_id = NULL WHERE id = 1
            """, "settlement-lines", "foreign-keys", "details-owed", "business-periods", "posting-sequence", "ledger-rows", "pair-settlements", "pair-requests", "pair-balance");
    }

    private static TestCaseData Case(string name, string side, string sql, params string[] noticed) => new TestCaseData(side, sql, noticed).SetName($"{{m}}: {name}");

    [TestCaseSource(nameof(Breaches))]
    public void Is_noticed(string side, string sql, string[] noticed)
    {
        using var folders = AuditFolders.CopyOf(_sound);
        Assert.That(AuditFolders.Spoil(side == T ? folders.Treatment : folders.Insured, sql), Is.Positive, "the case changes something");
        Assert.That(Noticed(folders), Is.EquivalentTo(noticed));
    }

    /// <summary>Operators' reversals did not count in business periods then, and what a hospital has closed stays as it was.</summary>
    [TestCase(0, 0)]
    [TestCase(1, 1)]
    public void A_period_that_was_closed_before_reversals_by_operators_counted_is_no_breach(int daysAfter, int found)
    {
        using var folders = AuditFolders.CopyOf(_sound);
        AuditFolders.Spoil(folders.Treatment,
            $"UPDATE period_transaction SET transaction_id = (SELECT original_id FROM outbound WHERE transaction_id = {ReversalOf(3)}); "
            + Act($"(SELECT transaction_id FROM period_transaction), 3, 1, NULL, {ReversalOf(3)}")
            + $"; UPDATE business_period SET closed_at_ms = (SELECT applied_at_ms - 1 + {daysAfter} * 86400000 FROM schema_migration WHERE number = 35)");

        Assert.That(folders.Audit().Checks.Single(check => check.Name == "business-periods").Found, Is.EqualTo(found));
    }

    /// <summary>Their breaches are made in the books of a cleared month: Tests/Integration/Clearing/When_clearing_books_are_altered.</summary>
    internal static readonly string[] OfClearing =
    [
        "prepayment-entries", "prepayment-origin", "prepayment-top-ups", "pair-prepayment", "pair-deposit", "clearing-postings", "clearing-ranges", "clearing-claims", "clearing-rows", "clearing-held",
        "clearing-payments", "clearing-messages", "clearing-statements", "clearing-replies", "pair-statements", "pair-payments",
    ];

    [Test]
    public void Every_check_has_a_breach_it_alone_or_with_others_notices()
    {
        using var folders = AuditFolders.CopyOf(_sound);
        var checks = folders.Audit().Checks.Select(check => check.Name);
        string[] elsewhere = ["database-integrity", "schema", "node-key", .. OfClearing];
        Assert.That(Breaches().SelectMany(breach => (string[])breach.Arguments[2]!).Concat(elsewhere).Distinct(), Is.EquivalentTo(checks));
    }

    [TestCase("DROP TRIGGER posting_is_never_changed")]
    [TestCase("DROP INDEX fee_line_standing")]
    [TestCase("CREATE TABLE note (text TEXT)")]
    [TestCase("DROP INDEX outbound_visit; CREATE INDEX outbound_visit ON outbound (kind)")]
    public void A_schema_that_somebody_changed_is_noticed(string change)
    {
        using var folders = AuditFolders.CopyOf(_sound);
        AuditFolders.Execute(folders.Treatment, change);
        Assert.That(Noticed(folders), Is.EqualTo((string[])["schema"]));
    }

    [Test]
    public void Every_CHECK_of_the_scripts_is_asked()
    {
        var made = ExpectedSchema.OfThisProgram;
        Assert.That(made.Checks, Has.Count.EqualTo(made.Objects.Values.Sum(sql => sql.Split("CHECK (").Length - 1)).And.Count.GreaterThan(100));
        Assert.That(ExpectedSchema.ConditionsIn("CREATE TABLE t (a TEXT CHECK (a <> ')' OR length(a) = (1)), -- CHECK\n b INTEGER CHECK (b > 0))"),
            Is.EqualTo((string[])["a <> ')' OR length(a) = (1)", "b > 0"]));
    }

    [Test]
    public void A_reply_with_other_figures_is_noticed_although_it_is_sealed() => Altered(
        "outbound", "outbound.reply", "kind = 3 AND visit_id = 1", bytes => Changed(SettleResponse.Parser.ParseFrom(bytes), reply => reply.Settlement.Decision.Payments.CashFen++),
        "outbound-replies", "pair-replies");

    [Test]
    public void A_reply_that_differs_in_one_byte_the_books_do_not_hold_is_noticed_between_the_two() => Altered(
        "outbound", "outbound.reply", "kind = 3 AND visit_id = 1", bytes => Changed(SettleResponse.Parser.ParseFrom(bytes), reply => reply.AnsweredAtMs++), "pair-replies");

    [Test]
    public void A_refusal_of_what_is_on_record_is_noticed() => Altered(
        "inbox", "inbox.reply", "method GLOB '*/Settle'", bytes => Changed(SettleResponse.Parser.ParseFrom(bytes), reply => reply.Refusal = new Refusal { Code = RefusalCode.VisitState }),
        "inbox-replies", "pair-replies");

    [Test]
    public void A_reply_that_is_no_message_is_noticed() => Altered("inbox", "inbox.reply", "method GLOB '*/Settle'", _ => [0xFF], "inbox-replies", "pair-replies");

    [Test]
    public void A_first_admission_without_a_balance_is_noticed() => Altered(
        "inbox", "inbox.reply", "rowid = 1", bytes => Changed(RegisterAdmissionResponse.Parser.ParseFrom(bytes), reply => reply.Admission.Person = null), "account-moves", "pair-replies");

    [Test]
    public void Findings_beyond_what_is_kept_are_counted()
    {
        using var folders = AuditFolders.CopyOf(_sound);
        AuditFolders.Spoil(folders.Insured,
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
            INSERT INTO filing (filing_number, person_number, kind, target_area, valid_from, valid_to, state) SELECT 'X' || i, 'nobody', '02', '530000', '2024-01-01', NULL, 1 FROM n
            """);
        var check = folders.Audit().Checks.Single(check => check.Name == "foreign-keys");
        Assert.That((check.Found, check.Findings.Count), Is.EqualTo((1_500L, AuditTally.KeptMax)));
    }

    private void Altered(string table, string purpose, string where, Func<byte[], byte[]> alter, params string[] noticed)
    {
        using var folders = AuditFolders.CopyOf(_sound);
        var folder = table == "outbound" ? folders.Treatment : folders.Insured;
        var vault = DataFolder.OpenVault(folder);
        var rowid = AuditFolders.Ask<long>(folder, $"SELECT min(rowid) FROM {table} WHERE {where} AND reply IS NOT NULL");
        var reply = vault.Open(AuditFolders.Ask<byte[]>(folder, $"SELECT reply FROM {table} WHERE rowid = {rowid}"), purpose);
        AuditFolders.Spoil(folder, $"UPDATE {table} SET reply = @altered WHERE rowid = {rowid}", new { altered = vault.Seal(alter(reply), purpose) });
        Assert.That(Noticed(folders), Is.EquivalentTo(noticed));
    }

    private static byte[] Changed<T>(T message, Action<T> change)
        where T : IMessage
    {
        change(message);
        return message.ToByteArray();
    }

    private static IEnumerable<string> Noticed(AuditFolders folders)
    {
        var report = folders.Audit();
        Assert.That(report.IsClean, Is.False);
        return report.Checks.Where(check => check.Found > 0).Select(check => check.Name);
    }
}
