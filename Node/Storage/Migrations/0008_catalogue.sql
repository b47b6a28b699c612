-- Versions of the local catalogue, the fee dates each is in force for, and what lines and settlements keep of them.

-- One row per imported version; its tables stand in the data folder under catalogue/<adapter>/<version>/.
CREATE TABLE catalogue_version (
  adapter TEXT NOT NULL CHECK (length(adapter) BETWEEN 1 AND 32),
  -- the first digits of the hash
  version TEXT NOT NULL CHECK (version = substr(sha256, 1, 12)),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  -- the version that tables not given to the import were taken from
  base_version TEXT NOT NULL CHECK (length(base_version) = 12),
  item_count INTEGER NOT NULL CHECK (item_count >= 0),
  mapping_count INTEGER NOT NULL CHECK (mapping_count >= 0),
  code_count INTEGER NOT NULL CHECK (code_count >= 0),
  ratio_count INTEGER NOT NULL CHECK (ratio_count >= 0),
  imported_at_ms INTEGER NOT NULL,
  PRIMARY KEY (adapter, version)
) STRICT;

CREATE TRIGGER catalogue_version_is_never_changed BEFORE UPDATE ON catalogue_version
BEGIN
  SELECT RAISE(ABORT, 'catalogue versions are append-only');
END;

CREATE TRIGGER catalogue_version_is_never_deleted BEFORE DELETE ON catalogue_version
BEGIN
  SELECT RAISE(ABORT, 'catalogue versions are append-only');
END;

-- Of the rows that are not rolled back, the latest with from_date on or before a fee date decides it; before all of them the adapter's own tables do.
CREATE TABLE catalogue_activation (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  adapter TEXT NOT NULL,
  -- null on a row that rolls back
  version TEXT,
  from_date TEXT CHECK (from_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- the activation this row undoes
  rolls_back INTEGER UNIQUE REFERENCES catalogue_activation (sequence),
  reason TEXT NOT NULL,
  decided_at_ms INTEGER NOT NULL,
  FOREIGN KEY (adapter, version) REFERENCES catalogue_version (adapter, version),
  CHECK ((version IS NULL) = (rolls_back IS NOT NULL)),
  CHECK ((version IS NULL) = (from_date IS NULL)),
  CHECK (rolls_back < sequence)
) STRICT;

CREATE TRIGGER catalogue_activation_is_never_changed BEFORE UPDATE ON catalogue_activation
BEGIN
  SELECT RAISE(ABORT, 'catalogue activations are append-only');
END;

CREATE TRIGGER catalogue_activation_is_never_deleted BEFORE DELETE ON catalogue_activation
BEGIN
  SELECT RAISE(ABORT, 'catalogue activations are append-only');
END;

-- Exchange code, as the insured side answered the admission; null before that, and on visits older than this column. Ratios may depend on it.
ALTER TABLE treatment_visit ADD COLUMN person_class TEXT CHECK (length(person_class) > 0);

-- 1 equivalent, 2 broader, 3 narrower; null on a line without a mapping, and on lines older than this column.
ALTER TABLE fee_line ADD COLUMN mapping_quality INTEGER CHECK (mapping_quality IS NULL OR (mapping_quality BETWEEN 1 AND 3 AND exchange_code IS NOT NULL));

-- Exchange catalogue kind, which travels with the details of the bill.
ALTER TABLE fee_line ADD COLUMN catalogue_kind TEXT CHECK (catalogue_kind IN ('101', '102', '103', '104', '201', '301'));

UPDATE fee_line SET catalogue_kind = CASE
  WHEN fee_category IN ('09', '11') THEN '101'
  WHEN fee_category = '10' THEN '102'
  WHEN fee_category = '08' THEN '301'
  ELSE '201' END;

-- The versions that split the settled lines: ascending, each once, separated by commas. Null on settlements cancelled before this column.
ALTER TABLE treatment_settlement ADD COLUMN catalogue_versions TEXT CHECK (length(catalogue_versions) > 0);

UPDATE treatment_settlement SET catalogue_versions = (
  SELECT group_concat(catalogue_version, ',') FROM (
    SELECT DISTINCT catalogue_version FROM fee_line WHERE visit_id = treatment_settlement.visit_id AND state = 1 ORDER BY catalogue_version))
WHERE state = 1;
