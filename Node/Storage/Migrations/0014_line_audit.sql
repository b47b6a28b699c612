-- What the insured side finds in the lines behind a settled bill. Money moves only when a statement takes an amount up.

-- Bills whose lines the rules have been through.
CREATE TABLE line_audit_run (
  transfer_id INTEGER PRIMARY KEY REFERENCES insured_detail_transfer (id),
  -- of line-audit.json as it was read; of nothing when there was none
  rules_sha256 BLOB NOT NULL CHECK (length(rules_sha256) = 32),
  finding_count INTEGER NOT NULL CHECK (finding_count >= 0),
  audited_at_ms INTEGER NOT NULL
) STRICT;

-- Findings of the rules and decisions of people, in order: the last one of a line stands, its deduction is the sum.
CREATE TABLE line_audit (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  transfer_id INTEGER NOT NULL,
  line_number INTEGER NOT NULL,
  settlement_number TEXT NOT NULL REFERENCES insured_settlement (settlement_number),
  -- 1 class, 2 restricted use, 3 quantity per day, 4 duplicate, 5 outside the stay; null is a person's decision
  rule INTEGER CHECK (rule BETWEEN 1 AND 5),
  -- 1 pass, 2 deduct, 3 refuse, 4 delay, 5 restore
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 1 AND 5),
  -- change of the line's deduction: positive lowers the claim, negative gives back
  amount_fen INTEGER NOT NULL,
  -- exchange code: 01 person, 02 doctor, 03 hospital, 11 shared; empty when nobody
  responsible TEXT NOT NULL CHECK (responsible IN ('', '01', '02', '03', '11')),
  reason_zh TEXT NOT NULL CHECK (length(reason_zh) > 0),
  reason_en TEXT NOT NULL CHECK (length(reason_en) > 0),
  decided_by TEXT NOT NULL CHECK (length(decided_by) > 0),
  decided_at_ms INTEGER NOT NULL,
  UNIQUE (transfer_id, line_number, rule),
  FOREIGN KEY (transfer_id, line_number) REFERENCES insured_detail_line (transfer_id, line_number),
  CHECK (outcome NOT IN (1, 4) OR amount_fen = 0),
  CHECK (outcome NOT IN (2, 3) OR amount_fen >= 0),
  CHECK (outcome <> 5 OR amount_fen < 0)
) STRICT;

CREATE INDEX line_audit_settlement ON line_audit (settlement_number);

CREATE TRIGGER line_audit_is_never_changed BEFORE UPDATE ON line_audit
BEGIN
  SELECT RAISE(ABORT, 'findings and decisions are append-only');
END;

CREATE TRIGGER line_audit_is_never_deleted BEFORE DELETE ON line_audit
BEGIN
  SELECT RAISE(ABORT, 'findings and decisions are append-only');
END;
