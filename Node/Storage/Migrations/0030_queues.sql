-- What waits is found without looking at all there ever was.

-- Each peer has its own queue of transfers, beside which those of a peer that is away do not matter. A complete one is due to nobody and is left as it is.
ALTER TABLE fee_transfer ADD COLUMN peer TEXT;

UPDATE fee_transfer SET peer = (SELECT s.insured_province FROM treatment_settlement s WHERE s.settlement_number = fee_transfer.settlement_number) WHERE state <> 3;

DROP INDEX fee_transfer_due;

CREATE INDEX fee_transfer_due ON fee_transfer (peer, next_attempt_at_ms) WHERE state IN (1, 2);

-- Complete transfers that the line audit has not been through.
CREATE TABLE line_audit_owed (
  transfer_id INTEGER PRIMARY KEY REFERENCES insured_detail_transfer (id)
) STRICT;

INSERT INTO line_audit_owed (transfer_id) SELECT id FROM insured_detail_transfer WHERE state = 2 AND id NOT IN (SELECT transfer_id FROM line_audit_run);

CREATE TRIGGER line_audit_is_owed_at_once AFTER INSERT ON insured_detail_transfer WHEN NEW.state = 2
BEGIN
  INSERT OR IGNORE INTO line_audit_owed (transfer_id) VALUES (NEW.id);
END;

CREATE TRIGGER line_audit_is_owed AFTER UPDATE OF state ON insured_detail_transfer WHEN NEW.state = 2 AND OLD.state <> 2
BEGIN
  INSERT OR IGNORE INTO line_audit_owed (transfer_id) VALUES (NEW.id);
END;

CREATE TRIGGER line_audit_is_done AFTER INSERT ON line_audit_run
BEGIN
  DELETE FROM line_audit_owed WHERE transfer_id = NEW.transfer_id;
END;
