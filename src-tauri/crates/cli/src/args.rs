//! What can be typed: commands, options and their help.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};
use library::{BuiltInModel, ModelChoice, Region};

use crate::examples::Examples;

/// Find the photos that look like a picture, or like a part of one. Offline; photos are only ever read.
#[derive(Debug, Parser)]
#[command(name = "lookalike", version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Where the library is kept [default: the system's folder for application data]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "Examples:
  lookalike index ~/Pictures                        read a folder into the library
  lookalike search cat.jpg                          photos that look like cat.jpg
  lookalike search desk.jpg --crop 820,340,300,280  photos that look like that part of desk.jpg
  lookalike search cat.jpg --weight 2 sofa.jpg      photos like both, and more like cat.jpg
  lookalike watch ~/Pictures                        stay up to date until Ctrl+C

With LOOKALIKE_LOG=warn, info or debug in the environment, stderr tells what happens inside.

Exit codes: 0 done (files that could not be read are reported), 1 could not do it, 2 wrong usage.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add folders and bring the library up to date
    ///
    /// Photos that have not changed are not read again. Photos of a folder that is not there (an unplugged
    /// drive) stay in the library. Files that cannot be read are listed with the reason, and tried again
    /// when they change. Ctrl+C stops; what is done stays done, and the next run goes on from there.
    Index {
        /// Folders to add; none brings those added before up to date
        #[arg(value_name = "FOLDER")]
        folders: Vec<PathBuf>,
        /// Look inside photos, too, so that a thing in them is found; so it is unless turned off. Kept, for the folders
        /// named, or for all
        #[arg(long, overrides_with = "no_regions")]
        regions: bool,
        /// Take photos as wholes only: less work and less to store, and a small thing in a photo is hardly ever found.
        /// Kept, for the folders named, or for all
        #[arg(long)]
        no_regions: bool,
        /// Say that photos of these folders, or of all, that are not there were deleted. Asked for where so many are gone at
        /// once that another drive may be in the place of theirs
        #[arg(long)]
        confirm_removed: bool,
        /// Also tell where the time went, stage by stage
        #[arg(long)]
        profile: bool,
    },
    /// Find the photos that look like one or several images
    ///
    /// Each image, and each that --not names, can have a --crop and a --weight behind it:
    /// `lookalike search hat.jpg --weight 2 coat.jpg --crop 40,60,200,300 --not cap.jpg --weight 0.5`.
    Search(SearchArguments),
    /// Print the embedding of an image
    Embed(EmbedArguments),
    /// Print the cosine similarity of two images
    Similarity {
        /// The first image
        #[arg(value_name = "IMAGE")]
        one: PathBuf,
        /// The second image
        #[arg(value_name = "IMAGE")]
        other: PathBuf,
        /// "fast", "accurate", or a .tflite file
        #[arg(long, value_name = "MODEL", default_value = "fast", value_parser = parse_model)]
        model: ModelChoice,
    },
    /// List groups of photos that show the same picture; nothing is deleted
    Duplicates {
        /// Of edited copies, only those whose embeddings are this alike at least, as cosine similarity: changed little
        #[arg(long, value_name = "S", value_parser = parse_similarity)]
        min_similarity: Option<f32>,
        /// Write the list to a file outside of all photo folders: a table (.csv), or the paths of the photos that could
        /// go, one a line (.txt)
        #[arg(long, value_name = "FILE")]
        export: Option<PathBuf>,
        /// End each path with a NUL in place of a line break, for `xargs -0`: the only way for names that hold line
        /// breaks. Without --export the paths of the photos that could go are printed so
        #[arg(short = '0', long)]
        null: bool,
    },
    /// Add folders and stay up to date until interrupted, printing one JSON line an event
    Watch {
        /// Folders to add; none watches those added before
        #[arg(value_name = "FOLDER")]
        folders: Vec<PathBuf>,
    },
    /// List the models, choose the one that answers, or bring your own
    Model {
        #[command(subcommand)]
        command: Option<ModelCommand>,
    },
    /// Show what the library holds
    Status,
    /// Forget folders; the photos themselves are not touched
    Remove {
        /// Folders of the library
        #[arg(value_name = "FOLDER", required = true)]
        folders: Vec<PathBuf>,
    },
    /// Leave folders out of the library, or list what is left out, with the reasons
    ///
    /// What is no photo of yours is left out by itself: snapshots and trash of a NAS, previews of photo programs, and more;
    /// without a pattern they are listed. Photos that are left out go from the library with the next `index` or `watch`. The
    /// photos themselves are not touched.
    Exclude {
        /// Names such as Exports, patterns such as '*_thumb.jpg' or 'Work/Raw*' (capitals do not count), or paths of places
        /// inside a folder of the library
        #[arg(value_name = "PATTERN")]
        patterns: Vec<String>,
    },
    /// Take in what is left out: as `lookalike exclude` lists it, or the path of one place
    Include {
        /// As they are listed, or paths of places inside a folder of the library
        #[arg(value_name = "PATTERN", required = true)]
        patterns: Vec<String>,
    },
    /// Check catalog, thumbnails and index against each other
    Verify {
        /// Mend what can be mended, reading photos again where needed; a damaged catalog is kept beside the new one
        #[arg(long)]
        repair: bool,
    },
    /// Write an HTML page that shows images with the photos that look like them
    ContactSheet {
        /// The page to write, an .html file outside the library's folders
        #[arg(short = 'o', long = "out", value_name = "FILE.html")]
        page: PathBuf,
        /// Images, each with an optional crop as in photo.jpg@X,Y,W,H; none takes some of the library
        #[arg(value_name = "IMAGE")]
        images: Vec<String>,
        /// How many photos to show for each image
        #[arg(short = 'n', value_name = "K", default_value = "8")]
        limit: NonZeroUsize,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print a manual page, or the names of all; for packages
    #[command(hide = true)]
    Manual {
        /// Its name
        page: Option<String>,
    },
}

