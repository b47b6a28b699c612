-- The registry of designated institutions in full, business periods that end, and what a hospital's desk keeps beside its visits.

-- Exchange codes 01..11; null is the institution's own level.
ALTER TABLE institution ADD COLUMN price_level TEXT CHECK (length(price_level) = 2);
ALTER TABLE institution ADD COLUMN deductible_level TEXT CHECK (length(deductible_level) = 2);
-- exchange visit kinds that are opened, ascending, separated by blanks; null is every inpatient kind
ALTER TABLE institution ADD COLUMN visit_kinds TEXT CHECK (length(visit_kinds) > 0);
-- what its adapter spoke when the institution was registered; null before this release
ALTER TABLE institution ADD COLUMN dialect TEXT CHECK (length(dialect) > 0);

-- Why and how long an institution may begin nothing new. Rows stay: who was suspended when is asked for years later.
CREATE TABLE suspension (
  id INTEGER PRIMARY KEY,
  institution_code TEXT NOT NULL REFERENCES institution (code),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  -- the last day; null until somebody resumes
  until TEXT CHECK (until GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  suspended_at_ms INTEGER NOT NULL,
  -- resumed, or replaced by a later suspension
  ended_at_ms INTEGER CHECK (ended_at_ms >= suspended_at_ms)
) STRICT;

CREATE UNIQUE INDEX suspension_standing ON suspension (institution_code) WHERE ended_at_ms IS NULL;

CREATE TRIGGER suspension_is_never_deleted BEFORE DELETE ON suspension
BEGIN
  SELECT RAISE(ABORT, 'suspensions are kept');
END;

ALTER TABLE business_period ADD COLUMN closed_at_ms INTEGER CHECK (closed_at_ms >= opened_at_ms);

CREATE INDEX business_period_operator ON business_period (institution_code, operator_number) WHERE closed_at_ms IS NULL;

CREATE TRIGGER business_period_stays_closed BEFORE UPDATE ON business_period WHEN OLD.closed_at_ms IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'a closed business period is never changed');
END;

-- Which settlements, cancellations and reversals count in a period. The money stands in treatment_settlement and nowhere else.
CREATE TABLE period_transaction (
  -- of outbound
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  period_number TEXT NOT NULL REFERENCES business_period (period_number)
) STRICT, WITHOUT ROWID;

CREATE INDEX period_transaction_period ON period_transaction (period_number);

CREATE TRIGGER period_transaction_is_never_changed BEFORE UPDATE ON period_transaction
BEGIN
  SELECT RAISE(ABORT, 'a transaction stays in its business period');
END;

CREATE TRIGGER period_transaction_is_never_deleted BEFORE DELETE ON period_transaction
BEGIN
  SELECT RAISE(ABORT, 'a transaction stays in its business period');
END;

CREATE TRIGGER period_transaction_needs_an_open_period BEFORE INSERT ON period_transaction
WHEN (SELECT closed_at_ms FROM business_period WHERE period_number = NEW.period_number) IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'a closed business period takes nothing more');
END;

-- Transactions of dialects with two phases: done here, and the hospital still has to say that it has stored them too.
CREATE TABLE confirmation (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  institution_code TEXT NOT NULL REFERENCES institution (code),
  -- the dialect's own
  transaction_code TEXT NOT NULL,
  -- 1 open, 2 confirmed, 3 reversed, 4 refused by the insured side: nothing to confirm
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  recorded_at_ms INTEGER NOT NULL,
  decided_at_ms INTEGER,
  CHECK ((state = 1) = (decided_at_ms IS NULL))
) STRICT;

CREATE INDEX confirmation_open ON confirmation (institution_code, recorded_at_ms) WHERE state = 1;

-- Corrections of department, bed, doctor and diagnoses of a visit; what is null was not corrected.
CREATE TABLE visit_update (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  -- of treatment_visit
  visit_id INTEGER NOT NULL,
  department TEXT,
  bed TEXT,
  doctor TEXT,
  -- as in treatment_visit
  diagnoses TEXT,
  updated_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX visit_update_visit ON visit_update (visit_id);

-- A hospital asks by business date, and reads a visit's lines page by page.
CREATE INDEX treatment_settlement_business_date ON treatment_settlement (business_date);
CREATE INDEX treatment_settlement_cancellation_date ON treatment_settlement (cancellation_date) WHERE cancellation_date IS NOT NULL;
CREATE INDEX fee_line_order ON fee_line (visit_id) WHERE state = 1;
