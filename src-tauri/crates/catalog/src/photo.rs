//! Queries on `photo`: files that hold pictures.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension};

use crate::path_bytes::{PathBytes, below};
use crate::{Placeholder, Result};

/// What a walk compares a file with: cheap to read, changed by every ordinary edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Modification time, nanoseconds since 1970 (before it: negative).
    pub modified_ns: i64,
}

/// What a file system keeps of a file and no program sets. It also changes where the bytes do not: with a name, a right, or
/// all at once when a file system numbers its files anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// The file's number on its file system, where it has one.
    pub number: Option<i64>,
    /// When anything of the file changed last, nanoseconds since 1970, where that is told.
    pub changed_ns: Option<i64>,
}

/// A drive as the library tells it from others. What the number says is the library's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DriveId(pub i64);

/// A photo as a walk compares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Row id.
    pub id: i64,
    /// Size and time when it was indexed.
    pub stamp: Stamp,
    /// Its mark then; none where a program indexed it that noted none.
    pub mark: Option<Mark>,
    /// The drive it was seen on, where the system tells.
    pub drive: Option<DriveId>,
    /// The picture it holds.
    pub content_id: i64,
}

/// Where a photo lies.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The folder's id.
    pub folder_id: i64,
    /// Relative to the folder.
    pub path: &'a Path,
    /// Size and time.
    pub stamp: Stamp,
    /// What the file system keeps of it.
    pub mark: Mark,
    /// The drive, where the system tells.
    pub drive: Option<DriveId>,
}

/// A photo's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Row id; stays the same when the file is moved or renamed.
    pub id: i64,
    /// The folder it lies in.
    pub folder_id: i64,
    /// The folder's path.
    pub folder: PathBuf,
    /// Absolute path.
    pub path: PathBuf,
    /// Size and time when it was indexed.
    pub stamp: Stamp,
    /// The drive it was seen on, where the system tells.
    pub drive: Option<DriveId>,
    /// The picture it holds.
    pub content_id: i64,
    /// Whether it, or its folder, was there when last looked at.
    pub online: bool,
}

/// What a list of all photos needs of each, without its path.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// Row id.
    pub id: i64,
    /// The picture it holds.
    pub content_id: i64,
    /// The folder it lies in.
    pub folder_id: i64,
    /// Modification time, nanoseconds since 1970.
    pub modified_ns: i64,
    /// Lower-case name of the file format.
    pub format: &'a str,
    /// Width of the upright picture in pixels.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// When it was taken, as in [`crate::content::Content`].
    pub captured_at: Option<&'a str>,
    /// Shown while the thumbnail is loaded.
    pub placeholder: Option<Placeholder>,
}

