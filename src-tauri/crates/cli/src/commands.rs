//! One function a command: call the library, print what it says.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use library::{
    Control, DamagedPhoto, EmbedOptions, Event, Finding, Library, LibraryError, Match, Options, Region,
    Renamed, Separator, Status, Summary, Switching, Verification, WithoutPhotos, check_data_dir,
    default_data_dir, shown, shown_path,
};
use serde_json::json;

use crate::args::{Arguments, Command, EmbedArguments, SearchArguments};
use crate::contact_sheet;
use crate::duplicates;
use crate::exclusions;
use crate::models;
use crate::output::{self, EmbedJson, Failure, IndexJson, ResultJson, SearchJson};
use crate::piped;
use crate::profile::Profile;
use crate::progress::Progress;

/// Runs the command that was typed.
pub(crate) fn run(arguments: &Arguments, control: &Control) -> Result<(), Failure> {
    let json = arguments.json;
    let data_dir = || arguments.data_dir.clone().map_or_else(default_data_dir, Ok);
    let open = || -> Result<Library, Failure> {
        let data_dir = data_dir()?;
        let options = Options { isolated: true, ..Options::default() };
        Ok(quietly(|| Library::open_with(&data_dir, &options))?)
    };
    match &arguments.command {
        Command::Index { folders, regions, no_regions, confirm_removed, profile } => {
            check_data_dir(&data_dir()?, folders)?;
            let library = open()?;
            for folder in folders {
                library.add_folder(folder)?;
            }
            if *regions || *no_regions {
                look_inside(&library, folders, *regions)?;
            }
            let confirmed = confirm_removed.then_some(folders.as_slice());
            index(library, &open, (*profile, confirmed), control, json)
        }
        Command::Search(search_arguments) => search(&open()?, search_arguments, json),
        Command::Embed(embed_arguments) => embed(embed_arguments, json),
        Command::Similarity { one, other, model } => {
            let similarity = quietly(|| library::similarity(one, other, model.clone()))?;
            if json {
                return output::json(&json!({ "similarity": similarity }));
            }
            Ok(writeln!(io::stdout(), "{similarity:.4}")?)
        }
        Command::Duplicates { min_similarity, export, null } => {
            let separator = if *null { Separator::Nul } else { Separator::Line };
            match export {
                Some(file) => duplicates::export(&open()?, *min_similarity, (file, separator), json),
                None if *null && json => {
                    Err(Failure::Usage("--null and --json exclude each other".to_owned()))
                }
                None if *null => duplicates::print(&open()?, *min_similarity),
                None => duplicates::list(&open()?, *min_similarity, json),
            }
        }
        Command::Watch { folders } => {
            check_data_dir(&data_dir()?, folders)?;
            watch(&open, folders, control)
        }
        Command::Model { command } => quietly(|| models::run(&open()?, command.as_ref(), json)),
        Command::Status => status(&open()?.status()?, json),
        Command::Remove { folders } => remove(&open()?, folders, json),
        Command::Exclude { patterns } => exclusions::exclude(&open()?, patterns, json),
        Command::Include { patterns } => exclusions::include(&open()?, patterns, json),
        Command::Verify { repair } => {
            let (library, salvaged) = interruptibly(|| -> Result<_, Failure> {
                let salvaged = if *repair { Library::salvage(&data_dir()?)? } else { Vec::new() };
                Ok((open()?, salvaged))
            })?;
            verify(&library, salvaged, *repair, control, json)
        }
        Command::ContactSheet { page, images, limit } => {
            let queries = contact_sheet::parse(images)?;
            contact_sheet::write(&open()?, page, queries, limit.get())
        }
        // These need no library; main answers them.
        Command::Completions { .. } | Command::Manual { .. } => Ok(()),
    }
}

/// Set while a signal may end the program at once.
static INTERRUPTIBLE: AtomicBool = AtomicBool::new(false);

/// Whether a signal may end the program at once, rather than ask it to come to an end.
pub(crate) fn is_interruptible() -> bool {
    INTERRUPTIBLE.load(Ordering::Acquire)
}

/// Does work that takes long, asks nobody whether to go on, and outlasts a crash at any moment.
fn interruptibly<T>(work: impl FnOnce() -> T) -> T {
    INTERRUPTIBLE.store(true, Ordering::Release);
    let done = work();
    INTERRUPTIBLE.store(false, Ordering::Release);
    done
}

