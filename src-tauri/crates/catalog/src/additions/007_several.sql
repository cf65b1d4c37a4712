-- Pictures that are the first of several in their files: pages of a scan, frames of an animation.
CREATE TABLE IF NOT EXISTS several (
    content_id INTEGER PRIMARY KEY REFERENCES content (id) ON DELETE CASCADE
) STRICT;
