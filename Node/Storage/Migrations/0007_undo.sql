-- Undoing admissions, discharges and settlements, and reversals. Tables whose CHECKs know more values now are built anew with their rows.

DROP INDEX outbound_awaiting;
DROP INDEX outbound_visit;

CREATE TABLE outbound_7 (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  peer TEXT NOT NULL CHECK (peer GLOB '[1-9][0-9]0000'),
  -- 1 admission, 2 discharge, 3 settlement, 4 settlement cancellation, 5 admission cancellation, 6 discharge cancellation, 7 reversal
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 7),
  visit_id INTEGER NOT NULL,
  service TEXT NOT NULL,
  method TEXT NOT NULL,
  request BLOB NOT NULL,
  -- 1 awaiting the peer's answer, 2 answered, 3 rejected by the peer's transport before it was looked at, 4 parked: the answer contradicts
  -- itself, 5 void: a reversal was answered before it
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
  reply BLOB,
  attempts INTEGER NOT NULL CHECK (attempts > 0),
  prepared_at_ms INTEGER NOT NULL,
  next_attempt_at_ms INTEGER NOT NULL,
  answered_at_ms INTEGER,
  last_error TEXT,
  -- the transaction it undoes; unknown of settlement cancellations that were refused before it was kept
  original_id TEXT CHECK (length(original_id) = 30),
  CHECK (state <> 2 OR reply IS NOT NULL),
  CHECK ((state = 1) = (answered_at_ms IS NULL)),
  CHECK (kind > 3 OR original_id IS NULL),
  CHECK (kind < 5 OR original_id IS NOT NULL)
) STRICT;

INSERT INTO outbound_7 (transaction_id, peer, kind, visit_id, service, method, request, state, reply, attempts, prepared_at_ms, next_attempt_at_ms,
  answered_at_ms, last_error, original_id)
SELECT o.transaction_id, o.peer, o.kind, o.visit_id, o.service, o.method, o.request, o.state, o.reply, o.attempts, o.prepared_at_ms, o.next_attempt_at_ms,
  o.answered_at_ms, o.last_error,
  CASE o.kind WHEN 4 THEN coalesce(
    (SELECT s.transaction_id FROM treatment_settlement s WHERE s.cancellation_id = o.transaction_id),
    (SELECT v.settlement_id FROM treatment_visit v WHERE v.cancellation_id = o.transaction_id)) END
FROM outbound o ORDER BY o.rowid;

DROP TABLE outbound;
ALTER TABLE outbound_7 RENAME TO outbound;

CREATE INDEX outbound_awaiting ON outbound (next_attempt_at_ms) WHERE state = 1;
CREATE INDEX outbound_visit ON outbound (visit_id, kind);
CREATE INDEX outbound_original ON outbound (original_id) WHERE original_id IS NOT NULL;

CREATE TRIGGER outbound_request_is_never_changed BEFORE UPDATE OF transaction_id, peer, kind, visit_id, service, method, request, original_id ON outbound
BEGIN
  SELECT RAISE(ABORT, 'a stored request is never changed');
END;

CREATE TRIGGER outbound_answer_is_final BEFORE UPDATE ON outbound WHEN OLD.state IN (2, 3, 5)
BEGIN
  SELECT RAISE(ABORT, 'an answered request is never changed');
END;

