//! What a group of duplicates is made of: files, not paths; shots, whose pieces belong together; and the one to keep.
//!
//! Which pictures are copies of each other is found in [`crate::duplicates::find`]. Here it is said which of their files could go
//! in favour of which: a file stands in for no other path to itself, and a JPEG for no RAW.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use catalog::content::Content;
use catalog::photo::{Photo, Stamp};
use catalog::{content, film, photo, print};

use crate::duplicates::keeper::names::Name;
use crate::duplicates::keeper::true_size::Member;
use crate::duplicates::keeper::{self, Candidate, KeepReason};
use crate::duplicates::pairs::{self, Kind, Piece};
use crate::reading::same_file::Seen;
use crate::{Library, Result};
use image_matching::levels::Levels;

/// A photo among duplicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The photo.
    pub photo: i64,
    /// Where it is.
    pub path: PathBuf,
    /// Other paths of the library that lead to the same file.
    pub also_at: Vec<PathBuf>,
    /// Its picture: photos with the same one are copies to the byte.
    pub content_id: i64,
    /// Width of the upright picture in pixels.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// Size of the file.
    pub bytes: u64,
    /// The shot of which it is a piece, as a RAW and its JPEG are: pieces of one have the same number. They are no duplicates
    /// of each other.
    pub shot: Option<usize>,
    /// Whether it is a camera RAW, for which nothing but a RAW of the same shot stands in.
    pub is_raw: bool,
    /// Whether it has no colours. It stands in for none that has some.
    pub is_grey: bool,
    /// Whether its file also holds a film of the moment, or another view. It goes only in favour of a copy to the byte.
    pub has_film: bool,
    /// Photos of a group that have the same number cannot be told from one file that is there by several ways. None goes in
    /// favour of another.
    pub perhaps_one: Option<usize>,
    /// What its file was when it was read.
    pub(crate) stamp: Stamp,
}

/// Photos that show the same picture, two files or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateGroup {
    /// By path.
    pub photos: Vec<Duplicate>,
    /// The position of the one that is suggested to be kept.
    pub keep: usize,
    /// Why that one.
    pub reason: KeepReason,
    /// The position of the one that comes next, of which the reason is said.
    pub over: usize,
}

impl Duplicate {
    /// Whether another could go in favour of this one.
    fn stands_in_for(&self, other: &Self) -> bool {
        let is_other =
            self.photo != other.photo && !self.is_of_one_shot(other) && !self.is_perhaps_one_with(other);
        let is_same_raw = self.is_raw
            && (self.content_id == other.content_id || pairs::share_a_name(&self.path, &other.path));
        let has_its_film = !other.has_film || self.content_id == other.content_id;
        is_other && has_its_film && (!other.is_raw || is_same_raw) && (!self.is_grey || other.is_grey)
    }

    fn is_of_one_shot(&self, other: &Self) -> bool {
        self.shot.is_some() && self.shot == other.shot
    }

    fn is_perhaps_one_with(&self, other: &Self) -> bool {
        self.perhaps_one.is_some() && self.perhaps_one == other.perhaps_one
    }
}

impl DuplicateGroup {
    /// The photos that are kept unless the person says otherwise: the suggested one, what belongs to it, and those that
    /// nothing kept stands in for.
    pub fn kept(&self) -> Vec<i64> {
        let with_its_shot = |at: usize| {
            let belongs =
                move |other: &usize| *other == at || self.photos[*other].is_of_one_shot(&self.photos[at]);
            (0..self.photos.len()).filter(belongs)
        };
        let mut kept: Vec<usize> = with_its_shot(self.keep).collect();
        for at in 0..self.photos.len() {
            if !kept.contains(&at) && !self.could_go(at, &kept) {
                kept.extend(with_its_shot(at));
            }
        }
        kept.sort_unstable();
        kept.into_iter().filter_map(|at| self.photos.get(at)).map(|photo| photo.photo).collect()
    }

    /// Whether a photo could go in favour of those that are kept. Pieces of a shot stay together.
    fn could_go(&self, at: usize, kept: &[usize]) -> bool {
        let photo = &self.photos[at];
        let kept = || kept.iter().map(|&at| &self.photos[at]);
        kept().any(|kept| kept.stands_in_for(photo)) && !kept().any(|kept| kept.is_of_one_shot(photo))
    }

