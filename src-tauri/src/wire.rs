//! What crosses to the window and back: plain data, camel case, paths as text for reading only.
//!
//! The TypeScript side is generated from these types (`ui/src/lib/backend/types.ts`). Photos are named by id and
//! foreign images by a key that the shell gave out: the window never names a file for us to read.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The library at a glance.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// Photos that can be browsed and found, offline ones included.
    pub photos: u32,
    /// Photos that the model in use has read; the others are not found until it has.
    pub read: u32,
    /// Files that could not be read as photos.
    pub failed: u32,
    /// Photos of which a part is missing.
    pub damaged: u32,
    /// The folders, by path.
    pub folders: Vec<Folder>,
    /// File formats among the photos, most frequent first.
    pub formats: Vec<FormatCount>,
}

/// A folder of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Folder {
    /// The folder's id.
    pub id: u32,
    /// Absolute path.
    pub path: String,
    /// The path's last part.
    pub name: String,
    /// Its photos.
    pub photos: u32,
    /// Those of them that are not there although the folder is.
    pub absent: u32,
    /// Those of them of which the person is asked whether they were deleted.
    pub in_question: u32,
    /// How it is.
    pub state: FolderState,
    /// When it was last there, Unix milliseconds.
    #[ts(type = "number | null")]
    pub last_seen: Option<i64>,
    /// The endings of files in it, where nothing was taken for a photo: those seen most first.
    pub without_photos: Option<Vec<String>>,
    /// The path where its photos seem to be, if it is not there.
    pub renamed_to: Option<String>,
    /// Whether things inside its photos are found.
    pub look_inside: bool,
}

/// How a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum FolderState {
    /// There; changes show up by themselves.
    Watching,
    /// There, but the system gives no live events: it is looked through from time to time.
    Polling,
    /// Being looked through now.
    Scanning,
    /// Not there. Its photos stay.
    Offline,
}

/// How many photos are of a file format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FormatCount {
    /// Lower-case name.
    pub format: String,
    /// Photos of it.
    pub photos: u32,
}

/// What goes on in the background.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// The kind of work.
    pub work: Work,
    /// Whether it is held.
    pub paused: bool,
    /// Name of the folder that is being looked through.
    pub folder: Option<String>,
    /// Name of the model that the work is for, where it is for one.
    pub model: Option<String>,
    /// Name of the model that answers while another one is to take over.
    pub answers: Option<String>,
    /// Files dealt with, or vectors placed.
    pub done: u32,
    /// Of how many, as far as known.
    pub total: u32,
    /// Files a second lately.
    pub per_second: Option<f32>,
    /// Seconds left at that rate; none while the total still grows.
    pub seconds_left: Option<f32>,
}

/// The kind of work that goes on in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Nothing to do.
    Idle,
    /// Looking through folders.
    Scanning,
    /// Reading photos.
    Indexing,
    /// Building the graph for fast search.
    Building,
    /// Comparing new photos with all others, for duplicates.
    Comparing,
    /// Reading the parts of photos, so that things inside them are found.
    LookingInside,
    /// Reading photos for a model that is to take over.
    Switching,
    /// Measuring where the bands of a model begin.
    Calibrating,
}

/// Everything known of a photo.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Photo {
    /// The photo's id.
    pub id: u32,
    /// Changes with the picture; part of its addresses.
    pub version: u32,
    /// Absolute path.
    pub path: String,
    /// File name.
    pub name: String,
    /// The folder it lies in.
    pub folder: u32,
    /// Upright pixels.
    pub width: u32,
    /// Upright pixels.
    pub height: u32,
    /// Lower-case name of the file format.
    pub format: String,
    /// File size.
    #[ts(type = "number")]
    pub bytes: u64,
    /// When it was taken, `YYYY-MM-DDTHH:MM:SS` without a zone; else when the file was last changed.
    pub taken: String,
    /// Whether `taken` comes from the camera.
    pub taken_by_camera: bool,
    /// How much of the picture is missing, from 0 to 1.
    pub missing: f32,
    /// Whether the file is there.
    pub online: bool,
    /// Other paths to the same file.
    pub also_at: Vec<String>,
    /// Paths of what may be the same file, as nothing tells it apart.
    pub maybe_at: Vec<String>,
    /// Paths of files with the same bytes.
    pub copies: Vec<String>,
    /// ThumbHash of the picture, base64.
    pub placeholder: Option<String>,
}

/// A photo of which a part is missing.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Damaged {
    /// The photo's id.
    pub photo: u32,
    /// File name.
    pub name: String,
    /// Absolute path.
    pub path: String,
    /// How much is missing, from 0 to 1.
    pub missing: f32,
}

/// A file that could not be read as a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Names it in commands.
    pub key: String,
    /// Absolute path.
    pub path: String,
    /// File name.
    pub name: String,
    /// Stable name of the reason.
    pub code: String,
    /// The reason in English.
    pub reason: String,
}

/// Which photos to show or to search among. Empty lists mean all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Filter {
    /// Folder ids.
    pub folders: Vec<u32>,
    /// First day, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Last day, `YYYY-MM-DD`.
    pub to: Option<String>,
    /// Lower-case names of file formats.
    pub formats: Vec<String>,
}

