//! A window to drag files out of, as a file manager is one: the test's own program started a second time.
//!
//! The drag is a real one: the X server, GTK and WebKit see what they see when a person drags.

use std::env;
use std::path::Path;

use gtk::gdk::{DragAction, ModifierType};
use gtk::prelude::*;
use gtk::{EventBox, TargetEntry, TargetFlags, Window, WindowType};

use crate::app::App;
use crate::desktop::{Desktop, Process};

/// Holds the files to drag, one URI a line. Its being there makes the program a drag source.
const VARIABLE: &str = "LOOKALIKE_DRAG_SOURCE";
const TITLE: &str = "files to drag";
/// Right of the app's window, in pixels of the screen.
const PLACE: (i32, i32) = (1320, 800);
/// In the middle of the app's window.
const TARGET: (i32, i32) = (640, 420);

pub(crate) fn is_asked_for() -> bool {
    env::var_os(VARIABLE).is_some()
}

/// Shows the window until the process is killed.
pub(crate) fn run() {
    gtk::init().unwrap();
    let window = Window::new(WindowType::Toplevel);
    window.set_title(TITLE);
    window.set_decorated(false);
    window.set_default_size(60, 60);
    let files = EventBox::new();
    let uris = TargetEntry::new("text/uri-list", TargetFlags::OTHER_APP, 0);
    files.drag_source_set(ModifierType::BUTTON1_MASK, &[uris], DragAction::COPY);
    files.connect_drag_data_get(|_, _, data, _, _| {
        data.set_uris(&env::var(VARIABLE).unwrap().lines().collect::<Vec<_>>());
    });
    window.add(&files);
    window.show_all();
    gtk::main();
}

/// Files held over the app's window with the mouse button down. Their program lives until the test ends: it has to
/// hand them over.
pub(crate) struct Drag<'a> {
    desktop: &'a Desktop,
    _source: Process,
}

impl<'a> App<'a> {
    /// Drags files from another program over the window and holds them there.
    pub(crate) fn drag_in(&self, files: &[&Path]) -> Drag<'a> {
        let uris: Vec<String> = files.iter().map(|file| format!("file://{}", file.display())).collect();
        let mut command = self.desktop.command(env::current_exe().unwrap());
        let source = Process::start(command.env(VARIABLE, uris.join("\n")));
        let place = [PLACE.0.to_string(), PLACE.1.to_string()];
        self.desktop.xdotool(&[
            "search",
            "--sync",
            "--onlyvisible",
            "--name",
            TITLE,
            "windowmove",
            "--sync",
            &place[0],
            &place[1],
        ]);
        let mut to = (PLACE.0 + 30, PLACE.1 + 30);
        self.desktop.move_mouse(to);
        self.desktop.xdotool(&["mousedown", "1"]);
        // In steps: GTK begins a drag after some pixels, and WebKit looks at each motion.
        while to != TARGET {
            to = (to.0 - (to.0 - TARGET.0).min(40), to.1 - (to.1 - TARGET.1).min(40));
            self.desktop.move_mouse(to);
        }
        Drag { desktop: self.desktop, _source: source }
    }
}

impl Drag<'_> {
    /// Lets go of them over the window.
    pub(crate) fn let_go(&self) {
        self.desktop.xdotool(&["mouseup", "1"]);
    }

    /// Takes them out of the window again and lets go there.
    pub(crate) fn leave(&self) {
        for x in (TARGET.0..=1390).step_by(50) {
            self.desktop.move_mouse((x, TARGET.1));
        }
        self.desktop.xdotool(&["mouseup", "1"]);
    }
}

impl Desktop {
    fn move_mouse(&self, (x, y): (i32, i32)) {
        self.xdotool(&["mousemove", "--sync", &x.to_string(), &y.to_string()]);
    }
}
