//! Commands on the shell itself: what the window needs first, and what the person chose.

use std::sync::Arc;

use tauri::{AppHandle, State};

use super::blocking;
use crate::incoming::Inbox;
use crate::problem::Result;
use crate::session::Session;
use crate::strings;
use crate::tray;
use crate::window;
use crate::wire::{Settings, Startup};

#[tauri::command]
pub(crate) async fn startup(session: State<'_, Arc<Session>>) -> Result<Startup> {
    let session = Arc::clone(&session);
    let settings = blocking(move || session.settings()).await?;
    Ok(Startup {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        settings,
        system_language: strings::system_language(),
        tray_available: tray::is_available(),
        cores: std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32),
    })
}

#[tauri::command]
pub(crate) async fn open_again(session: State<'_, Arc<Session>>) -> Result<()> {
    let session = Arc::clone(&session);
    blocking(move || session.open_again()).await
}

#[tauri::command]
pub(crate) async fn ready(
    app: AppHandle,
    inbox: State<'_, Inbox>,
    session: State<'_, Arc<Session>>,
) -> Result<()> {
    inbox.open(&app);
    session.window_shows_photos();
    Ok(())
}

#[tauri::command]
pub(crate) async fn change_settings(
    app: AppHandle,
    session: State<'_, Arc<Session>>,
    settings: Settings,
) -> Result<()> {
    // Whoever turns a switch and closes the window at once finds it turned at the next start.
    let _saved = window::close_after(&app);
    let session = Arc::clone(&session);
    let before = blocking({
        let session = Arc::clone(&session);
        move || session.settings()
    })
    .await?;
    if (before.tray, &before.language) != (settings.tray, &settings.language) {
        tray::show(&app, settings.tray, settings.language.as_deref())?;
    }
    if before.theme != settings.theme {
        window::set_theme(&app, settings.theme)?;
    }
    blocking(move || session.change_settings(&settings)).await
}