/// A part of an image in upright, full-size pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// An image that a query is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum ImageRef {
    /// A photo of the library.
    Photo {
        /// Its id.
        id: u32,
    },
    /// A dropped, pasted or chosen image.
    Foreign {
        /// The key that the shell gave it.
        key: String,
    },
}

/// Upright pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Size {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// A dropped, pasted or chosen image, kept while the program runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ForeignImage {
    /// Names it in commands and addresses.
    pub key: String,
    /// File name; empty for pasted pixels.
    pub name: String,
    /// Upright pixels.
    pub width: u32,
    /// Upright pixels.
    pub height: u32,
}

/// A thing to look for, or to stay away from.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Example {
    /// The image.
    pub image: ImageRef,
    /// The part of it that matters; none for all of it.
    pub crop: Option<Region>,
    /// Results should not look like it.
    pub negative: bool,
    /// How much it counts against the others: 0.1 to 4, usually 1.
    pub weight: f32,
}

/// A query.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchRequest {
    /// One at least that is not negative.
    pub examples: Vec<Example>,
    /// Results at most.
    pub limit: u32,
    /// Which photos to search among.
    pub filter: Filter,
    /// Of photos that show the same picture, give the best match only.
    pub hide_copies: bool,
}

/// What a query found.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchResults {
    /// Best first.
    pub matches: Vec<Match>,
    /// Time taken.
    pub milliseconds: f32,
}

/// One photo among the results.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Match {
    /// The photo's id.
    pub id: u32,
    /// Changes with the picture; part of its addresses.
    pub version: u32,
    /// File name.
    pub name: String,
    /// Upright pixels.
    pub width: u32,
    /// Upright pixels.
    pub height: u32,
    /// Cosine similarity, -1 to 1.
    pub similarity: f32,
    /// The similarity in words.
    pub band: Band,
    /// Where in the photo the match is; none for the photo as a whole.
    pub region: Option<Region>,
    /// Whether its folder is there.
    pub online: bool,
    /// Day it was taken, `YYYY-MM-DD`.
    pub day: String,
    /// Photos of the same picture that were left out because copies are hidden.
    pub hidden_copies: u32,
    /// ThumbHash of the picture, base64.
    pub placeholder: Option<String>,
}

/// How alike two pictures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// The same picture.
    NearIdentical,
    /// The same thing or scene.
    VerySimilar,
    /// The same kind of thing.
    Similar,
    /// Something in common.
    Related,
    /// No more alike than any two photos.
    Unrelated,
}

/// The groups of duplicates in few bytes: a large library has tens of thousands. Groups are named by their position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Duplicates {
    /// Names this list in commands: groups may have other positions in the next one.
    pub version: u32,
    /// How many there are.
    pub groups: u32,
    /// Those in which all files have the same bytes.
    pub copies: Vec<u32>,
    /// Those for which the person chose what to keep.
    pub settled: Vec<u32>,
    /// Those that the person wants all photos of.
    pub not_duplicates: Vec<u32>,
}

/// Photos that show the same picture.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DuplicateGroup {
    /// By path.
    pub photos: Vec<Photo>,
    /// The photo that is suggested to be kept.
    pub suggested: u32,
    /// Why that one.
    pub reason: KeepReason,
    /// The photo of which the reason is said.
    pub over: u32,
    /// What is kept beside the suggested one unless the person says otherwise: pieces of the same shot, RAWs for which no
    /// other stands in, and what may be the same file.
    pub beside: Vec<u32>,
    /// Pieces of one shot each, such as a RAW and its JPEG.
    pub pairs: Vec<Vec<u32>>,
    /// The photos that the person wants to keep; the suggested ones until they choose.
    pub keep: Vec<u32>,
}

/// What came of writing paths for another program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    /// Groups of a list, or paths on the clipboard.
    pub count: u32,
    /// Photos that are left out, as their names hold line breaks.
    pub refused: Vec<String>,
    /// Photos that are left out, as they or what is kept in their place are out of reach or have changed, or as both may be
    /// one file.
    pub out_of_reach: u32,
}

/// What sets a photo that is suggested to be kept apart from the one that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum KeepReason {
    /// It is the camera's RAW file.
    Raw,
    /// It has more pixels.
    Larger,
    /// The other is a screenshot, by its name.
    NoScreenshot,
    /// The other is an edit, by its name.
    Unedited,
    /// It says when it was taken.
    HasDate,
    /// It has a name as cameras give it.
    CameraName,
    /// It has no bars or frame around it.
    NoMargin,
    /// It is the way up that most are.
    Upright,
    /// Its file has more bytes: less was lost in saving it.
    MoreBytes,
    /// It shows more detail in as many pixels.
    Sharper,
    /// Its drive is there.
    Online,
    /// Its file is older.
    Older,
    /// The other is a copy, by its name.
    OwnName,
    /// Nothing but its name.
    FirstByName,
}