CREATE TABLE posting_7 (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  transaction_id TEXT NOT NULL CHECK (length(transaction_id) = 30),
  -- 1 settlement, 2 settlement cancellation, 3 reversal of either: the opposite of the original's set
  event INTEGER NOT NULL CHECK (event BETWEEN 1 AND 3),
  settlement_number TEXT NOT NULL,
  -- the other province of the settlement
  partner TEXT NOT NULL CHECK (partner GLOB '[1-9][0-9]0000'),
  -- 1 fund expense, 2 personal accounts, 3 payable to partner, 4 receivable from partner, 5 payable to hospitals
  account INTEGER NOT NULL CHECK (account BETWEEN 1 AND 5),
  -- debit positive, credit negative
  amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
  business_date TEXT NOT NULL CHECK (business_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  posted_at_ms INTEGER NOT NULL,
  UNIQUE (transaction_id, account)
) STRICT;

INSERT INTO posting_7 (sequence, transaction_id, event, settlement_number, partner, account, amount_fen, business_date, posted_at_ms)
SELECT sequence, transaction_id, event, settlement_number, partner, account, amount_fen, business_date, posted_at_ms FROM posting ORDER BY sequence;

DROP TABLE posting;
ALTER TABLE posting_7 RENAME TO posting;

CREATE INDEX posting_settlement ON posting (settlement_number);

CREATE TRIGGER posting_is_never_changed BEFORE UPDATE ON posting
BEGIN
  SELECT RAISE(ABORT, 'postings are append-only');
END;

CREATE TRIGGER posting_is_never_deleted BEFORE DELETE ON posting
BEGIN
  SELECT RAISE(ABORT, 'postings are append-only');
END;

-- The insured side.

CREATE TABLE insured_visit_7 (
  visit_number TEXT PRIMARY KEY CHECK (length(visit_number) = 20),
  person_number TEXT NOT NULL REFERENCES person (person_number),
  treatment_province TEXT NOT NULL CHECK (treatment_province GLOB '[1-9][0-9]0000'),
  institution_code TEXT NOT NULL,
  institution_level TEXT NOT NULL,
  treatment_division TEXT NOT NULL,
  hospital_visit_number TEXT NOT NULL,
  visit_kind TEXT NOT NULL,
  admission_date TEXT NOT NULL,
  admission_id TEXT NOT NULL UNIQUE,
  filing_number TEXT,
  discharge_date TEXT,
  discharge_id TEXT UNIQUE,
  -- 1 admitted, 2 discharged, 3 settled, 4 admission undone
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  CHECK (discharge_date IS NULL OR discharge_date >= admission_date),
  CHECK ((state IN (1, 4)) = (discharge_date IS NULL))
) STRICT;

INSERT INTO insured_visit_7 (visit_number, person_number, treatment_province, institution_code, institution_level, treatment_division,
  hospital_visit_number, visit_kind, admission_date, admission_id, filing_number, discharge_date, discharge_id, state)
SELECT visit_number, person_number, treatment_province, institution_code, institution_level, treatment_division,
  hospital_visit_number, visit_kind, admission_date, admission_id, filing_number, discharge_date, discharge_id, state
FROM insured_visit ORDER BY rowid;

DROP TABLE insured_visit;
ALTER TABLE insured_visit_7 RENAME TO insured_visit;

CREATE INDEX insured_visit_person ON insured_visit (person_number);
CREATE INDEX insured_visit_hospital_number ON insured_visit (treatment_province, institution_code, hospital_visit_number);

-- Every discharge that was accepted: when one is reversed, the one it corrected stands again. Of visits older than this table only the last.
CREATE TABLE insured_discharge (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  visit_number TEXT NOT NULL REFERENCES insured_visit (visit_number),
  discharge_date TEXT NOT NULL,
  corrects TEXT REFERENCES insured_discharge (transaction_id)
) STRICT;

CREATE INDEX insured_discharge_visit ON insured_discharge (visit_number);
CREATE INDEX insured_discharge_corrects ON insured_discharge (corrects) WHERE corrects IS NOT NULL;

INSERT INTO insured_discharge (transaction_id, visit_number, discharge_date)
SELECT discharge_id, visit_number, discharge_date FROM insured_visit WHERE discharge_id IS NOT NULL ORDER BY rowid;

-- Every undo that was granted, by cancellation or reversal, in order. What is undone has exactly one standing row.
CREATE TABLE insured_undo (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  original_id TEXT NOT NULL CHECK (length(original_id) = 30),
  -- 1 admission, 2 discharge, 3 settlement; of a reversal also 4 settlement cancellation, 5 admission cancellation, 6 discharge cancellation
  original_kind INTEGER NOT NULL CHECK (original_kind BETWEEN 1 AND 6),
  by_reversal INTEGER NOT NULL CHECK (by_reversal IN (0, 1)),
  visit_number TEXT NOT NULL REFERENCES insured_visit (visit_number),
  undone_at_ms INTEGER NOT NULL,
  business_date TEXT NOT NULL,
  -- 1 standing, 2 lifted: the cancellation was reversed itself
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 2),
  CHECK (original_kind <= 3 OR by_reversal = 1),
  CHECK (state = 1 OR by_reversal = 0)
) STRICT;

