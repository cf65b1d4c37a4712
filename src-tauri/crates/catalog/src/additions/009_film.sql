-- Pictures whose files also hold a film of the moment, as motion photos do, or another view of it.
CREATE TABLE IF NOT EXISTS film (
    content_id INTEGER PRIMARY KEY REFERENCES content (id) ON DELETE CASCADE
) STRICT;
