-- What the person chose, as the programs over the library write it.
CREATE TABLE setting (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- ThumbHash of the picture, zeros after its end; null in pictures indexed before there were any.
ALTER TABLE content ADD COLUMN placeholder BLOB CHECK (length(placeholder) = 25);

-- 1 while everything made from the picture is to be made anew.
ALTER TABLE content ADD COLUMN outdated INTEGER NOT NULL DEFAULT 0 CHECK (outdated IN (0, 1));
