//! The app on a desktop: started, driven and ended through WebKit's WebDriver.

use std::fmt::Display;
use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use crate::desktop::{self, Desktop, Process};

/// How long anything may take before the test gives up. Generous: it is reached by failing tests only.
const DEADLINE: Duration = Duration::from_secs(30);
/// How often it is looked again.
pub(crate) const LOOK: Duration = Duration::from_millis(25);

/// The app with its window open.
pub(crate) struct App<'a> {
    pub(crate) desktop: &'a Desktop,
    pub(crate) client: Client,
    runtime: Runtime,
    log: PathBuf,
    _driver: Process,
}

impl Desktop {
    /// Opens the app with these path arguments.
    pub(crate) fn open(&self, paths: &[&Path]) -> App<'_> {
        self.open_in("en_GB.UTF-8", paths)
    }

    /// Opens the app where the system speaks this language.
    pub(crate) fn open_in(&self, language: &str, paths: &[&Path]) -> App<'_> {
        // The first drivers on a machine that has just been set up have hung up on their first question.
        let again = |_| self.try_open(language, paths);
        let opened = self.try_open(language, paths).or_else(again).or_else(again);
        opened.unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// Fails with the driver's words and the app's, and leaves neither running.
    fn try_open(&self, language: &str, paths: &[&Path]) -> Result<App<'_>, String> {
        let log = self.path().join("app.log");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = File::create(&log).unwrap();
        let driver = Process::start(
            self.command("WebKitWebDriver")
                .args(["--host=127.0.0.1", &format!("--port={port}")])
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                // Drawn by the CPU alone, a page at rest has no frame that WebDriver could take a picture of.
                .envs(desktop::takes_pictures(self.name()).then_some(("WEBKIT_DISABLE_DMABUF_RENDERER", "0")))
                .env("LOOKALIKE_LOG", "debug")
                .env("LC_ALL", language)
                .stdout(file.try_clone().unwrap())
                .stderr(file),
        );
        until("the driver listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let options = json!({ "webkitgtk:browserOptions": { "binary": BINARY, "args": paths } });
        let capabilities = options.as_object().unwrap().clone();
        let address = format!("http://127.0.0.1:{port}");
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = match within_deadline(&runtime, builder.capabilities(capabilities).connect(&address)) {
            Ok(client) => client,
            Err(problem) => {
                drop(driver);
                self.end_app();
                return Err(format!("{problem}\n{}", fs::read_to_string(&log).unwrap_or_default()));
            }
        };
        Ok(App { desktop: self, client, runtime, log, _driver: driver })
    }

    /// Starts the program once more, as a file manager does with "open with", and waits until it has handed over.
    pub(crate) fn start_again(&self, paths: &[&Path]) {
        let mut second = Process::start(self.command(BINARY).args(paths));
        let mut ended = None;
        until("the second start has handed over", || {
            ended = second.ended();
            ended.is_some()
        });
        assert!(ended.is_some_and(|status| status.success()), "the second start ended with {ended:?}");
    }
}

/// Title of the window.
pub(crate) const TITLE: &str = "^Lookalike$";

/// The program under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_lookalike-app");

impl App<'_> {
    /// Waits for an answer of the driver.
    pub(crate) fn ask<T>(&self, question: impl Future<Output = Result<T, fantoccini::error::CmdError>>) -> T {
        self.try_ask(question).unwrap_or_else(|error| panic!("{error}"))
    }

    fn try_ask<T, E: Display>(&self, question: impl Future<Output = Result<T, E>>) -> Result<T, String> {
        within_deadline(&self.runtime, question)
    }

    /// Keeps a picture of the window, named after the test.
    pub(crate) fn screenshot(&self, moment: &str) {
        // What has just come into the page is drawn with the next frame; the one after begins when it is.
        let drawn = "return new Promise((resolve) =>
            requestAnimationFrame(() => requestAnimationFrame(() => resolve(true))))";
        self.script(drawn, &[]);
        let picture = self.ask(self.client.screenshot());
        fs::write(self.trace(&format!("{moment}.png")), picture).unwrap();
    }

    /// Closes the window as a person does, through the window manager, and waits until it is gone.
    pub(crate) fn close_window(&self) {
        let close = || {
            self.desktop.activate(TITLE);
            self.desktop.xdotool(&["key", "alt+F4"]);
        };
        press_until("the window is gone", close, || self.desktop.windows(TITLE).is_empty());
    }

    fn trace(&self, ending: &str) -> PathBuf {
        desktop::output().join(format!("{}-{ending}", self.desktop.name()))
    }

    fn keep_traces(&self) {
        if let Ok(picture) = self.try_ask(self.client.screenshot()) {
            let _ = fs::write(self.trace("failed.png"), picture);
        }
        if let Ok(source) = self.try_ask(self.client.source()) {
            let _ = fs::write(self.trace("failed.html"), source);
        }
        let _ = fs::copy(&self.log, self.trace("failed.log"));
    }
}

impl Drop for App<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.keep_traces();
        }
        // Ending the session ends the app; the window may be closed already.
        let _ = self.try_ask(self.client.clone().close());
    }
}

fn within_deadline<T, E: Display>(
    runtime: &Runtime,
    question: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    match runtime.block_on(async { tokio::time::timeout(DEADLINE, question).await }) {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer from the driver after {DEADLINE:?}")),
    }
}

/// Presses a key until something is so: a key can come before the window has the focus, and then nobody hears it.
pub(crate) fn press_until(what: &str, press: impl Fn(), is_so: impl Fn() -> bool) {
    const PATIENCE: Duration = Duration::from_secs(5);
    until(what, || {
        press();
        let pressed = Instant::now();
        while !is_so() && pressed.elapsed() < PATIENCE {
            thread::sleep(LOOK);
        }
        is_so()
    });
}

/// Waits until something is so and returns how long that took.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < DEADLINE, "not so after {DEADLINE:?}: {what}");
        thread::sleep(LOOK);
    }
    started.elapsed()
}
