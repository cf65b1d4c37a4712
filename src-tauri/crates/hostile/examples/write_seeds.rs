//! Writes what fuzzing begins from: `write_seeds FOLDER`, a folder in it for each target.

#![allow(clippy::disallowed_methods, reason = "writes the seeds")]

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use hostile::targets;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: write_seeds FOLDER")?;
    for target in targets::ALL {
        let place = folder.join(target.name);
        fs::create_dir_all(&place)?;
        for seed in (target.seeds)() {
            fs::write(place.join(blake3::hash(&seed).to_hex().as_str()), seed)?;
        }
    }
    Ok(())
}
