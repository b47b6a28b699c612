-- Who has had a person's accumulators rebuilt from the settlements, when, why, and what they were.
CREATE TABLE accumulator_rebuild (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  person_number TEXT NOT NULL REFERENCES person (person_number),
  rebuilt_by TEXT NOT NULL CHECK (length(rebuilt_by) > 0),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  rebuilt_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX accumulator_rebuild_person ON accumulator_rebuild (person_number);

CREATE TABLE accumulator_rebuild_figure (
  number INTEGER NOT NULL REFERENCES accumulator_rebuild (number),
  year INTEGER NOT NULL,
  -- empty for the year itself
  layer TEXT NOT NULL,
  figure TEXT NOT NULL CHECK (figure IN ('deductible', 'pool', 'admissions', 'paid', 'base')),
  stored INTEGER NOT NULL,
  rebuilt INTEGER NOT NULL,
  PRIMARY KEY (number, year, layer, figure),
  CHECK (rebuilt <> stored)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER accumulator_rebuild_is_never_changed BEFORE UPDATE ON accumulator_rebuild
BEGIN
  SELECT RAISE(ABORT, 'what was rebuilt is append-only');
END;

CREATE TRIGGER accumulator_rebuild_is_never_deleted BEFORE DELETE ON accumulator_rebuild
BEGIN
  SELECT RAISE(ABORT, 'what was rebuilt is append-only');
END;

CREATE TRIGGER accumulator_rebuild_figure_is_never_changed BEFORE UPDATE ON accumulator_rebuild_figure
BEGIN
  SELECT RAISE(ABORT, 'what was rebuilt is append-only');
END;

CREATE TRIGGER accumulator_rebuild_figure_is_never_deleted BEFORE DELETE ON accumulator_rebuild_figure
BEGIN
  SELECT RAISE(ABORT, 'what was rebuilt is append-only');
END;