/// Whether a group of duplicates needs a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nobody has said anything yet.
    Open,
    /// The person chose what to keep.
    Settled,
    /// The person wants all of these photos.
    NotDuplicates,
}

/// What the person chose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// A language of the catalogue, such as `en`; none follows the system.
    pub language: Option<String>,
    /// Whether parts of photos are embedded, too. The library keeps this itself.
    pub look_inside: bool,
    /// Threads that read photos; 0 means one a core.
    pub threads: u32,
    /// Keep watching, with an icon in the tray, when the window is closed.
    pub tray: bool,
    /// Height of the grid's rows in pixels.
    pub row_height: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            language: None,
            look_inside: true,
            threads: 0,
            tray: false,
            row_height: 200,
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A model: one that comes with Lookalike, or one that the person brought.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Names it.
    pub key: String,
    /// What it is called; `fast` and `accurate` are those that come with Lookalike.
    pub name: String,
    /// Whether it comes with Lookalike.
    pub built_in: bool,
    /// What it is, as its file says; may be empty.
    pub description: String,
    /// Its licence, likewise.
    pub licence: String,
    /// Whether it can be used; not when its file is missing or damaged.
    pub usable: bool,
    /// Size of its file.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Components of its vectors.
    pub dimension: u32,
    /// Width of its input in pixels.
    pub input_width: u32,
    /// Height of its input in pixels.
    pub input_height: u32,
    /// Milliseconds that it takes for one image on this machine.
    pub milliseconds: Option<f32>,
    /// Least similarity of near-identical, very similar, similar and related pictures.
    pub bands: [f32; 4],
    /// What the bands rest on.
    pub calibration: Calibration,
    /// Photos that it has read.
    pub embedded: u32,
    /// Photos that there are.
    pub photos: u32,
    /// What it does.
    pub state: ModelState,
}

/// What a model's bands rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum Calibration {
    /// Labelled photos.
    Card,
    /// So many of the library's own pictures.
    Library {
        /// How many.
        pictures: u32,
    },
    /// Nothing yet; they are those of the fast model.
    Nothing {
        /// How many pictures it takes.
        least: u32,
    },
}

/// What a model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ModelState {
    /// It answers.
    Serving,
    /// It is to answer when it has read all photos.
    Wanted,
    /// Nothing.
    Idle,
}

/// How the input of a float model is normalized: one value, or one a channel.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Normalization {
    /// Taken off each value of 0 to 255.
    pub mean: Vec<f32>,
    /// What it is divided by then.
    pub std: Vec<f32>,
}

/// Something that is left out of folders, or that the person takes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Exclusion {
    /// The pattern, or a path.
    pub pattern: String,
    /// Stable name of the reason; none of what the person chose.
    pub kind: Option<String>,
    /// What makes such folders, by name.
    pub by: Option<String>,
    /// Whether it is left out now.
    pub active: bool,
}

/// Where the library's data lives and how big it is.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    /// The data folder.
    pub path: String,
    /// Folders, photos and vectors, in bytes.
    #[ts(type = "number")]
    pub catalog: u64,
    /// Thumbnails, in bytes.
    #[ts(type = "number")]
    pub thumbnails: u64,
    /// The vector index, in bytes.
    #[ts(type = "number")]
    pub index: u64,
    /// Whether a graph answers searches, or an exact scan.
    pub graph: bool,
    /// Vectors that a search finds.
    pub vectors: u32,
}

/// What the window needs first.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Startup {
    /// The program's version.
    pub version: String,
    /// What the person chose.
    pub settings: Settings,
    /// The system's language, such as `de-AT`.
    pub system_language: String,
    /// Whether there is a tray to sit in.
    pub tray_available: bool,
    /// Processor cores, as many as threads read photos when the settings leave it open.
    pub cores: u32,
}

/// Something changed in the library; ask again for what is on show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each says that one list on show is out of date")]
pub struct Changed {
    /// Photos came, went, moved or changed.
    pub photos: bool,
    /// Folders came, went or changed their state.
    pub folders: bool,
    /// Failures came or went.
    pub failures: bool,
    /// Models came or went, or another one answers.
    pub models: bool,
}

/// Files are being dragged over the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Drag {
    /// Whether they still are.
    pub over: bool,
    /// Folders among them.
    pub folders: u32,
    /// Files among them.
    pub files: u32,
}

/// What came in from outside: a drop, a path argument, "open with".
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Incoming {
    /// Images that become the query.
    pub images: Vec<ForeignImage>,
    /// Photos of the library that become the query.
    pub photos: Vec<u32>,
    /// Names of folders that were added.
    pub folders: Vec<String>,
    /// What could not be taken.
    pub problems: Vec<Problem>,
    /// Images beyond those that a query takes.
    pub left_out: u32,
}

/// Why something could not be done: a stable code with the details its text needs.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Stable name; the catalogue of strings has a text for each.
    pub code: String,
    /// Values for that text.
    #[ts(type = "Record<string, string | number>")]
    pub details: serde_json::Map<String, serde_json::Value>,
    /// The message in English, for codes that the catalogue lacks.
    pub message: String,
}
