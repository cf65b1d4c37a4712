//! Whether two thumbnails show the same picture, pixel by pixel: what an embedding proposes is decided here.
//!
//! Pages of text, chats, tables, codes and night shots look alike to a network, and in small levels of grey as well. What
//! tells them apart is fine. So the two are laid over each other (see [`crate::laying`]), brightness and contrast are
//! evened out, and what is left of each without its slow changes is compared, as a whole and place by place: one other
//! paragraph, one other message, some other numbers count. What an edit does everywhere, as noise, blur or saving with a
//! low quality, is no other picture: a place is held against what is usual in the two. Where nothing is fine, as in fog
//! or on a blank page, level and colour decide.
//!
//! It works on thumbnails of 320 pixels. What these do not show, it does not know: one other digit on a scanned page is
//! smaller than that.
//!
//! Limits are from 100 photos of clothes in nine edits of three strengths each, and from 20 kinds of drawn documents, ten
//! of each, in seven edits: copies are within them, but for a few of the strongest edits; documents of one template that
//! differ in a paragraph, a message or four numbers are not.

use imaging::RgbImage;

use crate::frames::Content;
use crate::laying::{Laid, Sheet, lay};
use crate::overlay::Surface;
use crate::plane::Plane;
use crate::print::Print;
use crate::tint;

/// Fine is what is lost by a blur of this radius, in pixels, and coarse what is lost by a further one.
const FINE: usize = 2;
const COARSE: usize = 7;
/// Sides of the places, in pixels.
const FINE_PLACE: usize = 10;
const COARSE_PLACE: usize = 20;

/// Squared levels that are no structure, in a whole picture and in a place: noise, and what saving leaves.
const WHOLE_NOISE: f32 = 25.0;
const FINE_NOISE: f32 = 100.0;
const COARSE_NOISE: f32 = 25.0;

/// The least correlations of copies. Different photos of one thing, and frames of a burst in which something moved, have up
/// to 0.92 and 0.98; pages of other text 0.9 and 0.89, tables of other numbers 0.92 and 0.97.
const LEAST_FINE: f32 = 0.93;
const LEAST_COARSE: f32 = 0.94;
/// How much less than in most places two copies correlate in the one that is the most different: less than this, and as
/// much as they do not correlate elsewhere. Four other numbers in a table make it 0.13.
const MOST_APART: f32 = 0.12;
const LEAST_COARSE_PLACE: f32 = 0.6;

/// A picture with less than this share of the other's fine structure is blurred: then what is coarse decides alone.
const BLURRED: f32 = 0.4;
const BLURRED_FINE: f32 = 0.5;
const BLURRED_COARSE: f32 = 0.97;
const BLURRED_COARSE_PLACE: f32 = 0.93;

/// Squared levels of the place with the most fine structure, under which nothing is fine.
const SMOOTH: f32 = 14.0;

/// Two copies may each have a strip that the other has not, as wide as this: frames of a burst have more, and what is in
/// it would be lost with either.
const STRIP_PIXELS: f32 = 0.7;
const STRIP_SHARE: f32 = 0.008;

/// What of a thumbnail is compared.
pub struct Pixels {
    image: RgbImage,
    brightness: Plane,
    contents: Vec<Content>,
    print: Surface,
    is_smooth: bool,
}

impl Pixels {
    /// Those of a thumbnail, as it lies.
    pub fn of(image: RgbImage) -> Self {
        let brightness = Plane::brightness(&image);
        let contents = Content::all(&brightness);
        let print = Surface::of(&Print::of(&image));
        let fine = fine(&brightness);
        let is_smooth = places(&fine, &fine, FINE_PLACE).iter().all(|place| place.one < SMOOTH);
        Self { image, brightness, contents, print, is_smooth }
    }

    fn sheet(&self) -> Sheet<'_> {
        Sheet { brightness: &self.brightness, contents: &self.contents, print: &self.print }
    }
}

