//! Commands that ask: taking images in, and searching by them.

use std::sync::Arc;

use library::Source;
use tauri::ipc::{InvokeBody, Request};
use tauri::{AppHandle, State, Window};

use super::{blocking, language, with_library};
use crate::clipboard;
use crate::dialogs;
use crate::foreign::ForeignImages;
use crate::incoming;
use crate::problem::{Result, ShellError};
use crate::session::Session;
use crate::wire::{ForeignImage, ImageRef, Incoming, SearchRequest, SearchResults, Size, Thing};

type OpenSession<'a> = State<'a, Arc<Session>>;
type Foreign<'a> = State<'a, Arc<ForeignImages>>;

#[tauri::command]
pub(crate) async fn search(
    session: OpenSession<'_>,
    foreign: Foreign<'_>,
    request: SearchRequest,
) -> Result<SearchResults> {
    let foreign = Arc::clone(&foreign);
    with_library(&session, move |library| {
        let started = std::time::Instant::now();
        let matches = library.query(&request.query(&foreign)?)?;
        let milliseconds = started.elapsed().as_secs_f32() * 1000.0;
        Ok(SearchResults { matches: matches.iter().map(Into::into).collect(), milliseconds })
    })
    .await
}

#[tauri::command]
pub(crate) async fn prepare(session: OpenSession<'_>, foreign: Foreign<'_>, image: ImageRef) -> Result<()> {
    let foreign = Arc::clone(&foreign);
    with_library(&session, move |library| {
        let prepared = image.source(&foreign).and_then(|source| Ok(library.prepare(&source)?));
        if let Err(problem) = prepared {
            // The query that follows will say so where it matters.
            tracing::debug!(?problem, "the image was not prepared");
        }
        Ok(())
    })
    .await
}

#[tauri::command]
pub(crate) async fn image_size(
    session: OpenSession<'_>,
    foreign: Foreign<'_>,
    image: ImageRef,
) -> Result<Size> {
    let foreign = Arc::clone(&foreign);
    with_library(&session, move |library| {
        let (width, height) = library.image_size(&image.source(&foreign)?)?;
        Ok(Size { width, height })
    })
    .await
}

#[tauri::command]
pub(crate) async fn things(
    session: OpenSession<'_>,
    foreign: Foreign<'_>,
    image: ImageRef,
) -> Result<Vec<Thing>> {
    let foreign = Arc::clone(&foreign);
    with_library(&session, move |library| {
        Ok(library.things(&image.source(&foreign)?)?.into_iter().map(Into::into).collect())
    })
    .await
}

#[tauri::command]
pub(crate) async fn choose_images(
    app: AppHandle,
    window: Window,
    session: OpenSession<'_>,
    foreign: Foreign<'_>,
) -> Result<Incoming> {
    let language = language(&session).await?;
    let chosen = dialogs::choose_images(&app, &window, language.as_deref()).await?;
    let (session, foreign) = (Arc::clone(&session), Arc::clone(&foreign));
    blocking(move || incoming::take_in(&session, &foreign, chosen.into_iter().map(Source::Path).collect()))
        .await
}

#[tauri::command]
pub(crate) async fn image_from_bytes(
    session: OpenSession<'_>,
    foreign: Foreign<'_>,
    request: Request<'_>,
) -> Result<ForeignImage> {
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err(ShellError::Internal("image_from_bytes takes bytes".to_owned()).into());
    };
    let header = request.headers().get("x-name").and_then(|name| name.to_str().ok()).unwrap_or_default();
    let name = percent_encoding::percent_decode_str(header).decode_utf8_lossy().into_owned();
    let (bytes, foreign) = (Arc::from(bytes.as_slice()), Arc::clone(&foreign));
    with_library(&session, move |library| {
        let taken = incoming::take(library, &foreign, Source::Bytes(bytes))?;
        Ok(ForeignImage { name, ..taken })
    })
    .await
}

#[tauri::command]
pub(crate) async fn images_from_clipboard(
    session: OpenSession<'_>,
    foreign: Foreign<'_>,
) -> Result<Incoming> {
    let (session, foreign) = (Arc::clone(&session), Arc::clone(&foreign));
    blocking(move || incoming::take_in(&session, &foreign, clipboard::read_images()?)).await
}
