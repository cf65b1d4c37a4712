//! Measures reading photos: one embedding, a folder of 12 MP JPEGs beside other programs and beside the bare calls,
//! and HEIC.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::program::{self, clear, example, median, number, seconds};
use super::table::Table;
use super::{Bench, aloud};
use crate::error::{Error, Result};
use crate::shell::{cargo, say};

const LARGE_PHOTOS: usize = 120;
const ROUNDS: usize = 3;
const HEIC_PHOTOS: usize = 3;

pub(super) fn measure(bench: &Bench, table: &mut Table) -> Result<()> {
    let model = crate::root().join("src-tauri/models/efficientnet-lite0-int8.tflite");
    embedding(bench, table, &model)?;
    let photos = large_photos(bench)?;
    folder(bench, table, &model, &photos)?;
    overhead(table, &photos)?;
    heic(bench, table)
}

fn embedding(bench: &Bench, table: &mut Table, model: &Path) -> Result<()> {
    say("embedding one image");
    let (mut ours, mut theirs) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        let timing = program::json(example("image-embedder", "timing")?.arg(model).arg("224"))?;
        ours = ours.min(number(&timing["task_library_ms"]));
        let script = program::json(bench.peers.script("embed.py").arg(model).arg("224"))?;
        theirs = theirs.min(number(&script));
    }
    let ratio = theirs / ours;
    table.row(
        "embedding one 224 x 224 image, Lite0 int8, one thread",
        "at least 2.5x as fast",
        format!("{ours:.1} ms, {ratio:.1}x"),
        format!("tflite-support `ImageEmbedder`: {theirs:.1} ms"),
        Some(ratio >= 2.5),
        json!({ "ms": ours, "tflite_support_ms": theirs }),
    );
    Ok(())
}

/// Made once.
pub(super) fn large_photos(bench: &Bench) -> Result<PathBuf> {
    let folder = bench.place.join("large");
    let complete = bench.place.join("large.complete");
    if !complete.exists() {
        say("making photos of 12 megapixels");
        let mut make = example("library", "large_photos")?;
        aloud(make.arg(&bench.samples).arg(&folder).arg(LARGE_PHOTOS.to_string()))?;
        program::write(&complete, "")?;
    }
    Ok(folder)
}

fn folder(bench: &Bench, table: &mut Table, model: &Path, photos: &Path) -> Result<()> {
    say("reading a folder of 12 MP JPEGs");
    let data = bench.place.join("large-library");
    let home = bench.place.join("home");
    let (mut ours, mut script, mut czkawka) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        clear(&data)?;
        ours.push(seconds(
            Command::new(&bench.lookalike)
                .arg("--data-dir")
                .arg(&data)
                // The others embed wholes only; what regions cost has a row of its own.
                .args(["index", "--no-regions"])
                .arg(photos),
        )?);
        let mut plain = bench.peers.script("plain_script.py");
        script.push(seconds(plain.arg(photos).arg(model).arg(bench.place.join("script.npy")))?);
        if let Some(program) = &bench.peers.czkawka {
            // A home of its own, without a cache from before.
            clear(&home)?;
            let mut czkawka_cli = Command::new(program);
            czkawka_cli.env("HOME", &home).env("XDG_CACHE_HOME", &home).env("XDG_CONFIG_HOME", &home);
            czkawka.push(seconds(czkawka_cli.args(["image", "--directories"]).arg(photos))?);
        }
    }
    let rate = |times: Vec<f64>| LARGE_PHOTOS as f64 / median(times);
    let (ours, script) = (rate(ours), rate(script));
    table.row(
        "a folder of 12 MP JPEGs, from cold catalog to searchable",
        "60 photos/s, at least 5x",
        format!("{ours:.1} photos/s, {:.1}x", ours / script),
        format!("Pillow and tflite-support, two processes: {script:.1}"),
        Some(ours >= 60.0 && ours >= 5.0 * script),
        json!({ "photos_per_second": ours, "script_photos_per_second": script }),
    );
    if !czkawka.is_empty() {
        let czkawka = rate(czkawka);
        table.row(
            "the same folder",
            "at least 4x",
            format!("{ours:.1} photos/s, {:.1}x", ours / czkawka),
            format!("`czkawka_cli image`, which only hashes: {czkawka:.1}"),
            Some(ours >= 4.0 * czkawka),
            json!({ "photos_per_second": ours, "czkawka_photos_per_second": czkawka }),
        );
    }
    let status = program::json(
        Command::new(&bench.lookalike).arg("--data-dir").arg(&data).args(["--json", "status"]),
    )?;
    let thumbnails = number(&status["bytes"]["thumbnails"]) / LARGE_PHOTOS as f64;
    table.note("bytes of a 12 MP photo's thumbnail", json!(thumbnails.round()));
    profile(bench, table, photos, &data)
}