/// Calls `each` with every photo, in no order.
pub fn for_each_listed(connection: &Connection, mut each: impl FnMut(Listed<'_>)) -> Result<()> {
    let mut statement = connection.prepare_cached(LISTED)?;
    list(statement.query([])?, &mut each)
}

/// Calls `each` with every photo of a folder below `prefix`, in no order.
pub fn for_each_listed_below(
    connection: &Connection,
    folder_id: i64,
    prefix: &Path,
    mut each: impl FnMut(Listed<'_>),
) -> Result<()> {
    let (lower, upper) = below(prefix);
    let mut statement =
        connection.prepare_cached(&format!("{LISTED} WHERE folder_id = ?1 AND path >= ?2 AND path < ?3"))?;
    list(statement.query((folder_id, lower, upper))?, &mut each)
}

/// Calls `each` with the relative path of every photo of a folder below `prefix`, in their order.
pub fn for_each_path_below(
    connection: &Connection,
    folder_id: i64,
    prefix: &Path,
    mut each: impl FnMut(&Path),
) -> Result<()> {
    let (lower, upper) = below(prefix);
    let mut statement = connection.prepare_cached(
        "SELECT path FROM photo WHERE folder_id = ?1 AND path >= ?2 AND path < ?3 ORDER BY path",
    )?;
    let mut rows = statement.query((folder_id, lower, upper))?;
    while let Some(row) = rows.next()? {
        each(&row.get::<_, PathBytes<PathBuf>>(0)?.0);
    }
    Ok(())
}

const LISTED: &str = "SELECT photo.id, content_id, folder_id, modified_ns, format, width, height, captured_at, placeholder \
     FROM photo JOIN content ON content.id = content_id";

fn list(mut rows: rusqlite::Rows<'_>, each: &mut impl FnMut(Listed<'_>)) -> Result<()> {
    while let Some(row) = rows.next()? {
        each(Listed {
            id: row.get(0)?,
            content_id: row.get(1)?,
            folder_id: row.get(2)?,
            modified_ns: row.get(3)?,
            format: row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?,
            width: row.get(5)?,
            height: row.get(6)?,
            captured_at: row.get_ref(7)?.as_str_or_null().map_err(rusqlite::Error::from)?,
            placeholder: row.get(8)?,
        });
    }
    Ok(())
}

const SELECT: &str = "SELECT photo.id, folder_id, folder.path, photo.path, size, modified_ns, content_id, \
     state = 'online' AND NOT EXISTS (SELECT 1 FROM absent WHERE photo_id = photo.id), device \
     FROM photo JOIN folder ON folder.id = folder_id";

fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Photo> {
    let folder = row.get::<_, PathBytes<PathBuf>>(2)?.0;
    let relative = row.get::<_, PathBytes<PathBuf>>(3)?.0;
    Ok(Photo {
        id: row.get(0)?,
        folder_id: row.get(1)?,
        path: folder.join(relative),
        folder,
        stamp: Stamp { size: row.get::<_, i64>(4)? as u64, modified_ns: row.get(5)? },
        content_id: row.get(6)?,
        online: row.get(7)?,
        drive: drive(row, 8)?,
    })
}

/// The photo with this id.
pub fn by_id(connection: &Connection, id: i64) -> Result<Option<Photo>> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE photo.id = ?1"))?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// The photo at `path` in a folder.
pub fn by_path(connection: &Connection, folder_id: i64, path: &Path) -> Result<Option<Photo>> {
    let mut statement =
        connection.prepare_cached(&format!("{SELECT} WHERE folder_id = ?1 AND photo.path = ?2"))?;
    Ok(statement.query_row((folder_id, PathBytes(path)), from_row).optional()?)
}

/// The photos that hold a picture, oldest row first.
pub fn by_content(connection: &Connection, content_id: i64) -> Result<Vec<Photo>> {
    let mut statement =
        connection.prepare_cached(&format!("{SELECT} WHERE content_id = ?1 ORDER BY photo.id"))?;
    let photos = statement.query_map([content_id], from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(photos)
}

/// Pictures that two photos hold, or more: copies to the byte.
pub fn shared_contents(connection: &Connection) -> Result<Vec<i64>> {
    let mut statement =
        connection.prepare_cached("SELECT content_id FROM photo GROUP BY content_id HAVING count(*) > 1")?;
    let ids = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// Calls `each` with the relative path and the row of the photos of a folder at or below `prefix`.
pub fn for_each_row(
    connection: &Connection,
    folder_id: i64,
    prefix: &Path,
    mut each: impl FnMut(PathBuf, Row),
) -> Result<()> {
    let (lower, upper) = below(prefix);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {WALKED} WHERE folder_id = ?1 AND (path = ?2 OR (path >= ?3 AND path < ?4))"
    ))?;
    let mut rows = statement.query((folder_id, PathBytes(prefix), lower, upper))?;
    while let Some(row) = rows.next()? {
        let (path, photo) = walked(row)?;
        each(path, photo);
    }
    Ok(())
}

/// Up to `count` photos of a folder, with their relative paths, spread evenly over the order of these.
pub fn sample_of(connection: &Connection, folder_id: i64, count: usize) -> Result<Vec<(PathBuf, Row)>> {
    let all = count_in(connection, folder_id)?;
    let mut statement = connection
        .prepare_cached(&format!("SELECT {WALKED} WHERE folder_id = ?1 ORDER BY path LIMIT 1 OFFSET ?2"))?;
    let wanted = all.min(count as u64);
    let photos = (0..wanted).map(|nth| statement.query_row((folder_id, (nth * all / wanted) as i64), walked));
    Ok(photos.collect::<rusqlite::Result<_>>()?)
}

/// The columns of a photo as a walk compares it, and where they are from.
const WALKED: &str = "path, id, size, modified_ns, device, content_id, photo_id, number, changed_ns \
     FROM photo LEFT JOIN photo_mark ON photo_id = id";

fn walked(row: &rusqlite::Row<'_>) -> rusqlite::Result<(PathBuf, Row)> {
    let stamp = Stamp { size: row.get::<_, i64>(2)? as u64, modified_ns: row.get(3)? };
    let mark = row.get::<_, Option<i64>>(6)?.map(|_| mark(row, 7)).transpose()?;
    let photo = Row { id: row.get(1)?, stamp, mark, drive: drive(row, 4)?, content_id: row.get(5)? };
    Ok((row.get::<_, PathBytes<PathBuf>>(0)?.0, photo))
}

/// Adds the photo, or gives the one at this path its new stamp and picture. Returns its id.
pub fn upsert(connection: &Connection, place: Place<'_>, content_id: i64, now: i64) -> Result<i64> {
    let Place { folder_id, path, stamp, mark, drive } = place;
    let mut statement = connection.prepare_cached(
        "INSERT INTO photo (folder_id, path, size, modified_ns, device, content_id, added_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT (folder_id, path) DO UPDATE \
         SET size = ?3, modified_ns = ?4, device = ?5, content_id = ?6 \
         RETURNING id",
    )?;
    let (size, drive) = (stamp.size as i64, drive.map(|drive| drive.0));
    let row = (folder_id, PathBytes(path), size, stamp.modified_ns, drive, content_id, now);
    let id = statement.query_row(row, |row| row.get(0))?;
    set_mark(connection, id, mark)?;
    Ok(id)
}

/// Gives a photo that was moved or renamed its new place. Id and picture stay.
pub fn relocate(connection: &Connection, id: i64, place: Place<'_>) -> Result<()> {
    let Place { folder_id, path, stamp, mark, drive } = place;
    let (size, drive) = (stamp.size as i64, drive.map(|drive| drive.0));
    connection
        .prepare_cached(
            "UPDATE photo SET folder_id = ?2, path = ?3, size = ?4, modified_ns = ?5, device = ?6 WHERE id = ?1",
        )?
        .execute((id, folder_id, PathBytes(path), size, stamp.modified_ns, drive))?;
    set_mark(connection, id, mark)
}

/// Notes what the file system has of a photo whose bytes are as they were.
pub fn set_stamp(connection: &Connection, id: i64, stamp: Stamp, mark: Mark) -> Result<()> {
    let changed = connection
        .prepare_cached("UPDATE photo SET size = ?2, modified_ns = ?3 WHERE id = ?1")?
        .execute((id, stamp.size as i64, stamp.modified_ns))?;
    // It may be gone since it was looked at.
    if changed > 0 { set_mark(connection, id, mark) } else { Ok(()) }
}

fn set_mark(connection: &Connection, id: i64, mark: Mark) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO photo_mark (photo_id, number, changed_ns) VALUES (?1, ?2, ?3)",
        )?
        .execute((id, mark.number, mark.changed_ns))?;
    Ok(())
}

