//! The things that are told in photos: of those of one subject, the subject; of those of several, several.

use std::fs;
use std::sync::Arc;

use imaging::{Limits, RgbImage};
use library::{Source, Thing};

use crate::place::{Place, samples};

const CLASSES: [&str; 10] =
    ["dress", "hat", "longsleeve", "outwear", "pants", "shirt", "shoes", "shorts", "skirt", "t-shirt"];

/// Whether a place lies in the middle of a part of an image, where the sample photos have their subject.
fn is_in_middle_of((x, y): (u32, u32), (left, top, width, height): (u32, u32, u32, u32)) -> bool {
    let is_within =
        |at: u32, start: u32, length: u32| (start + length / 5..=start + length * 4 / 5).contains(&at);
    is_within(x, left, width) && is_within(y, top, height)
}

#[test]
fn in_photos_of_one_subject_the_first_thing_is_the_subject() {
    let place = Place::with_classes(&CLASSES);
    let library = place.indexed();
    let (mut right, mut all, mut wrong) = (0, 0, Vec::new());
    for class in CLASSES {
        for number in 1..=6 {
            let name = format!("{class}/{class}-{number}.jpg");
            let id = place.id(&library, &name);
            let (width, height) = library.image_size(&Source::Photo(id)).unwrap();
            let things = library.things(&Source::Photo(id)).unwrap();
            for Thing { region, on } in &things {
                assert!(region.x + region.width <= width && region.y + region.height <= height, "{name}");
                assert!((region.x..region.x + region.width).contains(&on.0), "{name}: {things:?}");
                assert!((region.y..region.y + region.height).contains(&on.1), "{name}: {things:?}");
            }
            all += 1;
            match things.first() {
                Some(first) if is_in_middle_of(first.on, (0, 0, width, height)) => right += 1,
                _ => wrong.push(name),
            }
        }
    }
    assert!(right * 10 >= all * 9, "{right} of {all}; not {wrong:?}");
}

#[test]
fn in_a_photo_of_several_things_each_that_is_told_is_another_one() {
    const SIDE: u32 = 240;
    let mut told = 0;
    for number in 1..=6_u32 {
        // Six things, three in a row.
        let mut pixels = vec![0; (3 * SIDE * 2 * SIDE * 3) as usize];
        for cell in 0..6_u32 {
            let class = CLASSES[((cell * 3 + number) % 10) as usize];
            let bytes = fs::read(samples().join(format!("{class}/{class}-{number}.jpg"))).unwrap();
            let thing = imaging::decode(&bytes, None, &Limits::default()).unwrap().image;
            for y in 0..SIDE {
                for x in 0..SIDE {
                    let (column, row) = (x * thing.width() / SIDE, y * thing.height() / SIDE);
                    let from = ((row * thing.width() + column) * 3) as usize;
                    let to = (((cell / 3 * SIDE + y) * 3 * SIDE + cell % 3 * SIDE + x) * 3) as usize;
                    pixels[to..to + 3].copy_from_slice(&thing.pixels()[from..from + 3]);
                }
            }
        }
        let image = RgbImage::new(3 * SIDE, 2 * SIDE, pixels).unwrap();
        let jpeg: Arc<[u8]> = imaging::encode_jpeg(&image, 90).unwrap().into();
        let library = Place::empty().open();
        let things = library.things(&Source::Bytes(jpeg)).unwrap();
        let cells = (0..6).filter(|cell| {
            let cell = (cell % 3 * SIDE, cell / 3 * SIDE, SIDE, SIDE);
            things.iter().any(|thing| is_in_middle_of(thing.on, cell))
        });
        told += cells.count();
    }
    assert!(told >= 20, "{told} of 36 things");
}
