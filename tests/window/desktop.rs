//! A desktop of a test's own: screen, window manager, message bus and home folder. All of it ends with the test.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use gtk::gio::{Cancellable, DBusCallFlags, DBusConnection, DBusConnectionFlags};
use gtk::glib::ToVariant;
use tempfile::TempDir;

use crate::app::until;

/// Everything that is started; the packages are in `xtask`.
const PROGRAMS: [&str; 6] = ["Xvfb", "WebKitWebDriver", "dbus-daemon", "openbox", "xclip", "xdotool"];

/// Title of the system's dialogs for choosing files and folders.
const DIALOG: &str = "^(Add folders|Choose (images|a model) .*)$";

/// Whether a desktop of this name is for a test; the one for measuring draws as the app itself chooses.
pub(crate) fn takes_pictures(name: &str) -> bool {
    name != crate::figures::DESKTOP
}

/// Those of the programs that are not installed.
pub(crate) fn missing_programs() -> Vec<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let is_missing = |program: &&str| !directories.iter().any(|directory| directory.join(program).exists());
    PROGRAMS.into_iter().filter(is_missing).collect()
}

/// Where screenshots and traces of failures go.
pub(crate) fn output() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("window");
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// A program that ends, with all that it started, when the test does.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).process_group(0).spawn();
        Self(
            child.unwrap_or_else(|error| {
                panic!("{} does not start: {error}", command.get_program().display())
            }),
        )
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    /// Starts a program that says on its first line where it can be reached.
    fn start_and_read_line(command: &mut Command) -> (Self, String) {
        let mut process = Self::start(command.stdout(Stdio::piped()).stderr(Stdio::null()));
        let mut line = String::new();
        BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (process, line.trim().to_owned())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Asked rather than killed: the X server takes the lock on its number away with it.
        signal("TERM", &format!("-{}", self.0.id()));
        let _ = self.0.wait();
    }
}

/// Sends a signal to a process, or to a group of them where the id has a minus sign.
fn signal(name: &str, id: &str) {
    let _ = Command::new("kill").args(["-s", name, "--", id]).stderr(Stdio::null()).status();
}

pub(crate) struct Desktop {
    name: &'static str,
    root: TempDir,
    display: String,
    bus: String,
    running: Vec<Process>,
}

