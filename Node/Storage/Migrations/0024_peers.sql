-- Whom an operator has paused: who, when, why, and who has resumed. A province is paused once at a time.
CREATE TABLE peer_pause (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  peer TEXT NOT NULL CHECK (peer GLOB '[1-9][0-9]0000'),
  paused_by TEXT NOT NULL CHECK (length(paused_by) > 0),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  paused_at_ms INTEGER NOT NULL,
  resumed_by TEXT,
  resumed_at_ms INTEGER,
  CHECK ((resumed_by IS NULL) = (resumed_at_ms IS NULL))
) STRICT;

CREATE UNIQUE INDEX peer_pause_open ON peer_pause (peer) WHERE resumed_at_ms IS NULL;

CREATE TRIGGER peer_pause_is_only_ended BEFORE UPDATE ON peer_pause WHEN OLD.resumed_at_ms IS NOT NULL OR NEW.peer <> OLD.peer OR NEW.paused_by <> OLD.paused_by
  OR NEW.reason <> OLD.reason OR NEW.paused_at_ms <> OLD.paused_at_ms
BEGIN
  SELECT RAISE(ABORT, 'a pause is ended, never changed');
END;

-- This node's own planned maintenance, announced to its peers.
CREATE TABLE maintenance (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  from_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL CHECK (until_ms > from_ms),
  reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
  announced_by TEXT NOT NULL CHECK (length(announced_by) > 0),
  announced_at_ms INTEGER NOT NULL,
  cancelled_by TEXT,
  cancelled_at_ms INTEGER,
  CHECK ((cancelled_by IS NULL) = (cancelled_at_ms IS NULL))
) STRICT;

CREATE UNIQUE INDEX maintenance_open ON maintenance ((1)) WHERE cancelled_at_ms IS NULL;

-- What each peer has last announced; no row when it has nothing planned.
CREATE TABLE peer_maintenance (
  peer TEXT PRIMARY KEY CHECK (peer GLOB '[1-9][0-9]0000'),
  from_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL CHECK (until_ms > from_ms),
  reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
  heard_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
