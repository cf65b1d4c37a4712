//! Measures how good searches are, by photos as wholes alone and with their regions, beside how earlier versions made vectors
//! with the same network, and what the regions cost.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::photos::large_photos;
use super::program::{self, clear, example, median, number};
use super::table::Table;
use super::{Bench, Result, say};

/// Sizes of crops, with the share of first results to reach.
const CROPS: [(&str, Option<f64>); 4] =
    [("5-10%", None), ("10-20%", Some(0.96)), ("20-40%", None), ("40-80%", None)];
const ROUNDS: usize = 3;

pub(super) fn measure(bench: &Bench, table: &mut Table) -> Result<()> {
    say("how good searches are");
    let folder = bench.extent.labelled.as_ref().unwrap_or(&bench.samples);
    let by = |model: &str| -> Result<Value> {
        program::json(example("library", "search_quality")?.arg(folder).arg(model))
    };
    let (found, before, accurate) = (by("fast")?, by("fast-earlier")?, by("accurate")?);
    let (whole, regions, before) = (&found["whole"], &found["regions"], &before["regions"]);
    for (size, aim) in CROPS {
        for (asked, what) in [("box", "a box of"), ("file", "the same, saved as a JPEG of its own:")] {
            let (alone, with) = (&whole["crops"][size][asked], &regions["crops"][size][asked]);
            let before = &before["crops"][size][asked];
            let first = number(&with["first"]);
            let aim = aim.filter(|_| asked == "box");
            table.row(
                &format!("{what} {size} of a photo finds it first / among ten, {} photos", regions["photos"]),
                &aim.map_or_else(|| "-".to_owned(), |aim| format!("first {aim}")),
                found_in(with),
                format!("without regions: {}; before: {}", found_in(alone), found_in(before)),
                aim.map(|aim| first >= aim),
                json!({ "regions": with, "whole": alone, "before": before }),
            );
        }
    }
    let precision = |document: &Value| number(&document["leave_one_out"]["mean_average_precision"]);
    let labelled = |document: &Value| {
        let of = |what: &str| number(&document["leave_one_out"][what]);
        let (first, ten) = (100.0 * of("first"), 100.0 * of("ten"));
        let (precision, milliseconds) = (of("mean_average_precision"), of("milliseconds"));
        format!("{first:.1}% / {ten:.1}% / {precision:.3}, {milliseconds:.0} ms a search")
    };
    table.row(
        &format!(
            "leaving one out, {} photos in {} classes: first result / first ten of the class / mean average precision",
            regions["photos"], regions["classes"]
        ),
        "72% / 63% / 0.52",
        labelled(regions),
        format!("without regions: {}; before: {}", labelled(whole), labelled(before)),
        Some(precision(regions) >= 0.52),
        json!({
            "regions": regions["leave_one_out"],
            "whole": whole["leave_one_out"],
            "before": before["leave_one_out"],
        }),
    );
    let accurate = &accurate["regions"];
    table.row(
        "the same by the accurate model",
        "76% / 68% / 0.58",
        labelled(accurate),
        String::new(),
        Some(precision(accurate) >= 0.58),
        accurate["leave_one_out"].clone(),
    );
    cost(bench, table, &found)?;
    duplicates(folder, table)
}

/// Copies told from what only looks like them.
pub(super) fn duplicates(folder: &Path, table: &mut Table) -> Result<()> {
    edited_copies(folder, table)?;
    look_alikes(folder, table)
}

/// How often crops find their photo first and among ten, and how long a search takes.
fn found_in(crops: &Value) -> String {
    let of = |what: &str| number(&crops[what]);
    format!("{:.3} / {:.3}, {:.0} ms a search", of("first"), of("ten"), of("milliseconds"))
}

