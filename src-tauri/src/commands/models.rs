//! Commands on models: which there are, which one answers, bringing another.

use std::path::PathBuf;
use std::sync::Arc;

use library::Import;
use parking_lot::Mutex;
use tauri::{AppHandle, State, Window};

use super::{blocking, language, with_library};
use crate::dialogs;
use crate::problem::Result;
use crate::session::Session;
use crate::wire::{Model, Normalization};

type OpenSession<'a> = State<'a, Arc<Session>>;

/// The model file that was chosen last: the window never names a file.
#[derive(Debug, Default)]
pub(crate) struct ChosenModel(Mutex<Option<PathBuf>>);

#[tauri::command]
pub(crate) async fn models(session: OpenSession<'_>) -> Result<Vec<Model>> {
    with_library(&session, |library| Ok(library.models()?.into_iter().map(Into::into).collect())).await
}

#[tauri::command]
pub(crate) async fn use_model(session: OpenSession<'_>, key: String) -> Result<()> {
    let session = Arc::clone(&session);
    blocking(move || session.use_model(key.parse()?)).await
}

#[tauri::command]
pub(crate) async fn remove_model(session: OpenSession<'_>, key: String) -> Result<()> {
    with_library(&session, move |library| Ok(library.remove_model(key.parse()?)?)).await?;
    session.tell_models()
}

/// Asks for a file, or with a normalization takes the one that was chosen before. Returns its key; none when none was
/// chosen.
#[tauri::command]
pub(crate) async fn import_model(
    app: AppHandle,
    window: Window,
    session: OpenSession<'_>,
    chosen: State<'_, ChosenModel>,
    normalization: Option<Normalization>,
) -> Result<Option<String>> {
    let before = chosen.0.lock().clone().filter(|_| normalization.is_some());
    let file = match before {
        Some(file) => Some(file),
        None => dialogs::choose_model(&app, &window, language(&session).await?.as_deref()).await?,
    };
    let Some(file) = file else { return Ok(None) };
    *chosen.0.lock() = Some(file.clone());
    import(&session, file, normalization).await.map(Some)
}

/// Takes a file among the models and returns its key.
pub(crate) async fn import(
    session: &Arc<Session>,
    file: PathBuf,
    normalization: Option<Normalization>,
) -> Result<String> {
    let normalization = normalization.map(|Normalization { mean, std }| (mean, std));
    let import = Import { name: None, normalization };
    let key =
        with_library(session, move |library| Ok(library.import_model(&file, &import)?.to_string())).await?;
    session.tell_models()?;
    Ok(key)
}
