-- Filings with their states and every version they have had; what happened to a person's insurance, by date; which filing a settlement counted.

CREATE TABLE filing_13 (
  filing_number TEXT PRIMARY KEY CHECK (length(filing_number) > 0),
  person_number TEXT NOT NULL REFERENCES person (person_number),
  kind TEXT NOT NULL,
  target_area TEXT NOT NULL CHECK (length(target_area) = 6),
  valid_from TEXT NOT NULL,
  valid_to TEXT,
  -- 1 effective, 2 under review, 3 rejected, 9 cancelled
  state INTEGER NOT NULL CHECK (state IN (1, 2, 3, 9)),
  -- of what stands here; each change is the next one
  version INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
  -- the treatment division that submitted it; null when the person filed at home
  submitted_by TEXT CHECK (length(submitted_by) = 6),
  -- of the submission, which the inbox keeps
  transaction_id TEXT UNIQUE CHECK (length(transaction_id) = 30),
  -- the open visit it was made for after the admission
  visit_number TEXT REFERENCES insured_visit (visit_number),
  -- 0 of filings older than this column
  recorded_at_ms INTEGER NOT NULL DEFAULT 0,
  -- of this version
  changed_at_ms INTEGER NOT NULL DEFAULT 0,
  changed_by TEXT NOT NULL DEFAULT '',
  change_reason TEXT NOT NULL DEFAULT '',
  CHECK (valid_to IS NULL OR valid_to >= valid_from),
  CHECK ((submitted_by IS NULL) = (transaction_id IS NULL)),
  CHECK (visit_number IS NULL OR submitted_by IS NOT NULL)
) STRICT;

INSERT INTO filing_13 (filing_number, person_number, kind, target_area, valid_from, valid_to, state)
SELECT filing_number, person_number, kind, target_area, valid_from, valid_to, state FROM filing ORDER BY rowid;

DROP TABLE filing;
ALTER TABLE filing_13 RENAME TO filing;

CREATE INDEX filing_person ON filing (person_number);

-- Every version of every filing, written by the database itself whoever changes a filing.
CREATE TABLE filing_version (
  filing_number TEXT NOT NULL REFERENCES filing (filing_number),
  version INTEGER NOT NULL CHECK (version > 0),
  kind TEXT NOT NULL,
  target_area TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT,
  state INTEGER NOT NULL CHECK (state IN (1, 2, 3, 9)),
  changed_at_ms INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  change_reason TEXT NOT NULL,
  PRIMARY KEY (filing_number, version)
) STRICT, WITHOUT ROWID;

INSERT INTO filing_version (filing_number, version, kind, target_area, valid_from, valid_to, state, changed_at_ms, changed_by, change_reason)
SELECT filing_number, version, kind, target_area, valid_from, valid_to, state, changed_at_ms, changed_by, change_reason FROM filing;

CREATE TRIGGER filing_version_is_never_changed BEFORE UPDATE ON filing_version
BEGIN
  SELECT RAISE(ABORT, 'versions of filings are append-only');
END;

CREATE TRIGGER filing_version_is_never_deleted BEFORE DELETE ON filing_version
BEGIN
  SELECT RAISE(ABORT, 'versions of filings are append-only');
END;

CREATE TRIGGER filing_is_never_deleted BEFORE DELETE ON filing
BEGIN
  SELECT RAISE(ABORT, 'filings are cancelled, never deleted');
END;

CREATE TRIGGER filing_identity_is_never_changed
BEFORE UPDATE OF filing_number, person_number, submitted_by, transaction_id, visit_number, recorded_at_ms ON filing
BEGIN
  SELECT RAISE(ABORT, 'whose filing it is and who submitted it is never changed');
END;

CREATE TRIGGER filing_changes_by_versions BEFORE UPDATE ON filing WHEN NEW.version IS NOT OLD.version + 1
BEGIN
  SELECT RAISE(ABORT, 'a filing changes by its next version');
END;

CREATE TRIGGER filing_begins_with_a_version AFTER INSERT ON filing
BEGIN
  INSERT INTO filing_version (filing_number, version, kind, target_area, valid_from, valid_to, state, changed_at_ms, changed_by, change_reason)
  VALUES (NEW.filing_number, NEW.version, NEW.kind, NEW.target_area, NEW.valid_from, NEW.valid_to, NEW.state, NEW.changed_at_ms, NEW.changed_by, NEW.change_reason);
END;

CREATE TRIGGER filing_keeps_its_versions AFTER UPDATE ON filing
BEGIN
  INSERT INTO filing_version (filing_number, version, kind, target_area, valid_from, valid_to, state, changed_at_ms, changed_by, change_reason)
  VALUES (NEW.filing_number, NEW.version, NEW.kind, NEW.target_area, NEW.valid_from, NEW.valid_to, NEW.state, NEW.changed_at_ms, NEW.changed_by, NEW.change_reason);
