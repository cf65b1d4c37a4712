//! Between wire types and the library's.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use library::{
    Calibration, Day, LEAST_PICTURES, ModelKey, ModelState, Query, Source, shown_name, shown_path,
};

use crate::activity::Progress;
use crate::foreign::ForeignImages;
use crate::problem::{Result, ShellError};
use crate::wire;

/// Examples of a query at most: one of more says nothing any more.
pub(crate) const EXAMPLES: usize = 16;

/// How to open the library with these settings.
pub(crate) fn options(settings: &wire::Settings) -> library::Options {
    let threads = NonZeroUsize::new(settings.threads as usize);
    library::Options { threads, isolated: true, ..library::Options::default() }
}

pub(crate) fn model(model: library::ModelInfo) -> wire::Model {
    let library::Bands { near_identical, very_similar, similar, related } = model.bands;
    wire::Model {
        key: model.key.to_string(),
        name: model.name,
        built_in: matches!(model.key, ModelKey::BuiltIn(_)),
        description: model.description,
        licence: model.licence,
        usable: model.usable,
        bytes: model.bytes,
        dimension: count(model.dimension as u64),
        input_width: model.input.0,
        input_height: model.input.1,
        milliseconds: model.milliseconds,
        bands: [near_identical, very_similar, similar, related],
        calibration: match model.calibration {
            Calibration::Card => wire::Calibration::Card,
            Calibration::Library { pictures, .. } => wire::Calibration::Library { pictures },
            Calibration::Nothing => wire::Calibration::Nothing { least: count(LEAST_PICTURES) },
        },
        embedded: count(model.embedded),
        photos: count(model.photos),
        state: match model.state {
            ModelState::Serving => wire::ModelState::Serving,
            ModelState::Wanted => wire::ModelState::Wanted,
            ModelState::Idle => wire::ModelState::Idle,
        },
    }
}

pub(crate) fn overview(overview: library::Overview, progress: &Progress) -> wire::Overview {
    let folder = |folder: library::FolderOverview| wire::Folder {
        id: id(folder.id),
        name: shown_name(&folder.path),
        state: if folder.online { progress.folder_state(&folder.path) } else { wire::FolderState::Offline },
        path: shown_path(&folder.path),
        photos: count(folder.photos),
        absent: count(folder.absent),
        in_question: count(folder.in_question),
        last_seen: folder.last_seen_at,
        without_photos: folder.without_photos.map(|seen| {
            seen.endings.into_iter().map(|(ending, _)| ending).filter(|ending| !ending.is_empty()).collect()
        }),
        renamed_to: folder.renamed_to.as_deref().map(shown_path),
        look_inside: folder.looked_into,
    };
    let format = |(format, photos)| wire::FormatCount { format, photos: count(photos) };
    wire::Overview {
        photos: count(overview.photos),
        read: count(overview.read),
        failed: count(overview.failed),
        damaged: count(overview.damaged),
        folders: overview.folders.into_iter().map(folder).collect(),
        formats: overview.formats.into_iter().map(format).collect(),
    }
}

/// The columns in the order of `ui/src/lib/backend/timeline.ts`, little endian.
pub(crate) fn timeline(photos: &[library::TimelinePhoto]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 + photos.len() * (4 * 4 + 1 + size_of::<library::Placeholder>()));
    bytes.extend((photos.len() as u32).to_le_bytes());
    bytes.extend(photos.iter().flat_map(|photo| id(photo.id).to_le_bytes()));
    bytes.extend(photos.iter().flat_map(|photo| id(photo.content_id).to_le_bytes()));
    bytes.extend(photos.iter().flat_map(|photo| photo.day.0.to_le_bytes()));
    bytes.extend(
        photos.iter().flat_map(|photo| (photo.width as f32 / photo.height.max(1) as f32).to_le_bytes()),
    );
    bytes.extend(photos.iter().map(|photo| u8::from(!photo.online)));
    for photo in photos {
        bytes.extend(photo.placeholder.unwrap_or_default());
    }
    bytes
}

