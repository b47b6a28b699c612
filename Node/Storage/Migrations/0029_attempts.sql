-- A request without the time of an attempt was never sent, and its first attempt is not counted a second time. Of those older than the column nobody knows:
-- they count as sent.
UPDATE outbound SET attempted_at_ms = prepared_at_ms WHERE attempted_at_ms IS NULL AND state IN (1, 4);
