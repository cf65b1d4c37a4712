//! What the small levels of grey of two copies say of each other: whether one is turned against the other, and whether
//! they are the same but for how they were saved.
//!
//! That they are copies is known before; nothing here finds any.

/// Levels, of 255, by which two pictures that were only saved anew or resized differ on average, at most: an edit of
/// brightness, contrast or colours moves them further, and so does a crop.
const SAVED_ANEW: f64 = 3.0;
/// How much better a correlation is when the picture is turned back, at least.
const CLEARLY: f64 = 0.02;

/// How far, of 255, the levels of a line of one colour are apart at most.
const PLAIN: u8 = 16;

/// Square levels of grey, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels {
    side: usize,
    values: Vec<u8>,
}

impl Levels {
    /// None when they do not make a square.
    pub fn new(values: Vec<u8>) -> Option<Self> {
        let side = values.len().isqrt();
        (side > 1 && side * side == values.len()).then_some(Self { side, values })
    }

    /// How another one is turned or mirrored against this one: 0 for not at all.
    pub fn way_to(&self, other: &Self) -> usize {
        if self.side != other.side {
            return 0;
        }
        let mut best = (0, self.correlation(&other.values) + CLEARLY);
        let mut turned = other.clone();
        for way in 1..8 {
            turned = if way == 4 { other.mirrored() } else { turned.turned() };
            let correlation = self.correlation(&turned.values);
            if correlation > best.1 {
                best = (way, correlation);
            }
        }
        best.0
    }

    /// Whether they differ by no more than saving and resizing does.
    pub fn is_saved_anew(&self, other: &Self) -> bool {
        let differences = self.values.iter().zip(&other.values).map(|(a, b)| f64::from(a.abs_diff(*b)));
        self.side == other.side && differences.sum::<f64>() <= SAVED_ANEW * self.values.len() as f64
    }

    /// Whether its first and last rows, or columns, may be margins of one colour.
    pub fn may_have_margins(&self) -> bool {
        let row = |nth: usize| self.values[nth * self.side..][..self.side].iter().copied();
        let column = |nth: usize| self.values[nth..].iter().step_by(self.side).copied();
        let is_plain = |levels: &mut dyn Iterator<Item = u8>| {
            let mut levels: Vec<u8> = levels.collect();
            levels.sort_unstable();
            // But for a few: a clock on a bar, the corner of a frame.
            let few = levels.len() / 8;
            levels[levels.len() - 1 - few] - levels[few] <= PLAIN
        };
        let last = self.side - 1;
        (is_plain(&mut row(0)) && is_plain(&mut row(last)))
            || (is_plain(&mut column(0)) && is_plain(&mut column(last)))
    }

    fn turned(&self) -> Self {
        let at = |place: usize| (place % self.side, place / self.side);
        let turned = |(x, y): (usize, usize)| self.values[(self.side - 1 - x) * self.side + y];
        Self { side: self.side, values: (0..self.values.len()).map(|place| turned(at(place))).collect() }
    }

    fn mirrored(&self) -> Self {
        let rows = self.values.chunks_exact(self.side);
        Self { side: self.side, values: rows.flat_map(|row| row.iter().rev().copied()).collect() }
    }

    fn correlation(&self, other: &[u8]) -> f64 {
        let count = self.values.len() as f64;
        let mean = |values: &[u8]| values.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
        let (own, others) = (mean(&self.values), mean(other));
        let (mut product, mut one, mut two) = (0.0, 0.0, 0.0);
        for (&a, &b) in self.values.iter().zip(other) {
            let (a, b) = (f64::from(a) - own, f64::from(b) - others);
            product += a * b;
            one += a * a;
            two += b * b;
        }
        if one * two > 0.0 { product / (one * two).sqrt() } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Levels {
        let value = |place: usize| ((place % 32) * 5 + (place / 32) * 2 + 20 * (place % 7)) as u8 / 2;
        Levels::new((0..1024).map(value).collect()).unwrap()
    }

    #[test]
    fn a_turned_or_mirrored_picture_is_not_the_same_way_up() {
        let picture = picture();
        let mut turned = picture.clone();
        for quarters in 1..=3 {
            turned = turned.turned();
            assert_eq!(picture.way_to(&turned), 4 - quarters, "{quarters}");
        }
        assert_eq!(turned.turned(), picture);
        assert_eq!(picture.way_to(&picture.mirrored()), 4);
        let values = picture.values.iter().map(|value| value.saturating_add(40)).collect();
        assert_eq!(picture.way_to(&Levels { side: 32, values }), 0);
    }

    #[test]
    fn plain_edges_that_face_each_other_may_be_margins() {
        let picture = picture();
        assert!(!picture.may_have_margins());
        let barred = |rows: [usize; 2]| {
            let level = |(at, &value): (usize, &u8)| if rows.contains(&(at / 32)) { 3 } else { value };
            Levels { side: 32, values: picture.values.iter().enumerate().map(level).collect() }
        };
        assert!(barred([0, 31]).may_have_margins() && !barred([0, 1]).may_have_margins());
        assert!(barred([0, 31]).turned().may_have_margins());
    }

    #[test]
    fn what_was_only_saved_anew_is_told_from_edits() {
        let picture = picture();
        let with = |change: fn(u8) -> u8| Levels {
            values: picture.values.iter().map(|&v| change(v)).collect(),
            side: 32,
        };
        assert!(picture.is_saved_anew(&with(|v| v ^ 1)));
        assert!(!picture.is_saved_anew(&with(|v| v.saturating_add(12))));
        assert!(!picture.is_saved_anew(&with(|v| (f32::from(v) * 1.2) as u8)));
        assert_eq!(Levels::new(vec![0; 1000]), None);
    }
}
