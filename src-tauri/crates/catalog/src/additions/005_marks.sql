-- What a file system keeps of a file and no program sets: where it changed, the bytes may have changed, too.
CREATE TABLE IF NOT EXISTS photo_mark (
    photo_id   INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    number     INTEGER,                            -- the file's on its file system; null where it has none
    changed_ns INTEGER                             -- when anything of the file changed last; null where that is not told
) STRICT;
CREATE TABLE IF NOT EXISTS failure_mark (
    folder_id  INTEGER NOT NULL,
    path       BLOB    NOT NULL,
    number     INTEGER,
    changed_ns INTEGER,
    PRIMARY KEY (folder_id, path),
    FOREIGN KEY (folder_id, path) REFERENCES failure (folder_id, path) ON DELETE CASCADE ON UPDATE CASCADE
) STRICT, WITHOUT ROWID;
