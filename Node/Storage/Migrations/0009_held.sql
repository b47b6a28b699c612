-- Uploads of fee lines that wait for a mapping: whole, under the ids they came with, until they are stored, refused or withdrawn.
CREATE TABLE held_upload (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  visit_id INTEGER NOT NULL REFERENCES treatment_visit (id),
  institution_code TEXT NOT NULL REFERENCES institution (code),
  -- of the message as it came: a repeat without an id is recognised by it
  content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
  -- what is still wanted of it, sealed: withdrawn lines are taken out
  operation BLOB NOT NULL,
  line_count INTEGER NOT NULL CHECK (line_count > 0),
  amount_fen INTEGER NOT NULL,
  -- 1 waiting, 2 stored, 3 refused, 4 withdrawn
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  -- what the hospital is told from now on, sealed
  result BLOB,
  held_at_ms INTEGER NOT NULL,
  finished_at_ms INTEGER,
  CHECK ((state = 1) = (finished_at_ms IS NULL)),
  CHECK ((state = 1) = (result IS NULL))
) STRICT;

CREATE INDEX held_upload_waiting ON held_upload (institution_code) WHERE state = 1;
CREATE INDEX held_upload_visit ON held_upload (visit_id) WHERE state = 1;

CREATE TRIGGER held_upload_answer_is_final BEFORE UPDATE ON held_upload WHEN OLD.state <> 1
BEGIN
  SELECT RAISE(ABORT, 'a finished upload is never changed');
END;

-- The local codes a waiting upload waits for.
CREATE TABLE held_code (
  transaction_id TEXT NOT NULL REFERENCES held_upload (transaction_id),
  local_code TEXT NOT NULL,
  PRIMARY KEY (transaction_id, local_code)
) STRICT, WITHOUT ROWID;

CREATE INDEX held_code_code ON held_code (local_code);

-- What people have said about a code of the queue; a code nobody has spoken of has no row.
CREATE TABLE unmapped_note (
  adapter TEXT NOT NULL,
  local_code TEXT NOT NULL,
  -- 1 open, 2 assigned, 3 dismissed
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
  owner TEXT,
  note TEXT,
  changed_at_ms INTEGER NOT NULL,
  PRIMARY KEY (adapter, local_code),
  CHECK ((state = 2) = (owner IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Exchange items a code may mean, best first, as the mapping assistant proposed them.
CREATE TABLE unmapped_suggestion (
  adapter TEXT NOT NULL,
  local_code TEXT NOT NULL,
  rank INTEGER NOT NULL CHECK (rank BETWEEN 1 AND 5),
  exchange_code TEXT NOT NULL,
  exchange_name TEXT NOT NULL,
  -- 0..100
  score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 100),
  PRIMARY KEY (adapter, local_code, rank)
) STRICT, WITHOUT ROWID;
