//! The progress bar on stderr: how far, how fast, how long still. Silent when stderr is not a terminal.

use std::io::{self, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use library::Event;

const WALKING: &str = "{spinner} looking through folders: {len} photos to read, {pos} done, {per_sec}";
const READING: &str = "{bar:32} {pos} of {len} photos, {per_sec}, {eta} left";
const SWITCHING: &str = "{bar:32} {pos} of {len} photos for {msg}, {per_sec}, {eta} left";
const CALIBRATING: &str = "{bar:32} measuring the bands of {msg}, {eta} left";
const LOOKING_INSIDE: &str = "{bar:32} looking inside photos: {pos} of {len}, {per_sec}, {eta} left";
const COMPARING: &str = "{bar:32} looking for duplicates, {eta} left";
const BUILDING: &str = "{bar:32} building the search index, {eta} left";

/// Shows an update's events.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    shown: &'static str,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new(0);
        bar.enable_steady_tick(Duration::from_millis(200));
        let mut progress = Self { bar, shown: "" };
        progress.show(WALKING);
        progress
    }

    /// Takes in an event.
    pub(crate) fn update(&mut self, event: &Event) {
        match event {
            Event::Progress { done, total, walking } => {
                self.show(if *walking { WALKING } else { READING });
                self.bar.set_length(*total);
                self.bar.set_position(*done);
            }
            Event::BuildingIndex { done, total } => self.work(BUILDING, "", (*done, *total)),
            Event::LookingInside { done, total } => self.work(LOOKING_INSIDE, "", (*done, *total)),
            Event::Comparing { done, total } => self.work(COMPARING, "", (*done, *total)),
            Event::Switching { model, done, total, .. } => self.work(SWITCHING, model, (*done, *total)),
            Event::Calibrating { model, done, total } => self.work(CALIBRATING, model, (*done, *total)),
            Event::Switched { model } => {
                self.bar.println(format!("{} answers from now on", library::shown(model)));
            }
            Event::SwitchFailed { model, reason } => {
                let (model, reason) = (library::shown(model), library::shown(reason));
                // Also where there is no bar: nothing else tells it.
                self.bar.suspend(|| drop(writeln!(io::stderr(), "{model} cannot take over: {reason}")));
            }
            Event::Offline { path } => {
                self.bar.println(format!("{} is not there; its photos are kept", library::shown_path(path)));
            }
            _ => {}
        }
    }

    /// Shows work other than reading photos, of a model or of none.
    fn work(&mut self, template: &'static str, model: &str, (done, total): (u64, u64)) {
        if self.shown != template {
            self.bar.reset();
            self.bar.set_message(library::shown(model));
        }
        self.show(template);
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn show(&mut self, template: &'static str) {
        // Setting a style forgets the rate; the templates are constants, checked by the test below.
        if self.shown != template
            && let Ok(style) = ProgressStyle::with_template(template)
        {
            self.bar.set_style(style.with_key("per_sec", rate));
            self.shown = template;
        }
    }
}

fn rate(state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write) {
    // A line that cannot be formatted is not worth stopping for.
    let _ = write!(out, "{:.0} photos/s", state.per_sec());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_well_formed() {
        for template in [WALKING, READING, SWITCHING, CALIBRATING, LOOKING_INSIDE, COMPARING, BUILDING] {
            ProgressStyle::with_template(template).unwrap();
        }
    }
}
