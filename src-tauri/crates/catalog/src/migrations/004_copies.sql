-- By what copies of a picture are recognised that were edited. Made of its thumbnail, and again when the way changes.
CREATE TABLE print (
    content_id INTEGER PRIMARY KEY REFERENCES content (id) ON DELETE CASCADE,
    version    INTEGER NOT NULL,                   -- how levels and hash are made
    hash       INTEGER,                            -- of the levels, 64 bits; null where they show next to nothing
    sharpness  REAL    NOT NULL,
    levels     BLOB    NOT NULL
) STRICT;
CREATE INDEX print_hash ON print (version, content_id, hash);

-- Pictures that were compared with all others that were there then, by their vectors of a model.
CREATE TABLE compared (
    model_id   INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    content_id INTEGER NOT NULL REFERENCES content (id) ON DELETE CASCADE,
    version    INTEGER NOT NULL,                   -- how pictures are compared
    PRIMARY KEY (model_id, content_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX compared_content ON compared (content_id);

-- What was found so: two pictures that are copies of each other, the smaller id first.
CREATE TABLE copy (
    model_id   INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    one        INTEGER NOT NULL REFERENCES content (id) ON DELETE CASCADE,
    other      INTEGER NOT NULL REFERENCES content (id) ON DELETE CASCADE,
    similarity REAL    NOT NULL,
    PRIMARY KEY (model_id, one, other),
    CHECK (one < other)
) STRICT, WITHOUT ROWID;
CREATE INDEX copy_one ON copy (one);
CREATE INDEX copy_other ON copy (other);
