//! What the kills did: counted by phase, and written as a table.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use crate::kill::Phase;
use crate::library::Place;

#[derive(Debug, Default)]
pub(crate) struct Results {
    kills: BTreeMap<Phase, usize>,
    integrity: Vec<String>,
    photos: usize,
    lost: usize,
    doubled: usize,
    stale: usize,
    left_over: usize,
    other_answers: usize,
    findings: Vec<String>,
    /// How often a library was attacked in each way, and what went wrong.
    attacks: BTreeMap<&'static str, usize>,
    faults: Vec<String>,
}

impl Results {
    /// Counts a kill and checks what it left. Returns whether there was one.
    pub(crate) fn note(&mut self, place: &Place, fell_in: Option<Phase>) -> bool {
        let Some(phase) = fell_in else { return false };
        *self.kills.entry(phase).or_default() += 1;
        self.integrity.extend(place.integrity_problems());
        true
    }

    /// Compares a library that was killed with one that was not.
    pub(crate) fn compare(&mut self, phase: Phase, killed: &Place, undisturbed: &Place) {
        let (found, expected) = (killed.dump(), undisturbed.dump());
        self.photos += expected.len();
        for (path, known) in &expected {
            match found.get(path).map(Vec::as_slice) {
                None => self.lost += 1,
                Some([one]) => self.stale += usize::from(one != &known[0]),
                Some(_) => self.doubled += 1,
            }
        }
        self.left_over += found.keys().filter(|path| !expected.contains_key(*path)).count();
        let (answers, other) = (killed.answers(), undisturbed.answers());
        self.other_answers += answers.iter().zip(&other).filter(|(one, other)| one != other).count();
        let output = killed.command().arg("verify").output().unwrap();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout);
            self.findings.push(format!("{}: {said}", phase.name()));
        }
    }

    /// Counts an attack in a way, and what went wrong after it.
    pub(crate) fn note_attack(&mut self, kind: &'static str, fault: Option<String>) {
        *self.attacks.entry(kind).or_default() += 1;
        self.faults.extend(fault);
    }

    pub(crate) fn assert_nothing_lost(&self) {
        let Self { lost, doubled, stale, left_over, other_answers, .. } = self;
        assert_eq!([lost, doubled, stale, left_over, other_answers], [&0; 5], "{self:?}");
        assert!(self.integrity.is_empty() && self.findings.is_empty(), "{self:?}");
        assert!(self.faults.is_empty(), "{:#?}", self.faults);
    }

    /// Writes the table into the repository.
    pub(crate) fn write(&self) {
        let mut text = String::from(
            "# Killed at random moments\n\n\
             Written by `cargo xtask torture`. Each kill is a SIGKILL to the real `lookalike` process; its log tells in \
             which phase it fell.\n\n| killed while | kills |\n|---|---|\n",
        );
        for (phase, kills) in &self.kills {
            writeln!(text, "| {} | {kills} |", phase.name()).unwrap();
        }
        let total: usize = self.kills.values().sum();
        writeln!(text, "| **together** | **{total}** |\n").unwrap();
        let Self { photos, lost, doubled, stale, left_over, other_answers, .. } = self;
        writeln!(text, "| of {photos} photos, beside libraries that were left alone | |\n|---|---|").unwrap();
        for (what, count) in [
            ("lost", lost),
            ("doubled", doubled),
            ("with another hash or vector", stale),
            ("left over although deleted", left_over),
            ("searches with another answer", other_answers),
            (
                "problems found by SQLite's integrity and foreign-key checks after a kill",
                &self.integrity.len(),
            ),
            ("findings of `lookalike verify` at the end", &self.findings.len()),
        ] {
            writeln!(text, "| {what} | {count} |").unwrap();
        }
        text.push_str(
            "\n# Attacked\n\nA library that nobody has open, or the readers of one that is being made. Afterwards commands \
             come to an end, `lookalike verify --repair` and `lookalike index` bring back the library from before, and \
             nobody else may read it.\n\n| what was done | trials |\n|---|---|\n",
        );
        for (kind, trials) in &self.attacks {
            writeln!(text, "| {kind} | {trials} |").unwrap();
        }
        writeln!(text, "| **of these, commands that hung or panicked, libraries that lost something or stayed unsound** | **{}** |", self.faults.len()).unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/torture/RESULTS.md");
        std::fs::write(path, text).unwrap();
    }
}
