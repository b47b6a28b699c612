-- Who is asking the peer for a stored request right now, and what operators did about requests that stayed unanswered.

-- 1 the caller who stored it, 2 the resolver, 3 an operator; null while nobody is
ALTER TABLE outbound ADD COLUMN leased_by INTEGER CHECK (leased_by IS NULL OR (leased_by BETWEEN 1 AND 3 AND state = 1));
-- from then on the resolver may take it, whatever became of the holder
ALTER TABLE outbound ADD COLUMN leased_until_ms INTEGER CHECK ((leased_until_ms IS NULL) = (leased_by IS NULL));
-- of the last attempt; unknown of requests older than this column
ALTER TABLE outbound ADD COLUMN attempted_at_ms INTEGER CHECK (attempted_at_ms > 0);

-- Each peer's queue by itself: one that is down is never in the way of another.
DROP INDEX outbound_awaiting;
CREATE INDEX outbound_awaiting ON outbound (peer, next_attempt_at_ms) WHERE state = 1;
CREATE INDEX outbound_parked ON outbound (peer) WHERE state = 4;

-- A request about a filing whose answer could not be true may be asked again once somebody has looked at it.
DROP TRIGGER filing_request_answer_is_final;
CREATE TRIGGER filing_request_answer_is_final BEFORE UPDATE ON filing_request WHEN OLD.state IN (2, 3)
BEGIN
  SELECT RAISE(ABORT, 'an answered request is never changed');
END;

DROP INDEX filing_request_awaiting;
CREATE INDEX filing_request_awaiting ON filing_request (peer, next_attempt_at_ms) WHERE state = 1;

-- What an operator did about one request, with who, when and why.
CREATE TABLE transaction_act (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  -- of outbound or filing_request
  transaction_id TEXT NOT NULL CHECK (length(transaction_id) = 30),
  -- 1 asked again at once, 2 released: the answer that could not be true is put aside here and the peer asked again, 3 reversed
  act INTEGER NOT NULL CHECK (act BETWEEN 1 AND 3),
  -- as outbound.state, before the act
  state_before INTEGER NOT NULL CHECK (state_before IN (1, 4)),
  -- the answer that was put aside, sealed as it was, and why it could not be true
  reply BLOB,
  contradiction TEXT,
  reversal_id TEXT UNIQUE CHECK (length(reversal_id) = 30),
  acted_by TEXT NOT NULL CHECK (length(acted_by) > 0),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  acted_at_ms INTEGER NOT NULL,
  CHECK (act <> 1 OR state_before = 1),
  CHECK (act <> 2 OR state_before = 4),
  CHECK ((act = 2) = (reply IS NOT NULL)),
  CHECK ((act = 3) = (reversal_id IS NOT NULL))
) STRICT;

CREATE INDEX transaction_act_of ON transaction_act (transaction_id);

CREATE TRIGGER transaction_act_is_never_changed BEFORE UPDATE ON transaction_act
BEGIN
  SELECT RAISE(ABORT, 'what an operator did is never changed');
END;

CREATE TRIGGER transaction_act_is_never_deleted BEFORE DELETE ON transaction_act
BEGIN
  SELECT RAISE(ABORT, 'what an operator did is never deleted');
END;
