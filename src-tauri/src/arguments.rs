//! The program's arguments, its own and those that a second start hands over.

use std::path::{Path, PathBuf};

use clap::Parser;

/// Visual search for your own photos.
#[derive(Debug, Clone, Default, Parser)]
#[command(name = "lookalike-app", version)]
pub(crate) struct Arguments {
    /// Images to find look-alikes of, or folders to add.
    pub(crate) paths: Vec<PathBuf>,
    /// Where the library's data lives.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

impl Arguments {
    /// The arguments of a second start in `directory`, which the running program serves. What does not parse is
    /// taken as no arguments: the window comes to the front all the same.
    pub(crate) fn forwarded(words: Vec<String>, directory: &Path) -> Self {
        let mut arguments = Self::try_parse_from(words).unwrap_or_default();
        for path in &mut arguments.paths {
            *path = directory.join(&path);
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_a_second_start_are_relative_to_where_it_was_started() {
        let words = ["lookalike-app", "cat.jpg"].map(str::to_owned).to_vec();
        let forwarded = Arguments::forwarded(words, Path::new("photos"));
        assert_eq!(forwarded.paths, [Path::new("photos").join("cat.jpg")]);
    }

    #[test]
    fn a_second_start_with_arguments_of_another_version_is_not_refused() {
        let words = ["lookalike-app", "--from-the-future"].map(str::to_owned).to_vec();
        assert!(Arguments::forwarded(words, Path::new("photos")).paths.is_empty());
    }
}
