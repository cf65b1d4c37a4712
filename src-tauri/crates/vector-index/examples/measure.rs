//! Measures the index over made-up vectors: `measure COUNT QUERIES [EXPORT]`, one JSON document on standard output.
//!
//! The vectors have the structure of photo embeddings: clusters of a hundred in 64 degrees of freedom, positive and
//! with noise, 1280 components. Queries are drawn like the vectors and are not among them. Recall is against the exact
//! neighbours of the float vectors, before they become int8. With EXPORT the float vectors, queries and neighbours are
//! written into that folder, for other programs to be measured with. Run it in release mode on a quiet machine.
#![expect(clippy::disallowed_methods, reason = "writes what it is asked to export")]
#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::collections::HashSet;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vector_index::{Neighbor, RECALL_GOAL, Result, TieredIndex, VectorIndex, quantize};

const DIMENSION: usize = 1280;
const LATENT: usize = 64;
const CLUSTER: usize = 100;
/// Results asked for, and how many of them must be right.
const TOP: usize = 50;
const RECALL_AT: usize = 10;

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (count, queries, export) = match arguments.as_slice() {
        [count, queries] => (count.parse()?, queries.parse()?, None),
        [count, queries, export] => (count.parse()?, queries.parse()?, Some(PathBuf::from(export))),
        _ => return Err("usage: measure COUNT QUERIES [EXPORT]".into()),
    };
    let mut embeddings = Embeddings::new(count);
    let mut truth = Truth::new((0..queries).map(|_| embeddings.next()).collect());
    // Exact until it is told to build.
    let index = TieredIndex::new(DIMENSION)?.with_exact_limit(1);
    let mut exported = export.as_deref().map(|folder| create(folder, "vectors.f32")).transpose()?;
    for id in 0..count as i64 {
        let vector = embeddings.next();
        truth.see(id, &vector);
        index.insert(id, &quantize(&vector)?)?;
        if let Some(file) = &mut exported {
            write_floats(file, &vector)?;
        }
    }
    if let (Some(folder), Some(mut file)) = (&export, exported) {
        file.flush()?;
        truth.write(folder)?;
    }
    println!("{}", measure(&index, &truth, count)?);
    Ok(())
}

fn measure(index: &TieredIndex, truth: &Truth, count: usize) -> Result<Value> {
    let exact = Trial::run(index, truth)?;
    let start = Instant::now();
    let built = index.snapshot_for_build().build(2, &|_, _| ControlFlow::Continue(()))?;
    let building = start.elapsed();
    index.adopt(built)?;
    index.tune(RECALL_GOAL, 100, RECALL_AT)?;
    let graph = Trial::run(index, truth)?;
    let directory = std::env::temp_dir().join(format!("vector-index-measure-{}", std::process::id()));
    let start = Instant::now();
    index.save(&directory, "measure")?;
    let save = start.elapsed();
    let memory = memory("VmRSS:");
    let start = Instant::now();
    TieredIndex::load(&directory, DIMENSION, "measure")?;
    let load = start.elapsed();
    let entries = std::fs::read_dir(&directory).into_iter().flatten();
    let bytes: u64 = entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len())).sum();
    let _ = std::fs::remove_dir_all(&directory);
    Ok(json!({
        "count": count,
        "queries": truth.queries.len(),
        "exact": exact.describe(),
        "graph": graph.describe(),
        "build_seconds": building.as_secs_f64(),
        "save_seconds": save.as_secs_f64(),
        "load_seconds": load.as_secs_f64(),
        "snapshot_bytes": bytes,
        "memory_bytes": memory,
        "peak_bytes": self::memory("VmHWM:"),
    }))
}

