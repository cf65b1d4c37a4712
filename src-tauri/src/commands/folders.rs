//! Commands on the library as a whole: folders, failures, background work.

use std::path::PathBuf;
use std::sync::Arc;

use library::Library;
use tauri::{AppHandle, State, Window};

use super::{blocking, language, with_library};
use crate::dialogs;
use crate::problem::Result;
use crate::session::Session;
use crate::wire::{Activity, Damaged, Exclusion, Failure, Overview, Storage, Subfolder};

type OpenSession<'a> = State<'a, Arc<Session>>;

#[tauri::command]
pub(crate) async fn overview(session: OpenSession<'_>) -> Result<Overview> {
    let progress = session.progress();
    with_library(&session, move |library| Ok(Overview::of(library.overview()?, &progress))).await
}

#[tauri::command]
pub(crate) async fn subfolders(
    session: OpenSession<'_>,
    folder: u32,
    within: Option<String>,
) -> Result<Vec<Subfolder>> {
    with_library(&session, move |library| {
        let within = within.map(|key| key.parse()).transpose()?;
        Ok(library.subfolders(folder.into(), within.as_ref())?.into_iter().map(Into::into).collect())
    })
    .await
}

#[tauri::command]
pub(crate) async fn activity(session: OpenSession<'_>) -> Result<Activity> {
    Ok(session.progress().activity())
}

#[tauri::command]
pub(crate) async fn failures(session: OpenSession<'_>) -> Result<Vec<Failure>> {
    with_library(&session, |library| Ok(library.failures()?.into_iter().map(Into::into).collect())).await
}

#[tauri::command]
pub(crate) async fn damaged(session: OpenSession<'_>) -> Result<Vec<Damaged>> {
    with_library(&session, |library| Ok(library.damaged_photos()?.iter().map(Into::into).collect())).await
}

#[tauri::command]
pub(crate) async fn retry_failures(session: OpenSession<'_>) -> Result<()> {
    changing(&session, |library| Ok(library.retry_failures()?)).await
}

#[tauri::command]
pub(crate) async fn choose_folders(
    app: AppHandle,
    window: Window,
    session: OpenSession<'_>,
) -> Result<Vec<String>> {
    let language = language(&session).await?;
    let chosen = dialogs::choose_folders(&app, &window, language.as_deref()).await?;
    add_folders(&session, chosen).await
}

/// Like [`with_library`], for what changes the library; the window hears of it at once.
async fn changing<T: Send + 'static>(
    session: &Arc<Session>,
    work: impl FnOnce(&Library) -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = with_library(session, work).await;
    session.tell_changed()?;
    done
}

async fn add_folders(session: &Arc<Session>, folders: Vec<PathBuf>) -> Result<Vec<String>> {
    changing(session, move |library| {
        folders
            .iter()
            .map(|folder| {
                library.add_folder(folder)?;
                Ok(library::shown_name(folder))
            })
            .collect()
    })
    .await
}

/// Takes the person's word that a folder was renamed.
#[tauri::command]
pub(crate) async fn follow_folder(session: OpenSession<'_>, id: u32) -> Result<()> {
    changing(&session, move |library| Ok(library.follow_folder(id.into()).map(drop)?)).await
}

#[tauri::command]
pub(crate) async fn remove_folder(session: OpenSession<'_>, id: u32) -> Result<()> {
    changing(&session, move |library| Ok(library.remove_folder_by_id(id.into())?)).await
}

/// Takes the person's word that photos of a folder that are not there were deleted.
#[tauri::command]
pub(crate) async fn confirm_removed(session: OpenSession<'_>, id: u32) -> Result<()> {
    changing(&session, move |library| {
        library.confirm_removed_by_id(id.into(), &mut |_| {})?;
        Ok(())
    })
    .await
}

#[tauri::command]
pub(crate) async fn look_inside_folder(session: OpenSession<'_>, id: u32, on: bool) -> Result<()> {
    changing(&session, move |library| Ok(library.look_inside_folder(id.into(), on)?)).await
}

#[tauri::command]
pub(crate) async fn exclusions(session: OpenSession<'_>) -> Result<Vec<Exclusion>> {
    with_library(&session, |library| Ok(Exclusion::all(library.exclusions()?))).await
}

#[tauri::command]
pub(crate) async fn exclude(session: OpenSession<'_>, pattern: String) -> Result<()> {
    changing(&session, move |library| Ok(library.exclude(&pattern)?)).await
}

#[tauri::command]
pub(crate) async fn include(session: OpenSession<'_>, pattern: String) -> Result<()> {
    changing(&session, move |library| Ok(library.include(&pattern)?)).await
}

#[tauri::command]
pub(crate) async fn pause(session: OpenSession<'_>) -> Result<()> {
    let session = Arc::clone(&session);
    blocking(move || session.set_paused(true)).await
}

#[tauri::command]
pub(crate) async fn resume(session: OpenSession<'_>) -> Result<()> {
    let session = Arc::clone(&session);
    blocking(move || session.set_paused(false)).await
}

#[tauri::command]
pub(crate) async fn storage(session: OpenSession<'_>) -> Result<Storage> {
    with_library(&session, |library| Ok((&library.storage()?).into())).await
}

#[tauri::command]
pub(crate) async fn rebuild(session: OpenSession<'_>) -> Result<()> {
    with_library(&session, |library| Ok(library.rebuild()?)).await
}

#[tauri::command]
pub(crate) async fn forget_everything(session: OpenSession<'_>) -> Result<()> {
    changing(&session, |library| Ok(library.forget_everything()?)).await
}
