-- Which restored backup a recovery answers to. One that was restored later and holds a recovery unfinished begins it anew: what had been asked and
-- served by then was of other data.
ALTER TABLE recovery ADD COLUMN restoration_id INTEGER REFERENCES restoration (id);