/// Keeps what LiteRT says when it loads its first model ("INFO: Created TensorFlow Lite XNNPACK delegate") off the
/// screen; it has no setting for that line. Whoever asked for our log gets all of it.
fn quietly<T>(load: impl FnOnce() -> T) -> T {
    let _gag = std::env::var_os("LOOKALIKE_LOG").is_none().then(gag::Gag::stderr);
    load()
}

/// Turns looking inside photos on or off: for these folders, or for all and those to come.
fn look_inside(library: &Library, folders: &[PathBuf], on: bool) -> Result<(), Failure> {
    if folders.is_empty() {
        return Ok(library.look_inside(on)?);
    }
    // All or none: a folder in another one cannot be spoken of alone.
    let ids = folders.iter().map(|folder| library.folder_id(folder)).collect::<Result<Vec<_>, _>>()?;
    ids.into_iter().try_for_each(|id| Ok(library.look_inside_folder(id, on)?))
}

/// Takes the person's word for what is gone from these folders, or from all that are there. Returns how many photos went,
/// and why those of a folder stay, if they do.
fn confirm_removed(
    library: &Library,
    folders: &[PathBuf],
) -> Result<(u64, Option<LibraryError>), LibraryError> {
    let ids: Vec<i64> = if folders.is_empty() {
        let there = library.overview()?.folders.into_iter().filter(|folder| folder.path.is_dir());
        there.map(|folder| folder.id).collect()
    } else {
        folders.iter().map(|folder| library.folder_id(folder)).collect::<Result<_, _>>()?
    };
    let (mut count, mut refused) = (0, None);
    for id in ids {
        match library.confirm_removed_by_id(id, &mut |_| {}) {
            Ok(removed) => count += removed,
            Err(error @ LibraryError::OtherDrive { .. }) => refused = refused.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    Ok((count, refused))
}

fn index(
    mut library: Library,
    open: &dyn Fn() -> Result<Library, Failure>,
    (profiled, confirmed): (bool, Option<&[PathBuf]>),
    control: &Control,
    json: bool,
) -> Result<(), Failure> {
    let progress = Mutex::new(Progress::new());
    let show = |event: &Event| {
        if let Ok(mut progress) = progress.lock() {
            progress.update(event);
        }
    };
    let mut updated = library.update(control, &mut |event| show(&event));
    let mut refused = None;
    if let (Ok(before), Some(folders)) = (&mut updated, confirmed)
        && !control.is_cancelled()
    {
        let (removed, reason) = confirm_removed(&library, folders)?;
        before.removed += removed;
        refused = reason;
        // What is in the place of photos that were kept is read now.
        let Summary { indexed, removed, .. } = *before;
        updated = library.update(control, &mut |event| show(&event)).map(|after| Summary {
            indexed: indexed + after.indexed,
            removed: removed + after.removed,
            ..after
        });
    }
    let mut profile =
        updated.as_ref().map_or_else(|_| Profile::default(), |summary| Profile::of(&summary.profile));
    if updated.as_ref().is_ok_and(|summary| summary.switched) {
        // The model that answers from now on has an index of its own.
        drop(library);
        library = open()?;
    }
    let show = |event| show(&event);
    let built = match &updated {
        Ok(_) => profile
            .time("graph", || library.build_index(control, &show))
            .and_then(|()| profile.time("compare", || library.find_copies(control, &show))),
        Err(_) => Ok(()),
    };
    if let Ok(progress) = progress.lock() {
        progress.finish();
    }
    let summary = updated?;
    built?;
    profile.time("snapshot", || library.save_index())?;
    let profile = profiled.then_some(profile);
    if json {
        output::json(&IndexJson { summary: &summary, profile: profile.as_ref() })?;
    } else {
        print_summary(&summary)?;
        profile.map_or(Ok(()), |profile| profile.print())?;
    }
    match refused {
        _ if control.is_cancelled() => Err(Failure::Stopped),
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}

fn print_summary(summary: &Summary) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let Summary { scanned, indexed, unchanged, failed, removed, offline, seconds, failures, .. } = summary;
    let Summary { looked_inside, seconds_inside, in_question, .. } = summary;
    writeln!(
        out,
        "{scanned} photos: {indexed} indexed, {unchanged} unchanged, {failed} failed, {removed} removed, {offline} offline"
    )?;
    let rate = *indexed as f64 / seconds.max(f64::EPSILON);
    if *indexed > 0 {
        writeln!(out, "{seconds:.1} s, {rate:.0} photos/s")?;
    } else {
        writeln!(out, "{seconds:.1} s")?;
    }
    if *looked_inside > 0 {
        writeln!(out, "{looked_inside} photos looked into in another {seconds_inside:.1} s")?;
    }
    if *in_question > 0 {
        writeln!(
            out,
            "\n{in_question} photos are gone from their folders at once. Is it the same drive? They are kept until they are there \
             again.\nIf they were deleted, say so: lookalike index --confirm-removed [FOLDER...]"
        )?;
    }
    for WithoutPhotos { path, files, endings } in &summary.without_photos {
        let endings = endings.iter().map(|(ending, count)| match ending.as_str() {
            "" => format!("{count} without an ending"),
            ending => format!("{count} {}", shown(ending)),
        });
        let endings = endings.collect::<Vec<_>>().join(", ");
        let seen = if *files == 0 { String::new() } else { format!(": {endings}") };
        writeln!(
            out,
            "\nNothing in {} was taken for a photo; it holds {files} files{seen}",
            shown_path(path)
        )?;
    }
    for Renamed { path, to } in &summary.renamed {
        let (path, to) = (shown_path(path), shown_path(to));
        writeln!(
            out,
            "\n{path} is not there, and {to} has its photos.\nIf it was renamed, say so, and nothing is read again: lookalike \
             index {to}"
        )?;
    }
    if !summary.damaged.is_empty() {
        writeln!(out, "\nThese photos are damaged; what is left of them is shown and found:")?;
    }
    for DamagedPhoto { path, missing, .. } in &summary.damaged {
        let percent = (missing * 100.0).max(1.0);
        writeln!(out, "  {}\n    {percent:.0}% of it is missing", shown_path(path))?;
    }
    if !failures.is_empty() {
        writeln!(out, "\nThese files could not be read:")?;
    }
    for failure in failures {
        writeln!(out, "  {}\n    {}", shown_path(&failure.path), shown(&failure.reason))?;
    }
    Ok(())
}

fn search(library: &Library, arguments: &SearchArguments, json: bool) -> Result<(), Failure> {
    let examples = piped::read(arguments.examples.0.clone())?;
    let started = Instant::now();
    let matches: Vec<Match> = library.search(&examples, arguments.limit.get())?;
    let seconds = started.elapsed().as_secs_f64();
    if json {
        let results = matches
            .iter()
            .map(|found| ResultJson {
                path: &found.path,
                similarity: found.similarity,
                band: found.band,
                region: found.region.map(Into::into),
            })
            .collect();
        return output::json(&SearchJson { results, seconds });
    }
    models::warn_if_not_calibrated(library)?;
    let mut out = io::stdout().lock();
    if matches.is_empty() {
        writeln!(out, "The library has no other photo; `lookalike index FOLDER` adds some.")?;
    }
    for found in matches {
        let offline = if found.online { "" } else { "  (offline)" };
        let (similarity, band, path) = (found.similarity, found.band.as_str(), shown_path(&found.path));
        // As --crop takes it.
        let part = found.region.map_or_else(String::new, |Region { x, y, width, height }| {
            format!("  (at {x},{y},{width},{height})")
        });
        writeln!(out, "{similarity:.3}  {band:<14}  {path}{part}{offline}")?;
    }
    Ok(())
}

fn embed(arguments: &EmbedArguments, json: bool) -> Result<(), Failure> {
    let options = EmbedOptions {
        model: arguments.model.clone(),
        l2_normalize: arguments.l2_normalize,
        quantize: arguments.quantize,
        antialias: arguments.antialias,
        threads: arguments.threads,
    };
    let crop = arguments.crop.map(|crop| crop.0);
    let embeddings = quietly(|| library::embed_image(&arguments.image, crop, &options))?;
    let document = EmbedJson { embeddings: embeddings.into_iter().map(Into::into).collect() };
    if json {
        return output::json(&document);
    }
    let mut out = io::stdout().lock();
    for embedding in document.embeddings {
        writeln!(out, "{} ({} values)", embedding.name, embedding.dimension)?;
        writeln!(out, "{}", serde_json::to_string(&embedding.values).map_err(io::Error::from)?)?;
    }
    Ok(())
}

fn watch(
    open: &dyn Fn() -> Result<Library, Failure>,
    folders: &[PathBuf],
    control: &Control,
) -> Result<(), Failure> {
    let mut library = open()?;
    for folder in folders {
        library.add_folder(folder)?;
    }
    let mut printed = Ok(());
    loop {
        library.watch(control, &mut |event| {
            if printed.is_ok() {
                printed = output::json(&event);
            }
            if printed.is_err() {
                control.cancel();
            }
        })?;
        if control.is_cancelled() {
            break;
        }
        // Another model has taken over.
        drop(library);
        library = open()?;
    }
    library.save_index()?;
    printed
}

fn status(status: &Status, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(status);
    }
    let mut out = io::stdout().lock();
    let damaged = match status.damaged {
        0 => String::new(),
        damaged => format!(" ({damaged} of them damaged)"),
    };
    let Status { photos, failed, .. } = status;
    writeln!(out, "{photos} photos{damaged}, {failed} files that could not be read")?;
    for folder in &status.folders {
        let wholes = if folder.looked_into { "" } else { ", as wholes only" };
        let absent = match (folder.absent, folder.in_question) {
            (0, _) => String::new(),
            (absent, 0) => format!(", {absent} of them offline"),
            (absent, asked) => format!(
                ", {absent} of them not there, {asked} perhaps deleted: is it the same drive? If so, `lookalike index \
                 --confirm-removed FOLDER` forgets them"
            ),
        };
        let (path, photos, state) = (shown_path(&folder.path), folder.photos, folder.state);
        writeln!(out, "  {path}  {photos} photos, {state}{absent}{wholes}")?;
    }
    let index = &status.index;
    let recall = index.recall.map_or_else(String::new, |recall| format!(", recall {recall:.3}"));
    let model = shown(&status.model);
    writeln!(out, "model {model}, {} index of {} vectors{recall}", index.kind, index.vectors)?;
    writeln!(out, "{} parts of photos, {} photos to look into", index.regions, index.to_look_into)?;
    if let Some(Switching { model, done, total, .. }) = &status.switching {
        writeln!(out, "model {} takes over when it has read all photos: {done} of {total}", shown(model))?;
    }
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    let (catalog, thumbnails) = (megabytes(status.bytes.catalog), megabytes(status.bytes.thumbnails));
    let index = megabytes(status.bytes.index);
    writeln!(out, "{catalog:.1} MB catalog, {thumbnails:.1} MB thumbnails, {index:.1} MB index")?;
    Ok(())
}

fn remove(library: &Library, folders: &[PathBuf], json: bool) -> Result<(), Failure> {
    for folder in folders {
        library.remove_folder(folder)?;
    }
    library.save_index()?;
    if json {
        let removed: Vec<_> = folders.iter().map(|folder| folder.to_string_lossy()).collect();
        return output::json(&json!({ "removed": removed }));
    }
    Ok(writeln!(io::stdout(), "Forgotten. The photos themselves are as they were.")?)
}

/// `salvaged` is what was found wrong before the library could be opened.
fn verify(
    library: &Library,
    salvaged: Vec<Finding>,
    repair: bool,
    control: &Control,
    json: bool,
) -> Result<(), Failure> {
    let mut progress = Progress::new();
    let verified = library.verify(repair, control, &mut |event| progress.update(&event));
    progress.finish();
    let mut verification: Verification = verified?;
    verification.findings.splice(0..0, salvaged);
    if json {
        output::json(&verification)?;
    } else {
        let mut out = io::stdout().lock();
        for finding in &verification.findings {
            writeln!(out, "{}{}", finding.detail, if finding.repaired { " (mended)" } else { "" })?;
        }
        if verification.findings.is_empty() {
            writeln!(out, "Catalog, thumbnails and index agree.")?;
        }
    }
    if verification.sound { Ok(()) } else { Err(Failure::Unsound) }
}
