//! Decodes files and tells what became of each: one line of what was found, how long it took, or why not.
//!
//! `survey OUT FILE...` writes each picture into the folder OUT as a PPM, whose name is the file's number. The script
//! `tests/survey.py` compares them with what other programs make of the same files.

#![allow(clippy::disallowed_methods, reason = "writes what it is told to, and no originals")]
#![expect(clippy::print_stdout, reason = "its lines are what it is for")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use imaging::{Limits, decode};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = arguments.next().ok_or("usage: survey OUT FILE...")?;
    for (number, file) in arguments.enumerate() {
        let bytes = fs::read(&file)?;
        let start = Instant::now();
        let decoded = decode(&bytes, None, &Limits::default());
        let milliseconds = start.elapsed().as_millis();
        let name = file.to_string_lossy();
        match decoded {
            Ok(decoded) => {
                let image = decoded.image;
                let header = format!("P6\n{} {}\n255\n", image.width(), image.height());
                let path = Path::new(&folder).join(format!("{number}.ppm"));
                fs::write(&path, [header.as_bytes(), image.pixels()].concat())?;
                println!("{name}\t{}\t{milliseconds}\t{}", decoded.probe.format, path.display());
            }
            Err(error) => println!("{name}\t!{}\t{milliseconds}\t{error}", error.code()),
        }
    }
    Ok(())
}
