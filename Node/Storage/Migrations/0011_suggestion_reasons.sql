-- A suggestion states its score as the assistant found it, and why it was made. Those of earlier releases know whole points and no reasons.
CREATE TABLE unmapped_suggestion_explained (
  adapter TEXT NOT NULL,
  local_code TEXT NOT NULL,
  rank INTEGER NOT NULL CHECK (rank BETWEEN 1 AND 5),
  exchange_code TEXT NOT NULL,
  exchange_name TEXT NOT NULL,
  -- in 1/100 points
  score_hundredths INTEGER NOT NULL CHECK (score_hundredths BETWEEN 0 AND 10000),
  -- a JSON array of {"chinese", "english"}
  reasons TEXT CHECK (json_type(reasons) = 'array'),
  PRIMARY KEY (adapter, local_code, rank)
) STRICT, WITHOUT ROWID;

INSERT INTO unmapped_suggestion_explained (adapter, local_code, rank, exchange_code, exchange_name, score_hundredths)
SELECT adapter, local_code, rank, exchange_code, exchange_name, score * 100 FROM unmapped_suggestion;

DROP TABLE unmapped_suggestion;
ALTER TABLE unmapped_suggestion_explained RENAME TO unmapped_suggestion;

-- Codes that the assistant found no counterpart for, and why: such a code has no suggestion.
CREATE TABLE unmapped_no_match (
  adapter TEXT NOT NULL,
  local_code TEXT NOT NULL,
  -- a JSON array of {"chinese", "english"}
  reasons TEXT NOT NULL CHECK (json_type(reasons) = 'array'),
  PRIMARY KEY (adapter, local_code)
) STRICT, WITHOUT ROWID;
