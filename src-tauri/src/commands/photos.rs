//! Commands on photos: the timeline, details, and what a person does with photos outside the window.

use std::path::{Path, PathBuf};

use library::PathList;
use tauri::ipc::Response;
use tauri::{AppHandle, State, Window};

use std::sync::Arc;

use super::{language, with_library};
use crate::clipboard;
use crate::dialogs;
use crate::foreign::ForeignImages;
use crate::problem::{Result, ShellError};
use crate::session::Session;
use crate::wire::{self, Filter, ImageRef, Photo, Shot, Written};

type OpenSession<'a> = State<'a, Arc<Session>>;

#[tauri::command]
pub(crate) async fn timeline(session: OpenSession<'_>, filter: Filter) -> Result<Response> {
    with_library(&session, move |library| {
        let photos = library.timeline(&filter.try_into()?)?;
        Ok(Response::new(wire::timeline(&photos)))
    })
    .await
}

#[tauri::command]
pub(crate) async fn photo(session: OpenSession<'_>, id: u32) -> Result<Photo> {
    with_library(&session, move |library| Ok(library.photo_details(id.into())?.into())).await
}

#[tauri::command]
pub(crate) async fn shot(
    session: OpenSession<'_>,
    foreign: State<'_, Arc<ForeignImages>>,
    image: ImageRef,
) -> Result<Shot> {
    let foreign = Arc::clone(&foreign);
    with_library(&session, move |library| Ok(library.shot(&image.source(&foreign)?)?)).await
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
pub(crate) async fn copy_paths(session: OpenSession<'_>, photos: Vec<u32>) -> Result<Written> {
    with_library(&session, move |library| copy(&paths(library, &photos)?, 0)).await
}

/// Puts paths on the clipboard, one a line; what was there stays when none can be.
pub(super) fn copy(paths: &[PathBuf], out_of_reach: u64) -> Result<Written> {
    let (text, refused) = PathList::text(paths.iter().map(PathBuf::as_path));
    if !text.is_empty() {
        clipboard::write_text(&text)?;
    }
    Ok(Written::of((paths.len() - refused.len()) as u64, &refused, out_of_reach))
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

fn open_failed(path: Option<&PathBuf>, error: &tauri_plugin_opener::Error) -> wire::Problem {
    ShellError::OpenFailed { path: path.cloned().unwrap_or_default(), reason: error.to_string() }.into()
}
