-- Comparing this node's ledger with its partners': runs, what they counted, and the differences with their life.

CREATE TABLE reconciliation_run (
  id INTEGER PRIMARY KEY,
  partner TEXT NOT NULL CHECK (partner GLOB '[1-9][0-9]0000'),
  -- this node's part in the ledger that is compared: 1 treatment, 2 insured
  side INTEGER NOT NULL CHECK (side BETWEEN 1 AND 2),
  from_date TEXT NOT NULL CHECK (from_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  to_date TEXT NOT NULL CHECK (to_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- 1 the day was over, 2 somebody asked for it, 3 the days of unsettled differences once more
  cause INTEGER NOT NULL CHECK (cause BETWEEN 1 AND 3),
  -- 1 under way, 2 balanced, 3 with differences, 4 not finished
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  attempts INTEGER NOT NULL CHECK (attempts > 0),
  begun_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  -- up to which row either ledger was read
  own_sequence INTEGER CHECK (own_sequence >= 0),
  peer_sequence INTEGER CHECK (peer_sequence >= 0),
  -- of the last attempt: requests sent, and bytes of requests and replies as encoded
  message_count INTEGER NOT NULL CHECK (message_count >= 0),
  bytes_sent INTEGER NOT NULL CHECK (bytes_sent >= 0),
  bytes_received INTEGER NOT NULL CHECK (bytes_received >= 0),
  -- why it did not finish
  reason TEXT,
  CHECK (to_date >= from_date),
  CHECK ((state = 1) = (ended_at_ms IS NULL)),
  CHECK ((state = 4) = (reason IS NOT NULL)),
  CHECK ((state IN (2, 3)) = (own_sequence IS NOT NULL)),
  CHECK ((own_sequence IS NULL) = (peer_sequence IS NULL))
) STRICT;

-- Never two at once over one ledger.
CREATE UNIQUE INDEX reconciliation_run_under_way ON reconciliation_run (partner, side) WHERE state = 1;
-- A day that is over is reconciled once; a run that did not finish is begun again.
CREATE UNIQUE INDEX reconciliation_run_of_day ON reconciliation_run (partner, side, to_date) WHERE cause = 1;

CREATE TRIGGER reconciliation_run_is_final BEFORE UPDATE ON reconciliation_run WHEN OLD.state IN (2, 3)
BEGIN
  SELECT RAISE(ABORT, 'a finished reconciliation is never changed');
END;

CREATE TRIGGER reconciliation_run_is_never_deleted BEFORE DELETE ON reconciliation_run
BEGIN
  SELECT RAISE(ABORT, 'reconciliations are never deleted');
END;

-- The sums of a cell as either side counted them; equal cells have equal rows. A side without rows has no row here.
CREATE TABLE reconciliation_cell (
  run_id INTEGER NOT NULL REFERENCES reconciliation_run (id),
  business_date TEXT NOT NULL CHECK (business_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  scheme TEXT NOT NULL,
  clearing_type TEXT NOT NULL,
  -- 1 this node's ledger, 2 the partner's
  holder INTEGER NOT NULL CHECK (holder BETWEEN 1 AND 2),
  row_count INTEGER NOT NULL CHECK (row_count > 0),
  person_count INTEGER NOT NULL CHECK (person_count BETWEEN 1 AND row_count),
  visit_count INTEGER NOT NULL CHECK (visit_count BETWEEN 1 AND row_count),
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
  rows_sha256 BLOB NOT NULL CHECK (length(rows_sha256) = 32),
  PRIMARY KEY (run_id, business_date, scheme, clearing_type, holder)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER reconciliation_cell_is_never_changed BEFORE UPDATE ON reconciliation_cell
BEGIN
  SELECT RAISE(ABORT, 'what a reconciliation found is append-only');
END;

CREATE TRIGGER reconciliation_cell_is_never_deleted BEFORE DELETE ON reconciliation_cell
BEGIN
  SELECT RAISE(ABORT, 'what a reconciliation found is append-only');
END;

-- Sent and not answered when the run looked: shown apart, never a difference.
CREATE TABLE reconciliation_in_flight (
  run_id INTEGER NOT NULL REFERENCES reconciliation_run (id),
  -- 1 this node sent it, 2 the partner
  holder INTEGER NOT NULL CHECK (holder BETWEEN 1 AND 2),
  transaction_id TEXT NOT NULL CHECK (length(transaction_id) = 30),
  -- 1 settlement, 2 cancellation, 3 reversal
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
  sent_at_ms INTEGER NOT NULL,
  visit_number TEXT NOT NULL,
  total_fen INTEGER NOT NULL,
  PRIMARY KEY (run_id, holder, transaction_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER reconciliation_in_flight_is_never_changed BEFORE UPDATE ON reconciliation_in_flight
BEGIN
  SELECT RAISE(ABORT, 'what a reconciliation found is append-only');
END;

CREATE TRIGGER reconciliation_in_flight_is_never_deleted BEFORE DELETE ON reconciliation_in_flight
BEGIN
  SELECT RAISE(ABORT, 'what a reconciliation found is append-only');
END;

-- One for each row that the two ledgers do not share, however often it is found. As the last run saw it.
CREATE TABLE reconciliation_difference (
  id INTEGER PRIMARY KEY,
  partner TEXT NOT NULL CHECK (partner GLOB '[1-9][0-9]0000'),
  side INTEGER NOT NULL CHECK (side BETWEEN 1 AND 2),
  transaction_id TEXT NOT NULL CHECK (length(transaction_id) = 30),
  -- 1 only ours, 2 only theirs, 3 both and different
  verdict INTEGER NOT NULL CHECK (verdict BETWEEN 1 AND 3),
  -- this node's row, or else the partner's
  business_date TEXT NOT NULL CHECK (business_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- the rows as messages of the contract
  ours BLOB,
  theirs BLOB,
  -- 1 ask again, 2 reverse, 3 the insured side's record holds, 4 the partner acts
  proposal INTEGER NOT NULL CHECK (proposal BETWEEN 1 AND 4),
  proposal_reason TEXT NOT NULL,
  -- 1 open, 2 checked, 3 settled
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
  -- settled because a later run found the row balanced
  is_balanced INTEGER NOT NULL CHECK (is_balanced IN (0, 1)),
  found_at_ms INTEGER NOT NULL,
  UNIQUE (partner, side, transaction_id),
  CHECK ((verdict IN (1, 3)) = (ours IS NOT NULL)),
  CHECK ((verdict IN (2, 3)) = (theirs IS NOT NULL)),
  CHECK (is_balanced = 0 OR state = 3)
) STRICT;

CREATE INDEX reconciliation_difference_unsettled ON reconciliation_difference (partner, side, business_date) WHERE state <> 3;

CREATE TRIGGER reconciliation_difference_keeps_its_row BEFORE UPDATE OF id, partner, side, transaction_id, found_at_ms ON reconciliation_difference
BEGIN
  SELECT RAISE(ABORT, 'a difference is about one row');
END;

CREATE TRIGGER reconciliation_difference_is_never_deleted BEFORE DELETE ON reconciliation_difference
BEGIN
  SELECT RAISE(ABORT, 'differences are never deleted');
END;

-- Which differences each run found.
CREATE TABLE reconciliation_finding (
  run_id INTEGER NOT NULL REFERENCES reconciliation_run (id),
  difference_id INTEGER NOT NULL REFERENCES reconciliation_difference (id),
  PRIMARY KEY (run_id, difference_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX reconciliation_finding_difference ON reconciliation_finding (difference_id);

CREATE TRIGGER reconciliation_finding_is_never_changed BEFORE UPDATE ON reconciliation_finding
BEGIN
  SELECT RAISE(ABORT, 'what a reconciliation found is append-only');
END;

CREATE TRIGGER reconciliation_finding_is_never_deleted BEFORE DELETE ON reconciliation_finding
BEGIN
  SELECT RAISE(ABORT, 'what a reconciliation found is append-only');
END;

-- What happened to a difference: who, when, why.
CREATE TABLE reconciliation_event (
  id INTEGER PRIMARY KEY,
  difference_id INTEGER NOT NULL REFERENCES reconciliation_difference (id),
  at_ms INTEGER NOT NULL,
  -- 1 found, 2 found otherwise than before, 3 found again after it was settled, 4 checked, 5 carried out, 6 settled, 7 found balanced
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 7),
  -- of the difference afterwards
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
  -- the decision, as a proposal
  decision INTEGER CHECK (decision BETWEEN 1 AND 4),
  who TEXT NOT NULL CHECK (length(who) > 0),
  why TEXT NOT NULL CHECK (length(why) > 0),
  run_id INTEGER REFERENCES reconciliation_run (id),
  CHECK ((kind IN (1, 2, 3, 7)) = (run_id IS NOT NULL)),
  CHECK (kind <> 4 OR decision IS NOT NULL)
) STRICT;

CREATE INDEX reconciliation_event_difference ON reconciliation_event (difference_id);

CREATE TRIGGER reconciliation_event_is_never_changed BEFORE UPDATE ON reconciliation_event
BEGIN
  SELECT RAISE(ABORT, 'what a reconciliation found is append-only');
END;

CREATE TRIGGER reconciliation_event_is_never_deleted BEFORE DELETE ON reconciliation_event
BEGIN
  SELECT RAISE(ABORT, 'what a reconciliation found is append-only');
END;