impl Desktop {
    /// The desktop for the test of this name.
    pub(crate) fn new(name: &'static str) -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["home", "data", "config", "cache", "run", "photos"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        fs::set_permissions(root.path().join("run"), fs::Permissions::from_mode(0o700)).unwrap();
        let settings = root.path().join("config/glib-2.0/settings");
        fs::create_dir_all(&settings).unwrap();
        // The files dialog begins with recent files otherwise, where no folder can be chosen.
        fs::write(settings.join("keyfile"), "[org/gtk/settings/file-chooser]\nstartup-mode='cwd'\n").unwrap();
        let (screen, number) = Process::start_and_read_line(Command::new("Xvfb").args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1400x900x24",
            "-nolisten",
            "tcp",
            "-noreset",
        ]));
        let mut desktop =
            Self { name, root, display: format!(":{number}"), bus: String::new(), running: vec![screen] };
        let (bus, address) = Process::start_and_read_line(desktop.command("dbus-daemon").args([
            "--session",
            "--nofork",
            "--nopidfile",
            "--print-address=1",
        ]));
        desktop.bus = address;
        let windows = Process::start(
            desktop.command("openbox").arg("--sm-disable").stdout(Stdio::null()).stderr(Stdio::null()),
        );
        desktop.running.extend([bus, windows]);
        desktop
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// A temporary folder that the app does not know of.
    pub(crate) fn path(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap()
    }

    /// A program on this desktop.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let root = self.path();
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("HOME", root.join("home"))
            .env("XDG_DATA_HOME", root.join("data"))
            .env("XDG_CONFIG_HOME", root.join("config"))
            .env("XDG_CACHE_HOME", root.join("cache"))
            .env("XDG_RUNTIME_DIR", root.join("run"))
            .env("TZ", "UTC")
            // What is drawn is compiled once, not for every test.
            .env("MESA_SHADER_CACHE_DIR", output().join("shaders"))
            .env("GDK_BACKEND", "x11")
            .env("GSETTINGS_BACKEND", "keyfile")
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY");
        command
    }

    /// Gives the desktop a tray: somebody who says on the bus that they show icons, until what is given back is dropped.
    pub(crate) fn tray(&self) -> DBusConnection {
        let flags = DBusConnectionFlags::AUTHENTICATION_CLIENT | DBusConnectionFlags::MESSAGE_BUS_CONNECTION;
        let bus = DBusConnection::for_address_sync(&self.bus, flags, None, Cancellable::NONE).unwrap();
        let name = ("org.kde.StatusNotifierWatcher", 4_u32).to_variant();
        let owned = bus.call_sync(
            Some("org.freedesktop.DBus"),
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus",
            "RequestName",
            Some(&name),
            None,
            DBusCallFlags::NONE,
            -1,
            Cancellable::NONE,
        );
        assert_eq!(owned.unwrap().get::<(u32,)>(), Some((1,)), "the name is taken");
        bus
    }

    /// Presses keys or moves the mouse, for windows that WebDriver does not reach.
    pub(crate) fn xdotool(&self, arguments: &[&str]) -> String {
        let output = self.command("xdotool").args(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "xdotool {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Ids of the windows on the screen with a title like this.
    pub(crate) fn windows(&self, title: &str) -> Vec<String> {
        let mut search = self.command("xdotool");
        search.args(["search", "--onlyvisible", "--name", title]).stderr(Stdio::null());
        let ids = String::from_utf8(search.output().unwrap().stdout).unwrap();
        ids.lines().map(str::to_owned).collect()
    }

    /// Waits for a window with a title like this and brings it to the front.
    pub(crate) fn activate(&self, title: &str) {
        let mut windows = Vec::new();
        until(&format!("a window “{title}” is there"), || {
            windows = self.windows(title);
            !windows.is_empty()
        });
        self.xdotool(&["windowactivate", "--sync", &windows[0]]);
    }

    /// Chooses a file or folder in the system's dialog for that.
    pub(crate) fn choose(&self, path: &Path) {
        self.activate(DIALOG);
        self.xdotool(&["key", "ctrl+l"]);
        self.xdotool(&["type", "--delay", "5", &path.display().to_string()]);
        self.xdotool(&["key", "Return"]);
        until("the dialog is closed", || self.windows(DIALOG).is_empty());
    }

    /// Puts a file's bytes on the clipboard as this type. xclip goes on in the background to serve it.
    pub(crate) fn copy(&self, media_type: &str, file: &Path) {
        let mut command = self.command("xclip");
        command.args(["-selection", "clipboard", "-target", media_type, "-in"]).arg(file);
        assert!(
            command.stdout(Stdio::null()).status().unwrap().success(),
            "xclip could not copy {media_type}"
        );
    }

    /// Ids and names of the processes that belong to this desktop's app, WebKit's own included.
    pub(crate) fn app_processes(&self) -> BTreeSet<(u32, String)> {
        const OURS: [&str; 4] = ["lookalike-app", "WebKitNetworkPr", "WebKitWebProces", "WebKitGPUProces"];
        self.processes().into_iter().filter(|(_, name)| OURS.contains(&name.as_str())).collect()
    }

    /// The id of the app's process.
    pub(crate) fn app_process(&self) -> u32 {
        let app = self.processes().into_iter().find(|(_, name)| name == "lookalike-app");
        app.map(|(id, _)| id).unwrap()
    }

    /// Ends what is left of the app.
    pub(crate) fn end_app(&self) {
        for (id, name) in self.processes() {
            if name == "lookalike-app" {
                signal("KILL", &id.to_string());
            }
        }
        until("no process is left", || self.app_processes().is_empty());
    }

    /// All processes that were given this desktop's home folder.
    fn processes(&self) -> Vec<(u32, String)> {
        let mark = format!("HOME={}/home", self.path().display());
        let is_ours = |process: &Path| {
            let environment = fs::read(process.join("environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
        };
        fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let id = path.file_name()?.to_str()?.parse().ok()?;
                let name = fs::read_to_string(path.join("comm")).ok()?;
                is_ours(&path).then(|| (id, name.trim().to_owned()))
            })
            .collect()
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for (id, _) in self.processes() {
            signal("KILL", &id.to_string());
        }
    }
}
