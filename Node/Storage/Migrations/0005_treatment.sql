-- The treatment side: hospitals, visits, fee lines and the mirror of what the insured side decided.

CREATE TABLE institution (
  code TEXT PRIMARY KEY CHECK (length(code) > 0),
  name TEXT NOT NULL,
  division TEXT NOT NULL CHECK (length(division) = 6),
  -- exchange code 01..11
  level TEXT NOT NULL CHECK (length(level) = 2),
  adapter TEXT NOT NULL,
  -- SHA-256 of the hospital's token; the token itself is never stored
  token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32)
) STRICT;

-- What a hospital asked under its own transaction id, and the answer once it is final.
CREATE TABLE his_request (
  institution_code TEXT NOT NULL REFERENCES institution (code),
  his_transaction_id TEXT NOT NULL,
  content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
  operation BLOB NOT NULL,
  -- the node's id of what this request began
  transaction_id TEXT NOT NULL,
  -- null while the answer depends on the insured side, which the outbound row knows
  result BLOB,
  received_at_ms INTEGER NOT NULL,
  PRIMARY KEY (institution_code, his_transaction_id)
) STRICT;

CREATE INDEX his_request_transaction ON his_request (transaction_id);

CREATE TABLE treatment_visit (
  id INTEGER PRIMARY KEY,
  institution_code TEXT NOT NULL REFERENCES institution (code),
  hospital_visit_number TEXT NOT NULL CHECK (length(hospital_visit_number) > 0),
  insured_division TEXT NOT NULL CHECK (length(insured_division) = 6),
  admission_id TEXT NOT NULL UNIQUE,
  -- what was asked, sealed: a repeated admission is compared with it
  admission BLOB NOT NULL,
  -- issued by the insured province
  visit_number TEXT UNIQUE,
  -- 1 admission sent, 2 admitted, 3 discharge sent, 4 discharged, 5 settlement sent, 6 settled, 7 cancellation sent, 8 admission refused, 9 corrected discharge sent
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 9),
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
  CHECK (discharge_date IS NULL OR discharge_date >= admission_date),
  CHECK (state IN (1, 8) OR visit_number IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX treatment_visit_standing ON treatment_visit (institution_code, hospital_visit_number) WHERE state <> 8;

CREATE TABLE fee_line (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES treatment_visit (id),
  transaction_id TEXT NOT NULL,
  line_serial TEXT NOT NULL,
  content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
  local_code TEXT NOT NULL,
  local_name TEXT NOT NULL,
  exchange_code TEXT,
  exchange_name TEXT,
  fee_category TEXT NOT NULL CHECK (length(fee_category) = 2),
  item_class TEXT NOT NULL CHECK (item_class IN ('01', '02', '03')),
  self_pay_basis_points INTEGER NOT NULL CHECK (self_pay_basis_points BETWEEN 0 AND 10000),
  -- 1/10000 yuan
  unit_price_e4 INTEGER NOT NULL CHECK (unit_price_e4 >= 0),
  limit_e4 INTEGER CHECK (limit_e4 >= 0),
  -- 1/100 units
  quantity_e2 INTEGER NOT NULL CHECK (quantity_e2 <> 0),
  amount_fen INTEGER NOT NULL,
  full_self_pay_fen INTEGER NOT NULL,
  over_limit_fen INTEGER NOT NULL,
  pre_self_pay_fen INTEGER NOT NULL,
  in_scope_fen INTEGER NOT NULL,
  fee_date TEXT NOT NULL,
  catalogue_version TEXT NOT NULL,
  -- the line whose quantity this one takes back
  refund_of INTEGER REFERENCES fee_line (id),
  -- 1 active, 2 withdrawn
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 2),
  -- what else the hospital said of the line, JSON
  details TEXT NOT NULL,
  CHECK (amount_fen = full_self_pay_fen + over_limit_fen + pre_self_pay_fen + in_scope_fen)
) STRICT;

CREATE UNIQUE INDEX fee_line_standing ON fee_line (visit_id, line_serial) WHERE state = 1;
CREATE INDEX fee_line_transaction ON fee_line (transaction_id);
CREATE INDEX fee_line_refund ON fee_line (refund_of) WHERE refund_of IS NOT NULL;

-- Codes without a mapping, so that nobody has to find them at discharge.
CREATE TABLE unmapped_item (
  institution_code TEXT NOT NULL REFERENCES institution (code),
  local_code TEXT NOT NULL,
  local_name TEXT NOT NULL,
  first_seen_at_ms INTEGER NOT NULL,
  last_seen_at_ms INTEGER NOT NULL,
  line_count INTEGER NOT NULL CHECK (line_count > 0),
  amount_fen INTEGER NOT NULL,
  PRIMARY KEY (institution_code, local_code)
) STRICT;

CREATE TABLE business_period (
  period_number TEXT PRIMARY KEY,
  institution_code TEXT NOT NULL REFERENCES institution (code),
  operator_number TEXT NOT NULL,
  opened_at_ms INTEGER NOT NULL
) STRICT;

-- The mirror of the insured side's settlement: same number, same figures, same business date.
CREATE TABLE treatment_settlement (
  settlement_number TEXT PRIMARY KEY CHECK (length(settlement_number) = 20),
  transaction_id TEXT NOT NULL UNIQUE,
  visit_id INTEGER NOT NULL REFERENCES treatment_visit (id),
  insured_province TEXT NOT NULL CHECK (insured_province GLOB '[1-9][0-9]0000'),
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

CREATE UNIQUE INDEX treatment_settlement_standing ON treatment_settlement (visit_id) WHERE state = 1;
