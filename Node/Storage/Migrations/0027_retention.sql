-- Sealed bytes of closed years move to archive files; what stays in their column is where they are: x'02', file, row, digest. See Storage/ArchivedValue.

-- The files in the data folder's archive/, each written once.
CREATE TABLE archive_file (
  number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 999999),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  byte_count INTEGER NOT NULL CHECK (byte_count > 0),
  value_count INTEGER NOT NULL CHECK (value_count > 0),
  written_at_ms INTEGER NOT NULL,
  -- 1 written, without its name yet; 2 in its place, values are being replaced; 3 every value is replaced
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3)
) STRICT;

CREATE UNIQUE INDEX archive_file_unfinished ON archive_file (state < 3) WHERE state < 3;

CREATE TRIGGER archive_file_is_never_changed BEFORE UPDATE ON archive_file
WHEN NOT (NEW.number = OLD.number AND NEW.sha256 = OLD.sha256 AND NEW.byte_count = OLD.byte_count AND NEW.value_count = OLD.value_count
  AND NEW.written_at_ms = OLD.written_at_ms AND NEW.state = OLD.state + 1)
BEGIN
  SELECT RAISE(ABORT, 'an archive file is never changed');
END;

CREATE TRIGGER archive_file_is_never_deleted BEFORE DELETE ON archive_file WHEN OLD.state > 1
BEGIN
  SELECT RAISE(ABORT, 'an archive file in its place is never given up');
END;

-- Closed years of which nothing is left to move.
CREATE TABLE archive_period (
  -- 0 requests of hospitals, with every partner; otherwise as in clearing_year
  side INTEGER NOT NULL CHECK (side BETWEEN 0 AND 2),
  partner TEXT NOT NULL CHECK ((side = 0) = (partner = '')),
  year INTEGER NOT NULL CHECK (year BETWEEN 2000 AND 2999),
  archived_at_ms INTEGER NOT NULL,
  PRIMARY KEY (side, partner, year)
) STRICT, WITHOUT ROWID;

-- A committed reply, an answered request and what hospitals asked stay what they are: sealed bytes may only give way to their place in the file that is
-- being filled in.
DROP TRIGGER inbox_is_never_changed;
CREATE TRIGGER inbox_is_never_changed BEFORE UPDATE ON inbox
WHEN NOT (NEW.rowid = OLD.rowid AND NEW.transaction_id = OLD.transaction_id AND NEW.sender = OLD.sender AND NEW.method = OLD.method
  AND NEW.content_hash = OLD.content_hash AND NEW.received_at_ms = OLD.received_at_ms AND (NEW.request = OLD.request) + (NEW.reply = OLD.reply) = 1
  AND (NEW.request = OLD.request OR (substr(OLD.request, 1, 1) = x'01' AND length(NEW.request) = 29 AND substr(NEW.request, 1, 1) = x'02'
    AND EXISTS (SELECT 1 FROM archive_file WHERE state = 2 AND printf('%08X', number) = hex(substr(NEW.request, 2, 4)))))
  AND (NEW.reply = OLD.reply OR (substr(OLD.reply, 1, 1) = x'01' AND length(NEW.reply) = 29 AND substr(NEW.reply, 1, 1) = x'02'
    AND EXISTS (SELECT 1 FROM archive_file WHERE state = 2 AND printf('%08X', number) = hex(substr(NEW.reply, 2, 4))))))
BEGIN
  SELECT RAISE(ABORT, 'a committed reply is never changed');
END;

DROP TRIGGER outbound_request_is_never_changed;
CREATE TRIGGER outbound_request_is_never_changed BEFORE UPDATE OF transaction_id, peer, kind, visit_id, service, method, request, original_id ON outbound
WHEN NOT (NEW.transaction_id = OLD.transaction_id AND NEW.peer = OLD.peer AND NEW.kind = OLD.kind AND NEW.visit_id = OLD.visit_id AND NEW.service = OLD.service
  AND NEW.method = OLD.method AND NEW.original_id IS OLD.original_id AND OLD.state IN (2, 3, 5)
  AND substr(OLD.request, 1, 1) = x'01' AND length(NEW.request) = 29 AND substr(NEW.request, 1, 1) = x'02'
  AND EXISTS (SELECT 1 FROM archive_file WHERE state = 2 AND printf('%08X', number) = hex(substr(NEW.request, 2, 4))))
BEGIN
  SELECT RAISE(ABORT, 'a stored request is never changed');
END;

DROP TRIGGER outbound_answer_is_final;
CREATE TRIGGER outbound_answer_is_final BEFORE UPDATE ON outbound WHEN OLD.state IN (2, 3, 5)
AND NOT (NEW.rowid = OLD.rowid AND NEW.state = OLD.state AND NEW.attempts = OLD.attempts AND NEW.prepared_at_ms = OLD.prepared_at_ms
  AND NEW.next_attempt_at_ms = OLD.next_attempt_at_ms AND NEW.answered_at_ms = OLD.answered_at_ms AND NEW.last_error IS OLD.last_error
  AND NEW.leased_by IS OLD.leased_by AND NEW.leased_until_ms IS OLD.leased_until_ms AND NEW.attempted_at_ms IS OLD.attempted_at_ms
  AND (NEW.request = OLD.request) + (NEW.reply IS OLD.reply) = 1
  AND (NEW.reply IS OLD.reply OR (substr(OLD.reply, 1, 1) = x'01' AND length(NEW.reply) = 29 AND substr(NEW.reply, 1, 1) = x'02'
    AND EXISTS (SELECT 1 FROM archive_file WHERE state = 2 AND printf('%08X', number) = hex(substr(NEW.reply, 2, 4))))))
BEGIN
  SELECT RAISE(ABORT, 'an answered request is never changed');
END;
