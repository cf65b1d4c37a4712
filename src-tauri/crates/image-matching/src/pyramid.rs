//! How bright a picture is, in three sizes: what is far apart is told by few pixels, before many are looked at.

use std::borrow::Cow;

use crate::plane::Plane;

/// In full, and at a half and a quarter of the size.
#[derive(Debug)]
pub(crate) struct Pyramid([Plane; 3]);

impl Pyramid {
    pub(crate) fn of(full: Plane) -> Self {
        let smaller =
            |plane: &Plane| plane.reduced(plane.width.div_ceil(2), plane.height.div_ceil(2)).into_owned();
        let half = smaller(&full);
        let quarter = smaller(&half);
        Self([full, half, quarter])
    }

    pub(crate) fn full(&self) -> &Plane {
        &self.0[0]
    }

    /// In so many pixels, or as many as it has.
    pub(crate) fn reduced(&self, width: usize, height: usize) -> Cow<'_, Plane> {
        let is_enough = |plane: &&Plane| plane.width >= width && plane.height >= height;
        self.0.iter().rev().find(is_enough).unwrap_or(self.full()).reduced(width, height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_size_is_the_mean_of_what_it_covers() {
        let (width, height) = (64, 48);
        let full = Plane { width, height, values: (0..width * height).map(|at| (at % 7) as f32).collect() };
        let pyramid = Pyramid::of(full.clone());
        for (width, height) in [(64, 48), (40, 30), (32, 24), (16, 12), (4, 3), (100, 100)] {
            let (one, other) = (pyramid.reduced(width, height), full.reduced(width, height));
            assert_eq!((one.width, one.height), (other.width, other.height));
            let is_near = |(one, other): (&f32, &f32)| (one - other).abs() < 1e-3;
            assert!(one.values.iter().zip(&other.values).all(is_near), "{width} x {height}");
        }
    }
}
