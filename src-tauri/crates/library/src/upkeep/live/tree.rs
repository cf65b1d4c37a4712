//! The directories that are watched, by the paths that lead to them.
//!
//! The system watches a directory, not a path. Links and mounts give one directory several paths, and a directory that
//! moves takes its watch along: so a path is dropped when nothing says that it leads there any more, and a watch when no
//! path leads to it. Which directories there are is the walk's part; this one enters the same.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::ops::Bound;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::inotify::{self, ReadFlags, WatchFlags};
use rustix::io::Errno;

use crate::reading::exclusions::Rules;
use crate::reading::walk::{self, Visited};
use crate::system::drive::Drives;

/// What we hear of: not of reading, our own included.
const HEARD: WatchFlags = WatchFlags::CREATE
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVE)
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR);

/// Something else may be in the place of what was there.
const CAME_OR_WENT: ReadFlags =
    ReadFlags::CREATE.union(ReadFlags::MOVED_TO).union(ReadFlags::DELETE).union(ReadFlags::MOVED_FROM);

/// What the system calls the watch of a directory.
type Watch = i32;

/// See the module.
#[derive(Debug)]
pub(super) struct Tree {
    inotify: Arc<OwnedFd>,
    roots: BTreeSet<PathBuf>,
    /// What is not entered.
    rules: Arc<Rules>,
    watches: BTreeMap<PathBuf, Watch>,
    paths: HashMap<Watch, Vec<PathBuf>>,
    /// Links, and which directory they lead to; nothing where that is none, or one that contains the link.
    links: BTreeMap<PathBuf, Option<Watch>>,
}

/// Why a folder cannot be listened to.
#[derive(Debug)]
pub(super) enum Failed {
    /// The system watches no more directories: this one for instance.
    Full(PathBuf),
    /// The system refused the folder itself.
    Refused(std::io::Error),
}

/// What is to be looked at, and where it went.
#[derive(Debug, Default)]
pub(super) struct Happened {
    pub(super) changed: BTreeSet<PathBuf>,
    pub(super) gone: BTreeSet<PathBuf>,
    /// Directories that could not be watched any more.
    pub(super) full: BTreeSet<PathBuf>,
}

impl Tree {
    pub(super) fn new(inotify: Arc<OwnedFd>, rules: Arc<Rules>) -> Self {
        Self {
            inotify,
            roots: BTreeSet::new(),
            rules,
            watches: BTreeMap::new(),
            paths: HashMap::new(),
            links: BTreeMap::new(),
        }
    }

    /// Watches a folder and all directories in it.
    pub(super) fn listen(&mut self, root: &Path) -> Result<(), Failed> {
        self.roots.insert(root.to_path_buf());
        // Others are told of by the directory above; of a folder this is all there is.
        inotify::add_watch(&*self.inotify, root, HEARD).map_err(|error| match error {
            Errno::NOSPC => Failed::Full(root.to_path_buf()),
            error => Failed::Refused(error.into()),
        })?;
        self.enter(root, root)
    }

    /// Watches a folder no more.
    pub(super) fn forget(&mut self, root: &Path) {
        if self.roots.remove(root) {
            self.drop_below(root);
        }
    }

    /// The folder that a path belongs to.
    pub(super) fn owner(&self, path: &Path) -> Option<PathBuf> {
        self.roots.iter().find(|root| path.starts_with(root)).cloned()
    }

    /// Watches what is at and below a path now, and nothing that was there before.
    pub(super) fn renew(&mut self, path: &Path, happened: &mut Happened) {
        self.drop_below(path);
        let Some(root) = self.owner(path) else { return };
        if let Err(Failed::Full(path)) = self.enter(&root, path) {
            happened.full.insert(path);
        }
    }

    /// Enters what these leave, and nothing else.
    pub(super) fn follow_rules(&mut self, rules: Arc<Rules>, happened: &mut Happened) {
        self.rules = rules;
        self.renew_all(happened);
    }

    /// The same for all folders.
    pub(super) fn renew_all(&mut self, happened: &mut Happened) {
        for root in self.roots.clone() {
            self.renew(&root, happened);
        }
    }

    /// Keeps up with an event. Returns whether links may lead elsewhere now.
    pub(super) fn follow(
        &mut self,
        watch: Watch,
        kind: ReadFlags,
        name: Option<&OsStr>,
        happened: &mut Happened,
    ) -> bool {
        if kind.contains(ReadFlags::IGNORED) {
            // The system has dropped it: the directory is deleted, or unmounted.
            let dropped = self.paths.remove(&watch);
            for path in dropped.iter().flatten() {
                self.watches.remove(path);
            }
            return dropped.is_some();
        }
        let Some(directories) = self.paths.get(&watch).cloned() else { return false };
        let Some(name) = name else {
            if kind.intersects(ReadFlags::MOVE_SELF | ReadFlags::DELETE_SELF) {
                for directory in &directories {
                    self.check(directory, watch, happened);
                }
                return true;
            }
            // Whether it may be looked into: of others the directory above tells.
            happened.changed.extend(directories.into_iter().filter(|path| self.roots.contains(path)));
            return false;
        };
        let mut is_rearranged = false;
        for path in directories.into_iter().map(|directory| directory.join(name)) {
            if self.rules.leave_out_itself(&path) {
                continue;
            }
            is_rearranged |= self.follow_in(&path, kind, happened);
            let gone = kind.intersects(ReadFlags::DELETE | ReadFlags::MOVED_FROM);
            if gone {
                happened.gone.insert(path)
            } else {
                happened.changed.insert(path)
            };
        }
        is_rearranged
    }

