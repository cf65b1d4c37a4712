//! An HTML page with each query, its crop drawn, and the photos that look like it. One file, no scripts, no
//! links to anywhere: thumbnails are inside the page.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use library::{ChosenFile, Example, Library, LibraryError, Match, PAGE_BEGINNING, Preview, Region, Source};

use crate::args::Crop;
use crate::output::Failure;

/// Photos of the library that stand in when no image is named; each is asked whole and cropped.
const SAMPLES: usize = 6;

const STYLE: &str = "\
:root{color-scheme:light dark;--line:color-mix(in srgb,CanvasText 15%,Canvas);--accent:#e8590c}\
body{font:13px/1.4 system-ui,sans-serif;font-variant-numeric:tabular-nums;margin:24px;background:Canvas;color:CanvasText}\
h1{font-size:20px;margin:0 0 4px}p{margin:0 0 24px;opacity:.7}\
section{display:flex;gap:16px;padding:16px 0;border-top:1px solid var(--line)}\
figure{margin:0}figcaption{overflow-wrap:anywhere;margin-top:4px;max-width:220px}\
.query{flex:0 0 220px}.frame{position:relative;display:inline-block}\
.frame img{display:block;max-width:220px;max-height:180px;border-radius:6px}.crop{position:absolute;border:2px solid var(--accent);box-sizing:border-box}\
.results{display:flex;flex-wrap:wrap;gap:4px 4px;align-content:flex-start}\
.results img{height:132px;border-radius:6px;display:block}.results figcaption{max-width:132px;font-size:12px}\
.band{opacity:.7}";

/// Something to look for.
#[derive(Debug)]
pub(crate) struct Query {
    path: PathBuf,
    crop: Option<Region>,
}

/// Writes the page. Without queries it asks for some photos of the library.
pub(crate) fn write(
    library: &Library,
    page: &Path,
    queries: Vec<Query>,
    limit: usize,
) -> Result<(), Failure> {
    let chosen = choose(library, page)?;
    let queries = if queries.is_empty() { sample(library)? } else { queries };
    let mut html = String::new();
    let _ = write!(
        html,
        "{PAGE_BEGINNING}\
         <style>{STYLE}</style><h1>Lookalike</h1><p>Each row: an image, or the marked part of it, and the \
         photos of the library that look most like it, with their cosine similarity.</p>"
    );
    for query in queries {
        let source = Source::Path(query.path.clone());
        let preview = library.preview(&source)?;
        let example = Example::like(source).cropped(query.crop);
        let matches = library.search(&[example], limit)?;
        section(library, &mut html, &query, &preview, &matches)?;
    }
    Ok(chosen.write(html.as_bytes())?)
}

/// The place of the page, where nothing may be but a page of ours. So it is none of the images either that are asked for.
fn choose(library: &Library, page: &Path) -> Result<ChosenFile, Failure> {
    let is_html = page.extension().is_some_and(|extension| {
        extension.eq_ignore_ascii_case("html") || extension.eq_ignore_ascii_case("htm")
    });
    if !is_html {
        return Err(Failure::Usage(format!("{} does not end in .html", page.display())));
    }
    library.chosen_file(page).map_err(|error| match error {
        LibraryError::ExportIntoLibrary { .. } => {
            let place = page.display();
            Failure::Usage(format!("{place} lies in a folder of the library, where nothing is written"))
        }
        LibraryError::ExportTaken { .. } => Failure::Usage(error.to_string()),
        error => error.into(),
    })
}

fn sample(library: &Library) -> Result<Vec<Query>, Failure> {
    let mut queries = Vec::new();
    for path in library.sample(SAMPLES)? {
        // Gone or broken since it was indexed: the others will do.
        let Ok(Preview { width, height, .. }) = library.preview(&Source::Path(path.clone())) else {
            continue;
        };
        let (crop_width, crop_height) = ((width / 2).max(1), (height / 2).max(1));
        let crop = Region { x: width / 4, y: height / 4, width: crop_width, height: crop_height };
        queries.push(Query { path: path.clone(), crop: None });
        queries.push(Query { path, crop: Some(crop) });
    }
    Ok(queries)
}

/// Images as typed, each with an optional crop.
pub(crate) fn parse(images: &[String]) -> Result<Vec<Query>, Failure> {
    let query = |image: &String| match image.rsplit_once('@') {
        // A name may hold an @ of its own: only four numbers after it are a crop.
        Some((path, crop)) if crop.chars().all(|c| c.is_ascii_digit() || c == ',') => {
            let crop: Crop = crop.parse().map_err(Failure::Usage)?;
            Ok(Query { path: path.into(), crop: Some(crop.0) })
        }
        _ => Ok(Query { path: image.into(), crop: None }),
    };
    images.iter().map(query).collect()
}

fn section(
    library: &Library,
    html: &mut String,
    query: &Query,
    preview: &Preview,
    matches: &[Match],
) -> Result<(), Failure> {
    let name = file_name(&query.path);
    let _ = write!(html, "<section><figure class=query><div class=frame>{}", image(&preview.jpeg, &name));
    if let Some(Region { x, y, width, height }) = query.crop {
        let percent = |part: u32, whole: u32| 100.0 * f64::from(part) / f64::from(whole);
        let _ = write!(
            html,
            "<div class=crop style=\"left:{:.2}%;top:{:.2}%;width:{:.2}%;height:{:.2}%\"></div>",
            percent(x, preview.width),
            percent(y, preview.height),
            percent(width, preview.width),
            percent(height, preview.height),
        );
    }
    let _ = write!(html, "</div><figcaption>{name}</figcaption></figure><div class=results>");
    for found in matches {
        let name = file_name(&found.path);
        let thumbnail = library.thumbnail(found.photo)?.unwrap_or_default();
        let (picture, band, similarity) = (image(&thumbnail, &name), found.band.as_str(), found.similarity);
        let _ = write!(
            html,
            "<figure>{picture}<figcaption>{similarity:.3} <span class=band>{band}</span><br>{name}</figcaption></figure>"
        );
    }
    html.push_str("</div></section>");
    Ok(())
}

fn image(jpeg: &[u8], name: &str) -> String {
    format!("<img alt=\"{name}\" src=\"data:image/jpeg;base64,{}\">", STANDARD.encode(jpeg))
}

/// The file's name as HTML text.
fn file_name(path: &Path) -> String {
    let name = library::shown_name(path);
    name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
