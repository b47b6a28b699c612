-- Who had a message of prepayment or clearing sent again and why, and the answer that was put aside by it.

CREATE TABLE clearing_release (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  transaction_id TEXT NOT NULL REFERENCES clearing_outbound (transaction_id),
  reply BLOB, -- null: there was no answer yet
  contradiction TEXT, -- why it could not be true, or what the last attempt met
  released_by TEXT NOT NULL CHECK (length(released_by) > 0),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  released_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX clearing_release_of ON clearing_release (transaction_id);
