-- The fee lines behind a settled bill, which follow after the settlement from the treatment side to the insured side.

-- The treatment side: one row per settlement, made in the transaction that books it.
CREATE TABLE fee_transfer (
  settlement_number TEXT PRIMARY KEY REFERENCES treatment_settlement (settlement_number),
  -- 1 owed, 2 receiving: the insured side has some of the lines, 3 complete, 4 refused, 5 withdrawn: the settlement was undone before the lines had arrived
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
  -- made and stored before the first packet; a refused id is never used again
  transaction_id TEXT UNIQUE CHECK (length(transaction_id) = 30),
  -- the first message of every stream of this id
  start BLOB,
  line_count INTEGER CHECK (line_count BETWEEN 1 AND 100000),
  lines_sha256 BLOB CHECK (length(lines_sha256) = 32),
  -- the visit's, of the lines that the start speaks of
  fee_version INTEGER,
  -- line numbers the insured side said it has, e.g. 1-1500,2001-2600
  acknowledged TEXT NOT NULL,
  -- streams opened under this id
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  -- attempts in a row that brought no line across
  failures INTEGER NOT NULL CHECK (failures >= 0),
  next_attempt_at_ms INTEGER NOT NULL,
  last_error TEXT,
  -- as the insured side said it
  refusal BLOB,
  owed_at_ms INTEGER NOT NULL,
  finished_at_ms INTEGER,
  CHECK ((transaction_id IS NULL) = (start IS NULL)),
  CHECK ((transaction_id IS NULL) = (line_count IS NULL)),
  CHECK ((transaction_id IS NULL) = (lines_sha256 IS NULL)),
  CHECK ((transaction_id IS NULL) = (fee_version IS NULL)),
  CHECK (state NOT IN (2, 3, 4) OR transaction_id IS NOT NULL),
  CHECK ((state = 4) = (refusal IS NOT NULL)),
  CHECK ((state >= 3) = (finished_at_ms IS NOT NULL))
) STRICT;

CREATE INDEX fee_transfer_due ON fee_transfer (next_attempt_at_ms) WHERE state IN (1, 2);

CREATE TRIGGER fee_transfer_complete_is_final BEFORE UPDATE ON fee_transfer WHEN OLD.state = 3
BEGIN
  SELECT RAISE(ABORT, 'a complete transfer is never changed');
END;

CREATE TRIGGER fee_transfer_is_never_deleted BEFORE DELETE ON fee_transfer
BEGIN
  SELECT RAISE(ABORT, 'transfers are kept');
END;

-- Settlements from before this script owe their lines too.
INSERT INTO fee_transfer (settlement_number, state, acknowledged, attempts, failures, next_attempt_at_ms, owed_at_ms, finished_at_ms)
SELECT settlement_number, CASE state WHEN 1 THEN 1 ELSE 5 END, '', 0, 0, settled_at_ms, settled_at_ms, CASE state WHEN 1 THEN NULL ELSE cancelled_at_ms END
FROM treatment_settlement ORDER BY settlement_number;

-- The insured side: every transfer that was begun or turned away.
CREATE TABLE insured_detail_transfer (
  id INTEGER PRIMARY KEY,
  transaction_id TEXT NOT NULL UNIQUE CHECK (length(transaction_id) = 30),
  sender TEXT NOT NULL CHECK (sender GLOB '[1-9][0-9]0000'),
  -- null of a start that was turned away
  settlement_number TEXT REFERENCES insured_settlement (settlement_number),
  -- FeeDetailStart, the content that the id stands for
  start BLOB NOT NULL,
  line_count INTEGER CHECK (line_count BETWEEN 1 AND 100000),
  lines_sha256 BLOB CHECK (length(lines_sha256) = 32),
  -- 1 receiving, 2 complete, 3 refused: the lines do not make the bill, 4 replaced by a transfer with a new id, 5 turned away
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
  -- line numbers, e.g. 1-1500,2001-2600
  stored_ranges TEXT NOT NULL,
  refusal BLOB,
  begun_at_ms INTEGER NOT NULL,
  finished_at_ms INTEGER,
  CHECK ((state = 5) = (settlement_number IS NULL)),
  CHECK ((state = 5) = (line_count IS NULL)),
  CHECK ((state = 5) = (lines_sha256 IS NULL)),
  CHECK (state IN (3, 4, 5) OR refusal IS NULL),
  CHECK (state NOT IN (3, 5) OR refusal IS NOT NULL),
  CHECK ((state = 1) = (finished_at_ms IS NULL))
) STRICT;

