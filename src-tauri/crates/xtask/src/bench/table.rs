//! What was measured, as Markdown for people and as JSON for programs.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::program;
use crate::error::Result;
use crate::shell::say;

pub(super) struct Table {
    /// What it was measured with.
    setting: Value,
    rows: Vec<Row>,
    /// What grows, and what it was at which size, in the order of coming up.
    growth: Vec<(String, Vec<(usize, String)>)>,
    notes: Vec<(String, Value)>,
}

struct Row {
    what: String,
    aim: String,
    measured: String,
    beside: String,
    met: Option<bool>,
    numbers: Value,
}

impl Table {
    pub(super) fn new(setting: Value) -> Self {
        Self { setting, rows: Vec::new(), growth: Vec::new(), notes: Vec::new() }
    }

    /// A row with a target.
    pub(super) fn row(
        &mut self,
        what: &str,
        aim: &str,
        measured: String,
        beside: String,
        met: Option<bool>,
        numbers: Value,
    ) {
        say(&format!("  {what}: {measured}"));
        self.rows.push(Row { what: what.to_owned(), aim: aim.to_owned(), measured, beside, met, numbers });
    }

    /// How large something is at one of several sizes.
    pub(super) fn grows(&mut self, what: &str, size: usize, measured: String) {
        match self.growth.iter_mut().find(|(known, _)| known == what) {
            Some((_, cells)) => cells.push((size, measured)),
            None => self.growth.push((what.to_owned(), vec![(size, measured)])),
        }
    }

    /// Something without a target.
    pub(super) fn note(&mut self, what: &str, value: Value) {
        self.notes.push((what.to_owned(), value));
    }

    /// Writes `RESULTS.md` and `results.json`.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let mut json = serde_json::to_string_pretty(&self.json()).unwrap_or_default();
        json.push('\n');
        program::write(&folder.join("results.json"), &json)?;
        program::write(&folder.join("RESULTS.md"), &self.markdown())
    }

    fn json(&self) -> Value {
        let row = |row: &Row| {
            json!({
                "what": row.what, "aim": row.aim, "measured": row.measured, "beside": row.beside, "met": row.met,
                "numbers": row.numbers,
            })
        };
        let cells = |(what, cells): &(String, Vec<(usize, String)>)| {
            let cells = cells.iter().map(|(size, measured)| (size.to_string(), json!(measured)));
            (what.clone(), Value::Object(cells.collect()))
        };
        json!({
            "setting": self.setting,
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(),
            "growth": self.growth.iter().map(cells).collect::<serde_json::Map<_, _>>(),
            "notes": self.notes.iter().cloned().collect::<serde_json::Map<_, _>>(),
        })
    }

    fn markdown(&self) -> String {
        let text = |field: &str| self.setting[field].as_str().unwrap_or_default().to_owned();
        let versions: Vec<String> = self.setting["packages"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, version)| format!("{name} {}", version.as_str().unwrap_or_default()))
            .collect();
        let mut page = format!(
            "# Speed, beside the alternatives\n\n\
             Written by `cargo xtask bench` on {}: {} cores of an {}, {} GB, {}, {}, Python {}.\n\
             Beside: {}.\n\n\
             | what | aim | measured | beside | met |\n|---|---|---|---|---|\n",
            text("date"),
            self.setting["cores"],
            text("processor"),
            self.setting["memory_gb"],
            text("system"),
            text("rustc"),
            text("python"),
            versions.join(", "),
        );
        for Row { what, aim, measured, beside, met, .. } in &self.rows {
            let met = met.map_or("", |met| if met { "yes" } else { "**no**" });
            // Writing to a string cannot fail.
            let _ = writeln!(page, "| {what} | {aim} | {measured} | {beside} | {met} |");
        }
        page.push_str(
            "\n## How it grows\n\n| | 1,000 | 10,000 | 100,000 | 1,000,000 |\n|---|---|---|---|---|\n",
        );
        for (what, cells) in &self.growth {
            let cell = |size: usize| {
                cells.iter().find(|(known, _)| *known == size).map_or("-", |(_, measured)| measured.as_str())
            };
            let cells = [1_000, 10_000, 100_000, 1_000_000].map(cell).join(" | ");
            let _ = writeln!(page, "| {what} | {cells} |");
        }
        page.push_str(
            "\nA dash: not measured. Vectors are made up, with the clusters of real embeddings; photos are \
             mosaics and parts of the sample photos, those of this table as wholes only. `results.json` has every number.\n",
        );
        for (what, value) in self.notes.iter().filter(|(_, value)| value.to_string().len() < 400) {
            let _ = writeln!(page, "\n{what}: `{value}`");
        }
        page
    }
}
