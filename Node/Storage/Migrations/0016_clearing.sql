-- Prepayment and monthly clearing. One row for each thing that two provinces agree on, kept by both; figures never change once the other side knows them.

-- Messages of this agency to another: stored with the intent they belong to before the first packet, sent as often as it takes. No personal data.
CREATE TABLE clearing_outbound (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  peer TEXT NOT NULL CHECK (peer GLOB '[1-9][0-9]0000'),
  service TEXT NOT NULL,
  method TEXT NOT NULL,
  -- what it is about: a statement number, or the transaction id of a notice or top-up request
  subject TEXT NOT NULL CHECK (length(subject) > 0),
  request BLOB NOT NULL,
  -- 1 awaiting the peer's answer, 2 accepted, 3 refused, 4 parked: the answer cannot be true
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  reply BLOB,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  prepared_at_ms INTEGER NOT NULL,
  next_attempt_at_ms INTEGER NOT NULL,
  answered_at_ms INTEGER,
  last_error TEXT,
  CHECK ((state = 1) = (answered_at_ms IS NULL)),
  CHECK ((state = 1) = (reply IS NULL))
) STRICT;

-- One thing is asked of the other side at a time about one subject.
CREATE UNIQUE INDEX clearing_outbound_open ON clearing_outbound (subject) WHERE state IN (1, 4);
CREATE INDEX clearing_outbound_due ON clearing_outbound (next_attempt_at_ms) WHERE state = 1;

CREATE TRIGGER clearing_outbound_request_is_never_changed BEFORE UPDATE OF transaction_id, peer, service, method, subject, request ON clearing_outbound
BEGIN
  SELECT RAISE(ABORT, 'a stored request is never changed');
END;

CREATE TRIGGER clearing_outbound_answer_is_final BEFORE UPDATE ON clearing_outbound WHEN OLD.state IN (2, 3)
BEGIN
  SELECT RAISE(ABORT, 'an answered request is never changed');
END;

CREATE TABLE prepayment_top_up (
  -- the transaction id of RequestTopUp
  request_id TEXT PRIMARY KEY CHECK (length(request_id) = 30),
  -- this province's: 1 treatment, 2 insured
  side INTEGER NOT NULL CHECK (side BETWEEN 1 AND 2),
  partner TEXT NOT NULL CHECK (partner GLOB '[1-9][0-9]0000'),
  requested_fen INTEGER NOT NULL CHECK (requested_fen > 0),
  due_date TEXT NOT NULL,
  reason TEXT NOT NULL,
  -- 1 being sent, 2 requested, 3 granted, 4 declined, 5 paid, 6 refused by the other node
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 6),
  granted_fen INTEGER CHECK (granted_fen BETWEEN 0 AND requested_fen),
  pay_by_date TEXT,
  answer_id TEXT,
  answer_reason TEXT,
  CHECK ((state IN (3, 4, 5)) = (granted_fen IS NOT NULL)),
  CHECK ((granted_fen IS NULL) = (answer_id IS NULL))
) STRICT;

CREATE TABLE prepayment_notice (
  -- the transaction id of NotifyPrepayment
  notice_id TEXT PRIMARY KEY CHECK (length(notice_id) = 30),
  side INTEGER NOT NULL CHECK (side BETWEEN 1 AND 2),
  partner TEXT NOT NULL CHECK (partner GLOB '[1-9][0-9]0000'),
  -- 1 first deposit, 2 yearly adjustment, 3 urgent top-up, 5 return
  kind INTEGER NOT NULL CHECK (kind IN (1, 2, 3, 5)),
  -- whether this province pays
  is_payer INTEGER NOT NULL CHECK (is_payer IN (0, 1)),
  amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
  request_id TEXT REFERENCES prepayment_top_up (request_id),
  paid_on TEXT NOT NULL,
  bank_reference TEXT NOT NULL,
  -- 1 being sent, 2 notified, 3 received, 4 refused by the other node
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  receipt_id TEXT,
  received_fen INTEGER CHECK (received_fen > 0),
  received_on TEXT,
  received_reference TEXT,
  CHECK ((kind = 3) = (request_id IS NOT NULL)),
  CHECK ((state = 3) = (receipt_id IS NOT NULL)),
  CHECK ((state = 3) = (received_fen IS NOT NULL)),
  CHECK ((state = 3) = (received_on IS NOT NULL))
) STRICT;