/// Bytes by a line of `/proc/self/status`; none where there is no such file.
fn memory(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// One search for each query.
struct Trial {
    times: Vec<Duration>,
    recall: f64,
}

impl Trial {
    fn run(index: &TieredIndex, truth: &Truth) -> Result<Self> {
        let (mut times, mut right) = (Vec::new(), 0);
        for (query, best) in truth.queries.iter().zip(&truth.best) {
            let query = quantize(query)?;
            let start = Instant::now();
            let found = index.search(&query, TOP, None)?;
            times.push(start.elapsed());
            let expected: HashSet<i64> = best.iter().map(|neighbor| neighbor.id).collect();
            right += found.iter().take(RECALL_AT).filter(|found| expected.contains(&found.id)).count();
        }
        times.sort_unstable();
        let expected: usize = truth.best.iter().map(Vec::len).sum();
        Ok(Self { times, recall: right as f64 / expected.max(1) as f64 })
    }

    fn describe(&self) -> Value {
        let milliseconds =
            |percent: usize| self.times[(self.times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
        json!({ "p50_ms": milliseconds(50), "p99_ms": milliseconds(99), "recall": self.recall })
    }
}

/// The exact neighbours of each query, found while the vectors pass.
struct Truth {
    queries: Vec<Vec<f32>>,
    best: Vec<Vec<Neighbor>>,
}

impl Truth {
    fn new(queries: Vec<Vec<f32>>) -> Self {
        Self { best: vec![Vec::new(); queries.len()], queries }
    }

    fn see(&mut self, id: i64, vector: &[f32]) {
        for (query, best) in self.queries.iter().zip(&mut self.best) {
            let similarity = dot(query, vector);
            if best.len() == RECALL_AT && best.last().is_some_and(|worst| similarity <= worst.similarity) {
                continue;
            }
            let place = best.partition_point(|better| better.similarity >= similarity);
            best.insert(place, Neighbor { id, similarity });
            best.truncate(RECALL_AT);
        }
    }

    fn write(&self, folder: &Path) -> std::io::Result<()> {
        let mut queries = create(folder, "queries.f32")?;
        self.queries.iter().try_for_each(|query| write_floats(&mut queries, query))?;
        let mut best = create(folder, "neighbors.i64")?;
        for neighbor in self.best.iter().flatten() {
            best.write_all(&neighbor.id.to_le_bytes())?;
        }
        queries.flush()?;
        best.flush()
    }
}

fn create(folder: &Path, name: &str) -> std::io::Result<BufWriter<File>> {
    std::fs::create_dir_all(folder)?;
    Ok(BufWriter::new(File::create(folder.join(name))?))
}

fn write_floats(file: &mut impl Write, values: &[f32]) -> std::io::Result<()> {
    values.iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))
}

/// In sixteen sums, which compilers turn into vector instructions.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        for lane in 0..16 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}

/// An endless supply of made-up embeddings.
struct Embeddings {
    random: u64,
    mixing: Vec<f32>,
    centres: Vec<f32>,
}

impl Embeddings {
    fn new(count: usize) -> Self {
        let mut new = Self { random: 1, mixing: Vec::new(), centres: Vec::new() };
        new.mixing = (0..LATENT * DIMENSION).map(|_| new.normal()).collect();
        new.centres = (0..LATENT * count.div_ceil(CLUSTER)).map(|_| new.normal()).collect();
        new
    }

    /// Uniform from 0 to 1 (xorshift64*).
    fn uniform(&mut self) -> f32 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        (self.random.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Nearly normal, with a variance of 1.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.uniform()).sum::<f32>() - 6.0
    }

    /// Of unit length.
    fn next(&mut self) -> Vec<f32> {
        let clusters = self.centres.len() / LATENT;
        // Squared, so that some clusters are large.
        let cluster = (self.uniform().powi(2) * clusters as f32) as usize % clusters;
        let mut vector = vec![0.0; DIMENSION];
        for axis in 0..LATENT {
            let latent = self.centres[cluster * LATENT + axis] + 0.6 * self.normal();
            let mixing = &self.mixing[axis * DIMENSION..(axis + 1) * DIMENSION];
            vector.iter_mut().zip(mixing).for_each(|(value, weight)| *value += latent * weight);
        }
        for value in &mut vector {
            *value = value.max(0.0) + 0.6 * self.uniform();
        }
        let norm = dot(&vector, &vector).sqrt();
        for value in &mut vector {
            *value /= norm;
        }
        vector
    }
}
