//! Parts of images as queries, and images to look at.

use std::fs;
use std::sync::Arc;

use imaging::{Limits, RgbImage};
use library::{Example, Filter, Library, Query, Region, Source};

use crate::place::{Place, like, names, samples};

/// A sample photo, each pixel `scale` times in both directions.
fn enlarged(sample: &str, scale: u32) -> Vec<u8> {
    let bytes = fs::read(samples().join(sample)).unwrap();
    let small = imaging::decode(&bytes, None, &Limits::default()).unwrap().image;
    let (width, height) = (small.width() * scale, small.height() * scale);
    let mut pixels = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        for x in 0..width {
            let at = ((y / scale * small.width() + x / scale) * 3) as usize;
            pixels.extend(&small.pixels()[at..at + 3]);
        }
    }
    imaging::encode_jpeg(&RgbImage::new(width, height, pixels).unwrap(), 90).unwrap()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    // Both are of unit length.
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn assert_boxes_mean_the_same(library: &Library, image: &Arc<[u8]>) {
    // Other bytes to the library, so that one is prepared and the other is not.
    let (plain, prepared) = (Source::Bytes(Arc::from(&image[..])), Source::Bytes(Arc::clone(image)));
    library.prepare(&prepared).unwrap();
    let (width, height) = library.image_size(&prepared).unwrap();
    let boxes = [
        (0, 0, width, height),
        (width / 3, height / 4, width / 2, height / 2),
        (width / 2, height / 2, width / 3, height / 4),
        (width / 8 * 3, height / 8 * 3, width / 8, height / 8),
        (width - width / 5, height - height / 5, width / 5, height / 5),
    ];
    for (x, y, width, height) in boxes {
        let region = Some(Region { x, y, width, height });
        let one = library.embedding_of(&plain, region).unwrap();
        let other = library.embedding_of(&prepared, region).unwrap();
        assert!(cosine(&one, &other) >= 0.99, "{region:?}: {}", cosine(&one, &other));
    }
}

#[test]
fn a_box_on_a_prepared_image_means_what_it_means_on_its_file() {
    let place = Place::empty();
    let library = place.open();
    for sample in ["hat/hat-2.jpg", "dress/dress-5.jpg"] {
        assert_boxes_mean_the_same(&library, &enlarged(sample, 8).into());
    }
    // So large that it is kept reduced.
    let large: Arc<[u8]> = enlarged("shirt/shirt-1.jpg", 16).into();
    let (width, height) = library.image_size(&Source::Bytes(Arc::clone(&large))).unwrap();
    assert!(width * height > 24_000_000);
    assert_boxes_mean_the_same(&library, &large);
}

#[test]
fn a_box_on_a_photo_is_a_query_like_any_other() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let library = place.indexed();
    let id = place.id(&library, "hat/hat-1.jpg");
    library.prepare(&Source::Photo(id)).unwrap();
    let (width, height) = library.image_size(&Source::Photo(id)).unwrap();
    let crop = Some(Region { x: 0, y: 0, width, height });
    let examples = vec![Example::like(Source::Photo(id)).cropped(crop)];
    let query = Query { examples, limit: 1, filter: Filter::default(), hide_copies: false };
    let (boxed, whole) = (library.query(&query).unwrap(), library.query(&like(id, 1)).unwrap());
    assert_eq!(names(&boxed), names(&whole), "a box around everything is the photo itself");
    assert_ne!(boxed[0].photo, id);
    let outside = Some(Region { x: 1, y: 0, width, height });
    let error = library.embedding_of(&Source::Photo(id), outside).unwrap_err();
    assert_eq!(error.code(), "crop_out_of_bounds");
}

#[test]
fn an_image_that_changed_is_decoded_anew() {
    let place = Place::empty();
    place.add_as("hat/hat-1.jpg", "a.jpg");
    let library = place.open();
    let source = Source::Path(place.photo("a.jpg"));
    let region = Some(Region { x: 10, y: 10, width: 100, height: 100 });
    library.prepare(&source).unwrap();
    let hat = library.embedding_of(&source, region).unwrap();
    place.add_as("shoes/shoes-2.jpg", "a.jpg");
    place.set_time("a.jpg", 1_000_000_000);
    library.prepare(&source).unwrap();
    let shoes = library.embedding_of(&source, region).unwrap();
    assert!(cosine(&hat, &shoes) < 0.9);
}

#[test]
fn previews_are_upright_and_as_large_as_asked() {
    let place = Place::empty();
    let turned = fs::read(turned_fixture()).unwrap();
    fs::write(place.photo("turned.jpg"), &turned).unwrap();
    let library = place.indexed();
    let id = place.id(&library, "turned.jpg");
    let (width, height) = library.image_size(&Source::Photo(id)).unwrap();
    assert_eq!((width, height), (96, 64));
    let size = |jpeg: Vec<u8>| {
        let image = imaging::decode(&jpeg, None, &Limits::default()).unwrap().image;
        (image.width(), image.height())
    };
    assert_eq!(size(library.preview_jpeg(&Source::Photo(id), 48).unwrap()), (48, 32));
    assert_eq!(size(library.preview_jpeg(&Source::Photo(id), 2048).unwrap()), (96, 64), "never enlarged");
    let bytes = Source::Bytes(turned.into());
    assert_eq!(size(library.preview_jpeg(&bytes, 48).unwrap()), (48, 32));
    library.prepare(&bytes).unwrap();
    assert_eq!(size(library.preview_jpeg(&bytes, 48).unwrap()), (48, 32), "from the prepared image too");

    fs::remove_file(place.photo("turned.jpg")).unwrap();
    assert_eq!(library.preview_jpeg(&Source::Photo(id), 48).unwrap_err().code(), "photo_offline");
    assert_eq!(library.prepare(&Source::Photo(id)).unwrap_err().code(), "photo_offline");
    assert!(library.thumbnail(id).unwrap().is_some());
}

/// A picture of 96 x 64 pixels that is stored lying on its side.
fn turned_fixture() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../imaging/tests/fixtures/orientation-6.jpg")
}
