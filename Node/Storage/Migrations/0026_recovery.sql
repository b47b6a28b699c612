-- Recovery of a node whose database is older than what other provinces know of it: what they hold of the exchanges is taken in again.

CREATE TABLE recovery (
  id INTEGER PRIMARY KEY,
  begun_at_ms INTEGER NOT NULL,
  -- 'restoration', or the province that knew more than this node
  found_by TEXT NOT NULL CHECK (length(found_by) > 0),
  -- of the backup that was restored; unknown of a file that was copied by hand
  backup_taken_at_ms INTEGER,
  -- from here on the node serves; provinces that were left out still wait
  served_at_ms INTEGER,
  -- everything of every province is taken in
  finished_at_ms INTEGER,
  CHECK (finished_at_ms IS NULL OR served_at_ms IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX recovery_under_way ON recovery (coalesce(finished_at_ms, 0)) WHERE finished_at_ms IS NULL;

CREATE TRIGGER recovery_is_never_deleted BEFORE DELETE ON recovery
BEGIN
  SELECT RAISE(ABORT, 'recoveries are kept');
END;

CREATE TABLE recovery_peer (
  recovery_id INTEGER NOT NULL REFERENCES recovery (id),
  peer TEXT NOT NULL CHECK (peer GLOB '[1-9][0-9]0000'),
  -- 1 being asked, 2 everything it holds is here, 3 left out by an operator until it can be asked, 4 taken in
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  -- where the next page begins, newest first: of what it asked this node, and of what this node asked it; null before the first page, empty after the last
  asked_here TEXT,
  asked_there TEXT,
  last_error TEXT,
  left_out_by TEXT,
  left_out_reason TEXT,
  left_out_at_ms INTEGER,
  taken_in_at_ms INTEGER,
  PRIMARY KEY (recovery_id, peer),
  CHECK ((left_out_by IS NULL) = (left_out_reason IS NULL)),
  CHECK (state <> 3 OR left_out_by IS NOT NULL),
  CHECK ((state = 4) = (taken_in_at_ms IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Every exchange that another province held and this node had forgotten. The payloads are sealed, and leave when they stand in the books again.
CREATE TABLE recovery_exchange (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  recovery_id INTEGER NOT NULL REFERENCES recovery (id),
  peer TEXT NOT NULL CHECK (peer GLOB '[1-9][0-9]0000'),
  -- 1 the peer had asked this node, 2 this node had asked the peer
  direction INTEGER NOT NULL CHECK (direction BETWEEN 1 AND 2),
  method TEXT NOT NULL,
  -- this node's own clock: when it answered, or when it made the request
  at_ms INTEGER NOT NULL,
  -- in the order of the peer's books, for what happened in one millisecond
  place INTEGER NOT NULL,
  request BLOB,
  reply BLOB,
  -- 1 waits its turn, 2 taken in: decided anew it is the same, byte for byte, 3 taken in as it was answered, and something differs, 4 parked, 5 set aside by an operator
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
  -- a settlement or statement number, or a visit's
  subject TEXT,
  -- fund and account that move between the provinces
  cleared_fen INTEGER,
  note_zh TEXT,
  note_en TEXT,
  decided_by TEXT,
  ended_at_ms INTEGER,
  CHECK ((state IN (1, 4)) = (request IS NOT NULL AND reply IS NOT NULL)),
  CHECK ((state IN (3, 4, 5)) = (note_zh IS NOT NULL AND note_en IS NOT NULL)),
  CHECK ((state = 5) = (decided_by IS NOT NULL)),
  CHECK ((state IN (2, 3, 5)) = (ended_at_ms IS NOT NULL))
) STRICT;

CREATE INDEX recovery_exchange_order ON recovery_exchange (at_ms, place) WHERE state = 1;
CREATE INDEX recovery_exchange_peer ON recovery_exchange (recovery_id, peer);

CREATE TRIGGER recovery_exchange_is_never_deleted BEFORE DELETE ON recovery_exchange
BEGIN
  SELECT RAISE(ABORT, 'what was recovered is kept');
END;

CREATE TRIGGER recovery_exchange_is_final BEFORE UPDATE ON recovery_exchange WHEN OLD.state IN (2, 3, 5)
BEGIN
  SELECT RAISE(ABORT, 'what was recovered is never changed');
END;

-- Numbers of a day that were issued and whose holder nobody knows any more, or that were passed over so that none is issued twice.
CREATE TABLE recovery_gap (
  counter TEXT NOT NULL CHECK (length(counter) > 0),
  first_serial INTEGER NOT NULL CHECK (first_serial > 0),
  last_serial INTEGER NOT NULL CHECK (last_serial >= first_serial),
  PRIMARY KEY (counter, first_serial)
) STRICT, WITHOUT ROWID;

-- Settlements taken in again whose lines only the hospital has: until it has sent them, no lines travel to the insured side.
CREATE TABLE recovered_settlement (
  settlement_number TEXT PRIMARY KEY REFERENCES treatment_settlement (settlement_number),
  recovered_at_ms INTEGER NOT NULL
) STRICT;

-- What a peer had answered lately, asked page by page from the newest: see RecoveryService.
CREATE INDEX outbound_peer_answered ON outbound (peer, answered_at_ms) WHERE answered_at_ms IS NOT NULL;
