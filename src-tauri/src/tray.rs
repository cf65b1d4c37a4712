//! The tray icon, for those who want Lookalike to go on watching when its window is closed.

use std::sync::Arc;

use tauri::menu::{Menu, MenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager};

use crate::problem::{Result, ShellError};
use crate::session::Session;
use crate::strings::native;
use crate::window;

const ID: &str = "tray";

/// Whether this desktop can show a tray icon: its library is there, and somebody shows what it is given.
pub(crate) fn is_available() -> bool {
    #[cfg(target_os = "linux")]
    {
        // The libraries that the tray code opens when it runs; without either it panics.
        const LIBRARIES: [&str; 2] = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];
        let is_installed = LIBRARIES.iter().any(|name| {
            // SAFETY: these are the system's own libraries, whose initialisers the tray code runs anyway.
            unsafe { libloading::Library::new(name) }.is_ok()
        });
        is_installed && has_host()
    }
    #[cfg(not(target_os = "linux"))]
    true
}

/// Whether anybody on the bus shows icons. Desktops without a tray have nobody there, and some start theirs late.
#[cfg(target_os = "linux")]
fn has_host() -> bool {
    use gio::glib::{ToVariant, VariantTy};

    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    /// Milliseconds that the bus may take.
    const PATIENCE: i32 = 1000;
    let ask = || {
        let bus = gio::bus_get_sync(gio::BusType::Session, gio::Cancellable::NONE).ok()?;
        let answer = bus.call_sync(
            Some("org.freedesktop.DBus"),
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus",
            "NameHasOwner",
            Some(&(WATCHER,).to_variant()),
            Some(VariantTy::new("(b)").ok()?),
            gio::DBusCallFlags::NONE,
            PATIENCE,
            gio::Cancellable::NONE,
        );
        answer.ok()?.get::<(bool,)>()
    };
    ask().is_some_and(|(has_owner,)| has_owner)
}

/// Whether the icon is there to be seen: without it a hidden window could not be brought back.
pub(crate) fn is_shown(app: &AppHandle) -> bool {
    app.tray_by_id(ID).is_some() && is_available()
}

/// Shows or removes the icon.
pub(crate) fn show(app: &AppHandle, shown: bool, language: Option<&str>) -> Result<()> {
    // Built anew when it is there: its words may be in another language now.
    app.remove_tray_by_id(ID);
    if !shown {
        return Ok(());
    }
    if !is_available() {
        return Err(ShellError::NoTray(
            "nobody shows icons, or the library for it is not installed".to_owned(),
        )
        .into());
    }
    let item = |id, key| MenuItem::with_id(app, id, native(key, language), true, None::<&str>);
    let menu = Menu::with_items(
        app,
        &[
            &item("open", "open")?,
            &item("pause", "pause")?,
            &item("resume", "resume")?,
            &item("quit", "quit")?,
        ],
    )?;
    let mut tray = TrayIconBuilder::with_id(ID).menu(&menu).tooltip("Lookalike");
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.on_menu_event(|app, event| chosen(app, event.id().as_ref()))
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
            {
                window::show(tray.app_handle());
            }
        })
        .build(app)?;
    Ok(())
}

fn chosen(app: &AppHandle, item: &str) {
    match item {
        "open" => window::show(app),
        "pause" | "resume" => {
            let session = Arc::clone(&app.state::<Arc<Session>>());
            let paused = item == "pause";
            tauri::async_runtime::spawn_blocking(move || {
                if let Err(problem) = session.set_paused(paused) {
                    tracing::warn!(code = problem.code, "the tray could not pause or resume");
                }
            });
        }
        "quit" => app.exit(0),
        _ => {}
    }
}
