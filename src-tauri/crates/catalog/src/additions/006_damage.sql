-- Pictures of which a part is missing, as their files are damaged or end too early.
CREATE TABLE IF NOT EXISTS damage (
    content_id INTEGER PRIMARY KEY REFERENCES content (id) ON DELETE CASCADE,
    missing    INTEGER NOT NULL CHECK (missing BETWEEN 1 AND 1000) -- of a thousand parts
) STRICT;
