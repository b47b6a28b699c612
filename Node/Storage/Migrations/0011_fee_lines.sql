-- The lines of a visit are found by fee_line_standing, which begins with the visit as well; what is read in order is one visit's, and sorted in no time.
-- Every index is one more place to write for each of the thousands of lines of an upload.
DROP INDEX fee_line_order;
