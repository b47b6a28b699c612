-- Visits beyond ordinary stays: outpatient visits, and stays that are settled in parts.

-- M...: the chronic disease an outpatient visit is for; null for every other visit
ALTER TABLE treatment_visit ADD COLUMN chronic_disease TEXT CHECK (chronic_disease GLOB 'M[0-9][0-9][0-9][0-9][0-9]');
