-- The self-check an adapter passed last, so that a start need not make it again while nothing has changed.

CREATE TABLE adapter_self_check (
  adapter TEXT PRIMARY KEY,
  subject TEXT NOT NULL, -- SHA-256 of the folder's list of hashes, module versions of program and contract, runtime, limits of a call
  samples INTEGER NOT NULL CHECK (samples >= 0)
) STRICT;
