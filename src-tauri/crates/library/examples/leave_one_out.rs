//! How often the photo most like another is of the same class.
//!
//! `leave_one_out FOLDER`: each subfolder of FOLDER is a class. Every photo is asked for once; the share of
//! first results in its own class is printed, with the share among the first ten, as a JSON document.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use library::{Control, Example, Library, Source};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: leave_one_out FOLDER")?;
    let folder = std::fs::canonicalize(folder)?;
    let data = tempfile::tempdir()?;
    let library = Library::open(data.path())?;
    library.add_folder(&folder)?;
    let summary = library.update(&Control::default(), &mut |_| {})?;
    let photos = library.sample(usize::MAX >> 1)?;
    let (mut first, mut ten, mut asked) = (0, 0, 0);
    for photo in &photos {
        let Some(class) = class_of(photo, &folder) else { continue };
        let example = Example { source: Source::Path(photo.clone()), crop: None, negative: false };
        let found = library.search(&[example], 10)?;
        let right: Vec<bool> =
            found.iter().map(|found| class_of(&found.path, &folder) == Some(class)).collect();
        first += usize::from(right.first() == Some(&true));
        ten += right.iter().filter(|right| **right).count();
        asked += 1;
    }
    let share = |count: usize, of: usize| count as f64 / of.max(1) as f64;
    let classes: HashSet<_> = photos.iter().filter_map(|photo| class_of(photo, &folder)).collect();
    let document = serde_json::json!({
        "photos": asked,
        "classes": classes.len(),
        "failed": summary.failed,
        "first": share(first, asked),
        "ten": share(ten, asked * 10),
    });
    writeln!(std::io::stdout(), "{document}")?;
    Ok(())
}

/// The subfolder of `root` that a photo lies in.
fn class_of<'a>(photo: &'a Path, root: &Path) -> Option<&'a Path> {
    photo.strip_prefix(root).ok()?.parent().filter(|class| !class.as_os_str().is_empty())
}
