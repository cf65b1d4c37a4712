-- Says that a picture has vectors of regions (rows of `embedding`), and holds what they are searched by.
CREATE TABLE tiling (
    content_id INTEGER NOT NULL REFERENCES content (id) ON DELETE CASCADE,
    model_id   INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    version    INTEGER NOT NULL,                   -- how pictures are cut and codes are made
    codes      BLOB    NOT NULL,                   -- those of the regions' vectors, in the order of their ids
    PRIMARY KEY (model_id, content_id)
) STRICT; -- with rowids: rows of a kilobyte would each fill a page of their own without
