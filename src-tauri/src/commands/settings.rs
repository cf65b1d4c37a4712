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
pub(crate) async fn ready(app: AppHandle, inbox: State<'_, Inbox>) -> Result<()> {
    inbox.open(&app);
    Ok(())
}

#[tauri::command]
pub(crate) async fn change_settings(
    app: AppHandle,
    session: State<'_, Arc<Session>>,
    settings: Settings,
) -> Result<()> {
    tray::show(&app, settings.tray, settings.language.as_deref())?;
    window::set_theme(&app, settings.theme)?;
    let session = Arc::clone(&session);
    blocking(move || session.change_settings(&settings)).await
}
