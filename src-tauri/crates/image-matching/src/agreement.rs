//! Whether two thumbnails show the same picture, pixel by pixel: what an embedding proposes is decided here.
//!
//! Pages of text, chats, tables, codes and night shots look alike to a network, and in small levels of grey as well. What
//! tells them apart is fine. So the two are laid over each other (see `laying.rs`), brightness and contrast are
//! evened out, and what is left of each without its slow changes is compared, as a whole and place by place: one other
//! paragraph, one other message, some other numbers count. What an edit does everywhere, as noise, blur or saving with a
//! low quality, is no other picture: a place is held against what is usual in the two, noise that only one of them has is
//! left out, and what is held against a blurred picture is blurred as well. Where nothing is fine, as in fog
//! or on a blank page, level and colour decide.
//!
//! It works on thumbnails of 320 pixels. What these do not show, it does not know: one other digit on a scanned page is
//! smaller than that.
//!
//! Limits are from 100 photos of clothes in nine edits of three strengths each, and from 20 kinds of drawn documents, ten
//! of each, in seven edits: copies are within them, but for a few of the strongest edits; documents of one template that
//! differ in a paragraph, a message or four numbers are not.

use std::sync::OnceLock;

use imaging::RgbImage;

use crate::frames::Content;
use crate::laying::{Laid, Sheet, lay};
use crate::overlay::Surface;
use crate::plane::{Plane, Sums};
use crate::print::Print;
use crate::pyramid::Pyramid;
use crate::tint::{self, Colours};

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
/// With less in common of what is coarse before the other is blurred as well, it is not tried; and in how many steps at most
/// it is.
const ALMOST_COARSE: f32 = 0.9;
const SOFTENED: usize = 10;

/// One place in so many has as little structure as the noise of its picture, and the largest share of all that is fine that
/// is taken for noise.
const QUIET_ONE_IN: usize = 5;
const MOST_NOISE: f32 = 0.7;

/// Squared levels of the place with the most fine structure, under which nothing is fine; and the pixels of a strip in which
/// it is looked for.
const SMOOTH: f32 = 14.0;
const STRIP: usize = 45;

/// Two copies may each have a strip that the other has not, as wide as this: frames of a burst have more, and what is in
/// it would be lost with either.
const STRIP_PIXELS: f32 = 0.7;
const STRIP_SHARE: f32 = 0.008;

/// Thumbnails with fewer pixels along a side say too little: of icons of a few pixels, and of pictures twenty times as long as
/// they are wide, only bytes tell whether they are the same.
const LEAST_SIDE: u32 = 16;

/// What of a thumbnail is compared.
pub struct Pixels {
    image: RgbImage,
    is_tiny: bool,
    brightness: Pyramid,
    contents: Vec<Content>,
    print: Surface,
    is_smooth: bool,
    /// Looked at last, where all else agrees.
    colours: OnceLock<Colours>,
}

impl Pixels {
    /// Those of a thumbnail, as it lies.
    pub fn of(image: RgbImage) -> Self {
        let is_tiny = image.width().min(image.height()) < LEAST_SIDE;
        let brightness = if is_tiny { Plane::black(LEAST_SIDE) } else { Plane::brightness(&image) };
        let contents = Content::all(&brightness);
        let print = Surface::of(&Print::of(&image));
        let is_smooth = is_smooth(&brightness);
        Self {
            image,
            is_tiny,
            brightness: Pyramid::of(brightness),
            contents,
            print,
            is_smooth,
            colours: OnceLock::new(),
        }
    }

    /// The thumbnail itself.
    pub fn image(&self) -> &RgbImage {
        &self.image
    }

    fn colours(&self) -> &Colours {
        self.colours.get_or_init(|| Colours::of(&self.image))
    }

    fn sheet(&self) -> Sheet<'_> {
        Sheet { brightness: &self.brightness, contents: &self.contents, print: &self.print }
    }
}

/// How well two pictures agree, up to 1; none where they are not the same picture.
pub fn agreement(one: &Pixels, other: &Pixels) -> Option<f32> {
    if one.is_tiny || other.is_tiny {
        return None;
    }
    match (one.is_smooth, other.is_smooth) {
        (true, true) => tint::level(&one.image, &other.image),
        (false, false) => agreement_where(one, other, &lay(&one.sheet(), &other.sheet())?),
        _ => None,
    }
}