CREATE UNIQUE INDEX insured_detail_transfer_standing ON insured_detail_transfer (settlement_number) WHERE state IN (1, 2, 3);
CREATE INDEX insured_detail_transfer_settlement ON insured_detail_transfer (settlement_number) WHERE settlement_number IS NOT NULL;

CREATE TRIGGER insured_detail_transfer_content_is_never_changed
BEFORE UPDATE OF transaction_id, sender, settlement_number, start, line_count, lines_sha256 ON insured_detail_transfer
BEGIN
  SELECT RAISE(ABORT, 'what a transfer stands for is never changed');
END;

-- A refused transfer may only be replaced.
CREATE TRIGGER insured_detail_transfer_outcome_is_final BEFORE UPDATE ON insured_detail_transfer
WHEN OLD.state IN (2, 4, 5) OR (OLD.state = 3 AND NEW.state <> 4)
BEGIN
  SELECT RAISE(ABORT, 'a finished transfer is never changed');
END;

CREATE TRIGGER insured_detail_transfer_is_never_deleted BEFORE DELETE ON insured_detail_transfer
BEGIN
  SELECT RAISE(ABORT, 'transfers are kept');
END;

-- One charged item as the treatment province sent it: FeeDetailLine, field by field; texts that were not given are empty.
CREATE TABLE insured_detail_line (
  transfer_id INTEGER NOT NULL REFERENCES insured_detail_transfer (id),
  line_number INTEGER NOT NULL CHECK (line_number BETWEEN 1 AND 100000),
  line_serial TEXT NOT NULL CHECK (length(line_serial) > 0),
  -- of the line a refund takes back
  original_line_serial TEXT NOT NULL,
  prescription_number TEXT NOT NULL,
  local_code TEXT NOT NULL CHECK (length(local_code) > 0),
  local_name TEXT NOT NULL,
  exchange_code TEXT NOT NULL,
  exchange_name TEXT NOT NULL,
  -- 0 not kept by the sender, 1 equivalent, 2 broader, 3 narrower, 4 no mapping
  mapping_quality INTEGER NOT NULL CHECK (mapping_quality BETWEEN 0 AND 4),
  item_class TEXT NOT NULL CHECK (item_class IN ('01', '02', '03')),
  catalogue_kind TEXT NOT NULL CHECK (catalogue_kind IN ('101', '102', '103', '104', '201', '301')),
  fee_category TEXT NOT NULL CHECK (fee_category BETWEEN '01' AND '14' AND length(fee_category) = 2),
  fee_date TEXT NOT NULL CHECK (fee_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- 1/10000 yuan
  unit_price_e4 INTEGER NOT NULL CHECK (unit_price_e4 >= 0),
  -- 1/100 units
  quantity_e2 INTEGER NOT NULL CHECK (quantity_e2 <> 0),
  amount_fen INTEGER NOT NULL,
  full_self_pay_fen INTEGER NOT NULL,
  over_limit_fen INTEGER NOT NULL,
  pre_self_pay_fen INTEGER NOT NULL,
  in_scope_fen INTEGER NOT NULL,
  self_pay_basis_points INTEGER NOT NULL CHECK (self_pay_basis_points BETWEEN 0 AND 10000),
  limit_e4 INTEGER CHECK (limit_e4 >= 0),
  catalogue_version TEXT NOT NULL CHECK (length(catalogue_version) > 0),
  restricted_use_reason TEXT NOT NULL,
  unit TEXT NOT NULL,
  specification TEXT NOT NULL,
  dose_form TEXT NOT NULL,
  department TEXT NOT NULL,
  doctor TEXT NOT NULL,
  approval_number TEXT NOT NULL,
  row_sha256 BLOB NOT NULL CHECK (length(row_sha256) = 32),
  PRIMARY KEY (transfer_id, line_number),
  CHECK (amount_fen = full_self_pay_fen + over_limit_fen + pre_self_pay_fen + in_scope_fen),
  CHECK ((mapping_quality = 4) = (exchange_code = ''))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER insured_detail_line_is_never_changed BEFORE UPDATE ON insured_detail_line
BEGIN
  SELECT RAISE(ABORT, 'a received line is never changed');
END;

CREATE TRIGGER insured_detail_line_is_never_deleted BEFORE DELETE ON insured_detail_line
BEGIN
  SELECT RAISE(ABORT, 'a received line is never deleted');
END;

CREATE TRIGGER insured_detail_line_needs_an_open_transfer BEFORE INSERT ON insured_detail_line
WHEN (SELECT state FROM insured_detail_transfer WHERE id = NEW.transfer_id) IS NOT 1
BEGIN
  SELECT RAISE(ABORT, 'a finished transfer takes nothing more');
END;