CREATE UNIQUE INDEX insured_undo_standing ON insured_undo (original_id) WHERE state = 1;
CREATE INDEX insured_undo_original ON insured_undo (original_id);
CREATE INDEX insured_undo_visit ON insured_undo (visit_number);

INSERT INTO insured_undo (transaction_id, original_id, original_kind, by_reversal, visit_number, undone_at_ms, business_date, state)
SELECT cancellation_id, transaction_id, 3, 0, visit_number, cancelled_at_ms, cancellation_date, 1
FROM insured_settlement WHERE state = 2 ORDER BY cancelled_at_ms, rowid;

-- Ids of other provinces that a reversal voided before they arrived: the original is refused when it comes.
CREATE TABLE insured_void (
  reversal_id TEXT PRIMARY KEY CHECK (length(reversal_id) = 30),
  original_id TEXT NOT NULL CHECK (length(original_id) = 30),
  sender TEXT NOT NULL CHECK (sender GLOB '[1-9][0-9]0000'),
  voided_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX insured_void_original ON insured_void (original_id);

CREATE TRIGGER insured_void_is_never_changed BEFORE UPDATE ON insured_void
BEGIN
  SELECT RAISE(ABORT, 'a void id stays void');
END;

CREATE TRIGGER insured_void_is_never_deleted BEFORE DELETE ON insured_void
BEGIN
  SELECT RAISE(ABORT, 'a void id stays void');
END;

-- The treatment side.

CREATE TABLE treatment_visit_7 (
  id INTEGER PRIMARY KEY,
  institution_code TEXT NOT NULL REFERENCES institution (code),
  hospital_visit_number TEXT NOT NULL CHECK (length(hospital_visit_number) > 0),
  insured_division TEXT NOT NULL CHECK (length(insured_division) = 6),
  admission_id TEXT NOT NULL UNIQUE,
  -- what was asked, sealed: a repeated admission is compared with it
  admission BLOB NOT NULL,
  -- issued by the insured province
  visit_number TEXT UNIQUE,
  -- 1 admission sent, 2 admitted, 3 discharge sent, 4 discharged, 5 settlement sent, 6 settled, 7 settlement cancellation sent, 8 admission refused,
  -- 9 corrected discharge sent, 10 admission cancellation sent, 11 admission undone, 12 discharge cancellation sent, 13 reversal sent
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 13),
  visit_kind TEXT NOT NULL,
  admission_date TEXT NOT NULL,
  discharge_date TEXT,
  diagnoses TEXT NOT NULL,
  discharge_id TEXT,
  settlement_id TEXT,
  cancellation_id TEXT,
  -- counts every change of the fee lines; a preview is good for the count it was made at
  fee_version INTEGER NOT NULL CHECK (fee_version >= 0),
  preview_fee_version INTEGER,
  -- while a reversal is under way: what is known of the visit apart from it, and what is reversed, as in outbound.kind
  state_beneath INTEGER CHECK (state_beneath BETWEEN 1 AND 12),
  reversed_kind INTEGER CHECK (reversed_kind BETWEEN 1 AND 6),
  reversal_id TEXT UNIQUE CHECK (length(reversal_id) = 30),
  CHECK (discharge_date IS NULL OR discharge_date >= admission_date),
  CHECK (coalesce(state_beneath, state) IN (1, 8, 11) OR visit_number IS NOT NULL),
  CHECK ((state = 13) = (state_beneath IS NOT NULL)),
  CHECK ((state = 13) = (reversed_kind IS NOT NULL)),
  CHECK ((state = 13) = (reversal_id IS NOT NULL))
) STRICT;

INSERT INTO treatment_visit_7 (id, institution_code, hospital_visit_number, insured_division, admission_id, admission, visit_number, state, visit_kind,
  admission_date, discharge_date, diagnoses, discharge_id, settlement_id, cancellation_id, fee_version, preview_fee_version)
SELECT id, institution_code, hospital_visit_number, insured_division, admission_id, admission, visit_number, state, visit_kind,
  admission_date, discharge_date, diagnoses, discharge_id, settlement_id, cancellation_id, fee_version, preview_fee_version
FROM treatment_visit ORDER BY id;

DROP TABLE treatment_visit;
ALTER TABLE treatment_visit_7 RENAME TO treatment_visit;

CREATE UNIQUE INDEX treatment_visit_standing ON treatment_visit (institution_code, hospital_visit_number) WHERE state NOT IN (8, 11);