/// How well two pictures agree, up to 1, whose thumbnails do; none where the thumbnails could not tell that they are not the
/// same. `one` and `other` are a thumbnail each and the same picture larger.
pub fn agreement_of_close_ups(one: (&Pixels, &Pixels), other: (&Pixels, &Pixels)) -> Option<f32> {
    let (thumbnails, close_ups) = ((one.0, other.0), (one.1, other.1));
    if thumbnails.0.is_smooth && thumbnails.1.is_smooth {
        return agreement(close_ups.0, close_ups.1);
    }
    // How they lie over each other the thumbnails tell but for a pixel of theirs.
    let roughly = lay(&thumbnails.0.sheet(), &thumbnails.1.sheet())?;
    agreement_where(close_ups.0, close_ups.1, &roughly.closer(&close_ups.0.sheet(), &close_ups.1.sheet())?)
}

fn agreement_where(one: &Pixels, other: &Pixels, laid: &Laid) -> Option<f32> {
    if !laid.is_one_in_the_other(STRIP_PIXELS, STRIP_SHARE) {
        return None;
    }
    let agreement = structure(one, other, laid)?;
    tint::agree(laid, one.colours(), other.colours()).then_some(agreement)
}

fn fine(plane: &Plane) -> Plane {
    plane.softened().without(&plane.blurred(FINE))
}

/// Whether nothing is fine in a picture. It is looked at strip by strip, as most pictures have something fine in the first.
fn is_smooth(plane: &Plane) -> bool {
    // What is that far away from a pixel makes no difference to it.
    const AROUND: usize = 3 * FINE + 1;
    let strip = |top: usize| {
        let bottom = (top + STRIP).min(plane.height);
        let (from, to) = (top.saturating_sub(AROUND), (bottom + AROUND).min(plane.height));
        let fine = fine(&plane.part((0, from, plane.width, to - from)));
        fine.part((0, top - from, plane.width, bottom - top))
    };
    let is_smooth = |fine: Plane| places(&fine, &fine, FINE_PLACE).iter().all(|place| place.one < SMOOTH);
    // Strips overlap by half a place, as places do.
    let last = plane.height.saturating_sub(FINE_PLACE);
    (0..last).step_by(STRIP - FINE_PLACE / 2).chain([last]).all(|top| is_smooth(strip(top)))
}

fn structure(one: &Pixels, other: &Pixels, laid: &Laid) -> Option<f32> {
    let (own, others) = evened(one, other, laid);
    let bands = Bands::of(&own, &others);
    let (least, most) = (bands.fine.one.min(bands.fine.other), bands.fine.one.max(bands.fine.other));
    if least >= BLURRED * most { bands.agreement() } else { bands.agreement_of_coarse((own, others)) }
}

/// What is fine and what is coarse in two pictures, place by place and as a whole.
struct Bands {
    fine_places: Vec<Shared>,
    coarse_places: Vec<Shared>,
    /// Without the noise that only one of them has.
    fine: Shared,
    coarse: Shared,
}

impl Bands {
    fn of(own: &Plane, others: &Plane) -> Self {
        let (own_slow, others_slow) = (own.blurred(FINE), others.blurred(FINE));
        let fine = (own.softened().without(&own_slow), others.softened().without(&others_slow));
        let coarse = (own_slow.without(&own.blurred(COARSE)), others_slow.without(&others.blurred(COARSE)));
        let fine_places = places(&fine.0, &fine.1, FINE_PLACE);
        let coarse_places = places(&coarse.0, &coarse.1, COARSE_PLACE);
        Self {
            fine: without_noise(&fine_places),
            coarse: Shared::of_all(&coarse_places),
            fine_places,
            coarse_places,
        }
    }

    fn coarse_correlation(&self) -> f32 {
        self.coarse.correlation(1.0, 0.0)
    }

    fn worst_coarse(&self) -> f32 {
        worst(&self.coarse_places, self.coarse.gain(), COARSE_NOISE)
    }

    /// Of two pictures that are about as sharp.
    fn agreement(&self) -> Option<f32> {
        let gain = self.fine.gain();
        let correlation = self.fine.correlation(gain, WHOLE_NOISE).min(1.0);
        let apart = 1.0 - worst(&self.fine_places, gain, FINE_NOISE);
        let usually_apart = 1.0 - usual(&self.fine_places, gain, FINE_NOISE);
        let is_copy = correlation >= LEAST_FINE
            && self.coarse_correlation() >= LEAST_COARSE
            && apart <= MOST_APART + usually_apart
            && self.worst_coarse() >= LEAST_COARSE_PLACE;
        is_copy.then_some(correlation)
    }