pub(crate) fn photo(details: library::PhotoDetails) -> wire::Photo {
    wire::Photo {
        id: id(details.id),
        version: id(details.content_id),
        name: shown_name(&details.path),
        path: shown_path(&details.path),
        folder: id(details.folder_id),
        width: details.width,
        height: details.height,
        format: details.format,
        bytes: details.bytes,
        taken: details.taken,
        taken_by_camera: details.taken_by_camera,
        missing: details.missing,
        online: details.online,
        also_at: details.also_at.iter().map(|path| shown_path(path)).collect(),
        maybe_at: details.maybe_at.iter().map(|path| shown_path(path)).collect(),
        copies: details.copies.iter().map(|path| shown_path(path)).collect(),
        placeholder: details.placeholder.map(|hash| base64(&hash)),
    }
}

pub(crate) fn damaged(damaged: &library::DamagedPhoto) -> wire::Damaged {
    wire::Damaged {
        photo: id(damaged.photo),
        name: shown_name(&damaged.path),
        path: shown_path(&damaged.path),
        missing: damaged.missing,
    }
}

pub(crate) fn failure(failure: library::Failure) -> wire::Failure {
    wire::Failure {
        key: failure.key.to_string(),
        name: shown_name(&failure.path),
        path: shown_path(&failure.path),
        code: failure.code,
        reason: failure.reason,
    }
}

/// The list, what the person leaves out, and the places that they take in.
pub(crate) fn exclusions(exclusions: library::Exclusions) -> Vec<wire::Exclusion> {
    let library::Exclusions { excluded, included } = exclusions;
    let excluded = excluded.into_iter().map(|library::Exclusion { pattern, kind, by, active, .. }| {
        wire::Exclusion { pattern, kind, by, active }
    });
    let taken = |pattern| wire::Exclusion { pattern, kind: None, by: None, active: false };
    excluded.chain(included.into_iter().map(taken)).collect()
}

pub(crate) fn storage(storage: &library::Storage) -> wire::Storage {
    wire::Storage {
        path: shown_path(&storage.path),
        catalog: storage.bytes.catalog,
        thumbnails: storage.bytes.thumbnails,
        index: storage.bytes.index,
        graph: storage.graph,
        vectors: count(storage.vectors),
    }
}

pub(crate) fn filter(filter: wire::Filter) -> Result<library::Filter> {
    let day = |text: Option<String>| text.map(|text| text.parse::<Day>()).transpose();
    Ok(library::Filter {
        folders: filter.folders.into_iter().map(i64::from).collect(),
        from: day(filter.from)?,
        to: day(filter.to)?,
        formats: filter.formats,
    })
}

pub(crate) fn query(request: wire::SearchRequest, foreign: &ForeignImages) -> Result<Query> {
    if request.examples.len() > EXAMPLES {
        return Err(ShellError::TooManyExamples { most: EXAMPLES }.into());
    }
    let examples = request
        .examples
        .into_iter()
        .map(|example| {
            Ok(library::Example {
                source: source(&example.image, foreign)?,
                crop: example.crop.map(|crop| library::Region {
                    x: crop.x,
                    y: crop.y,
                    width: crop.width,
                    height: crop.height,
                }),
                negative: example.negative,
                weight: library::Weight::new(example.weight)?,
            })
        })
        .collect::<Result<_>>()?;
    Ok(Query {
        examples,
        limit: request.limit as usize,
        filter: filter(request.filter)?,
        hide_copies: request.hide_copies,
    })
}

pub(crate) fn source(image: &wire::ImageRef, foreign: &ForeignImages) -> Result<Source> {
    Ok(match image {
        wire::ImageRef::Photo { id } => Source::Photo(i64::from(*id)),
        wire::ImageRef::Foreign { key } => foreign.get(key)?,
    })
}

