//! Commands on photos: the timeline, details, and what a person does with photos outside the window.

use std::path::{Path, PathBuf};

use tauri::ipc::Response;
use tauri::{AppHandle, State, Window};

use std::sync::Arc;

use super::{language, with_library};
use crate::clipboard;
use crate::convert;
use crate::dialogs;
use crate::problem::{Result, ShellError};
use crate::session::Session;
use crate::wire::{Filter, Photo};

type OpenSession<'a> = State<'a, Arc<Session>>;

#[tauri::command]
pub(crate) async fn timeline(session: OpenSession<'_>, filter: Filter) -> Result<Response> {
    with_library(&session, move |library| {
        let photos = library.timeline(&convert::filter(filter)?)?;
        Ok(Response::new(convert::timeline(&photos)))
    })
    .await
}

#[tauri::command]
pub(crate) async fn photo(session: OpenSession<'_>, id: u32) -> Result<Photo> {
    with_library(&session, move |library| Ok(convert::photo(library.photo_details(id.into())?))).await
}

#[tauri::command]
pub(crate) async fn reveal(session: OpenSession<'_>, photos: Vec<u32>) -> Result<()> {
    with_library(&session, move |library| reveal_paths(&paths(library, &photos)?)).await
}

#[tauri::command]
pub(crate) async fn reveal_folder(session: OpenSession<'_>, id: u32) -> Result<()> {
    with_library(&session, move |library| open_path(&library.folder_path(id.into())?)).await
}

#[tauri::command]
pub(crate) async fn reveal_failure(session: OpenSession<'_>, key: String) -> Result<()> {
    with_library(&session, move |library| reveal_paths(&[library.failure_path(&key.parse()?)?])).await
}

#[tauri::command]
pub(crate) async fn reveal_data(session: OpenSession<'_>) -> Result<()> {
    with_library(&session, |library| open_path(&library.storage()?.path)).await
}

#[tauri::command]
pub(crate) async fn open(session: OpenSession<'_>, photo: u32) -> Result<()> {
    with_library(&session, move |library| open_path(&library.photo_path(photo.into())?)).await
}

#[tauri::command]
pub(crate) async fn copy_paths(session: OpenSession<'_>, photos: Vec<u32>) -> Result<()> {
    with_library(&session, move |library| {
        let paths = paths(library, &photos)?;
        let lines = paths.iter().map(|path| line(path)).collect::<Result<Vec<_>>>()?;
        clipboard::write_text(&lines.join("\n"))
    })
    .await
}

#[tauri::command]
pub(crate) async fn export_copies(
    app: AppHandle,
    window: Window,
    session: OpenSession<'_>,
    photos: Vec<u32>,
) -> Result<Option<u32>> {
    let language = language(&session).await?;
    let Some(folder) = dialogs::choose_export_folder(&app, &window, language.as_deref()).await? else {
        return Ok(None);
    };
    with_library(&session, move |library| {
        let ids: Vec<i64> = photos.into_iter().map(i64::from).collect();
        Ok(Some(library.export_copies(&ids, &folder)? as u32))
    })
    .await
}

/// A path as a line of text, for other programs. One that breaks lines would make several, and one that is no Unicode would
/// name another file.
fn line(path: &Path) -> Result<&str> {
    let breaks = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    let line = path.to_str().filter(|line| !line.contains(breaks));
    line.ok_or_else(|| ShellError::PathNotALine { path: path.into() }.into())
}

fn paths(library: &library::Library, photos: &[u32]) -> Result<Vec<PathBuf>> {
    photos.iter().map(|id| Ok(library.photo_path(i64::from(*id))?)).collect()
}

fn reveal_paths(paths: &[PathBuf]) -> Result<()> {
    tauri_plugin_opener::reveal_items_in_dir(paths).map_err(|error| open_failed(paths.first(), &error))
}

fn open_path(path: &Path) -> Result<()> {
    tauri_plugin_opener::open_path(path, None::<&str>)
        .map_err(|error| open_failed(Some(&path.to_path_buf()), &error))
}

fn open_failed(path: Option<&PathBuf>, error: &tauri_plugin_opener::Error) -> crate::wire::Problem {
    ShellError::OpenFailed { path: path.cloned().unwrap_or_default(), reason: error.to_string() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_that_is_one_line_is_copied() {
        assert_eq!(line(Path::new("/photos/Größe 1.jpg")).unwrap(), "/photos/Größe 1.jpg");
        for bad in [
            "/photos/a\n/etc/passwd",
            "/photos/a\r.jpg",
            "/a\u{2028}b.jpg",
            "/a\u{85}b",
            "/a\u{1B}[2J",
            "/a\0b",
        ] {
            assert_eq!(line(Path::new(bad)).unwrap_err().code, "path_not_a_line", "{bad:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_unicode_is_not_copied_as_another() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"/photos/caf\xe9.jpg"));
        assert_eq!(line(path).unwrap_err().code, "path_not_a_line");
    }
}