-- The transaction that withdrew the line, so that its reversal knows what to restore; unknown of lines withdrawn before it was kept.
ALTER TABLE fee_line ADD COLUMN withdrawn_by TEXT CHECK (withdrawn_by IS NULL OR state = 2);

CREATE INDEX fee_line_withdrawn ON fee_line (withdrawn_by) WHERE withdrawn_by IS NOT NULL;

-- Withdrawals of fee lines. What one took out of uploads that wait for a mapping cannot be put back.
CREATE TABLE fee_withdrawal (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  visit_id INTEGER NOT NULL REFERENCES treatment_visit (id),
  stored_count INTEGER NOT NULL CHECK (stored_count >= 0),
  waiting_count INTEGER NOT NULL CHECK (waiting_count >= 0),
  CHECK (stored_count + waiting_count > 0)
) STRICT;

-- Every discharge that was accepted, with the diagnoses it brought and those it replaced. Of visits older than this table only the last.
CREATE TABLE treatment_discharge (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  visit_id INTEGER NOT NULL REFERENCES treatment_visit (id),
  discharge_date TEXT NOT NULL,
  diagnoses TEXT NOT NULL,
  diagnoses_before TEXT NOT NULL,
  corrects TEXT REFERENCES treatment_discharge (transaction_id)
) STRICT;

CREATE INDEX treatment_discharge_visit ON treatment_discharge (visit_id);
CREATE INDEX treatment_discharge_corrects ON treatment_discharge (corrects) WHERE corrects IS NOT NULL;

INSERT INTO treatment_discharge (transaction_id, visit_id, discharge_date, diagnoses, diagnoses_before)
SELECT discharge_id, id, discharge_date, diagnoses, diagnoses FROM treatment_visit WHERE discharge_id IS NOT NULL ORDER BY id;

-- The mirror of the insured side's undos: same ids; same time and date where its reply states them, otherwise when this side learned it.
CREATE TABLE treatment_undo (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  original_id TEXT NOT NULL CHECK (length(original_id) = 30),
  -- as in outbound.kind
  original_kind INTEGER NOT NULL CHECK (original_kind BETWEEN 1 AND 6),
  by_reversal INTEGER NOT NULL CHECK (by_reversal IN (0, 1)),
  visit_id INTEGER NOT NULL REFERENCES treatment_visit (id),
  undone_at_ms INTEGER NOT NULL,
  business_date TEXT NOT NULL,
  -- 1 standing, 2 lifted: the cancellation was reversed itself
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 2),
  CHECK (original_kind <= 3 OR by_reversal = 1),
  CHECK (state = 1 OR by_reversal = 0)
) STRICT;

CREATE UNIQUE INDEX treatment_undo_standing ON treatment_undo (original_id) WHERE state = 1;
CREATE INDEX treatment_undo_original ON treatment_undo (original_id);
CREATE INDEX treatment_undo_visit ON treatment_undo (visit_id);

INSERT INTO treatment_undo (transaction_id, original_id, original_kind, by_reversal, visit_id, undone_at_ms, business_date, state)
SELECT cancellation_id, transaction_id, 3, 0, visit_id, cancelled_at_ms, cancellation_date, 1
FROM treatment_settlement WHERE state = 2 ORDER BY cancelled_at_ms, rowid;

-- What hospitals had reversed: whatever comes under such an id from then on is refused.
CREATE TABLE his_void (
  institution_code TEXT NOT NULL REFERENCES institution (code),
  -- the node's id, or the hospital's own where the node has never seen it
  original_id TEXT NOT NULL CHECK (length(original_id) > 0),
  reversal_id TEXT NOT NULL UNIQUE CHECK (length(reversal_id) = 30),
  -- 1 it had taken effect and was undone, 2 it was never seen, 3 there was nothing to undo
  effect INTEGER NOT NULL CHECK (effect BETWEEN 1 AND 3),
  voided_at_ms INTEGER NOT NULL,
  PRIMARY KEY (institution_code, original_id)
) STRICT;

CREATE TRIGGER his_void_is_never_changed BEFORE UPDATE ON his_void
BEGIN
  SELECT RAISE(ABORT, 'a void id stays void');
END;

CREATE TRIGGER his_void_is_never_deleted BEFORE DELETE ON his_void
BEGIN
  SELECT RAISE(ABORT, 'a void id stays void');
END;
