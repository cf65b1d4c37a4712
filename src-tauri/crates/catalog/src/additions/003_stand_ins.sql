-- Pictures whose vector of a model was made of their thumbnail, as their files were away when the model took over.
CREATE TABLE IF NOT EXISTS stand_in (
    model_id   INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    content_id INTEGER NOT NULL REFERENCES content (id) ON DELETE CASCADE,
    PRIMARY KEY (model_id, content_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS stand_in_content ON stand_in (content_id);