    /// Of two pictures one of which is blurred: if they do not agree as they are, the other is blurred as well.
    fn agreement_of_coarse(&self, (own, others): (Plane, Plane)) -> Option<f32> {
        if self.fine.correlation(1.0, 0.0) < BLURRED_FINE || self.coarse_correlation() < ALMOST_COARSE {
            return None;
        }
        if let Some(agreement) = self.agreement_but_for_fine() {
            return Some(agreement);
        }
        let is_own_sharp = self.fine.one > self.fine.other;
        let (mut sharp, blurred) = if is_own_sharp { (own, others) } else { (others, own) };
        let squares = |plane: &Plane| fine(plane).values.iter().map(|value| value * value).sum::<f32>();
        let wanted = squares(&blurred);
        for _ in 0..SOFTENED {
            if squares(&sharp) <= wanted {
                break;
            }
            sharp = sharp.softened();
        }
        Self::of(&sharp, &blurred).agreement_but_for_fine()
    }

    fn agreement_but_for_fine(&self) -> Option<f32> {
        let correlation = self.coarse_correlation();
        (correlation >= BLURRED_COARSE && self.worst_coarse() >= BLURRED_COARSE_PLACE).then_some(correlation)
    }
}

/// What is in all places, but for noise that only one of the two has: it is where nothing else is as well.
fn without_noise(places: &[Shared]) -> Shared {
    let all = Shared::of_all(places);
    let quietest = |of: fn(&Shared) -> f32| {
        let mut values: Vec<f32> = places.iter().map(of).collect();
        let nth = values.len() / QUIET_ONE_IN;
        if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(nth, f32::total_cmp).1 }
    };
    let more = quietest(|place| place.other) - quietest(|place| place.one);
    let without = |squares: f32, noise: f32| squares - noise.clamp(0.0, MOST_NOISE * squares);
    Shared { one: without(all.one, -more), other: without(all.other, more), both: all.both }
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
    let width = one.width;
    // Sums over the rows of a line of places, for each column.
    let mut columns = [vec![0.0; width], vec![0.0; width], vec![0.0; width]];
    let (mut windows, mut sums) = (Sums::default(), [Vec::new(), Vec::new(), Vec::new()]);
    for top in starts(one.height) {
        let bottom = (top + side).min(one.height);
        for column in &mut columns {
            column.fill(0.0);
        }
        let [own_sums, other_sums, both_sums] = &mut columns;
        for row in top..bottom {
            let values = one.row(row).iter().zip(other.row(row));
            let sums = own_sums.iter_mut().zip(&mut *other_sums).zip(&mut *both_sums);
            for (((own_sum, other_sum), both_sum), (own, others)) in sums.zip(values) {
                *own_sum += own * own;
                *other_sum += others * others;
                *both_sum += own * others;
            }
        }
        let across = side.min(width);
        for (sums, column) in sums.iter_mut().zip(&columns) {
            sums.clear();
            sums.extend_from_slice(windows.over(column, across));
        }
        for left in starts(width) {
            let right = left + across;
            let share = 1.0 / ((bottom - top) * (right - left)).max(1) as f32;
            let [one, other, both] = sums.each_ref().map(|sums| sums[left] * share);
            places.push(Shared { one, other, both });
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
    let (own, others) = laid.common(one.brightness.full(), other.brightness.full());
    let clipped = |plane: &Plane| plane.values.iter().filter(|level| is_clipped(**level)).count();
    if clipped(&own) <= clipped(&others) {
        match Tone::between(&own, &others) {
            Some(tone) => laid.common(&tone.of(&one.image), other.brightness.full()),
            None => (own, others),
        }
    } else {
        match Tone::between(&others, &own) {
            Some(tone) => laid.common(one.brightness.full(), &tone.of(&other.image)),
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

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: u32 = 240;
    const HEIGHT: u32 = 300;

    /// What is done to a picture, with a name.
    type Edit = (&'static str, fn(&Plane) -> Plane);

    /// Numbers that look random: `SplitMix64` (Steele, Lea and Flood, 2014).
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: u64) -> u64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (mixed ^ (mixed >> 31)) % end
        }
    }

    /// A page of lines of strokes, three by three pixels or longer. All pages have the same margins.
    fn page(number: u64) -> Plane {
        let mut page = Plane {
            width: WIDTH as usize,
            height: HEIGHT as usize,
            values: vec![245.0; (WIDTH * HEIGHT) as usize],
        };
        let mut random = Random(number);
        for line in (24..276).step_by(9) {
            let mut x = 20;
            while x < 212 {
                let (length, gap) = (2 + random.below(6) as usize, 2 + random.below(4) as usize);
                let top = line + random.below(3) as usize;
                for y in top..top + 3 {
                    page.values[y * page.width..][x..x + length].fill(40.0);
                }
                x += length + gap;
            }
        }
        page
    }

    fn pixels(plane: &Plane) -> Pixels {
        let grey = |value: &f32| [value.clamp(0.0, 255.0) as u8; 3];
        Pixels::of(RgbImage::new(WIDTH, HEIGHT, plane.values.iter().flat_map(grey).collect()).unwrap())
    }

    fn image(width: u32, height: u32, value: impl Fn(u32, u32) -> [u8; 3]) -> Pixels {
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Pixels::of(RgbImage::new(width, height, places.flat_map(|(x, y)| value(x, y)).collect()).unwrap())
    }

    #[test]
    fn pictures_of_any_shape_are_compared_and_tiny_ones_never_taken_for_another() {
        let sides = [1, 2, 3, 5, 15, 16, 17, 24, 31, 49, 320];
        let shapes = sides.iter().flat_map(|width| sides.iter().map(move |height| (*width, *height)));
        let of = |(width, height): (u32, u32), seed: u64| {
            let mut random = Random(seed);
            let levels: Vec<u8> = (0..width * height).map(|_| random.below(256) as u8).collect();
            image(width, height, |x, y| [levels[(y * width + x) as usize]; 3])
        };
        for shape in shapes {
            let (one, other) = (of(shape, 1), of(shape, 2));
            assert!(agreement(&one, &other).is_none(), "{shape:?}");
            assert!(agreement(&one, &of((240, 320), 3)).is_none(), "{shape:?}");
            let is_tiny = shape.0.min(shape.1) < LEAST_SIDE;
            assert!(!is_tiny || agreement(&one, &one).is_none(), "{shape:?}");
        }
    }

    #[test]
    fn a_lamp_of_another_colour_makes_another_picture() {
        let page = page(3);
        let with_lamp = |colour: [u8; 3]| {
            image(WIDTH, HEIGHT, |x, y| {
                let is_lamp = (i64::from(x) - 120).pow(2) + (i64::from(y) - 150).pow(2) < 15 * 15;
                // Something is coloured in both.
                let sign = if y < 60 { [200, 120, 40] } else { [page.row(y as usize)[x as usize] as u8; 3] };
                if is_lamp { colour } else { sign }
            })
        };
        let (red, green) = (with_lamp([220, 40, 40]), with_lamp([40, 140, 40]));
        assert!(agreement(&red, &green).is_none());
        assert!(agreement(&red, &with_lamp([220, 40, 40])).is_some());
    }

    /// With noise of as many levels, as of a sensor or a scanner.
    fn noisy(plane: &Plane, levels: f32) -> Plane {
        let mut random = Random(7);
        let mut noise = || (0..12).map(|_| random.below(1000) as f32 / 1000.0).sum::<f32>() - 6.0;
        let values = plane.values.iter().map(|value| value + levels * noise()).collect();
        Plane { values, ..*plane }
    }

    #[test]
    fn noise_and_blur_make_no_other_picture_and_no_copy_of_another() {
        let (one, other) = (page(1), page(2));
        let edits: [Edit; 3] = [
            ("as it is", Plane::clone),
            ("noisy", |plane| noisy(plane, 12.0)),
            ("blurred", |plane| plane.softened().softened()),
        ];
        for (name, edit) in edits {
            assert!(agreement(&pixels(&one), &pixels(&edit(&one))).is_some(), "{name}");
            assert!(agreement(&pixels(&one), &pixels(&edit(&other))).is_none(), "another, {name}");
            let both = (pixels(&edit(&one)), pixels(&edit(&other)));
            assert!(agreement(&both.0, &both.1).is_none(), "another, both {name}");
        }
    }

    #[test]
    fn one_other_paragraph_makes_another_page() {
        let (one, mut other) = (page(1), page(1));
        let paragraph = 120 * WIDTH as usize..165 * WIDTH as usize;
        other.values[paragraph.clone()].copy_from_slice(&page(2).values[paragraph]);
        assert!(agreement(&pixels(&one), &pixels(&other)).is_none());
        assert!(agreement(&pixels(&one), &pixels(&noisy(&other, 12.0))).is_none());
    }
}
