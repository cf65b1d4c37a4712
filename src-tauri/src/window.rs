//! The one window: how it is made, shown, and what closing it means.

use std::path::PathBuf;

use parking_lot::Mutex;
use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, DragDropEvent, Manager, WebviewUrl, WebviewWindowBuilder, WindowEvent};

use crate::incoming;
use crate::problem::Result;
use crate::tray;
use crate::wire::{Drag, Theme};

/// The window's label in Tauri and in the capability file.
const LABEL: &str = "main";

/// Opens the window.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Lookalike")
        .inner_size(1280.0, 800.0)
        .min_inner_size(640.0, 480.0)
        .zoom_hotkeys_enabled(true)
        // Shown once there is something to see: an empty white window is not a start.
        .visible(false)
        .on_page_load(|window, payload| {
            if payload.event() == PageLoadEvent::Finished {
                show(window.app_handle());
            }
        })
        // The window shows our own pages and nothing else, whatever is dropped on it or linked to.
        .on_navigation(|url| is_ours(url.as_str()))
        .build()?;
    let handle = app.clone();
    window.on_window_event(move |event| on_event(&handle, event));
    Ok(())
}

fn is_ours(url: &str) -> bool {
    ["tauri://localhost", "http://tauri.localhost", "https://tauri.localhost"]
        .iter()
        .any(|origin| url.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
        || cfg!(not(feature = "custom-protocol")) && url.starts_with("http://localhost:1420/")
}

/// Brings the window to the front, out of the tray if need be.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let shown = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window did not come to the front");
    }
}

/// Has title bar and native menus follow the theme.
pub(crate) fn set_theme(app: &AppHandle, theme: Theme) -> Result<()> {
    let Some(window) = app.get_webview_window(LABEL) else { return Ok(()) };
    Ok(window.set_theme(match theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    })?)
}

fn on_event(app: &AppHandle, event: &WindowEvent) {
    match event {
        WindowEvent::DragDrop(drag) => on_drag(app, drag),
        WindowEvent::CloseRequested { api, .. } => {
            if app.state::<Closing>().must_wait() {
                api.prevent_close();
            } else if tray::is_shown(app)
                && let Some(window) = app.get_webview_window(LABEL)
            {
                api.prevent_close();
                if let Err(error) = window.hide() {
                    tracing::warn!(%error, "the window was not hidden");
                }
            }
        }
        _ => {}
    }
}

fn on_drag(app: &AppHandle, event: &DragDropEvent) {
    match event {
        DragDropEvent::Enter { paths, .. } => begin_drag(app, paths.clone()),
        DragDropEvent::Drop { paths, .. } => {
            end_drag(app);
            incoming::accept(app, paths.clone());
        }
        DragDropEvent::Leave => end_drag(app),
        _ => {}
    }
}

/// What the window waits for before it closes: settings that are being saved, which also decide what closing means.
#[derive(Debug, Default)]
pub(crate) struct Closing(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    saving: u32,
    /// Whether the person asked to close it meanwhile.
    asked: bool,
}

impl Closing {
    /// Whether something is being saved; then the window is asked to close again when that is done. Whoever asks twice waits
    /// no longer.
    fn must_wait(&self) -> bool {
        let mut waiting = self.0.lock();
        let is_saving = waiting.saving > 0;
        is_saving && !std::mem::replace(&mut waiting.asked, true)
    }

    /// One thing less to wait for. Gives back whether the window is to close now.
    fn is_saved(&self) -> bool {
        let mut waiting = self.0.lock();
        waiting.saving -= 1;
        waiting.saving == 0 && std::mem::take(&mut waiting.asked)
    }
}

/// Holds back the closing of the window until what is given back is dropped.
pub(crate) fn close_after(app: &AppHandle) -> CloseAfter {
    app.state::<Closing>().0.lock().saving += 1;
    CloseAfter(app.clone())
}

/// See [`close_after`].
pub(crate) struct CloseAfter(AppHandle);

impl Drop for CloseAfter {
    fn drop(&mut self) {
        if self.0.state::<Closing>().is_saved()
            && let Some(window) = self.0.get_webview_window(LABEL)
            && let Err(error) = window.close()
        {
            tracing::warn!(%error, "the window was not closed");
        }
    }
}

/// Counts the drags that began or ended, so that a slow look at one is not told when it is over.
#[derive(Debug, Default)]
pub(crate) struct Drags(Mutex<u64>);

/// Looks at what is dragged on another thread: files on a network drive may take their time.
fn begin_drag(app: &AppHandle, paths: Vec<PathBuf>) {
    let begun = {
        let drags = app.state::<Drags>();
        let mut count = drags.0.lock();
        *count += 1;
        *count
    };
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        let drag = incoming::drag(&paths);
        let drags = app.state::<Drags>();
        let count = drags.0.lock();
        if *count == begun {
            incoming::emit(&app, "drag", drag);
        }
    });
}

fn end_drag(app: &AppHandle) {
    let drags = app.state::<Drags>();
    let mut count = drags.0.lock();
    *count += 1;
    incoming::emit(app, "drag", Drag { over: false, folders: 0, files: 0 });
}

#[cfg(test)]
mod tests {
    use super::{Closing, is_ours};

    #[test]
    fn the_window_goes_nowhere_else() {
        assert!(is_ours("tauri://localhost") && is_ours("tauri://localhost/index.html"));
        for url in [
            "https://example.org/",
            "file:///etc/passwd",
            "tauri://localhost.example.org/",
            "http://tauri.localhost@example.org/",
            "photo://localhost/thumb/1/1",
            "data:text/html,x",
        ] {
            assert!(!is_ours(url), "{url}");
        }
    }

    #[test]
    fn the_window_closes_when_settings_are_saved_or_when_asked_twice() {
        let closing = Closing::default();
        assert!(!closing.must_wait(), "nothing is being saved");
        closing.0.lock().saving = 2;
        assert!(closing.must_wait());
        assert!(!closing.is_saved(), "there is one more");
        assert!(closing.is_saved(), "it was asked for");
        closing.0.lock().saving = 1;
        assert!(closing.must_wait() && !closing.must_wait());
        closing.0.lock().asked = false;
        assert!(!closing.is_saved(), "nobody asked");
    }
}