/// Edited copies of photos told from photos that only look alike, by how strong the edits are.
fn edited_copies(folder: &Path, table: &mut Table) -> Result<()> {
    say("how duplicates are told");
    let found: Value = program::json(example("library", "duplicate_quality")?.arg(folder))?;
    let edits = found["edits"].as_array().cloned().unwrap_or_default();
    for (strength, (name, aim)) in (1_u64..).zip([("mild", 0.99), ("clear", 0.98), ("strong", 0.97)]) {
        let edits: Vec<&Value> = edits.iter().filter(|edit| edit["strength"] == strength).collect();
        let count = edits.len() as f64;
        let recall = edits.iter().map(|edit| number(&edit["recall"])).sum::<f64>() / count;
        // Of the kinds that are found at all: one right pair among two says nothing of precision.
        let told = edits.iter().filter(|edit| number(&edit["recall"]) > 0.1);
        let precision = told.map(|edit| number(&edit["precision"])).fold(1.0, f64::min);
        let milliseconds = edits.iter().map(|edit| number(&edit["milliseconds"])).sum::<f64>() / count;
        let missed = edits.iter().filter(|edit| number(&edit["recall"]) < 0.95);
        let missed: Vec<String> = missed
            .map(|edit| {
                format!("{} {:.2}", edit["kind"].as_str().unwrap_or_default(), number(&edit["recall"]))
            })
            .collect();
        let missed = if missed.is_empty() { "none".to_owned() } else { missed.join("; ") };
        table.row(
            &format!("duplicates: {name} edits of {} kinds, {} photos each", edits.len(), found["photos"]),
            &format!("recall {aim}, precision 0.995"),
            format!("recall {recall:.3}, least precision {precision:.3}, {milliseconds:.1} ms a photo"),
            format!("recall under 0.95: {missed}"),
            Some(recall >= aim && precision >= 0.995),
            json!({ "recall": recall, "precision": precision, "edits": edits }),
        );
    }
    Ok(())
}

/// Documents of one template, and the hardest look-alikes among photos, told from true copies.
fn look_alikes(folder: &Path, table: &mut Table) -> Result<()> {
    say("how look-alikes are told");
    let found: Value = program::json(example("library", "look_alikes")?.arg(folder))?;
    let rows = [
        ("documents", "documents of twelve kinds, ten each, and two copies of each"),
        ("bursts", "photos, an edited copy of each, and two more frames, moved by 2% and by 4%"),
    ];
    for (name, what) in rows {
        let of = |value: &str| number(&found[name][value]);
        let (recall, mixed) = (of("recall"), of("mixed_groups"));
        table.row(
            &format!("duplicates: {what}"),
            "recall 0.95, no group of different ones",
            format!("recall {recall:.3}, {mixed:.0} groups mixed, {:.1} ms a picture", of("milliseconds")),
            String::new(),
            Some(recall >= 0.95 && mixed < 0.5),
            found[name].clone(),
        );
    }
    Ok(())
}

/// What regions cost in time, on large photos, and on disk.
fn cost(bench: &Bench, table: &mut Table, found: &Value) -> Result<()> {
    let photos = large_photos(bench)?;
    let count = super::photos::files(&photos)?.len() as f64;
    let data = bench.place.join("regions-library");
    // Photos a second until they are searchable, and until the things inside them are.
    let rates = |flag: &str| -> Result<(f64, f64)> {
        let (mut searchable, mut done) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            clear(&data)?;
            let mut index = Command::new(&bench.lookalike);
            index.arg("--data-dir").arg(&data).args(["--json", "index", flag]).arg(&photos);
            let took = program::json(&mut index)?;
            searchable.push(number(&took["seconds"]));
            done.push(number(&took["seconds"]) + number(&took["seconds_inside"]));
        }
        Ok((count / median(searchable), count / median(done)))
    };
    let ((whole, _), (regions, inside)) = (rates("--no-regions")?, rates("--regions")?);
    table.row(
        "a folder of 12 MP JPEGs, with regions, until photos are searchable",
        "30 photos/s",
        format!("{regions:.1} photos/s"),
        format!("without regions: {whole:.1}"),
        Some(regions >= 30.0),
        json!({ "regions": regions, "whole": whole }),
    );
    table.row(
        "the same, until things inside them are, too",
        "-",
        format!("{inside:.1} photos/s"),
        String::new(),
        None,
        json!(inside),
    );
    let of = |side: &str, what: &str| number(&found[side][what]);
    let per_photo = |side: &str| of(side, "bytes_per_photo") / 1000.0;
    table.row(
        "what regions take of the catalog",
        "-",
        format!(
            "{:.1} KB a photo with {:.1} regions",
            per_photo("regions"),
            of("regions", "tiles_per_photo")
        ),
        format!("without regions: {:.1} KB", per_photo("whole")),
        None,
        json!({ "regions": per_photo("regions"), "whole": per_photo("whole") }),
    );
    Ok(())
}
