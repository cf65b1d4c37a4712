//! Prints how exact and graph searches compare: `measure [DIMENSION] [COUNT]...`, by default 1280 and 20000 100000.
//!
//! The vectors are made up: clusters of a hundred in 64 degrees of freedom, positive and with noise, which is easier
//! than random numbers and about as hard as photo embeddings. Run it in release mode on a quiet machine.
#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use vector_index::{Accept, ExactIndex, Neighbor, Result, TieredIndex, VectorIndex, quantize};

const LATENT: usize = 64;
const CLUSTER: usize = 100;
const QUERIES: usize = 200;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let dimension = arguments.next().unwrap_or(1280);
    let counts: Vec<usize> = arguments.collect();
    for &count in if counts.is_empty() { &[20_000, 100_000][..] } else { &counts } {
        measure(dimension, count)?;
    }
    Ok(())
}

fn measure(dimension: usize, count: usize) -> Result<()> {
    let mut embeddings = Embeddings::new(dimension, count);
    let (exact, tiered) = (ExactIndex::new(dimension)?, TieredIndex::new(dimension)?.with_exact_limit(1));
    for id in 0..count as i64 {
        let vector = embeddings.next()?;
        tiered.insert(id, &vector)?;
        exact.insert(id, &vector)?;
    }
    let queries = (0..QUERIES).map(|_| embeddings.next()).collect::<Result<Vec<_>>>()?;

    let start = Instant::now();
    let built = tiered.snapshot_for_build().build(2, &|_, _| ControlFlow::Continue(()))?;
    let spent = start.elapsed();
    tiered.adopt(built)?;
    println!("{count} x {dimension}");
    println!("  build on two threads  {spent:.1?}, {:.1?} for 10,000", spent * 10_000 / count as u32);
    for k in [10, 100] {
        println!("  exact, {k:>3} results    {}", time(&queries, |query| exact.search(query, k, None))?);
        println!("  graph, {k:>3} results    {}", time(&queries, |query| tiered.search(query, k, None))?);
    }
    for one_in in [2, 10, 100] {
        let accept: Option<Accept<'_>> = Some(&|id| id % one_in == 0);
        println!(
            "  exact, one in {one_in:<3}     {}",
            time(&queries, |query| exact.search(query, 10, accept))?
        );
        println!(
            "  graph, one in {one_in:<3}     {}",
            time(&queries, |query| tiered.search(query, 10, accept))?
        );
    }
    println!("  recall                {:?}", tiered.recall(QUERIES, 10)?);
    let directory = std::env::temp_dir().join(format!("vector-index-measure-{}", std::process::id()));
    let start = Instant::now();
    tiered.save(&directory, "measure")?;
    println!("  save                  {:.1?}", start.elapsed());
    let start = Instant::now();
    TieredIndex::load(&directory, dimension, "measure")?;
    println!("  load                  {:.1?}", start.elapsed());
    let _ = std::fs::remove_dir_all(&directory);
    Ok(())
}

/// Searches once for each query. Returns the median and the 99th percentile in words.
fn time(queries: &[Vec<i8>], search: impl Fn(&[i8]) -> Result<Vec<Neighbor>>) -> Result<String> {
    let mut times = Vec::with_capacity(queries.len());
    for query in queries {
        let start = Instant::now();
        search(query)?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let percentile = |percent: usize| -> Duration { times[(times.len() - 1) * percent / 100] };
    Ok(format!("p50 {:>8.1?}  p99 {:>8.1?}", percentile(50), percentile(99)))
}

/// An endless supply of made-up embeddings.
struct Embeddings {
    random: u64,
    dimension: usize,
    mixing: Vec<f32>,
    centres: Vec<f32>,
}

impl Embeddings {
    fn new(dimension: usize, count: usize) -> Self {
        let mut new = Self { random: 1, dimension, mixing: Vec::new(), centres: Vec::new() };
        new.mixing = (0..LATENT * dimension).map(|_| new.normal()).collect();
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

    fn next(&mut self) -> Result<Vec<i8>> {
        let clusters = self.centres.len() / LATENT;
        // Squared, so that some clusters are large.
        let cluster = (self.uniform().powi(2) * clusters as f32) as usize % clusters;
        let mut vector = vec![0.0; self.dimension];
        for axis in 0..LATENT {
            let latent = self.centres[cluster * LATENT + axis] + 0.6 * self.normal();
            let mixing = &self.mixing[axis * self.dimension..(axis + 1) * self.dimension];
            vector.iter_mut().zip(mixing).for_each(|(value, weight)| *value += latent * weight);
        }
        let noisy: Vec<f32> = vector.iter().map(|value| value.max(0.0) + 0.6 * self.uniform()).collect();
        quantize(&noisy)
    }
}
