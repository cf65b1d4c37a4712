//! Brings a library up to date as a whole, once: reads its folders, then looks inside photos or goes on with a switch of the
//! model. `watch.rs` does so again and again.

use std::time::Instant;

use catalog::folder;

use crate::base::control::{Control, Run};
use crate::base::event::Event;
use crate::folders::findings::Scope;
use crate::ingest::summary::Summary;
use crate::models::switch::Pass;
use crate::{Library, Result};

impl Library {
    /// Brings all folders up to date, then looks inside photos that were not looked into yet, or goes on with a switch to
    /// another model if there is one. `emit` hears of progress on the calling thread.
    pub fn update(&self, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<Summary> {
        let folders = self.catalog.read(folder::all)?;
        let scopes: Vec<Scope> = folders.into_iter().map(Scope::whole).collect();
        let run = Run::new(control);
        let mut summary = self.update_scopes(&scopes, &run, emit)?;
        if !run.has_ended() {
            let started = Instant::now();
            let pass = self.go_on(&run, &|| false, &mut |event| {
                if let Event::LookingInside { done, .. } = event {
                    summary.looked_inside = summary.looked_inside.max(done);
                    summary.seconds_inside = started.elapsed().as_secs_f64();
                }
                emit(event);
            })?;
            summary.switched = pass == Pass::Switched;
        }
        Ok(summary)
    }
}
