-- Of how many attempts nothing proves that the peer has not received them: one under way, those cut short, those whose end nobody recorded. A peer's door that
-- turns a request away ends it when there is no other. Of requests older than the column nobody knows: they count as received once.
ALTER TABLE outbound ADD COLUMN perhaps_received INTEGER NOT NULL DEFAULT 1 CHECK (perhaps_received >= 0);
ALTER TABLE filing_request ADD COLUMN perhaps_received INTEGER NOT NULL DEFAULT 1 CHECK (perhaps_received >= 0);
UPDATE outbound SET perhaps_received = 0 WHERE state = 1 AND attempted_at_ms IS NULL;

-- Of the last attempt; null while none was made. Of requests older than the column it is not known and they count as sent.
ALTER TABLE filing_request ADD COLUMN attempted_at_ms INTEGER CHECK (attempted_at_ms > 0);
UPDATE filing_request SET attempted_at_ms = prepared_at_ms WHERE state IN (1, 4);