    /// Positions of the photos that could go in favour of these, by what is known and without a look at the files.
    pub(crate) fn going(&self, kept: &[i64]) -> Vec<usize> {
        let is_kept = |at: &usize| kept.contains(&self.photos[*at].photo);
        let (kept, others): (Vec<usize>, Vec<usize>) = (0..self.photos.len()).partition(is_kept);
        others.into_iter().filter(|&at| self.could_go(at, &kept)).collect()
    }

    /// Those that may be acted on now, in favour of the photos that are kept, with how many more could go whose file, or
    /// that of what stands in for it, is out of reach or has changed since it was read. Looks at the files.
    pub fn removable(&self, kept: &[i64]) -> (Vec<&Duplicate>, u64) {
        let going = self.going(kept);
        if going.is_empty() {
            return (Vec::new(), 0);
        }
        let see = |photo: &Duplicate| Seen::look(&photo.path).filter(|seen| seen.is_as_read(photo.stamp));
        let kept: Vec<(&Duplicate, Option<Seen>)> = self
            .photos
            .iter()
            .filter(|photo| kept.contains(&photo.photo))
            .map(|photo| (photo, see(photo)))
            .collect();
        let is_safe = |photo: &Duplicate| {
            let Some(seen) = see(photo) else { return false };
            let may_be = |kept: &Duplicate, file: &Seen| {
                file.is_same(&seen) || (kept.content_id == photo.content_id && file.may_be_same(&seen))
            };
            let survives = |(kept, file): &(&Duplicate, Option<Seen>)| {
                kept.stands_in_for(photo) && file.as_ref().is_some_and(|file| !may_be(kept, file))
            };
            let is_kept = |(kept, file): &(&Duplicate, Option<Seen>)| {
                file.as_ref().is_some_and(|file| may_be(kept, file))
            };
            kept.iter().any(survives) && !kept.iter().any(is_kept)
        };
        let photos: Vec<&Duplicate> =
            going.iter().map(|&at| &self.photos[at]).filter(|p| is_safe(p)).collect();
        let left_out = (going.len() - photos.len()) as u64;
        (photos, left_out)
    }
}

impl Library {
    /// The photos of these pictures, if they are two files or more, and not the pieces of one shot.
    pub(crate) fn group(&self, contents: &[i64]) -> Result<Option<DuplicateGroup>> {
        let members = self.members(contents)?;
        let files = files(&members);
        if files.len() < 2 {
            return Ok(None);
        }
        let pieces: Vec<Piece<'_>> = files
            .iter()
            .map(|file| {
                let (photo, content) = &members[file.at];
                let pixels = u64::from(content.width) * u64::from(content.height);
                let captured_at = content.captured_at.as_deref();
                Piece { path: &photo.path, format: &content.format, captured_at, pixels }
            })
            .collect();
        let shots = pairs::shots(&pieces);
        if shots[0].is_some() && shots.iter().all(|shot| *shot == shots[0]) {
            return Ok(None);
        }
        let photos: Vec<&(Photo, Content)> = files.iter().map(|file| &members[file.at]).collect();
        let Some(choice) = self.choose(&photos, &shots)? else { return Ok(None) };
        let have_film = self.catalog.read(|connection| film::among(connection, contents))?;
        let duplicate =
            |((file, shot), (photo, content)): ((File, Option<usize>), &(Photo, Content))| Duplicate {
                photo: photo.id,
                path: photo.path.clone(),
                also_at: file.also.iter().map(|&at| members[at].0.path.clone()).collect(),
                content_id: photo.content_id,
                width: content.width,
                height: content.height,
                bytes: photo.stamp.size,
                shot,
                is_raw: Kind::of(&content.format) == Kind::Raw,
                has_film: have_film.contains(&photo.content_id),
                is_grey: content.placeholder.as_ref().is_some_and(imaging::is_grey),
                perhaps_one: file.perhaps_one,
                stamp: photo.stamp,
            };
        let duplicates = files.into_iter().zip(shots).zip(photos.iter().copied()).map(duplicate).collect();
        let keeper::Choice { keep, reason, over } = choice;
        Ok(Some(DuplicateGroup { photos: duplicates, keep, reason, over }))
    }

    /// The photos of these pictures, by path.
    fn members(&self, contents: &[i64]) -> Result<Vec<(Photo, Content)>> {
        let mut members = self.catalog.read(|connection| {
            let mut members = Vec::new();
            for &id in contents {
                let photos = photo::by_content(connection, id)?;
                // Most pictures have one photo and are like no other: ask for no more of them.
                if contents.len() == 1 && photos.len() < 2 {
                    continue;
                }
                let Some(content) = content::by_id(connection, id)? else { continue };
                members.extend(photos.into_iter().map(|photo| (photo, content.clone())));
            }
            Ok(members)
        })?;
        members.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        Ok(members)
    }

