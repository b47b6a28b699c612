-- What a benefit policy needs to know of a bill, and which policy decided it.

-- M...: the chronic disease an outpatient visit is for; null for every other visit
ALTER TABLE insured_visit ADD COLUMN chronic_disease TEXT CHECK (chronic_disease GLOB 'M[0-9][0-9][0-9][0-9][0-9]');

-- of the policy file that decided; unknown of settlements from before it was kept
ALTER TABLE insured_settlement ADD COLUMN policy_hash TEXT REFERENCES benefit_policy (hash);