/// Notes the drive that a photo is on now.
pub fn set_drive(connection: &Connection, id: i64, drive: Option<DriveId>) -> Result<()> {
    connection
        .prepare_cached("UPDATE photo SET device = ?2 WHERE id = ?1")?
        .execute((id, drive.map(|drive| drive.0)))?;
    Ok(())
}

/// Notes that what was one drive to photos of a folder is another one now.
pub fn rename_drive(
    connection: &Connection,
    folder_id: i64,
    before: Option<DriveId>,
    now: Option<DriveId>,
) -> Result<()> {
    let [before, now] = [before, now].map(|drive| drive.map(|drive| drive.0));
    connection
        .prepare_cached("UPDATE photo SET device = ?3 WHERE folder_id = ?1 AND device IS ?2")?
        .execute((folder_id, before, now))?;
    Ok(())
}

/// All drives that photos were seen on.
pub fn drives(connection: &Connection) -> Result<Vec<DriveId>> {
    let mut statement =
        connection.prepare_cached("SELECT DISTINCT device FROM photo WHERE device IS NOT NULL")?;
    let drives = statement.query_map([], |row| row.get(0).map(DriveId))?;
    Ok(drives.collect::<rusqlite::Result<_>>()?)
}

/// The mark in two columns, of which this is the first.
pub(crate) fn mark(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Mark> {
    Ok(Mark { number: row.get(column)?, changed_ns: row.get(column + 1)? })
}

fn drive(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Option<DriveId>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(DriveId))
}

