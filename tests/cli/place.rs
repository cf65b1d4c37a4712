//! A place of a test's own: a folder of photos, a data directory, and the command to run on them.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The sample photos: ten classes, six photos each.
pub(crate) fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/photos")
}

/// A temporary place, gone when the test ends.
pub(crate) struct Place {
    root: tempfile::TempDir,
    /// A program that runs every command, with its arguments; none runs them as they are.
    runner: Vec<OsString>,
    /// What is done to every command before it starts.
    prepare: fn(&mut Command),
    environment: Vec<(&'static str, &'static str)>,
}

impl Place {
    /// A place with an empty photo folder.
    pub(crate) fn empty() -> Self {
        let place = Self {
            root: tempfile::tempdir().unwrap(),
            runner: Vec::new(),
            prepare: |_| {},
            environment: Vec::new(),
        };
        fs::create_dir(place.photos()).unwrap();
        place
    }

    /// The same place, where commands die when they open a network socket.
    #[cfg(target_os = "linux")]
    pub(crate) fn offline(self) -> Self {
        Self { prepare: crate::offline::die_at_network_sockets, ..self }
    }

    /// The same place, where commands find this in their environment.
    #[cfg(target_os = "linux")]
    pub(crate) fn with_environment(mut self, name: &'static str, value: &'static str) -> Self {
        self.environment.push((name, value));
        self
    }

    /// The same place, where this program runs the commands.
    #[cfg(target_os = "linux")]
    pub(crate) fn run_by(self, runner: Vec<OsString>) -> Self {
        Self { runner, ..self }
    }

    /// A place with the sample photos of these classes.
    pub(crate) fn with_classes(classes: &[&str]) -> Self {
        let place = Self::empty();
        for class in classes {
            place.add_class(class);
        }
        place
    }

    pub(crate) fn add_class(&self, class: &str) {
        fs::create_dir_all(self.photos().join(class)).unwrap();
        for entry in fs::read_dir(samples().join(class)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), self.photos().join(class).join(entry.file_name())).unwrap();
        }
    }

    /// The temporary root, for files beside the photos.
    pub(crate) fn root(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap()
    }

    pub(crate) fn photos(&self) -> PathBuf {
        self.root().join("photos")
    }

    pub(crate) fn photo(&self, name: &str) -> PathBuf {
        self.photos().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    /// The command with the data directory set.
    pub(crate) fn command(&self) -> Command {
        let words = self.runner.iter().map(OsString::as_os_str);
        let mut words = words.chain([OsStr::new(env!("CARGO_BIN_EXE_lookalike"))]);
        let mut command = Command::new(words.next().unwrap());
        command.args(words).arg("--data-dir").arg(self.data()).stdin(Stdio::null());
        command.envs(self.environment.iter().copied());
        (self.prepare)(&mut command);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// Runs a command that must succeed, and reads its JSON document.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command().arg("--json").args(arguments).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?} failed: {stderr}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Indexes the photo folder.
    pub(crate) fn index(&self) -> Value {
        self.json(&["index", self.photos().to_str().unwrap()])
    }

    /// Searches with a file and returns the results' paths relative to the photo folder, best first.
    pub(crate) fn search(&self, arguments: &[&str]) -> Vec<String> {
        let found = self.json(&[&["search"], arguments].concat());
        let photos = self.photos();
        paths(&found["results"]).iter().map(|path| relative(path, &photos)).collect()
    }

    /// Runs `watch` until it is up to date, kills it, and returns the names of its events.
    pub(crate) fn watch_once(&self) -> Vec<String> {
        let mut child =
            self.command().arg("watch").arg(self.photos()).stdout(Stdio::piped()).spawn().unwrap();
        let mut names = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
            names.push(event["event"].as_str().unwrap().to_owned());
            if names.last().is_some_and(|name| name == "up_to_date") {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        names
    }

    /// Runs every command once at least, on a folder with hats and shoes.
    pub(crate) fn use_every_command(&self) {
        self.index();
        self.index();
        let hat = self.photo("hat/hat-1.jpg");
        let hat = hat.to_str().unwrap();
        self.search(&[hat]);
        self.search(&[hat, "--crop", "10,10,50,50"]);
        self.json(&["embed", hat]);
        self.json(&["similarity", hat, self.photo("shoes/shoes-1.jpg").to_str().unwrap()]);
        self.json(&["duplicates"]);
        self.json(&["status"]);
        self.json(&["exclude", "shoes"]);
        self.json(&["include", "shoes"]);
        let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../image-embedder/tests/golden/uint8.tflite");
        self.json(&["model", "import", model.to_str().unwrap(), "--name", "tiny"]);
        self.json(&["model", "use", "tiny"]);
        self.index();
        self.search(&[hat]);
        self.json(&["model", "use", "fast"]);
        self.json(&["model", "remove", "tiny"]);
        self.json(&["model"]);
        self.json(&["verify", "--repair"]);
        let page = self.root().join("page.html");
        assert!(self.run(&["contact-sheet", "--out", page.to_str().unwrap()]).status.success());
        self.json(&["remove", self.photos().to_str().unwrap()]);
    }

    /// The photos in the classes' folders, as [`Place::library`] names them.
    #[cfg(target_os = "linux")]
    pub(crate) fn photos_on_disk(&self) -> BTreeSet<String> {
        let names = |directory: PathBuf| {
            fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
        };
        let photos = names(self.photos()).into_iter().flat_map(names);
        photos.map(|path| relative(path.to_str().unwrap(), &self.photos())).collect()
    }

    /// All photos of the library: what a search for more than there are returns.
    pub(crate) fn library(&self) -> BTreeSet<String> {
        let query = samples().join("hat/hat-1.jpg");
        self.search(&[query.to_str().unwrap(), "-n", "100000"]).into_iter().collect()
    }
}

/// Tells why a test has nothing to test here; in CI, where everything is to be tested, by failing.
#[cfg(target_os = "linux")]
pub(crate) fn skipped(reason: &str) {
    assert!(std::env::var_os("CI").is_none(), "{reason}");
    passed_over(reason);
}

/// Tells why a part of a test has nothing to test here, of which another part tests the like in CI.
#[cfg(target_os = "linux")]
pub(crate) fn passed_over(reason: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
}

/// The `path` of each object in an array.
pub(crate) fn paths(array: &Value) -> Vec<String> {
    let path = |entry: &Value| entry["path"].as_str().unwrap().to_owned();
    array.as_array().unwrap().iter().map(path).collect()
}

fn relative(path: &str, photos: &Path) -> String {
    let path = Path::new(path);
    path.strip_prefix(photos).unwrap_or(path).to_str().unwrap().replace('\\', "/")
}
