//! Commands on duplicates: finding them, what the person decides about them, and the list as a file.

use std::sync::Arc;

use library::{Library, Review, Separator, Verdict};
use tauri::{AppHandle, State, Window};

use super::{language, with_library};
use crate::dialogs;
use crate::duplicates::FoundDuplicates;
use crate::problem::Result;
use crate::session::Session;
use crate::wire::{DuplicateGroup, Duplicates, Written};

type OpenSession<'a> = State<'a, Arc<Session>>;
type Found<'a> = State<'a, Arc<FoundDuplicates>>;

#[tauri::command]
pub(crate) async fn duplicates(session: OpenSession<'_>, found: Found<'_>) -> Result<Duplicates> {
    let found = Arc::clone(&found);
    with_library(&session, move |library| {
        let groups = library.duplicates(None)?;
        let reviews = library.reviews(&groups)?;
        let with = |verdict| positions(&reviews, |review: &Review| review.verdict == verdict);
        let is_copies = |group: &library::DuplicateGroup| {
            group.photos.windows(2).all(|pair| pair[0].content_id == pair[1].content_id)
        };
        let (settled, not_duplicates) = (with(Verdict::Settled), with(Verdict::NotDuplicates));
        let copies = positions(&groups, is_copies);
        let count = groups.len() as u32;
        let version = found.replace(Arc::new(groups));
        Ok(Duplicates { version, groups: count, copies, settled, not_duplicates })
    })
    .await
}

fn positions<T>(all: &[T], wanted: impl Fn(&T) -> bool) -> Vec<u32> {
    (0..).zip(all).filter(|(_, one)| wanted(one)).map(|(at, _)| at).collect()
}

#[tauri::command]
pub(crate) async fn duplicate_groups(
    session: OpenSession<'_>,
    found: Found<'_>,
    version: u32,
    groups: Vec<u32>,
) -> Result<Vec<DuplicateGroup>> {
    let found = Arc::clone(&found);
    with_library(&session, move |library| {
        let groups = found.some(version, &groups)?;
        let reviews = library.reviews(&groups)?;
        Ok(groups.iter().zip(&reviews).map(|(group, review)| details(library, group, review)).collect())
    })
    .await
}

fn details(library: &Library, group: &library::DuplicateGroup, review: &Review) -> DuplicateGroup {
    let photos = group.photos.iter().filter_map(|photo| library.photo_details(photo.photo).ok());
    DuplicateGroup::of(group, review, photos.collect())
}

#[tauri::command]
pub(crate) async fn review_duplicates(
    session: OpenSession<'_>,
    found: Found<'_>,
    version: u32,
    group: u32,
    keep: Vec<u32>,
    verdict: Verdict,
) -> Result<()> {
    let found = Arc::clone(&found);
    with_library(&session, move |library| {
        let keep = keep.into_iter().map(i64::from).collect();
        let review = Review { keep, verdict };
        for group in found.some(version, &[group])? {
            library.set_review(&group, &review)?;
        }
        Ok(())
    })
    .await
}

#[tauri::command]
pub(crate) async fn export_duplicates(
    app: AppHandle,
    window: Window,
    session: OpenSession<'_>,
    found: Found<'_>,
    version: u32,
    groups: Vec<u32>,
) -> Result<Option<Written>> {
    // The list may be outdated by the time that a place for it is chosen.
    let groups = found.some(version, &groups)?;
    let language = language(&session).await?;
    let Some(file) = dialogs::choose_list_file(&app, &window, language.as_deref()).await? else {
        return Ok(None);
    };
    with_library(&session, move |library| {
        let list = library.write_duplicates(&groups, &file, Separator::Line)?;
        Ok(Some(Written::of(list.groups, &list.refused, list.out_of_reach)))
    })
    .await
}

/// Puts the paths of the photos of a group that could go on the clipboard.
#[tauri::command]
pub(crate) async fn copy_going(
    session: OpenSession<'_>,
    found: Found<'_>,
    version: u32,
    group: u32,
) -> Result<Written> {
    let found = Arc::clone(&found);
    with_library(&session, move |library| {
        let going = library.going(&found.some(version, &[group])?)?;
        super::photos::copy(&going.paths, going.out_of_reach)
    })
    .await
}
