//! `photo://`: pictures for the window, by photo id or by the key of a foreign image; never by path.
//!
//! Everything is an upright JPEG that we encoded: the web view never decodes a file from outside. What an address
//! shows never changes, so the web view may keep it. What addresses there are is `photo_address`'s.

use std::num::NonZeroUsize;
use std::sync::Arc;

use library::{Library, Source};
use lru::LruCache;
use parking_lot::Mutex;
use tauri::http::{Method, Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

use crate::foreign::ForeignImages;
use crate::photo_address::{PREVIEW_SIDE, Picture};
use crate::problem::Result;
use crate::session::Session;

/// The scheme's name.
pub(crate) const SCHEME: &str = "photo";

/// Previews kept: a step back or to the side shows at once. Some 400 KB each.
const PREVIEWS_KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(31);

/// A JPEG, and whether the address will always show it.
struct Served {
    jpeg: Arc<[u8]>,
    lasting: bool,
}

/// Previews made lately.
pub(crate) struct Previews(Mutex<LruCache<Picture, Arc<[u8]>>>);

impl Default for Previews {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(PREVIEWS_KEPT)))
    }
}

/// Answers a request on a thread that may block.
pub(crate) fn handle<R: Runtime>(
    context: &UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let app = context.app_handle().clone();
    tauri::async_runtime::spawn_blocking(move || {
        let session = app.state::<Arc<Session>>();
        let foreign = app.state::<Arc<ForeignImages>>();
        let previews = app.state::<Previews>();
        responder.respond(answer(&request, |picture| {
            let library = session.library()?;
            serve(&library, &foreign, &previews, picture)
        }));
    });
}

fn answer(
    request: &Request<Vec<u8>>,
    serve: impl FnOnce(&Picture) -> Result<Option<Served>>,
) -> Response<Vec<u8>> {
    if request.method() != Method::GET {
        return refuse(StatusCode::METHOD_NOT_ALLOWED);
    }
    let Some(picture) = Picture::parse(request.uri().path()) else { return refuse(StatusCode::NOT_FOUND) };
    match serve(&picture) {
        Ok(Some(Served { jpeg, lasting })) => {
            let cache = if lasting { "private, max-age=31536000, immutable" } else { "no-store" };
            respond(StatusCode::OK, "image/jpeg", cache, jpeg.to_vec())
        }
        Ok(None) => refuse(StatusCode::NOT_FOUND),
        Err(problem) => {
            tracing::debug!(?picture, code = problem.code, "a picture was not served");
            refuse(StatusCode::NOT_FOUND)
        }
    }
}

fn refuse(status: StatusCode) -> Response<Vec<u8>> {
    respond(status, "text/plain", "no-store", Vec::new())
}

fn respond(status: StatusCode, content_type: &str, cache: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CACHE_CONTROL, cache)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CONTENT_LENGTH, body.len());
    // The headers are constants; they always parse.
    response.body(body).unwrap_or_default()
}

fn serve(
    library: &Library,
    foreign: &ForeignImages,
    previews: &Previews,
    picture: &Picture,
) -> Result<Option<Served>> {
    let lasting = |jpeg| Served { jpeg, lasting: true };
    match picture {
        Picture::Thumbnail { photo, version } => Ok(thumbnail(library, *photo, *version)?.map(lasting)),
        Picture::Preview { photo, version } => {
            let source = Source::Photo(i64::from(*photo));
            if let Ok(jpeg) = cached(previews, picture, || Ok(library.preview_jpeg(&source, PREVIEW_SIDE)?)) {
                return Ok(Some(lasting(jpeg)));
            }
            // Out of reach for now, or gone bad since: small is better than nothing.
            let small = thumbnail(library, *photo, *version)?;
            Ok(small.map(|jpeg| Served { jpeg, lasting: false }))
        }
        // Large, and looked at one at a time: nobody keeps them.
        Picture::Full { photo, .. } => {
            let jpeg = library.full_jpeg(&Source::Photo(i64::from(*photo)))?;
            Ok(Some(Served { jpeg: jpeg.into(), lasting: false }))
        }
        Picture::ForeignFull { key } => {
            let jpeg = library.full_jpeg(&foreign.get(key)?)?;
            Ok(Some(Served { jpeg: jpeg.into(), lasting: false }))
        }
        Picture::Foreign { key, side } => {
            let source = foreign.get(key)?;
            cached(previews, picture, || Ok(library.preview_jpeg(&source, *side)?)).map(lasting).map(Some)
        }
    }
}

/// Of this version only: the address may be kept for good.
fn thumbnail(library: &Library, photo: u32, version: u32) -> Result<Option<Arc<[u8]>>> {
    Ok(library.thumbnail_of(i64::from(photo), i64::from(version))?.map(Arc::from))
}

fn cached(
    previews: &Previews,
    picture: &Picture,
    make: impl FnOnce() -> Result<Vec<u8>>,
) -> Result<Arc<[u8]>> {
    if let Some(jpeg) = previews.0.lock().get(picture) {
        return Ok(Arc::clone(jpeg));
    }
    let jpeg: Arc<[u8]> = make()?.into();
    previews.0.lock().put(picture.clone(), Arc::clone(&jpeg));
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(address: &str) -> Response<Vec<u8>> {
        let request = Request::get(address).body(Vec::new()).unwrap();
        answer(&request, |_| Ok(Some(Served { jpeg: Arc::from([1_u8, 2, 3].as_slice()), lasting: true })))
    }

    #[test]
    fn pictures_come_with_headers_that_keep_them_pictures() {
        let response = get("photo://localhost/thumb/7/3");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "image/jpeg");
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(response.body(), &[1, 2, 3]);
    }

    #[test]
    fn anything_but_a_plain_request_for_a_picture_is_refused() {
        assert_eq!(get("photo://localhost/thumb/x/3").status(), StatusCode::NOT_FOUND);
        let post = Request::post("photo://localhost/thumb/7/3").body(Vec::new()).unwrap();
        assert_eq!(answer(&post, |_| Ok(None)).status(), StatusCode::METHOD_NOT_ALLOWED);
        let gone = Request::get("photo://localhost/thumb/7/3").body(Vec::new()).unwrap();
        let response = answer(&gone, |_| Ok(None));
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    }
}
