-- A row for each time these data came out of a backup. What was acknowledged between backup and loss is not in them: until recovered_at_ms is set
-- the node knows that its peers may hold newer answers than it does.
CREATE TABLE restoration (
  id INTEGER PRIMARY KEY,
  restored_at_ms INTEGER NOT NULL,
  backup_taken_at_ms INTEGER NOT NULL,
  backup TEXT NOT NULL DEFAULT '',
  recovered_at_ms INTEGER CHECK (recovered_at_ms IS NULL OR recovered_at_ms >= restored_at_ms)
) STRICT;

-- What is written to find out whether the disk takes writes again. The filler makes that need room, as work would.
CREATE TABLE storage_probe (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  probed_at_ms INTEGER NOT NULL,
  filler BLOB NOT NULL
) STRICT;
