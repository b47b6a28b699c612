-- Scheme and person class are dated like state and division: a bill is decided by those of its service date.

CREATE TABLE person_event_20 (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  person_number TEXT NOT NULL REFERENCES person (person_number),
  -- 1 insurance state, 2 freeze, 3 end of a freeze, 4 transfer to another division, 5 death, 6 a recorded death was an error, 7 another scheme or person class
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 7),
  -- first day it holds; of a death the day of death, which is the last day of insurance
  from_date TEXT NOT NULL CHECK (from_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- last day of a freeze; null until it is ended
  to_date TEXT CHECK (to_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  state INTEGER CHECK (state BETWEEN 0 AND 4),
  state_before INTEGER CHECK (state_before BETWEEN 0 AND 4),
  division TEXT CHECK (length(division) = 6),
  division_before TEXT CHECK (length(division_before) = 6),
  scheme TEXT CHECK (length(scheme) > 0),
  scheme_before TEXT CHECK (length(scheme_before) > 0),
  person_class TEXT CHECK (length(person_class) > 0),
  person_class_before TEXT CHECK (length(person_class_before) > 0),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  changed_by TEXT NOT NULL CHECK (length(changed_by) > 0),
  changed_at_ms INTEGER NOT NULL,
  CHECK (to_date IS NULL OR (kind = 2 AND to_date >= from_date)),
  CHECK ((kind = 1) = (state IS NOT NULL)),
  CHECK ((kind = 1) = (state_before IS NOT NULL)),
  CHECK ((kind = 4) = (division IS NOT NULL)),
  CHECK ((kind = 4) = (division_before IS NOT NULL)),
  CHECK ((kind = 7) = (scheme IS NOT NULL AND scheme_before IS NOT NULL AND person_class IS NOT NULL AND person_class_before IS NOT NULL)),
  CHECK (kind = 7 OR coalesce(scheme, scheme_before, person_class, person_class_before) IS NULL)
) STRICT;

INSERT INTO person_event_20 (sequence, person_number, kind, from_date, to_date, state, state_before, division, division_before, reason, changed_by, changed_at_ms)
SELECT sequence, person_number, kind, from_date, to_date, state, state_before, division, division_before, reason, changed_by, changed_at_ms FROM person_event ORDER BY sequence;

DROP TABLE person_event;
ALTER TABLE person_event_20 RENAME TO person_event;

CREATE INDEX person_event_person ON person_event (person_number, sequence);

CREATE TRIGGER person_event_is_never_changed BEFORE UPDATE ON person_event
BEGIN
  SELECT RAISE(ABORT, 'what happened to a person is append-only');
END;

CREATE TRIGGER person_event_is_never_deleted BEFORE DELETE ON person_event
BEGIN
  SELECT RAISE(ABORT, 'what happened to a person is append-only');
END;
