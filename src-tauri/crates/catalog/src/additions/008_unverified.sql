-- Pairs whose thumbnails agree and that are copies only if the pictures themselves do, which were out of reach.
CREATE TABLE IF NOT EXISTS unverified (
    model_id INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    one      INTEGER NOT NULL REFERENCES content (id) ON DELETE CASCADE,
    other    INTEGER NOT NULL REFERENCES content (id) ON DELETE CASCADE,
    PRIMARY KEY (model_id, one, other),
    CHECK (one < other)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unverified_one ON unverified (one);
CREATE INDEX IF NOT EXISTS unverified_other ON unverified (other);