/// Where the time of one more run went.
fn profile(bench: &Bench, table: &mut Table, photos: &Path, data: &Path) -> Result<()> {
    clear(data)?;
    let mut index = Command::new(&bench.lookalike);
    let document = program::json(
        index.arg("--data-dir").arg(data).args(["--json", "index", "--profile", "--no-regions"]).arg(photos),
    )?;
    let stages = document["profile"]["stages"].as_array().cloned().unwrap_or_default();
    let milliseconds: Value = stages
        .iter()
        .filter_map(|time| {
            let stage = time["stage"].as_str()?.to_owned();
            Some((stage, json!((100_000.0 * number(&time["seconds"]) / LARGE_PHOTOS as f64).round() / 100.0)))
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    table.note("ms of each stage per 12 MP photo, all threads together", milliseconds);
    Ok(())
}

fn overhead(table: &mut Table, photos: &Path) -> Result<()> {
    say("the pipeline beside the bare calls");
    let mut bench = cargo(&["bench", "--quiet", "--locked", "--package", "cli", "--package", "library"]);
    let measured = program::json(bench.args(["--bench", "indexing", "--"]).arg(photos))?;
    let overhead = number(&measured["overhead"]);
    table.row(
        "pipeline overhead over bare scaled decode, resize, embedding and thumbnail",
        "under 10%",
        format!("{:.1}%", 100.0 * overhead),
        format!(
            "the same calls in a loop on two threads: {:.1} photos/s",
            number(&measured["bare_photos_per_second"])
        ),
        Some(overhead < 0.1),
        measured.clone(),
    );
    let isolation = number(&measured["isolation"]);
    table.row(
        "reading images in processes of their own",
        "under 5%",
        format!("{:.1}%", 100.0 * isolation),
        format!(
            "the same pipeline in one process: {:.1} photos/s",
            number(&measured["pipeline_photos_per_second"])
        ),
        Some(isolation < 0.05),
        measured,
    );
    Ok(())
}

fn heic(bench: &Bench, table: &mut Table) -> Result<()> {
    say("HEIC");
    let folder = bench.place.join("heic");
    let complete = bench.place.join("heic.complete");
    if !complete.exists() {
        // Not the mosaics: no photo has so much detail.
        let classes = files(&bench.samples)?.into_iter().take(HEIC_PHOTOS);
        let photos = classes.map(|class| Ok(files(&class)?.into_iter().take(1)));
        let photos: Vec<PathBuf> = photos.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
        aloud(bench.peers.script("heic.py").arg(&folder).args(photos))?;
        program::write(&complete, "")?;
    }
    let measured = program::json(example("library", "reduced")?.args(files(&folder)?))?;
    let (reduced, full) = (number(&measured["reduced_ms"]), number(&measured["full_ms"]));
    let cosine = number(&measured["least_cosine"]);
    table.row(
        "12 MP HEIC, read by its preview",
        "cosine 0.98 to the full image",
        format!("{reduced:.1} ms, least cosine {cosine:.3}"),
        format!("full decode: {full:.0} ms"),
        Some(cosine >= 0.98 && reduced < full),
        measured,
    );
    Ok(())
}

pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let file_error = |source| Error::File { path: folder.into(), source };
    let mut files = std::fs::read_dir(folder)
        .map_err(file_error)?
        .map(|entry| entry.map(|entry| entry.path()).map_err(file_error))
        .collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}
