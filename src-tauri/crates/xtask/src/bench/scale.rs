//! Measures what grows: vectors and libraries of a thousand, ten thousand and so on, up to what was asked for.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::photos::{files, large_photos};
use super::program::{self, clear, example, median, number, seconds};
use super::table::Table;
use super::{Bench, small_photos};
use crate::error::{Error, Result};
use crate::shell::say;

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// The size at which other libraries are measured, and a photo library is large.
const LARGE: usize = 100_000;
const MILLION: usize = 1_000_000;
const ROUNDS: usize = 5;

pub(super) fn measure(bench: &Bench, table: &mut Table) -> Result<()> {
    for size in SIZES {
        if size <= bench.extent.photos {
            library(bench, table, size)?;
        }
    }
    for size in SIZES {
        if size <= bench.extent.vectors {
            vectors(bench, table, size)?;
        }
    }
    Ok(())
}

fn vectors(bench: &Bench, table: &mut Table, count: usize) -> Result<()> {
    let exported = bench.place.join("vectors").join(count.to_string());
    let measured = search(bench, count, &exported)?;
    let graph = &measured["graph"];
    let (p50, p99, recall) = (number(&graph["p50_ms"]), number(&graph["p99_ms"]), number(&graph["recall"]));
    let megabytes = number(&measured["memory_bytes"]) / 1e6;
    let build = 1000.0 * number(&measured["build_seconds"]) / count as f64;
    table.grows("search of the graph, top 50, p50", count, format!("{p50:.2} ms"));
    table.grows("exact scan, p50", count, format!("{:.2} ms", number(&measured["exact"]["p50_ms"])));
    table.grows("recall@10 against exact float search", count, format!("{recall:.3}"));
    table.grows("building the graph, two threads, per vector", count, format!("{build:.2} ms"));
    table.grows("loading vectors and graph", count, format!("{:.2} s", number(&measured["load_seconds"])));
    table.grows("memory of vectors and graph", count, format!("{megabytes:.0} MB"));
    if count == LARGE {
        beside_others(bench, table, &exported, &measured)?;
    }
    if count == MILLION {
        let peak = number(&measured["peak_bytes"]) / 1e6;
        table.row(
            "1,000,000 vectors, top 50",
            "p50 10 ms, recall@10 0.98, 2.5 GB",
            format!("p50 {p50:.2} ms, p99 {p99:.2} ms, recall {recall:.3}, {megabytes:.0} MB"),
            format!("while building at most {peak:.0} MB"),
            Some(p50 <= 10.0 && recall >= 0.98 && megabytes <= 2500.0),
            measured,
        );
    }
    Ok(())
}

/// What the example `measure` says. A million vectors take many minutes: what they took is kept.
fn search(bench: &Bench, count: usize, exported: &Path) -> Result<Value> {
    let kept = bench.place.join(format!("vectors-{count}.json"));
    if count >= MILLION && kept.exists() {
        return read(&kept);
    }
    say(&format!("searching {count} vectors"));
    let queries = if count >= MILLION { "100" } else { "200" };
    let mut command = example("vector-index", "measure")?;
    command.arg(count.to_string()).arg(queries);
    if count == LARGE {
        command.arg(exported);
    }
    let measured = program::json(&mut command)?;
    program::write(&kept, &measured.to_string())?;
    Ok(measured)
}

fn read(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::File { path: path.into(), source })?;
    serde_json::from_str(&text).map_err(|source| Error::Json { text, source })
}

fn beside_others(bench: &Bench, table: &mut Table, exported: &Path, ours: &Value) -> Result<()> {
    say("the same vectors in other libraries");
    let mut script = bench.peers.script("search.py");
    let others = program::json(script.arg(exported).args([&LARGE.to_string(), "0.99"]))?;
    let described: Vec<String> = others
        .as_array()
        .into_iter()
        .flatten()
        .map(|other| {
            let name = other["name"].as_str().unwrap_or_default();
            format!("{name} {:.2} ms ({:.3})", number(&other["p50_ms"]), number(&other["recall"]))
        })
        .collect();
    let graph = &ours["graph"];
    let (p50, p99, recall) = (number(&graph["p50_ms"]), number(&graph["p99_ms"]), number(&graph["recall"]));
    table.row(
        "search in 100,000 vectors of 1280 components, top 50",
        "p50 3 ms, p99 10 ms, recall@10 0.99",
        format!("p50 {p50:.2} ms, p99 {p99:.2} ms, recall {recall:.3}"),
        format!("p50 (recall): {}", described.join("; ")),
        Some(p50 <= 3.0 && p99 <= 10.0 && recall >= 0.99),
        json!({ "ours": ours, "others": others }),
    );
    Ok(())
}

/// A library of small photos and what making it took.
struct Made {
    photos: PathBuf,
    data: PathBuf,
    /// What `index --profile` said.
    index: Value,
}