CREATE INDEX prepayment_notice_partner ON prepayment_notice (side, partner, state);

CREATE TRIGGER prepayment_notice_is_never_changed BEFORE UPDATE OF notice_id, side, partner, kind, is_payer, amount_fen, request_id, paid_on, bank_reference ON prepayment_notice
BEGIN
  SELECT RAISE(ABORT, 'a notice is never changed');
END;

CREATE TRIGGER prepayment_notice_receipt_is_final BEFORE UPDATE ON prepayment_notice WHEN OLD.state IN (3, 4)
BEGIN
  SELECT RAISE(ABORT, 'a receipt is never changed');
END;

CREATE TABLE prepayment_entry (
  side INTEGER NOT NULL CHECK (side BETWEEN 1 AND 2),
  partner TEXT NOT NULL CHECK (partner GLOB '[1-9][0-9]0000'),
  -- from 1 without gaps
  entry_number INTEGER NOT NULL CHECK (entry_number > 0),
  -- 1 first deposit, 2 yearly adjustment, 3 urgent top-up, 4 clearing offset, 5 return
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 5),
  business_date TEXT NOT NULL,
  amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
  balance_fen INTEGER NOT NULL CHECK (balance_fen >= 0),
  -- the notice's transaction id, or the statement number of an offset
  reference TEXT NOT NULL,
  transaction_id TEXT NOT NULL UNIQUE CHECK (length(transaction_id) = 30),
  PRIMARY KEY (side, partner, entry_number),
  UNIQUE (side, partner, reference),
  CHECK ((kind IN (1, 3) AND amount_fen > 0) OR (kind IN (4, 5) AND amount_fen < 0) OR kind = 2)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER prepayment_entry_is_never_changed BEFORE UPDATE ON prepayment_entry
BEGIN
  SELECT RAISE(ABORT, 'the entries of a prepayment are append-only');
END;

CREATE TRIGGER prepayment_entry_is_never_deleted BEFORE DELETE ON prepayment_entry
BEGIN
  SELECT RAISE(ABORT, 'the entries of a prepayment are append-only');
END;

CREATE TABLE clearing_statement (
  statement_number TEXT NOT NULL CHECK (length(statement_number) = 18),
  revision INTEGER NOT NULL CHECK (revision > 0),
  side INTEGER NOT NULL CHECK (side BETWEEN 1 AND 2),
  partner TEXT NOT NULL CHECK (partner GLOB '[1-9][0-9]0000'),
  period TEXT NOT NULL CHECK (period GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]'),
  -- of the treatment side's ledger, both inclusive; a month without rows ends before it begins
  first_sequence INTEGER NOT NULL CHECK (first_sequence > 0),
  last_sequence INTEGER NOT NULL CHECK (last_sequence >= first_sequence - 1),
  rows_sha256 BLOB NOT NULL CHECK (length(rows_sha256) = 32),
  claimed_fen INTEGER NOT NULL,
  deducted_fen INTEGER NOT NULL,
  -- the part of the deductions that an earlier statement's negative payable makes: booked when its rows were, never again
  carried_fen INTEGER NOT NULL CHECK (carried_fen >= 0),
  prepayment_offset_fen INTEGER NOT NULL CHECK (prepayment_offset_fen >= 0),
  payable_fen INTEGER NOT NULL,
  -- the Statement message
  message BLOB NOT NULL,
  -- 1 draft of the treatment side, 2 proposed, 3 confirmed, 4 disputed, 5 replaced by a later revision, 6 paid
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 6),
  -- the transaction id of ProposeStatement
  proposal_id TEXT UNIQUE,
  proposed_on TEXT,
  -- of ConfirmStatement or DisputeStatement
  decision_id TEXT UNIQUE,
  decided_on TEXT,
  PRIMARY KEY (statement_number, revision),
  UNIQUE (side, partner, period, revision),
  CHECK (payable_fen = claimed_fen - deducted_fen - prepayment_offset_fen),
  CHECK ((state = 1) = (proposal_id IS NULL)),
  CHECK (state IN (1, 2) = (decision_id IS NULL)),
  CHECK (state <> 1 OR side = 1)
) STRICT;

