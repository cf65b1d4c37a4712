-- Tells this catalog from any other, a copy restored from a backup and gone on since included: caches name it.
CREATE TABLE catalog (
    id TEXT NOT NULL
) STRICT;
INSERT INTO catalog (id) VALUES (lower(hex(randomblob(16))));

-- A folder the person added. Its photos stay when it is offline.
CREATE TABLE folder (
    id           INTEGER PRIMARY KEY,
    path         BLOB    NOT NULL UNIQUE,          -- absolute, as the system spells it
    state        TEXT    NOT NULL DEFAULT 'online' CHECK (state IN ('online', 'offline')),
    added_at     INTEGER NOT NULL,                 -- Unix time in milliseconds, like every *_at below
    last_seen_at INTEGER
) STRICT;

-- What a vector was made with. Vectors of different models are never compared.
CREATE TABLE model (
    id        INTEGER PRIMARY KEY,
    identity  TEXT    NOT NULL UNIQUE,             -- model hash and preprocessing version
    name      TEXT    NOT NULL,
    dimension INTEGER NOT NULL CHECK (dimension > 0)
) STRICT;

-- A picture, by the hash of its bytes. Exact copies share one row, and with it embedding and thumbnail.
CREATE TABLE content (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused: an update may hold on to one
    hash        BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    format      TEXT    NOT NULL,
    width       INTEGER NOT NULL,                  -- upright pixels
    height      INTEGER NOT NULL,
    captured_at TEXT                               -- local time without zone, as cameras write it
) STRICT;

-- A file that holds a picture.
CREATE TABLE photo (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused: the window holds on to ids
    folder_id   INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    path        BLOB    NOT NULL,                  -- relative to the folder
    size        INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    device      INTEGER,                           -- the file system it was seen on, where the system tells
    content_id  INTEGER NOT NULL REFERENCES content (id),
    added_at    INTEGER NOT NULL,
    UNIQUE (folder_id, path)
) STRICT;
CREATE INDEX photo_content ON photo (content_id);

-- A vector of a picture, or of a region of it. Ids are never reused: the vector index is checked against them.
CREATE TABLE embedding (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    content_id INTEGER NOT NULL REFERENCES content (id) ON DELETE CASCADE,
    model_id   INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    x          INTEGER,                            -- region in upright pixels; all four null for the whole picture
    y          INTEGER,
    width      INTEGER,
    height     INTEGER,
    vector     BLOB    NOT NULL,                   -- int8, one byte a dimension
    CHECK ((x IS NULL) = (y IS NULL) AND (x IS NULL) = (width IS NULL) AND (x IS NULL) = (height IS NULL))
) STRICT;
CREATE INDEX embedding_content ON embedding (content_id, model_id);
CREATE UNIQUE INDEX embedding_whole ON embedding (model_id, content_id) WHERE x IS NULL;

-- A file that could not be read as a picture. Tried again only when size or time change.
CREATE TABLE failure (
    folder_id   INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    path        BLOB    NOT NULL,
    size        INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    code        TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    failed_at   INTEGER NOT NULL,
    PRIMARY KEY (folder_id, path)
) STRICT, WITHOUT ROWID;
