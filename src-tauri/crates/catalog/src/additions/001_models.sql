-- A model that the person brought. Its file lies in the data directory under the name of its hash.
CREATE TABLE IF NOT EXISTS brought_model (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused: settings name models by it
    name        TEXT    NOT NULL UNIQUE,
    file        BLOB    NOT NULL CHECK (length(file) = 32), -- BLAKE3 of its bytes
    mean        TEXT,                              -- JSON, one value a channel; null where the file's own are used
    std         TEXT,
    description TEXT    NOT NULL,                  -- as the file has it, like the licence; empty where it has none
    licence     TEXT    NOT NULL,
    added_at    INTEGER NOT NULL,
    CHECK ((mean IS NULL) = (std IS NULL))
) STRICT;

-- Where a model's bands of similarity begin, measured on the library's own pictures.
CREATE TABLE IF NOT EXISTS calibration (
    model_id       INTEGER PRIMARY KEY REFERENCES model (id) ON DELETE CASCADE,
    near_identical REAL    NOT NULL,
    very_similar   REAL    NOT NULL,
    similar        REAL    NOT NULL,
    related        REAL    NOT NULL,
    pictures       INTEGER NOT NULL,               -- of how many
    measured_at    INTEGER NOT NULL
) STRICT;
