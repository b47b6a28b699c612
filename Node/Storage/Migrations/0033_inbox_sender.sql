-- What one peer has asked for is found without looking at what all others have: its newest requests at each start of a node, all of them by a restored one, those of a
-- closed year by the archive. The row id, by which they are in order, stands in every index.

CREATE INDEX inbox_sender ON inbox (sender);
