-- One small JPEG per picture, by the hash of the original's bytes.
CREATE TABLE thumbnail (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    jpeg BLOB NOT NULL
) STRICT;
