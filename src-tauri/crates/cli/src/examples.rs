//! The examples of a search as typed: images, and after each of them what is to be said of it.
//!
//! Options stand behind their image, as an image's name may hold anything that could be put after it.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches};
use library::{Example, Source, Weight};

use crate::args::Crop;

/// What to look for, and what to stay away from.
#[derive(Debug)]
pub(crate) struct Examples(pub(crate) Vec<Example>);

/// The same by option: what belongs together is lost.
#[derive(Debug, Args)]
struct ByOption {
    /// The images to look for; several are averaged, and - is one that comes through a pipe
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<PathBuf>,
    /// An image that results should not look like; can be repeated
    #[arg(long, value_name = "IMAGE")]
    not: Vec<PathBuf>,
    /// Only this part of the image before it matters, in pixels of the upright image
    #[arg(long, value_name = "X,Y,W,H")]
    crop: Vec<Crop>,
    /// How much the image before it counts against the others, from 0.1 to 4 [default: 1]
    #[arg(long, value_name = "W", value_parser = parse_weight)]
    weight: Vec<Weight>,
}

fn parse_weight(text: &str) -> Result<Weight, String> {
    let number: f32 = text.parse().map_err(|_| "expected a number".to_owned())?;
    Weight::new(number).map_err(|error| error.to_string())
}

/// Values of an option, with where each of them was typed.
fn placed<T>(matches: &ArgMatches, option: &str, values: Vec<T>) -> Vec<(usize, T)> {
    matches.indices_of(option).into_iter().flatten().zip(values).collect()
}

impl FromArgMatches for Examples {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let ByOption { images, not, crop, weight } = ByOption::from_arg_matches(matches)?;
        let example = |negative: bool| {
            move |(place, path)| (place, Example { negative, ..Example::like(Source::Path(path)) })
        };
        let mut examples: Vec<(usize, Example)> =
            placed(matches, "images", images).into_iter().map(example(false)).collect();
        examples.extend(placed(matches, "not", not).into_iter().map(example(true)));
        examples.sort_by_key(|(place, _)| *place);
        for (of, Crop(crop)) in before_each(&examples, placed(matches, "crop", crop)) {
            let crops = &mut examples[of].1.crop;
            if crops.replace(crop).is_some() {
                return Err(twice("--crop"));
            }
        }
        let mut weighed = vec![false; examples.len()];
        for (of, weight) in before_each(&examples, placed(matches, "weight", weight)) {
            if std::mem::replace(&mut weighed[of], true) {
                return Err(twice("--weight"));
            }
            examples[of].1.weight = weight;
        }
        Ok(Self(examples.into_iter().map(|(_, example)| example).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Which example each value is about: the one typed last before it. What is typed before all of them is about the first.
fn before_each<T>(examples: &[(usize, Example)], values: Vec<(usize, T)>) -> Vec<(usize, T)> {
    let before = |place| examples.iter().rposition(|(other, _)| *other < place).unwrap_or(0);
    values.into_iter().map(|(place, value)| (before(place), value)).collect()
}

fn twice(option: &str) -> Error {
    let message = format!("{option} is there twice for one image; name the image twice to have both\n");
    Error::raw(ErrorKind::ArgumentConflict, message)
}

impl Args for Examples {
    fn augment_args(command: Command) -> Command {
        ByOption::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        ByOption::augment_args_for_update(command)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use library::Region;

    use super::*;

    #[derive(Debug, Parser)]
    struct Typed {
        #[command(flatten)]
        examples: Examples,
    }

    type Parts = (String, bool, Option<Region>, f32);

    fn typed(text: &str) -> Result<Vec<Parts>, Error> {
        let Typed { examples } = Typed::try_parse_from(text.split_whitespace())?;
        let parts = |example: Example| {
            let Source::Path(path) = example.source else { panic!("a path was typed") };
            (path.display().to_string(), example.negative, example.crop, example.weight.get())
        };
        Ok(examples.0.into_iter().map(parts).collect())
    }

    fn part(path: &str, negative: bool, crop: Option<(u32, u32, u32, u32)>, weight: f32) -> Parts {
        let crop = crop.map(|(x, y, width, height)| Region { x, y, width, height });
        (path.to_owned(), negative, crop, weight)
    }

    #[test]
    fn what_is_said_of_an_image_stands_behind_it() {
        let found =
            typed("search a --weight 2 b --crop 1,2,3,4 --not c --weight 0.5 --crop 5,6,7,8 d --not e");
        let expected = [
            part("a", false, None, 2.0),
            part("b", false, Some((1, 2, 3, 4)), 1.0),
            part("c", true, Some((5, 6, 7, 8)), 0.5),
            part("d", false, None, 1.0),
            part("e", true, None, 1.0),
        ];
        assert_eq!(found.unwrap(), expected);
    }

    #[test]
    fn before_all_images_it_is_about_the_first() {
        let found = typed("search --crop 1,2,3,4 --weight 2 a b").unwrap();
        assert_eq!(found, [part("a", false, Some((1, 2, 3, 4)), 2.0), part("b", false, None, 1.0)]);
    }

    #[test]
    fn names_may_look_like_anything() {
        let found = typed("search a@1,2,3,4 b:2 c=0.5 - -- --weight").unwrap();
        let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(names, ["a@1,2,3,4", "b:2", "c=0.5", "-", "--weight"]);
        assert!(
            found.iter().all(|(_, _, crop, weight)| crop.is_none() && (weight - 1.0).abs() < f32::EPSILON)
        );
    }

    #[test]
    fn one_image_has_one_part_and_one_weight() {
        for wrong in [
            "search a --weight 1 --weight 2",
            "search --weight 1 a --weight 2",
            "search a --crop 1,2,3,4 --crop 1,2,3,4",
            "search a --weight 0",
            "search a --weight 5",
            "search a --weight nan",
            "search a --weight -1",
            "search a --weight much",
            "search --not a",
        ] {
            assert!(typed(wrong).is_err(), "{wrong}");
        }
    }
}
