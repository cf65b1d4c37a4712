//! Puts the parts together and runs until the window is closed.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use tauri::{AppHandle, Manager, RunEvent};
use tauri_plugin_window_state::StateFlags;

use crate::activity::Progress;
use crate::arguments::Arguments;
use crate::commands::models::{self, ChosenModel};
use crate::commands::{duplicates, folders, photos, queries, settings};
use crate::duplicates::FoundDuplicates;
use crate::foreign::ForeignImages;
use crate::graphics;
use crate::incoming::{self, Inbox};
use crate::photo_protocol::{self, Previews};
use crate::session::{Session, Tell};
use crate::tray;
use crate::window::{self, Closing, Drags};
use crate::wire::{Changed, Incoming, Problem, Settings};

/// Runs the app.
pub fn run() -> ExitCode {
    library::outlast_file_limits();
    graphics::prepare();
    let arguments = Arguments::parse();
    let filter =
        tracing_subscriber::EnvFilter::try_from_env("LOOKALIKE_LOG").unwrap_or_else(|_| "off".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).without_time().init();
    match build(&arguments) {
        Ok(app) => {
            app.run(|app, event| on_run_event(app, &event));
            ExitCode::SUCCESS
        }
        Err(error) => {
            // Without a window there is nobody else to tell.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Everything but whether it is shown, which the window decides itself.
const REMEMBERED: StateFlags = StateFlags::all().difference(StateFlags::VISIBLE);

/// What keeps the app from starting.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Library(#[from] library::LibraryError),
    #[error("the window cannot be opened: {0}")]
    Window(#[from] tauri::Error),
}

fn build(arguments: &Arguments) -> Result<tauri::App, StartError> {
    let data_dir = match &arguments.data_dir {
        Some(directory) => directory.clone(),
        None => library::default_data_dir()?,
    };
    let context = tauri::generate_context!();
    let mut builder = tauri::Builder::default();
    if let Some(id) = first_of(&context.config().identifier, arguments) {
        let first = tauri_plugin_single_instance::Builder::new().dbus_id(id);
        builder = builder.plugin(
            first
                .callback(|app, words, directory| {
                    window::show(app);
                    incoming::accept(app, Arguments::forwarded(words, directory.as_ref()).paths);
                })
                .build(),
        );
    }
    let paths = arguments.paths.clone();
    let app = builder
        .plugin(tauri_plugin_window_state::Builder::new().with_state_flags(REMEMBERED).build())
        .register_asynchronous_uri_scheme_protocol(photo_protocol::SCHEME, |context, request, responder| {
            photo_protocol::handle(&context, request, responder);
        })
        .manage(Inbox::default())
        .manage(Closing::default())
        .manage(Drags::default())
        .manage(Arc::new(ForeignImages::default()))
        .manage(Previews::default())
        .manage(Arc::new(FoundDuplicates::default()))
        .manage(ChosenModel::default())
        .invoke_handler(commands())
        .setup(move |app| {
            let session = Session::start(data_dir, Arc::new(ToWindow(app.handle().clone())));
            app.manage(session);
            window::open(app.handle())?;
            incoming::accept(app.handle(), paths);
            Ok(())
        })
        .build(context)?;
    Ok(app)
}

/// The name by which a second start finds the first one with the same data folder. None where the system knows one name a
/// program: there a data folder of its own is another library, which may run beside the usual one.
fn first_of(identifier: &str, arguments: &Arguments) -> Option<String> {
    let Some(directory) = &arguments.data_dir else { return Some(identifier.to_owned()) };
    let real = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).ok();
    let (own, usual) = (real(directory), library::default_data_dir().ok());
    if own.is_some() && own == usual.as_deref().and_then(real) {
        return Some(identifier.to_owned());
    }
    let digest = blake3::hash(own?.as_os_str().as_encoded_bytes()).to_hex();
    cfg!(target_os = "linux").then(|| format!("{identifier}.Library{}", &digest[..16]))
}

macro_rules! commands {
    ($($module:ident: $($command:ident),+;)+) => {
        /// Answers the window.
        fn commands() -> impl Fn(tauri::ipc::Invoke<tauri::Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($($module::$command),+),+]
        }
    };
}
include!("commands/list.rs");

fn on_run_event(app: &AppHandle, event: &RunEvent) {
    match event {
        RunEvent::Exit => app.state::<Arc<Session>>().close(),
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            incoming::accept(app, urls.iter().filter_map(|url| url.to_file_path().ok()).collect());
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        _ => {}
    }
}

/// Hands what the session tells to the window.
struct ToWindow(AppHandle);

impl Tell for ToWindow {
    fn opened(&self, settings: &Settings) {
        let (app, settings) = (self.0.clone(), settings.clone());
        let shown = self.0.run_on_main_thread(move || {
            let tray = tray::show(&app, settings.tray, settings.language.as_deref());
            if let Err(problem) = tray.and_then(|()| window::set_theme(&app, settings.theme)) {
                tracing::warn!(code = problem.code, "tray or theme are not as the person wants them");
            }
        });
        if let Err(error) = shown {
            tracing::debug!(%error, "the app is closing");
        }
        incoming::accept(&self.0, self.0.state::<Inbox>().held());
    }

    fn progress(&self, progress: &Progress, changed: Changed) {
        incoming::emit(&self.0, "activity", progress.activity());
        if changed != Changed::default() {
            incoming::emit(&self.0, "changed", changed);
        }
    }

    fn problem(&self, problem: Problem) {
        let incoming = Incoming { problems: vec![problem], ..Incoming::default() };
        self.0.state::<Inbox>().deliver(&self.0, incoming);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_with_the_same_data_folder_find_each_other_and_no_others() {
        let place = tempfile::tempdir().unwrap();
        let of = |folder: &str| {
            let data_dir = Some(place.path().join(folder));
            first_of("org.example", &Arguments { data_dir, ..Arguments::default() })
        };
        assert_eq!(first_of("org.example", &Arguments::default()).as_deref(), Some("org.example"));
        assert_eq!(of("one"), of("one"));
        if cfg!(target_os = "linux") {
            assert!(of("one") != of("two") && of("one").as_deref() != Some("org.example"));
            assert_eq!(of("."), of("./."));
        }
    }
}
