-- What is deducted for one row over all statements, asked for every row of a dispute and of a proposal.
CREATE INDEX clearing_deduction_row ON clearing_deduction (row_transaction_id);
