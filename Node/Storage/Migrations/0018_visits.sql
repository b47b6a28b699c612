-- Visits beyond ordinary stays: outpatient visits, and stays that are settled in parts.

-- M...: the chronic disease an outpatient visit is for; null for every other visit
ALTER TABLE treatment_visit ADD COLUMN chronic_disease TEXT CHECK (chronic_disease GLOB 'M[0-9][0-9][0-9][0-9][0-9]');

-- 1: a part of a stay that went on
ALTER TABLE insured_settlement ADD COLUMN interim INTEGER NOT NULL DEFAULT 0 CHECK (interim IN (0, 1));
-- what it adds to the settlements a year counts: a stay counts once, with the first of its settlements
ALTER TABLE insured_settlement ADD COLUMN admissions INTEGER NOT NULL DEFAULT 1 CHECK (admissions IN (0, 1));

DROP INDEX insured_settlement_standing;
CREATE UNIQUE INDEX insured_settlement_standing ON insured_settlement (visit_number) WHERE state = 1 AND interim = 0;
CREATE INDEX insured_settlement_visit ON insured_settlement (visit_number);

ALTER TABLE treatment_settlement ADD COLUMN interim INTEGER NOT NULL DEFAULT 0 CHECK (interim IN (0, 1));
-- the visit's when the settlement was made or restored; the lines behind it are those until it is undone
ALTER TABLE treatment_settlement ADD COLUMN fee_version INTEGER;

UPDATE treatment_settlement SET fee_version = (SELECT v.fee_version FROM treatment_visit v WHERE v.id = visit_id) WHERE state = 1;

DROP INDEX treatment_settlement_standing;
CREATE UNIQUE INDEX treatment_settlement_standing ON treatment_settlement (visit_id) WHERE state = 1 AND interim = 0;
CREATE INDEX treatment_settlement_visit ON treatment_settlement (visit_id);

-- the standing settlement that settled the line; null while none has
ALTER TABLE fee_line ADD COLUMN settlement_number TEXT REFERENCES treatment_settlement (settlement_number) CHECK (settlement_number IS NULL OR state = 1);

UPDATE fee_line SET settlement_number = s.settlement_number FROM treatment_settlement s WHERE s.visit_id = fee_line.visit_id AND s.state = 1 AND fee_line.state = 1;

CREATE INDEX fee_line_settlement ON fee_line (settlement_number) WHERE settlement_number IS NOT NULL;
