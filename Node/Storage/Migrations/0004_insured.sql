-- The insured side: what this province owes its own people who are treated elsewhere.

-- Every request that changed something or was refused, with the reply that was committed: a repeat is answered from here, byte for byte.
CREATE TABLE inbox (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  sender TEXT NOT NULL CHECK (sender GLOB '[1-9][0-9]0000'),
  method TEXT NOT NULL,
  content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
  request BLOB NOT NULL,
  reply BLOB NOT NULL,
  received_at_ms INTEGER NOT NULL
) STRICT;

CREATE TRIGGER inbox_is_never_changed BEFORE UPDATE ON inbox
BEGIN
  SELECT RAISE(ABORT, 'a committed reply is never changed');
END;

CREATE TABLE person (
  person_number TEXT PRIMARY KEY CHECK (length(person_number) > 0),
  insured_division TEXT NOT NULL CHECK (length(insured_division) = 6),
  -- keyed hashes of the numbers a request may name the person by; the numbers themselves are in details, sealed
  certificate_hash BLOB NOT NULL UNIQUE,
  security_number_hash BLOB UNIQUE,
  card_hash BLOB UNIQUE,
  details BLOB NOT NULL,
  scheme TEXT NOT NULL,
  person_class TEXT NOT NULL,
  -- 0 not insured, 1 normal, 2 suspended, 3 invalid, 4 ended
  insurance_state INTEGER NOT NULL CHECK (insurance_state BETWEEN 0 AND 4),
  account_balance_fen INTEGER NOT NULL CHECK (account_balance_fen >= 0)
) STRICT;

CREATE TABLE filing (
  filing_number TEXT PRIMARY KEY CHECK (length(filing_number) > 0),
  person_number TEXT NOT NULL REFERENCES person (person_number),
  kind TEXT NOT NULL,
  target_area TEXT NOT NULL CHECK (length(target_area) = 6),
  valid_from TEXT NOT NULL,
  valid_to TEXT,
  -- 1 valid, 9 cancelled
  state INTEGER NOT NULL CHECK (state IN (1, 9)),
  CHECK (valid_to IS NULL OR valid_to >= valid_from)
) STRICT;

CREATE INDEX filing_person ON filing (person_number);