    /// What to keep, and why rather than the next one that is no piece of the same shot.
    fn choose(
        &self,
        photos: &[&(Photo, Content)],
        shots: &[Option<usize>],
    ) -> Result<Option<keeper::Choice>> {
        let mut prints: HashMap<i64, Option<(f64, Option<Levels>)>> = HashMap::new();
        for (photo, _) in photos {
            if let Entry::Vacant(new) = prints.entry(photo.content_id) {
                // A picture whose thumbnail is damaged or missing has no print until both are made anew.
                let print = self.catalog.read(|connection| print::get(connection, photo.content_id))?;
                new.insert(print.map(|print| (print.sharpness, Levels::new(print.levels))));
            }
        }
        let print = |photo: &Photo| prints.get(&photo.content_id).and_then(Option::as_ref);
        let mut candidates: Vec<Candidate<'_>> =
            photos.iter().map(|(photo, content)| candidate(photo, content, print(photo))).collect();
        let members: Vec<Member<'_>> = photos
            .iter()
            .map(|(photo, content)| Member { content, photo: photo.id, path: &photo.path })
            .collect();
        self.count_true_pixels(&members, &mut candidates)?;
        let Some(best) = keeper::choose(&candidates) else { return Ok(None) };
        let is_rival =
            |at: &usize| *at == best.keep || shots[*at].is_none() || shots[*at] != shots[best.keep];
        let rivals: Vec<usize> = (0..candidates.len()).filter(is_rival).collect();
        let candidates: Vec<Candidate<'_>> = rivals.iter().map(|&at| candidates[at].clone()).collect();
        let choice = keeper::choose(&candidates);
        Ok(choice.map(|choice| keeper::Choice {
            keep: rivals[choice.keep],
            over: rivals[choice.over],
            ..choice
        }))
    }
}

fn candidate<'a>(
    photo: &Photo,
    content: &'a Content,
    print: Option<&'a (f64, Option<Levels>)>,
) -> Candidate<'a> {
    let pixels = f64::from(content.width) * f64::from(content.height);
    Candidate {
        name: Name::of(&photo.path),
        content_id: photo.content_id,
        format: &content.format,
        pixels,
        true_pixels: pixels,
        inside: 1.0,
        is_enlarged: false,
        sharpness: print.map(|(sharpness, _)| *sharpness),
        levels: print.and_then(|(_, levels)| levels.as_ref()),
        online: photo.online,
        has_date: content.captured_at.is_some(),
        bytes: photo.stamp.size,
        modified_ns: photo.stamp.modified_ns,
    }
}

/// A file by the position of the photo that it is shown as, and by those of other paths to it.
struct File {
    at: usize,
    also: Vec<usize>,
    /// See [`Duplicate::perhaps_one`].
    perhaps_one: Option<usize>,
}

/// The files that photos are, in their order. One whose bytes no other has need not be looked at.
fn files(members: &[(Photo, Content)]) -> Vec<File> {
    let (mut once, mut twice) = (HashSet::new(), HashSet::new());
    twice.extend(members.iter().map(|(photo, _)| photo.content_id).filter(|id| !once.insert(*id)));
    let mut files: Vec<File> = Vec::new();
    let mut seen: HashMap<i64, Vec<(usize, Option<Seen>)>> = HashMap::new();
    for (at, (photo, _)) in members.iter().enumerate() {
        let mut file = File { at, also: Vec::new(), perhaps_one: None };
        if twice.contains(&photo.content_id) {
            let look = Seen::look(&photo.path);
            let alike = seen.entry(photo.content_id).or_default();
            let agree = |other: &Option<Seen>, same: fn(&Seen, &Seen) -> bool| {
                look.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| same(one, other))
            };
            let same = alike.iter().find(|(other, seen)| {
                agree(seen, Seen::is_same) || members[files[*other].at].0.path == photo.path
            });
            if let Some((same, _)) = same {
                files[*same].also.push(at);
                continue;
            }
            for (other, _) in alike.iter().filter(|(_, seen)| agree(seen, Seen::may_be_same)) {
                file.perhaps_one = Some(*files[*other].perhaps_one.get_or_insert(*other));
            }
            alike.push((files.len(), look));
        }
        files.push(file);
    }
    files
}