    /// Keeps up with something of this path. What happened does not tell what is there now: where two things change places,
    /// the last that is heard of one of the two paths is that something moved away from it.
    fn follow_in(&mut self, path: &Path, kind: ReadFlags, happened: &mut Happened) -> bool {
        let is_directory = kind.contains(ReadFlags::ISDIR);
        if kind.intersects(CAME_OR_WENT) {
            if is_directory_or_link(path) {
                self.renew(path, happened);
                return true;
            }
            return self.drop_below(path) || is_directory;
        }
        if kind.contains(ReadFlags::ATTRIB) && is_directory && !self.watches.contains_key(path) {
            // Perhaps it may be looked into from now on.
            self.renew(path, happened);
        }
        false
    }

    /// Has a directory that moved or was deleted watched no more by a path that does not lead to it.
    fn check(&mut self, path: &Path, watch: Watch, happened: &mut Happened) {
        if self.watch_of(path) != Some(watch) {
            self.renew(path, happened);
            happened.gone.insert(path.to_path_buf());
        }
    }

    /// Looks where links lead to now.
    pub(super) fn check_links(&mut self, happened: &mut Happened) {
        let mut drives = Drives::default();
        let links: Vec<(PathBuf, Option<Watch>)> =
            self.links.iter().map(|(link, watch)| (link.clone(), *watch)).collect();
        for (link, before) in links {
            if self.leads_elsewhere(&link, before, &mut drives) {
                self.renew(&link, happened);
                happened.changed.insert(link);
            }
        }
    }

    fn leads_elsewhere(&self, link: &Path, before: Option<Watch>, drives: &mut Drives) -> bool {
        if before.is_some() {
            return self.watch_of(link) != before;
        }
        let is_in_circle =
            |root: PathBuf, drives: &mut Drives| walk::is_behind_loop(&root, &link.join("x"), drives);
        link.exists() && self.owner(link).is_some_and(|root| !is_in_circle(root, drives))
    }

    /// The watch of the directory that a path leads to, if it is watched.
    fn watch_of(&self, path: &Path) -> Option<Watch> {
        let watch = inotify::add_watch(&*self.inotify, path, HEARD).ok()?;
        if self.paths.contains_key(&watch) {
            return Some(watch);
        }
        // Only asked.
        let _ = inotify::remove_watch(&*self.inotify, watch);
        None
    }

    /// Watches a directory of a folder with all that are in it, each before it is looked into.
    fn enter(&mut self, root: &Path, directory: &Path) -> Result<(), Failed> {
        let (mut drives, rules) = (Drives::default(), Arc::clone(&self.rules));
        walk::visit_directories(root, directory, &rules, &mut drives, &mut |visited| match visited {
            Visited::Directory { path, is_link } => {
                match inotify::add_watch(&*self.inotify, path, HEARD) {
                    Ok(watch) => self.note(path, watch, is_link),
                    Err(Errno::NOSPC) => return Err(Failed::Full(path.to_path_buf())),
                    // Gone again, or closed to us: the directory above tells when that changes.
                    Err(_) => {}
                }
                Ok(())
            }
            Visited::Link(path) => {
                self.links.insert(path.to_path_buf(), None);
                Ok(())
            }
        })
    }

    fn note(&mut self, path: &Path, watch: Watch, is_link: bool) {
        if is_link {
            self.links.insert(path.to_path_buf(), Some(watch));
        }
        if self.watches.insert(path.to_path_buf(), watch) != Some(watch) {
            self.paths.entry(watch).or_default().push(path.to_path_buf());
        }
    }

    /// Drops a path and all below it. Returns whether there were any.
    fn drop_below(&mut self, path: &Path) -> bool {
        let links = below(&self.links, path);
        for link in &links {
            self.links.remove(link);
        }
        let dropped = below(&self.watches, path);
        for path in &dropped {
            let Some(watch) = self.watches.remove(path) else { continue };
            let Some(paths) = self.paths.get_mut(&watch) else { continue };
            paths.retain(|other| other != path);
            if paths.is_empty() {
                self.paths.remove(&watch);
                // It may have gone with its directory.
                let _ = inotify::remove_watch(&*self.inotify, watch);
            }
        }
        !links.is_empty() || !dropped.is_empty()
    }
}

fn is_directory_or_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir() || metadata.is_symlink())
}

/// The paths at and below one.
fn below<T>(map: &BTreeMap<PathBuf, T>, path: &Path) -> Vec<PathBuf> {
    let from = map.range::<Path, _>((Bound::Included(path), Bound::Unbounded));
    from.map(|(path, _)| path).take_while(|other| other.starts_with(path)).cloned().collect()
}