/// Drops a photo's row. Its picture stays until collected.
pub fn delete(connection: &Connection, id: i64) -> Result<()> {
    connection.prepare_cached("DELETE FROM photo WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// How many photos each folder has that has any, by the folder's id.
pub fn count_by_folder(connection: &Connection) -> Result<HashMap<i64, u64>> {
    let mut statement =
        connection.prepare_cached("SELECT folder_id, count(*) FROM photo GROUP BY folder_id")?;
    let counts = statement
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(counts)
}

/// How many photos are of each file format, most first.
pub fn count_by_format(connection: &Connection) -> Result<Vec<(String, u64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT format, count(*) FROM photo JOIN content ON content.id = content_id \
         GROUP BY format ORDER BY count(*) DESC, format",
    )?;
    let counts = statement
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(counts)
}

/// How many photos have a vector of the whole picture of this model.
pub fn count_embedded(connection: &Connection, model_id: i64) -> Result<u64> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*) FROM photo JOIN embedding ON embedding.content_id = photo.content_id \
         WHERE embedding.model_id = ?1 AND embedding.x IS NULL",
    )?;
    let count: i64 = statement.query_row([model_id], |row| row.get(0))?;
    Ok(count as u64)
}

/// How many photos a folder has.
pub fn count_in(connection: &Connection, folder_id: i64) -> Result<u64> {
    let mut statement = connection.prepare_cached("SELECT count(*) FROM photo WHERE folder_id = ?1")?;
    let count: i64 = statement.query_row([folder_id], |row| row.get(0))?;
    Ok(count as u64)
}

/// Paths of up to `count` photos in folders that are there, spread evenly over the order of ids.
pub fn sample(connection: &Connection, count: usize) -> Result<Vec<PathBuf>> {
    let mut statement = connection.prepare_cached(
        "SELECT folder.path, numbered.path FROM ( \
             SELECT folder_id, path, id, row_number() OVER (ORDER BY id) - 1 AS position, count(*) OVER () AS total \
             FROM photo WHERE folder_id IN (SELECT id FROM folder WHERE state = 'online') \
             AND NOT EXISTS (SELECT 1 FROM absent WHERE photo_id = photo.id)) AS numbered \
         JOIN folder ON folder.id = folder_id \
         WHERE position * ?1 % total < ?1 ORDER BY numbered.id LIMIT ?1",
    )?;
    let paths = statement
        .query_map([count as i64], |row| {
            let folder = row.get::<_, PathBytes<PathBuf>>(0)?.0;
            Ok(folder.join(row.get::<_, PathBytes<PathBuf>>(1)?.0))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(paths)
}
