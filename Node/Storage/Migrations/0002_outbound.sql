-- Requests to other provinces: made and stored with the intent they belong to, before the first packet; answered from here afterwards.
CREATE TABLE outbound (
  transaction_id TEXT PRIMARY KEY CHECK (length(transaction_id) = 30),
  peer TEXT NOT NULL CHECK (peer GLOB '[1-9][0-9]0000'),
  -- 1 admission, 2 discharge, 3 settlement, 4 settlement cancellation
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
  visit_id INTEGER NOT NULL,
  service TEXT NOT NULL,
  method TEXT NOT NULL,
  request BLOB NOT NULL,
  -- 1 awaiting the peer's answer, 2 answered, 3 rejected by the peer's transport before it was looked at, 4 parked: the answer contradicts itself
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  reply BLOB,
  attempts INTEGER NOT NULL CHECK (attempts > 0),
  prepared_at_ms INTEGER NOT NULL,
  next_attempt_at_ms INTEGER NOT NULL,
  answered_at_ms INTEGER,
  last_error TEXT,
  CHECK (state <> 2 OR reply IS NOT NULL),
  CHECK ((state = 1) = (answered_at_ms IS NULL))
) STRICT;

CREATE INDEX outbound_awaiting ON outbound (next_attempt_at_ms) WHERE state = 1;
CREATE INDEX outbound_visit ON outbound (visit_id, kind);

CREATE TRIGGER outbound_request_is_never_changed BEFORE UPDATE OF transaction_id, peer, kind, visit_id, service, method, request ON outbound
BEGIN
  SELECT RAISE(ABORT, 'a stored request is never changed');
END;

CREATE TRIGGER outbound_answer_is_final BEFORE UPDATE ON outbound WHEN OLD.state IN (2, 3)
BEGIN
  SELECT RAISE(ABORT, 'an answered request is never changed');
END;