-- The text of every policy this node has decided with, so that an old decision can be explained years later.
CREATE TABLE benefit_policy (
  hash TEXT PRIMARY KEY CHECK (length(hash) = 64),
  text TEXT NOT NULL,
  first_used_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE insured_visit (
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
  -- 1 admitted, 2 discharged, 3 settled
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
  CHECK (discharge_date IS NULL OR discharge_date >= admission_date),
  CHECK ((state = 1) = (discharge_date IS NULL))
) STRICT;

CREATE INDEX insured_visit_person ON insured_visit (person_number);

CREATE TABLE insured_settlement (
  settlement_number TEXT PRIMARY KEY CHECK (length(settlement_number) = 20),
  transaction_id TEXT NOT NULL UNIQUE,
  visit_number TEXT NOT NULL REFERENCES insured_visit (visit_number),
  person_number TEXT NOT NULL REFERENCES person (person_number),
  treatment_province TEXT NOT NULL CHECK (treatment_province GLOB '[1-9][0-9]0000'),
  scheme TEXT NOT NULL,
  service_date TEXT NOT NULL,
  accumulator_year INTEGER NOT NULL,
  admission_ordinal INTEGER NOT NULL CHECK (admission_ordinal > 0),
  policy_version TEXT NOT NULL,
  total_fen INTEGER NOT NULL CHECK (total_fen >= 0),
  full_self_pay_fen INTEGER NOT NULL CHECK (full_self_pay_fen >= 0),
  over_limit_fen INTEGER NOT NULL CHECK (over_limit_fen >= 0),
  pre_self_pay_fen INTEGER NOT NULL CHECK (pre_self_pay_fen >= 0),
  in_scope_fen INTEGER NOT NULL CHECK (in_scope_fen >= 0),
  deductible_fen INTEGER NOT NULL CHECK (deductible_fen BETWEEN 0 AND in_scope_fen),
  pool_fen INTEGER NOT NULL CHECK (pool_fen >= 0),
  civil_servant_fen INTEGER NOT NULL CHECK (civil_servant_fen >= 0),
  enterprise_fen INTEGER NOT NULL CHECK (enterprise_fen >= 0),
  employee_large_amount_fen INTEGER NOT NULL CHECK (employee_large_amount_fen >= 0),
  resident_critical_illness_fen INTEGER NOT NULL CHECK (resident_critical_illness_fen >= 0),
  medical_aid_fen INTEGER NOT NULL CHECK (medical_aid_fen >= 0),
  other_fund_fen INTEGER NOT NULL CHECK (other_fund_fen >= 0),
  fund_total_fen INTEGER NOT NULL,
  account_fen INTEGER NOT NULL CHECK (account_fen >= 0),
  cash_fen INTEGER NOT NULL CHECK (cash_fen >= 0),
  personal_total_fen INTEGER NOT NULL,
  hospital_borne_fen INTEGER NOT NULL CHECK (hospital_borne_fen >= 0),
  settled_at_ms INTEGER NOT NULL,
  business_date TEXT NOT NULL,
  -- 1 settled, 2 cancelled
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 2),
  cancellation_id TEXT UNIQUE,
  cancelled_at_ms INTEGER,
  cancellation_date TEXT,
  CHECK (total_fen = full_self_pay_fen + over_limit_fen + pre_self_pay_fen + in_scope_fen),
  CHECK (fund_total_fen = pool_fen + civil_servant_fen + enterprise_fen + employee_large_amount_fen + resident_critical_illness_fen + medical_aid_fen + other_fund_fen),
  CHECK (personal_total_fen = account_fen + cash_fen),
  CHECK (total_fen = fund_total_fen + personal_total_fen + hospital_borne_fen),
  CHECK ((state = 2) = (cancellation_id IS NOT NULL)),
  CHECK ((state = 2) = (cancelled_at_ms IS NOT NULL)),
  CHECK ((state = 2) = (cancellation_date IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX insured_settlement_standing ON insured_settlement (visit_number) WHERE state = 1;
CREATE INDEX insured_settlement_year ON insured_settlement (person_number, accumulator_year);

-- What one settlement added to each supplementary layer: its cancellation takes the same away.
CREATE TABLE insured_settlement_layer (
  settlement_number TEXT NOT NULL REFERENCES insured_settlement (settlement_number),
  layer TEXT NOT NULL,
  paid_fen INTEGER NOT NULL CHECK (paid_fen >= 0),
  base_fen INTEGER NOT NULL CHECK (base_fen >= 0),
  PRIMARY KEY (settlement_number, layer)
) STRICT, WITHOUT ROWID;

-- A person's year. Always equal to the sum over the standing settlements: audit recomputes it.
CREATE TABLE accumulator (
  person_number TEXT NOT NULL REFERENCES person (person_number),
  year INTEGER NOT NULL,
  deductible_paid_fen INTEGER NOT NULL CHECK (deductible_paid_fen >= 0),
  pool_paid_fen INTEGER NOT NULL CHECK (pool_paid_fen >= 0),
  admissions INTEGER NOT NULL CHECK (admissions >= 0),
  PRIMARY KEY (person_number, year)
) STRICT, WITHOUT ROWID;

CREATE TABLE accumulator_layer (
  person_number TEXT NOT NULL REFERENCES person (person_number),
  year INTEGER NOT NULL,
  layer TEXT NOT NULL,
  paid_fen INTEGER NOT NULL CHECK (paid_fen >= 0),
  base_fen INTEGER NOT NULL CHECK (base_fen >= 0),
  PRIMARY KEY (person_number, year, layer)
) STRICT, WITHOUT ROWID;
