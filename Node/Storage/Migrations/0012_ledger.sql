-- The ledger between two provinces: postings of every business event, and the rows that reconciliation compares and clearing claims.

CREATE TABLE posting_12 (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  transaction_id TEXT NOT NULL CHECK (length(transaction_id) = 30),
  -- 1 settlement, 2 settlement cancellation, 3 reversal of either, 4 prepayment notified, 5 prepayment received, 6 statement confirmed,
  -- 7 payment notified, 8 payment received
  event INTEGER NOT NULL CHECK (event BETWEEN 1 AND 8),
  -- a settlement or statement number; of money that moves, the transaction id of its notice
  subject TEXT NOT NULL CHECK (length(subject) > 0),
  -- the other province
  partner TEXT NOT NULL CHECK (partner GLOB '[1-9][0-9]0000'),
  -- 1 fund expense, 2 personal accounts, 3 payable to partner, 4 receivable from partner, 5 payable to hospitals, 6 prepayment deposited,
  -- 7 prepayment held, 8 bank, 9 suspense
  account INTEGER NOT NULL CHECK (account BETWEEN 1 AND 9),
  -- debit positive, credit negative
  amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
  business_date TEXT NOT NULL CHECK (business_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  posted_at_ms INTEGER NOT NULL,
  UNIQUE (transaction_id, account)
) STRICT;

INSERT INTO posting_12 (sequence, transaction_id, event, subject, partner, account, amount_fen, business_date, posted_at_ms)
SELECT sequence, transaction_id, event, settlement_number, partner, account, amount_fen, business_date, posted_at_ms FROM posting ORDER BY sequence;

DROP TABLE posting;
ALTER TABLE posting_12 RENAME TO posting;

CREATE INDEX posting_subject ON posting (subject);

CREATE TRIGGER posting_is_never_changed BEFORE UPDATE ON posting
BEGIN
  SELECT RAISE(ABORT, 'postings are append-only');
END;

CREATE TRIGGER posting_is_never_deleted BEFORE DELETE ON posting
BEGIN
  SELECT RAISE(ABORT, 'postings are append-only');
END;

-- One row for each settlement and for each undo or restoration of one, as both sides digest it. In the order in which cells are read.
CREATE TABLE ledger_row (
  -- 1 treatment: the partner owes; 2 insured: this province owes
  side INTEGER NOT NULL CHECK (side BETWEEN 1 AND 2),
  partner TEXT NOT NULL CHECK (partner GLOB '[1-9][0-9]0000'),
  business_date TEXT NOT NULL CHECK (business_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  scheme TEXT NOT NULL,
  clearing_type TEXT NOT NULL CHECK (length(clearing_type) = 2),
  -- the treatment side's, of what wrote the row
  transaction_id TEXT NOT NULL CHECK (length(transaction_id) = 30),
  -- of this side's ledger with this partner, without gaps: what clearing periods are cut from
  sequence INTEGER NOT NULL CHECK (sequence > 0),
  -- 1 settlement, 2 cancellation, 3 reversal
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
  settlement_number TEXT NOT NULL CHECK (length(settlement_number) = 20),
  visit_number TEXT NOT NULL CHECK (length(visit_number) = 20),
  negated_transaction_id TEXT CHECK (length(negated_transaction_id) = 30),
  insured_division TEXT NOT NULL CHECK (length(insured_division) = 6),
  person_number TEXT NOT NULL,
  institution_code TEXT NOT NULL,
  visit_kind TEXT NOT NULL,
  -- negative in a row that takes another back
  total_fen INTEGER NOT NULL,
  full_self_pay_fen INTEGER NOT NULL,
  over_limit_fen INTEGER NOT NULL,
  pre_self_pay_fen INTEGER NOT NULL,
  in_scope_fen INTEGER NOT NULL,
  deductible_fen INTEGER NOT NULL,
  pool_fen INTEGER NOT NULL,
  civil_servant_fen INTEGER NOT NULL,
  enterprise_fen INTEGER NOT NULL,
  employee_large_amount_fen INTEGER NOT NULL,
  resident_critical_illness_fen INTEGER NOT NULL,
  medical_aid_fen INTEGER NOT NULL,
  other_fund_fen INTEGER NOT NULL,
  fund_total_fen INTEGER NOT NULL,
  account_fen INTEGER NOT NULL,
  cash_fen INTEGER NOT NULL,
  personal_total_fen INTEGER NOT NULL,
  hospital_borne_fen INTEGER NOT NULL,
  row_sha256 BLOB NOT NULL CHECK (length(row_sha256) = 32),
  PRIMARY KEY (side, partner, business_date, scheme, clearing_type, transaction_id),
  CHECK (total_fen = full_self_pay_fen + over_limit_fen + pre_self_pay_fen + in_scope_fen),
  CHECK (fund_total_fen = pool_fen + civil_servant_fen + enterprise_fen + employee_large_amount_fen + resident_critical_illness_fen + medical_aid_fen + other_fund_fen),
  CHECK (personal_total_fen = account_fen + cash_fen),
  CHECK (total_fen = fund_total_fen + personal_total_fen + hospital_borne_fen),
  CHECK ((kind = 1) = (negated_transaction_id IS NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX ledger_row_sequence ON ledger_row (side, partner, sequence);
CREATE UNIQUE INDEX ledger_row_transaction ON ledger_row (transaction_id);

CREATE TRIGGER ledger_row_is_never_changed BEFORE UPDATE ON ledger_row
BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only');
END;

CREATE TRIGGER ledger_row_is_never_deleted BEFORE DELETE ON ledger_row
BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only');
END;

-- What was settled and undone before the ledger had rows, in order: the node's next start writes them, for they need its key.
CREATE TABLE ledger_row_owed (
  place INTEGER PRIMARY KEY,
  side INTEGER NOT NULL CHECK (side BETWEEN 1 AND 2),
  transaction_id TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
  negated_transaction_id TEXT,
  business_date TEXT NOT NULL,
  CHECK ((kind = 1) = (negated_transaction_id IS NULL))
) STRICT;

INSERT INTO ledger_row_owed (side, transaction_id, kind, negated_transaction_id, business_date)
SELECT side, transaction_id, kind, negated, business_date FROM (
  SELECT 2 AS side, transaction_id, 1 AS kind, NULL AS negated, business_date, settled_at_ms AS at_ms FROM insured_settlement
  UNION ALL SELECT 2, transaction_id, 2 + by_reversal, original_id, business_date, undone_at_ms FROM insured_undo WHERE original_kind IN (3, 4)
  UNION ALL SELECT 1, transaction_id, 1, NULL, business_date, settled_at_ms FROM treatment_settlement
  UNION ALL SELECT 1, transaction_id, 2 + by_reversal, original_id, business_date, undone_at_ms FROM treatment_undo WHERE original_kind IN (3, 4))
ORDER BY at_ms, kind, transaction_id;