END;

-- What a settlement was decided with; none for an unfiled person, and none of settlements older than this table.
CREATE TABLE insured_settlement_filing (
  settlement_number TEXT PRIMARY KEY REFERENCES insured_settlement (settlement_number),
  -- null when an emergency counted as filed without a filing
  filing_number TEXT,
  filing_version INTEGER,
  -- the kind the benefit was decided for
  kind TEXT NOT NULL,
  FOREIGN KEY (filing_number, filing_version) REFERENCES filing_version (filing_number, version),
  CHECK ((filing_number IS NULL) = (filing_version IS NULL))
) STRICT;

CREATE INDEX insured_settlement_filing_used ON insured_settlement_filing (filing_number) WHERE filing_number IS NOT NULL;

CREATE TRIGGER insured_settlement_filing_is_never_changed BEFORE UPDATE ON insured_settlement_filing
BEGIN
  SELECT RAISE(ABORT, 'what a settlement was decided with is never changed');
END;

CREATE TRIGGER insured_settlement_filing_is_never_deleted BEFORE DELETE ON insured_settlement_filing
BEGIN
  SELECT RAISE(ABORT, 'what a settlement was decided with is never changed');
END;

-- What happened to a person's insurance. Of the rows of one kind, the last recorded one that had begun on a day decides that day.
CREATE TABLE person_event (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  person_number TEXT NOT NULL REFERENCES person (person_number),
  -- 1 insurance state, 2 freeze, 3 end of a freeze, 4 transfer to another division, 5 death, 6 a recorded death was an error
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 6),
  -- first day it holds; of a death the day of death, which is the last day of insurance
  from_date TEXT NOT NULL CHECK (from_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- last day of a freeze; null until it is ended
  to_date TEXT CHECK (to_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  state INTEGER CHECK (state BETWEEN 0 AND 4),
  state_before INTEGER CHECK (state_before BETWEEN 0 AND 4),
  division TEXT CHECK (length(division) = 6),
  division_before TEXT CHECK (length(division_before) = 6),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  changed_by TEXT NOT NULL CHECK (length(changed_by) > 0),
  changed_at_ms INTEGER NOT NULL,
  CHECK (to_date IS NULL OR (kind = 2 AND to_date >= from_date)),
  CHECK ((kind = 1) = (state IS NOT NULL)),
  CHECK ((kind = 1) = (state_before IS NOT NULL)),
  CHECK ((kind = 4) = (division IS NOT NULL)),
  CHECK ((kind = 4) = (division_before IS NOT NULL))
) STRICT;

CREATE INDEX person_event_person ON person_event (person_number, sequence);

CREATE TRIGGER person_event_is_never_changed BEFORE UPDATE ON person_event
BEGIN
  SELECT RAISE(ABORT, 'what happened to a person is append-only');
END;

CREATE TRIGGER person_event_is_never_deleted BEFORE DELETE ON person_event
BEGIN
  SELECT RAISE(ABORT, 'what happened to a person is append-only');
END;

-- The treatment side: filings and cancellations of filings it asked other provinces for, stored before the first packet.
CREATE TABLE filing_request (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  peer TEXT NOT NULL CHECK (peer GLOB '[1-9][0-9]0000'),
  -- 1 submission, 2 cancellation
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 2),
  -- sealed
  request BLOB NOT NULL,
  requested_by TEXT NOT NULL,
  -- 1 awaiting the peer's answer, 2 answered, 3 turned away by the peer's transport before it was looked at, 4 parked: the answer cannot be true
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  -- sealed
  reply BLOB,
  attempts INTEGER NOT NULL CHECK (attempts > 0),
  prepared_at_ms INTEGER NOT NULL,
  next_attempt_at_ms INTEGER NOT NULL,
  answered_at_ms INTEGER,
  last_error TEXT,
  CHECK ((state IN (2, 4)) = (reply IS NOT NULL)),
  CHECK ((state = 1) = (answered_at_ms IS NULL))
) STRICT;

CREATE INDEX filing_request_awaiting ON filing_request (next_attempt_at_ms) WHERE state = 1;

CREATE TRIGGER filing_request_content_is_never_changed BEFORE UPDATE OF transaction_id, peer, kind, request, requested_by, prepared_at_ms ON filing_request
BEGIN
  SELECT RAISE(ABORT, 'a stored request is never changed');
END;

CREATE TRIGGER filing_request_answer_is_final BEFORE UPDATE ON filing_request WHEN OLD.state <> 1
BEGIN
  SELECT RAISE(ABORT, 'an answered request is never changed');
END;

CREATE TRIGGER filing_request_is_never_deleted BEFORE DELETE ON filing_request
BEGIN
  SELECT RAISE(ABORT, 'requests are kept');
END;