/// Made once; what making it took is kept.
fn make(bench: &Bench, count: usize) -> Result<Made> {
    let photos = small_photos(&bench.place, &bench.samples, count)?;
    let (data, kept) = (photos.with_file_name("library"), photos.with_file_name("library.json"));
    if !kept.exists() {
        say(&format!("indexing {count} small photos"));
        clear(&data)?;
        let mut index = Command::new(&bench.lookalike);
        index.arg("--data-dir").arg(&data).arg("--json");
        // What regions cost has rows of its own.
        index.args(["index", "--no-regions", "--profile"]).arg(&photos);
        program::write(&kept, &program::text(&mut index)?)?;
    }
    Ok(Made { index: read(&kept)?, photos, data })
}

/// Seconds that a stage took of `index --profile`.
fn stage(index: &Value, name: &str) -> f64 {
    let stages = index["profile"]["stages"].as_array();
    stages.into_iter().flatten().filter(|row| row["stage"] == name).map(|row| number(&row["seconds"])).sum()
}

fn library(bench: &Bench, table: &mut Table, count: usize) -> Result<()> {
    let made = make(bench, count)?;
    say(&format!("a library of {count} photos"));
    let lookalike = || {
        let mut command = Command::new(&bench.lookalike);
        command.arg("--data-dir").arg(&made.data);
        command
    };
    let photo = files(&bench.samples.join("shoes"))?.into_iter().next().unwrap_or_default();
    let (mut starts, mut scans, mut finds, mut groups) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        starts.push(seconds(lookalike().args(["search", "-n", "50"]).arg(&photo))?);
        scans.push(seconds(lookalike().arg("index"))?);
        // The size and time of each file are what a scan looks at, too.
        finds.push(seconds(
            Command::new("find").arg(&made.photos).args(["-type", "f", "-printf", "%s %T@\n"]),
        )?);
        groups.push(seconds(lookalike().args(["--json", "duplicates"]))?);
    }
    let (start, scan, find, group) = (median(starts), median(scans), median(finds), median(groups));
    let large = files(&large_photos(bench)?)?;
    let answers = program::json(example("library", "answers")?.arg(&made.data).args(large))?;
    let status = program::json(lookalike().args(["--json", "status"]))?;
    let disk =
        ["catalog", "thumbnails", "index"].map(|part| number(&status["bytes"][part]) / count as f64 / 1000.0);
    let idle = number(&answers["idle_bytes"]) / 1e6;
    let peak = number(&made.index["profile"]["peak_bytes"]) / 1e6;
    let rate = number(&made.index["indexed"]) / number(&made.index["seconds"]);
    let (p50, p99) = (number(&answers["p50_ms"]), number(&answers["p99_ms"]));
    let per_photo: f64 = disk.iter().sum();
    let comparing = stage(&made.index, "compare");
    table.grows("first index of small photos, compared meanwhile", count, format!("{rate:.0} photos/s"));
    table.grows("comparing what is left for duplicates after it", count, format!("{comparing:.1} s"));
    table.grows("groups of duplicates then", count, format!("{group:.2} s"));
    table.grows("start to first answer", count, format!("{start:.2} s"));
    table.grows("query by a 12 MP file, p50", count, format!("{p50:.0} ms"));
    table.grows("re-scan of unchanged files", count, format!("{scan:.2} s"));
    table.grows("memory, loaded and idle", count, format!("{idle:.0} MB"));
    table.grows("memory at most while indexing", count, format!("{peak:.0} MB"));
    table.grows("disk per small photo", count, format!("{per_photo:.1} KB"));
    if count != LARGE {
        return Ok(());
    }
    table.row(
        "duplicates of 100,000 photos, after the last one was read",
        "seconds",
        format!("{:.1} s ({comparing:.1} s comparing, {group:.1} s grouping)", comparing + group),
        "each is a part of one of 60 photos: there are no denser libraries".to_owned(),
        None,
        json!({ "comparing_seconds": comparing, "grouping_seconds": group }),
    );
    let numbers = json!({ "answers": answers, "index": made.index, "status": status["bytes"] });
    let mut row = |what: &str, aim: &str, measured: String, beside: String, met| {
        table.row(what, aim, measured, beside, Some(met), Value::Null);
    };
    row(
        "query by a 12 MP file over 100,000 photos, decode to results",
        "p50 60 ms",
        format!("p50 {p50:.0} ms, p99 {p99:.0} ms"),
        String::new(),
        p50 <= 60.0,
    );
    row(
        "start of the program to first answer, 100,000 photos",
        "1 s",
        format!("{start:.2} s"),
        String::new(),
        start <= 1.0,
    );
    row(
        "re-scan of 100,000 unchanged files",
        "3 s",
        format!("{scan:.2} s"),
        format!("`find` with size and time: {find:.2} s"),
        scan <= 3.0,
    );
    row(
        "memory, 100,000 photos loaded and idle / while indexing",
        "350 MB / 700 MB",
        format!("{idle:.0} MB / {peak:.0} MB"),
        String::new(),
        idle <= 350.0 && peak <= 700.0,
    );
    row(
        "disk per photo: catalog, thumbnail, index",
        "20 KB",
        format!("{per_photo:.1} KB ({:.1} + {:.1} + {:.1})", disk[0], disk[1], disk[2]),
        "photos of about 250 pixels; see below for 12 MP".to_owned(),
        per_photo <= 20.0,
    );
    table.note("100,000 photos", numbers);
    Ok(())
}
