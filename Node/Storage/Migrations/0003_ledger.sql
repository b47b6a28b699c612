-- Double entry, append-only, with a gap-free sequence of this node: what clearing periods are cut from.
CREATE TABLE posting (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  transaction_id TEXT NOT NULL CHECK (length(transaction_id) = 30),
  -- 1 settlement, 2 settlement cancellation
  event INTEGER NOT NULL CHECK (event BETWEEN 1 AND 2),
  settlement_number TEXT NOT NULL,
  -- the other province of the settlement
  partner TEXT NOT NULL CHECK (partner GLOB '[1-9][0-9]0000'),
  -- 1 fund expense, 2 personal accounts, 3 payable to partner, 4 receivable from partner, 5 payable to hospitals
  account INTEGER NOT NULL CHECK (account BETWEEN 1 AND 5),
  -- debit positive, credit negative
  amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
  business_date TEXT NOT NULL CHECK (business_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  posted_at_ms INTEGER NOT NULL,
  UNIQUE (transaction_id, account)
) STRICT;

CREATE INDEX posting_settlement ON posting (settlement_number);

CREATE TRIGGER posting_is_never_changed BEFORE UPDATE ON posting
BEGIN
  SELECT RAISE(ABORT, 'postings are append-only');
END;

CREATE TRIGGER posting_is_never_deleted BEFORE DELETE ON posting
BEGIN
  SELECT RAISE(ABORT, 'postings are append-only');
END;
