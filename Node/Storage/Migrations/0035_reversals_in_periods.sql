-- What an operator reverses counts in the business period of what it reverses, from this release on. In periods that are open that is made good here; what was
-- closed before stays as the hospital closed it.
INSERT INTO period_transaction (transaction_id, period_number)
SELECT a.reversal_id, p.period_number FROM transaction_act a JOIN period_transaction p USING (transaction_id) JOIN business_period b USING (period_number)
WHERE a.act = 3 AND a.reversal_id IS NOT NULL AND b.closed_at_ms IS NULL AND NOT EXISTS (SELECT 1 FROM period_transaction r WHERE r.transaction_id = a.reversal_id);
