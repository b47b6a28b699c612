-- Clearing after its first months: objections that move no money are acknowledged, transfers that never arrived are closed, rows held back are released.

CREATE TABLE clearing_deduction_21 (
  statement_number TEXT NOT NULL,
  revision INTEGER NOT NULL,
  place INTEGER NOT NULL CHECK (place >= 0),
  -- 10 audit, 20 inspection, 40 reserve withheld, 99 other
  kind TEXT NOT NULL CHECK (kind IN ('10', '20', '40', '99')),
  -- 0 acknowledges an objection to a row without taking anything
  amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0 OR (row_transaction_id <> '' AND source_statement_number = '')),
  row_transaction_id TEXT NOT NULL,
  line_number INTEGER,
  responsible TEXT NOT NULL,
  source_statement_number TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (statement_number, revision, place),
  FOREIGN KEY (statement_number, revision) REFERENCES clearing_statement (statement_number, revision) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

INSERT INTO clearing_deduction_21 SELECT statement_number, revision, place, kind, amount_fen, row_transaction_id, line_number, responsible, source_statement_number, reason FROM clearing_deduction;
DROP TABLE clearing_deduction;
ALTER TABLE clearing_deduction_21 RENAME TO clearing_deduction;

CREATE INDEX clearing_deduction_source ON clearing_deduction (source_statement_number) WHERE source_statement_number <> '';
CREATE INDEX clearing_deduction_row ON clearing_deduction (row_transaction_id) WHERE row_transaction_id <> '';

CREATE TABLE prepayment_notice_21 (
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
  -- 0: the money never arrived
  received_fen INTEGER CHECK (received_fen >= 0),
  received_on TEXT,
  received_reference TEXT,
  -- notified less received, which the receipt booked back to the payer's bank; 0 of receipts older than this column
  returned_fen INTEGER NOT NULL DEFAULT 0 CHECK (returned_fen IN (0, amount_fen - received_fen)),
  CHECK ((kind = 3) = (request_id IS NOT NULL)),
  CHECK ((state = 3) = (receipt_id IS NOT NULL)),
  CHECK ((state = 3) = (received_fen IS NOT NULL)),
  CHECK ((state = 3) = (received_on IS NOT NULL))
) STRICT;

INSERT INTO prepayment_notice_21 (notice_id, side, partner, kind, is_payer, amount_fen, request_id, paid_on, bank_reference, state, receipt_id, received_fen, received_on, received_reference)
SELECT notice_id, side, partner, kind, is_payer, amount_fen, request_id, paid_on, bank_reference, state, receipt_id, received_fen, received_on, received_reference
FROM prepayment_notice ORDER BY rowid;
DROP TABLE prepayment_notice;
ALTER TABLE prepayment_notice_21 RENAME TO prepayment_notice;

CREATE INDEX prepayment_notice_partner ON prepayment_notice (side, partner, state);

CREATE TRIGGER prepayment_notice_is_never_changed BEFORE UPDATE OF notice_id, side, partner, kind, is_payer, amount_fen, request_id, paid_on, bank_reference ON prepayment_notice
BEGIN
  SELECT RAISE(ABORT, 'a notice is never changed');
END;

CREATE TRIGGER prepayment_notice_receipt_is_final BEFORE UPDATE ON prepayment_notice WHEN OLD.state IN (3, 4)
BEGIN
  SELECT RAISE(ABORT, 'a receipt is never changed');
END;

-- notified less received, which the receipt booked back to the payer's bank; 0 of receipts older than this column
ALTER TABLE clearing_payment ADD COLUMN returned_fen INTEGER NOT NULL DEFAULT 0 CHECK (returned_fen IN (0, amount_fen - received_fen));

-- The treatment side: rows held back whose dispute is resolved; the next cut proposes to restore them.
CREATE TABLE clearing_resolution (
  source_statement_number TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('10', '20', '40', '99')),
  row_transaction_id TEXT NOT NULL CHECK (length(row_transaction_id) = 30),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  resolved_by TEXT NOT NULL,
  resolved_at_ms INTEGER NOT NULL,
  PRIMARY KEY (source_statement_number, kind, row_transaction_id)
) STRICT, WITHOUT ROWID;

-- Whether a row was undone, asked for every row held back.
CREATE INDEX ledger_row_negated ON ledger_row (negated_transaction_id) WHERE negated_transaction_id IS NOT NULL;