CREATE INDEX clearing_statement_sequence ON clearing_statement (side, partner, first_sequence);

CREATE TRIGGER clearing_statement_figures_are_final BEFORE UPDATE OF statement_number, revision, side, partner, period, first_sequence, last_sequence, rows_sha256,
  claimed_fen, deducted_fen, carried_fen, prepayment_offset_fen, payable_fen, message, proposal_id, proposed_on ON clearing_statement WHEN OLD.state <> 1
BEGIN
  SELECT RAISE(ABORT, 'a statement that was proposed is never changed');
END;

CREATE TRIGGER clearing_statement_is_closed BEFORE UPDATE ON clearing_statement WHEN OLD.state IN (5, 6) OR (OLD.state = 3 AND NEW.state <> 6)
BEGIN
  SELECT RAISE(ABORT, 'a closed period is never changed');
END;

CREATE TRIGGER clearing_statement_decision_is_final BEFORE UPDATE OF decision_id, decided_on ON clearing_statement WHEN OLD.decision_id IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'a decision is never changed');
END;

CREATE TRIGGER clearing_statement_is_never_deleted BEFORE DELETE ON clearing_statement WHEN OLD.state <> 1
BEGIN
  SELECT RAISE(ABORT, 'a statement that was proposed is never deleted');
END;