/// What to do with models; without any of these they are listed.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Have a model answer
    ///
    /// It takes over when it has read all photos, which `index` and `watch` see to; until then the model before goes on
    /// answering. Using that one again undoes it. What a model has read is kept, so going back takes no time.
    Use {
        /// "fast", "accurate", or the name of a model that was imported
        name: String,
    },
    /// Take a .tflite file among the models: one RGB image in (uint8 or float32), vectors out
    Import {
        /// The file, which is copied
        #[arg(value_name = "FILE.tflite")]
        file: PathBuf,
        /// What to call it [default: as the file says]
        #[arg(long)]
        name: Option<String>,
        /// Mean that is taken off each channel of 0 to 255; for float models whose file does not tell
        #[arg(long, value_name = "M[,M,M]", requires = "std", allow_hyphen_values = true)]
        mean: Option<Channels>,
        /// What each channel is divided by then
        #[arg(long, value_name = "S[,S,S]", requires = "mean")]
        std: Option<Channels>,
    },
    /// Forget a model that was imported, or what "fast" or "accurate" has read; not the one that answers
    Remove {
        /// Its name
        name: String,
    },
}

/// One number for all channels, or three.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Channels(pub(crate) Vec<f32>);

impl FromStr for Channels {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers: Result<Vec<f32>, _> = text.split(',').map(|part| part.trim().parse()).collect();
        match numbers {
            Ok(numbers) if matches!(numbers.len(), 1 | 3) => Ok(Self(numbers)),
            _ => Err("expected one number, or three with commas between them".to_owned()),
        }
    }
}

impl Command {
    /// Whether an interrupt ends the command in order, with what is done kept, rather than at once.
    pub(crate) fn stops_in_order(&self) -> bool {
        matches!(self, Self::Index { .. } | Self::Watch { .. } | Self::Verify { .. })
    }
}

#[derive(Debug, Args)]
pub(crate) struct SearchArguments {
    #[command(flatten)]
    pub(crate) examples: Examples,
    /// How many photos to print
    #[arg(short = 'n', value_name = "K", default_value = "20")]
    pub(crate) limit: NonZeroUsize,
}

#[derive(Debug, Args)]
pub(crate) struct EmbedArguments {
    /// The image
    pub(crate) image: PathBuf,
    /// "fast", "accurate", or a .tflite file
    #[arg(long, value_name = "MODEL", default_value = "fast", value_parser = parse_model)]
    pub(crate) model: ModelChoice,
    /// Embed this part only, in pixels of the upright image
    #[arg(long, value_name = "X,Y,W,H")]
    pub(crate) crop: Option<Crop>,
    /// Scale the embedding to unit length
    #[arg(long)]
    pub(crate) l2_normalize: bool,
    /// Print int8 values, round(value * 128)
    #[arg(long)]
    pub(crate) quantize: bool,
    /// Reduce the image with antialiasing, as the library does, not as the TFLite Task Library does
    #[arg(long)]
    pub(crate) antialias: bool,
    /// Threads of the inference
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroU32>,
}

/// A region as typed: four whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Crop(pub(crate) Region);

impl FromStr for Crop {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers: Result<Vec<u32>, _> = text.split(',').map(|part| part.trim().parse()).collect();
        match numbers.as_deref() {
            Ok(&[x, y, width, height]) if width > 0 && height > 0 => Ok(Self(Region { x, y, width, height })),
            _ => Err("expected X,Y,W,H: four whole numbers, width and height above 0".to_owned()),
        }
    }
}

fn parse_model(text: &str) -> Result<ModelChoice, String> {
    Ok(match text {
        "" => return Err("expected fast, accurate, or a .tflite file".to_owned()),
        "fast" => ModelChoice::BuiltIn(BuiltInModel::Fast),
        "accurate" => ModelChoice::BuiltIn(BuiltInModel::Accurate),
        file => ModelChoice::File(file.into()),
    })
}

fn parse_similarity(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(similarity) if (-1.0..=1.0).contains(&similarity) => Ok(similarity),
        _ => Err("expected a number from -1 to 1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_crop_is_four_whole_numbers() {
        assert_eq!("1, 2,3,4".parse::<Crop>().unwrap().0, Region { x: 1, y: 2, width: 3, height: 4 });
        for bad in ["", "1,2,3", "1,2,3,4,5", "-1,2,3,4", "1,2,0,4", "a,b,c,d", "1.5,2,3,4"] {
            assert!(bad.parse::<Crop>().is_err(), "{bad}");
        }
    }
}
