-- What storage itself needs. schema_migration is made by the migrator, before the first script.

-- Whose data this is: a folder of another province, or one sealed with another key, is refused at start.
CREATE TABLE node_identity (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  division TEXT NOT NULL CHECK (division GLOB '[1-9][0-9]0000'),
  vault_fingerprint TEXT NOT NULL CHECK (length(vault_fingerprint) = 16)
) STRICT;

CREATE TRIGGER node_identity_is_never_changed BEFORE UPDATE ON node_identity
BEGIN
  SELECT RAISE(ABORT, 'node_identity is never changed');
END;

CREATE TRIGGER node_identity_is_never_deleted BEFORE DELETE ON node_identity
BEGIN
  SELECT RAISE(ABORT, 'node_identity is never deleted');
END;

-- Serial numbers, gap-free because they are taken in the transaction that uses them.
CREATE TABLE counter (
  name TEXT PRIMARY KEY CHECK (length(name) > 0),
  value INTEGER NOT NULL CHECK (value > 0)
) STRICT, WITHOUT ROWID;
