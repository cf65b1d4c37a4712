//! `lookalike exclude` and `include`: what is left out of the library's folders.

use std::io::{self, Write};
use std::path::{MAIN_SEPARATOR, Path};

use library::{Exclusion, Library, shown};

use crate::output::{self, Failure};

/// Leaves out what was named, or lists what is left out.
pub(crate) fn exclude(library: &Library, patterns: &[String], json: bool) -> Result<(), Failure> {
    for pattern in patterns {
        library.exclude(&resolved(pattern))?;
    }
    if patterns.is_empty() || json { list(library, json) } else { told("Left out") }
}

/// Takes in what was named.
pub(crate) fn include(library: &Library, patterns: &[String], json: bool) -> Result<(), Failure> {
    for pattern in patterns {
        library.include(&resolved(pattern))?;
    }
    if json { list(library, json) } else { told("Taken in") }
}

/// What is typed as a path of this directory is one, and not a pattern.
fn resolved(pattern: &str) -> String {
    let path = Path::new(pattern);
    let is_path = pattern.starts_with(['.', MAIN_SEPARATOR]) && pattern.contains(['/', MAIN_SEPARATOR]);
    let is_there = pattern.contains(['/', MAIN_SEPARATOR]) && path.exists();
    let absolute = std::path::absolute(path).ok().filter(|_| is_path || is_there);
    absolute.and_then(|path| path.to_str().map(str::to_owned)).unwrap_or_else(|| pattern.to_owned())
}

fn told(what: &str) -> Result<(), Failure> {
    Ok(writeln!(
        io::stdout(),
        "{what} from the next `lookalike index` on. The photos themselves are as they were."
    )?)
}

fn list(library: &Library, json: bool) -> Result<(), Failure> {
    let exclusions = library.exclusions()?;
    if json {
        return output::json(&exclusions);
    }
    let mut out = io::stdout().lock();
    for Exclusion { pattern, reason, by, active, .. } in &exclusions.excluded {
        let pattern = shown(pattern);
        let reason = reason.as_deref().unwrap_or("left out by you");
        let by = by.as_deref().map_or_else(String::new, |by| format!(" ({by})"));
        let taken = if *active { "" } else { "  taken in by you" };
        writeln!(out, "{pattern:<26}  {reason}{by}{taken}")?;
    }
    for place in &exclusions.included {
        writeln!(out, "{}  taken in by you", shown(place))?;
    }
    Ok(())
}