CREATE TABLE clearing_deduction (
  statement_number TEXT NOT NULL,
  revision INTEGER NOT NULL,
  place INTEGER NOT NULL CHECK (place >= 0),
  -- 10 audit, 20 inspection, 40 reserve withheld, 99 other
  kind TEXT NOT NULL CHECK (kind IN ('10', '20', '40', '99')),
  amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
  row_transaction_id TEXT NOT NULL,
  line_number INTEGER,
  responsible TEXT NOT NULL,
  source_statement_number TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (statement_number, revision, place),
  FOREIGN KEY (statement_number, revision) REFERENCES clearing_statement (statement_number, revision) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX clearing_deduction_source ON clearing_deduction (source_statement_number) WHERE source_statement_number <> '';

-- The insured side: which statement claims a row of its own ledger. A row is claimed once for ever.
CREATE TABLE clearing_row (
  transaction_id TEXT PRIMARY KEY,
  statement_number TEXT NOT NULL,
  -- of the treatment side
  sequence INTEGER NOT NULL CHECK (sequence > 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX clearing_row_statement ON clearing_row (statement_number, sequence);

CREATE TRIGGER clearing_row_is_never_changed BEFORE UPDATE ON clearing_row
BEGIN
  SELECT RAISE(ABORT, 'a claimed row stays claimed');
END;

CREATE TRIGGER clearing_row_is_never_deleted BEFORE DELETE ON clearing_row
BEGIN
  SELECT RAISE(ABORT, 'a claimed row stays claimed');
END;

-- The insured side's own check of a proposed statement, made once for each revision.
CREATE TABLE clearing_check (
  statement_number TEXT NOT NULL,
  revision INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  finding_count INTEGER NOT NULL,
  -- what is wrong with the statement as a whole; empty when nothing is
  reason TEXT NOT NULL,
  checked_at_ms INTEGER NOT NULL,
  PRIMARY KEY (statement_number, revision),
  FOREIGN KEY (statement_number, revision) REFERENCES clearing_statement (statement_number, revision)
) STRICT, WITHOUT ROWID;

-- What is wrong with single rows: found by the check, or sent in a dispute.
CREATE TABLE clearing_objection (
  statement_number TEXT NOT NULL,
  revision INTEGER NOT NULL,
  place INTEGER NOT NULL CHECK (place >= 0),
  -- 1 found by the check, 2 sent in the dispute
  origin INTEGER NOT NULL CHECK (origin BETWEEN 1 AND 2),
  row_transaction_id TEXT NOT NULL,
  -- 1 unknown row, 2 different figures, 3 claimed before, 4 too late, 5 audit, 6 detail missing
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 6),
  amount_fen INTEGER NOT NULL,
  field TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (statement_number, revision, origin, place),
  FOREIGN KEY (statement_number, revision) REFERENCES clearing_statement (statement_number, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE clearing_payment (
  -- the transaction id of NotifyPayment
  notice_id TEXT PRIMARY KEY CHECK (length(notice_id) = 30),
  side INTEGER NOT NULL CHECK (side BETWEEN 1 AND 2),
  partner TEXT NOT NULL CHECK (partner GLOB '[1-9][0-9]0000'),
  amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
  source TEXT NOT NULL CHECK (source IN ('201', '203', '204', '99902')),
  paid_on TEXT NOT NULL,
  bank_reference TEXT NOT NULL,
  -- 1 being sent, 2 notified, 3 received, 4 refused by the other node
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  receipt_id TEXT,
  received_fen INTEGER CHECK (received_fen BETWEEN 0 AND amount_fen),
  received_on TEXT,
  received_reference TEXT,
  CHECK ((state = 3) = (receipt_id IS NOT NULL)),
  CHECK ((state = 3) = (received_fen IS NOT NULL)),
  CHECK ((state = 3) = (received_on IS NOT NULL))
) STRICT;

CREATE INDEX clearing_payment_partner ON clearing_payment (side, partner);

CREATE TRIGGER clearing_payment_is_never_changed BEFORE UPDATE OF notice_id, side, partner, amount_fen, source, paid_on, bank_reference ON clearing_payment
BEGIN
  SELECT RAISE(ABORT, 'a payment notice is never changed');
END;

CREATE TRIGGER clearing_payment_receipt_is_final BEFORE UPDATE ON clearing_payment WHEN OLD.state IN (3, 4)
BEGIN
  SELECT RAISE(ABORT, 'a receipt is never changed');
END;

CREATE TABLE clearing_payment_share (
  notice_id TEXT NOT NULL REFERENCES clearing_payment (notice_id),
  statement_number TEXT NOT NULL,
  amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
  -- as the receipt booked it
  received_fen INTEGER CHECK (received_fen BETWEEN 0 AND amount_fen),
  PRIMARY KEY (notice_id, statement_number)
) STRICT, WITHOUT ROWID;

CREATE INDEX clearing_payment_share_statement ON clearing_payment_share (statement_number);

-- Years whose statements are all paid and which take no further one.
CREATE TABLE clearing_year (
  side INTEGER NOT NULL CHECK (side BETWEEN 1 AND 2),
  partner TEXT NOT NULL CHECK (partner GLOB '[1-9][0-9]0000'),
  year INTEGER NOT NULL CHECK (year BETWEEN 2000 AND 2999),
  statement_count INTEGER NOT NULL,
  claimed_fen INTEGER NOT NULL,
  deducted_fen INTEGER NOT NULL,
  prepayment_offset_fen INTEGER NOT NULL,
  payable_fen INTEGER NOT NULL,
  closed_at_ms INTEGER NOT NULL,
  PRIMARY KEY (side, partner, year)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER clearing_year_is_never_changed BEFORE UPDATE ON clearing_year
BEGIN
  SELECT RAISE(ABORT, 'a closed year is never changed');
END;

CREATE TRIGGER clearing_year_is_never_deleted BEFORE DELETE ON clearing_year
BEGIN
  SELECT RAISE(ABORT, 'a closed year is never changed');
END;

-- What is owed to or by one partner, without reading every posting of the others.
CREATE INDEX posting_partner_account ON posting (partner, account, amount_fen);