/// How well two pictures agree, up to 1; none where they are not the same picture.
pub fn agreement(one: &Pixels, other: &Pixels) -> Option<f32> {
    match (one.is_smooth, other.is_smooth) {
        (true, true) => tint::level(&one.image, &other.image),
        (false, false) => {
            let laid = lay(&one.sheet(), &other.sheet())?;
            let is_within = laid.is_one_in_the_other(STRIP_PIXELS, STRIP_SHARE);
            let agreement = structure(one, other, &laid).filter(|_| is_within)?;
            tint::agree(&laid, &one.image, &other.image).then_some(agreement)
        }
        _ => None,
    }
}

fn fine(plane: &Plane) -> Plane {
    plane.softened().without(&plane.blurred(FINE))
}

fn structure(one: &Pixels, other: &Pixels, laid: &Laid) -> Option<f32> {
    let (own, others) = evened(one, other, laid);
    let (own_slow, others_slow) = (own.blurred(FINE), others.blurred(FINE));
    let coarse = (
        own_slow.clone().without(&own.blurred(COARSE)),
        others_slow.clone().without(&others.blurred(COARSE)),
    );
    let fine = (own.softened().without(&own_slow), others.softened().without(&others_slow));
    let (fine_places, coarse_places) =
        (places(&fine.0, &fine.1, FINE_PLACE), places(&coarse.0, &coarse.1, COARSE_PLACE));
    let (fine, coarse) = (Shared::of_all(&fine_places), Shared::of_all(&coarse_places));
    let gain = fine.gain();
    let coarse_correlation = coarse.correlation(1.0, 0.0);
    let coarse_worst = worst(&coarse_places, coarse.gain(), COARSE_NOISE);
    let fine_correlation = fine.correlation(gain, WHOLE_NOISE);
    if fine.one.min(fine.other) < BLURRED * fine.one.max(fine.other) {
        let is_copy = fine.correlation(1.0, 0.0) >= BLURRED_FINE
            && coarse_correlation >= BLURRED_COARSE
            && coarse_worst >= BLURRED_COARSE_PLACE;
        return is_copy.then_some(coarse_correlation);
    }
    let apart = 1.0 - worst(&fine_places, gain, FINE_NOISE);
    let usually_apart = 1.0 - usual(&fine_places, gain, FINE_NOISE);
    let is_copy = fine_correlation >= LEAST_FINE
        && coarse_correlation >= LEAST_COARSE
        && apart <= MOST_APART + usually_apart
        && coarse_worst >= LEAST_COARSE_PLACE;
    is_copy.then_some(fine_correlation)
}

/// What two planes have in a place: the mean squares of each, and of both.
#[derive(Debug, Clone, Copy, Default)]
struct Shared {
    one: f32,
    other: f32,
    both: f32,
}

impl Shared {
    fn of_all(places: &[Self]) -> Self {
        let count = places.len().max(1) as f32;
        let mean = |value: fn(&Self) -> f32| places.iter().map(value).sum::<f32>() / count;
        Self {
            one: mean(|place| place.one),
            other: mean(|place| place.other),
            both: mean(|place| place.both),
        }
    }

    /// How much stronger the other's is.
    fn gain(&self) -> f32 {
        (self.other.max(f32::MIN_POSITIVE) / self.one.max(f32::MIN_POSITIVE)).sqrt()
    }

    /// Where there is not much more than `noise`, nothing speaks against it.
    fn correlation(&self, gain: f32, noise: f32) -> f32 {
        let squares = (self.one * gain + noise) * (self.other / gain + noise);
        (self.both + noise) / squares.sqrt().max(f32::MIN_POSITIVE)
    }
}

