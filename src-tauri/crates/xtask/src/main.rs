//! Development tasks: `cargo xtask run`, `cargo xtask test` and the rest. Each does its own set-up.
//!
//! It drives cargo and Python as a person would and knows nothing of photos.

mod bench;
mod error;
mod litert;
mod python;
mod run;
mod shell;
mod system;
mod test;
mod types;
mod ui;

use std::path::PathBuf;
use std::process::ExitCode;

use error::Result;

const USAGE: &str = "\
cargo xtask run [FOLDER]     set up and open the window on FOLDER (or the sample photos)
cargo xtask test             set up, then every check and test that CI runs
cargo xtask setup            the set-up alone; after it plain `cargo build` works
cargo xtask bench            measure, on files it makes itself
cargo xtask bench window [COUNT]
                             measure the window over COUNT small photos (100000 when not given)
cargo xtask evaluate FOLDER  how often the most similar photo is of the same class (subfolders are classes)
cargo xtask types            write the window's TypeScript types anew from the shell's
cargo xtask models           make the default models again from their packages
cargo xtask parity PHOTOS [MODEL...]
                             compare embeddings with the TFLite Task Library's, for ours and other models";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["run"] => run::run(None),
        ["run", folder] => run::run(Some(PathBuf::from(folder))),
        ["test"] => test::run(),
        ["setup"] => setup(),
        ["types"] => types::write(),
        ["bench"] => bench::run(),
        ["bench", "window"] => bench::window("100000"),
        ["bench", "window", count] => bench::window(count),
        ["evaluate", folder] => bench::evaluate(folder),
        ["models"] => python::models(),
        ["parity", photos, models @ ..] => python::parity(photos, models),
        _ => {
            shell::say(USAGE);
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            shell::say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// What every build needs. Quick when there is nothing to do.
fn setup() -> Result<()> {
    system::ensure_build_tools()?;
    litert::ensure()?;
    ui::ensure()
}

/// The repository's root.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(3).map_or_else(|| here.clone(), std::path::Path::to_path_buf)
}
