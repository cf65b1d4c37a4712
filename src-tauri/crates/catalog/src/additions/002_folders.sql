-- Folders of which it was said whether their photos are embedded in parts, too. The others are as the library is.
CREATE TABLE IF NOT EXISTS folder_regions (
    folder_id   INTEGER PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
    looked_into INTEGER NOT NULL CHECK (looked_into IN (0, 1))
) STRICT;