/// Of places that overlap by half.
fn places(one: &Plane, other: &Plane, side: usize) -> Vec<Shared> {
    let starts = |length: usize| {
        let last = length.saturating_sub(side);
        (0..last).step_by(side / 2).chain([last])
    };
    let mut places = Vec::new();
    for top in starts(one.height) {
        let bottom = (top + side).min(one.height);
        for left in starts(one.width) {
            let right = (left + side).min(one.width);
            let mut place = Shared::default();
            for row in top..bottom {
                let (own, others) = (&one.row(row)[left..right], &other.row(row)[left..right]);
                for (own, others) in own.iter().zip(others) {
                    place.one += own * own;
                    place.other += others * others;
                    place.both += own * others;
                }
            }
            let share = 1.0 / ((bottom - top) * (right - left)).max(1) as f32;
            let Shared { one, other, both } = place;
            places.push(Shared { one: one * share, other: other * share, both: both * share });
        }
    }
    places
}

fn worst(places: &[Shared], gain: f32, noise: f32) -> f32 {
    places.iter().map(|place| place.correlation(gain, noise)).fold(1.0, f32::min)
}

/// In the middle of those that have any structure.
fn usual(places: &[Shared], gain: f32, noise: f32) -> f32 {
    let has_structure = |place: &&Shared| (place.one * gain).max(place.other / gain) > noise;
    let mut correlations: Vec<f32> =
        places.iter().filter(has_structure).map(|place| place.correlation(gain, noise)).collect();
    correlations.sort_by(f32::total_cmp);
    correlations.get(correlations.len() / 2).copied().unwrap_or(1.0)
}

/// Levels that are as dark or as bright as it goes: what was there is not known.
fn is_clipped(level: f32) -> bool {
    !(4.0..=251.0).contains(&level)
}

/// What both have in common, in the brightness and contrast of the one of them in which more is clipped.
fn evened(one: &Pixels, other: &Pixels, laid: &Laid) -> (Plane, Plane) {
    let (own, others) = laid.common(&one.brightness, &other.brightness);
    let clipped = |plane: &Plane| plane.values.iter().filter(|level| is_clipped(**level)).count();
    if clipped(&own) <= clipped(&others) {
        match Tone::between(&own, &others) {
            Some(tone) => laid.common(&tone.of(&one.image), &other.brightness),
            None => (own, others),
        }
    } else {
        match Tone::between(&others, &own) {
            Some(tone) => laid.common(&one.brightness, &tone.of(&other.image)),
            None => (own, others),
        }
    }
}

/// How brightness and contrast were changed.
struct Tone {
    gain: f32,
    offset: f32,
}

/// The share of pixels that must be clipped in neither of two pictures, to tell by, and their least variance.
const TELLING: f64 = 0.02;
const LEAST_VARIANCE: f64 = 4.0;

impl Tone {
    /// By what is clipped in neither.
    fn between(from: &Plane, to: &Plane) -> Option<Self> {
        let (mut count, mut sums, mut squares, mut both) = (0.0_f64, [0.0_f64; 2], [0.0_f64; 2], 0.0_f64);
        for (&from, &to) in from.values.iter().zip(&to.values) {
            if !is_clipped(from) && !is_clipped(to) {
                let (from, to) = (f64::from(from), f64::from(to));
                count += 1.0;
                sums = [sums[0] + from, sums[1] + to];
                squares = [squares[0] + from * from, squares[1] + to * to];
                both += from * to;
            }
        }
        if count < TELLING * from.values.len() as f64 {
            return None;
        }
        let means = sums.map(|sum| sum / count);
        let variances = [0, 1].map(|nth| squares[nth] / count - means[nth] * means[nth]);
        let goes_along = both / count - means[0] * means[1] > 0.0;
        if variances.iter().any(|variance| *variance < LEAST_VARIANCE) || !goes_along {
            return None;
        }
        let gain = (variances[1] / variances[0]).sqrt();
        Some(Self { gain: gain as f32, offset: (means[1] - gain * means[0]) as f32 })
    }

    /// How bright a picture is in it. Each colour is clipped by itself.
    fn of(&self, image: &RgbImage) -> Plane {
        let toned = |level: f32| (level * self.gain + self.offset).clamp(0.0, 255.0);
        Plane::of(image, |pixel| Plane::weighed(pixel.map(toned)))
    }
}
