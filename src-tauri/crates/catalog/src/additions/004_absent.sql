-- Photos that the last look at all of their folder did not find, and that stay.
CREATE TABLE IF NOT EXISTS absent (
    photo_id    INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    in_question INTEGER NOT NULL CHECK (in_question IN (0, 1)) -- 1 where only the person knows whether they were deleted
) STRICT;
