//! Measures a library that is there: `answers DATA_DIR IMAGE...`, one JSON document on standard output.
//!
//! Each image is asked for from its file, decoding included. Memory is taken once the library answers.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use library::{Example, Library, Source};

const TOP: usize = 50;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let data = arguments.next().ok_or("usage: answers DATA_DIR IMAGE...")?;
    let images: Vec<PathBuf> = arguments.collect();
    let library = Library::open(&data)?;
    let first = images.first().ok_or("usage: answers DATA_DIR IMAGE...")?;
    ask(&library, first)?;
    let idle = resident_bytes();
    let mut times = images.iter().map(|image| ask(&library, image)).collect::<Result<Vec<f64>, _>>()?;
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    let document = serde_json::json!({ "p50_ms": at(50), "p99_ms": at(99), "idle_bytes": idle });
    Ok(writeln!(std::io::stdout(), "{document}")?)
}

/// Milliseconds from a file to results.
fn ask(library: &Library, image: &Path) -> library::Result<f64> {
    let started = Instant::now();
    let example = Example::like(Source::Path(image.into()));
    library.search(&[example], TOP)?;
    Ok(started.elapsed().as_secs_f64() * 1000.0)
}

/// By Linux's account; none elsewhere.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