pub(crate) fn found(found: &library::Match) -> wire::Match {
    wire::Match {
        id: id(found.photo),
        version: id(found.content_id),
        name: shown_name(&found.path),
        width: found.width,
        height: found.height,
        similarity: found.similarity,
        band: match found.band {
            library::Band::NearIdentical => wire::Band::NearIdentical,
            library::Band::VerySimilar => wire::Band::VerySimilar,
            library::Band::Similar => wire::Band::Similar,
            library::Band::Related => wire::Band::Related,
            library::Band::Unrelated => wire::Band::Unrelated,
        },
        region: found.region.map(|region| wire::Region {
            x: region.x,
            y: region.y,
            width: region.width,
            height: region.height,
        }),
        online: found.online,
        day: found.day.to_string(),
        hidden_copies: found.hidden_copies,
        placeholder: found.placeholder.map(|hash| base64(&hash)),
    }
}

/// A group with what is known of its photos; those that are gone since it was found are left out.
pub(crate) fn duplicate_group(
    group: &library::DuplicateGroup,
    review: &library::Review,
    photos: Vec<library::PhotoDetails>,
) -> wire::DuplicateGroup {
    let id_at = |at: usize| group.photos.get(at).map_or(0, |photo| id(photo.photo));
    let suggested = id_at(group.keep);
    let mut shots: Vec<usize> = group.photos.iter().filter_map(|photo| photo.shot).collect();
    shots.sort_unstable();
    shots.dedup();
    let pieces = |shot: &usize| {
        let pieces = group.photos.iter().filter(|photo| photo.shot == Some(*shot));
        pieces.map(|photo| id(photo.photo)).collect()
    };
    wire::DuplicateGroup {
        photos: photos.into_iter().map(photo).collect(),
        suggested,
        reason: keep_reason(group.reason),
        over: id_at(group.over),
        beside: group.kept().into_iter().map(id).filter(|kept| *kept != suggested).collect(),
        pairs: shots.iter().map(pieces).collect(),
        keep: review.keep.iter().map(|photo| id(*photo)).collect(),
    }
}

fn keep_reason(reason: library::KeepReason) -> wire::KeepReason {
    match reason {
        library::KeepReason::Raw => wire::KeepReason::Raw,
        library::KeepReason::Larger => wire::KeepReason::Larger,
        library::KeepReason::NoScreenshot => wire::KeepReason::NoScreenshot,
        library::KeepReason::Unedited => wire::KeepReason::Unedited,
        library::KeepReason::HasDate => wire::KeepReason::HasDate,
        library::KeepReason::CameraName => wire::KeepReason::CameraName,
        library::KeepReason::NoMargin => wire::KeepReason::NoMargin,
        library::KeepReason::Upright => wire::KeepReason::Upright,
        library::KeepReason::MoreBytes => wire::KeepReason::MoreBytes,
        library::KeepReason::Sharper => wire::KeepReason::Sharper,
        library::KeepReason::Online => wire::KeepReason::Online,
        library::KeepReason::Older => wire::KeepReason::Older,
        library::KeepReason::OwnName => wire::KeepReason::OwnName,
        library::KeepReason::FirstByName => wire::KeepReason::FirstByName,
    }
}

/// What came of writing paths.
pub(crate) fn written(number: u64, refused: &[PathBuf], out_of_reach: u64) -> wire::Written {
    let refused = refused.iter().map(|path| shown_name(path)).collect();
    wire::Written { count: count(number), refused, out_of_reach: count(out_of_reach) }
}

pub(crate) fn verdict(verdict: wire::Verdict) -> library::Verdict {
    match verdict {
        wire::Verdict::Open => library::Verdict::Open,
        wire::Verdict::Settled => library::Verdict::Settled,
        wire::Verdict::NotDuplicates => library::Verdict::NotDuplicates,
    }
}

/// Ids count up from 1 and never reach the end of 32 bits in a library of photos.
fn id(id: i64) -> u32 {
    u32::try_from(id).unwrap_or(u32::MAX)
}

fn count(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
