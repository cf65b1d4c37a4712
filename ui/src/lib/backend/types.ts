// Generated from src-tauri/src/wire/ by `cargo xtask types`. Do not edit.

/**
 * The library at a glance.
 */
export type Overview = {
/**
 * Photos that can be browsed and found, offline ones included.
 */
photos: number,
/**
 * Photos that the model in use has read; the others are not found until it has.
 */
read: number,
/**
 * Files that could not be read as photos.
 */
failed: number,
/**
 * Photos of which a part is missing.
 */
damaged: number,
/**
 * The folders, by path.
 */
folders: Array<Folder>,
/**
 * File formats among the photos, most frequent first.
 */
formats: Array<FormatCount>, };

/**
 * A folder of the library.
 */
export type Folder = {
/**
 * The folder's id.
 */
id: number,
/**
 * Absolute path.
 */
path: string,
/**
 * The path's last part.
 */
name: string,
/**
 * Its photos.
 */
photos: number,
/**
 * Those of them that are not there although the folder is.
 */
absent: number,
/**
 * Those of them of which the person is asked whether they were deleted.
 */
inQuestion: number,
/**
 * How it is.
 */
state: FolderState,
/**
 * When it was last there, Unix milliseconds.
 */
lastSeen: number | null,
/**
 * The endings of files in it, where nothing was taken for a photo: those seen most first.
 */
withoutPhotos: Array<string> | null,
/**
 * The path where its photos seem to be, if it is not there.
 */
renamedTo: string | null,
/**
 * Whether things inside its photos are found.
 */
lookInside: boolean, };

/**
 * A folder within a folder, at any depth.
 */
export type Subfolder = {
/**
 * Names it in commands.
 */
key: string,
/**
 * The path's last part.
 */
name: string,
/**
 * Photos in it, at any depth.
 */
photos: number,
/**
 * Whether there are folders within it.
 */
hasSubfolders: boolean, };

/**
 * What a folder within a folder is called.
 */
export type SubfolderName = {
/**
 * Names it in commands.
 */
key: string,
/**
 * The path's last part.
 */
name: string, };

/**
 * How a folder is.
 */
export type FolderState = "watching" | "polling" | "scanning" | "offline";

/**
 * How many photos are of a file format.
 */
export type FormatCount = {
/**
 * Lower-case name.
 */
format: string,
/**
 * Photos of it.
 */
photos: number, };

/**
 * What goes on in the background.
 */
export type Activity = {
/**
 * The kind of work.
 */
work: Work,
/**
 * Whether it is held.
 */
paused: boolean,
/**
 * Name of the folder that is being looked through.
 */
folder: string | null,
/**
 * Name of the model that the work is for, where it is for one.
 */
model: string | null,
/**
 * Name of the model that answers while another one is to take over.
 */
answers: string | null,
/**
 * Files dealt with, or vectors placed.
 */
done: number,
/**
 * Of how many, as far as known.
 */
total: number,
/**
 * Files a second lately.
 */
perSecond: number | null,
/**
 * Seconds left at that rate; none while the total still grows.
 */
secondsLeft: number | null, };

/**
 * The kind of work that goes on in the background.
 */
export type Work = "idle" | "scanning" | "indexing" | "building" | "comparing" | "looking-inside" | "switching" | "calibrating";

/**
 * Everything known of a photo.
 */
export type Photo = {
/**
 * The photo's id.
 */
id: number,
/**
 * Changes with the picture; part of its addresses.
 */
version: number,
/**
 * Absolute path.
 */
path: string,
/**
 * File name.
 */
name: string,
/**
 * The folder it lies in.
 */
folder: number,
/**
 * The folders within it around the photo, the outermost first.
 */
subfolders: Array<SubfolderName>,
/**
 * Upright pixels.
 */
width: number,
/**
 * Upright pixels.
 */
height: number,
/**
 * Lower-case name of the file format.
 */
format: string,
/**
 * File size.
 */
bytes: number,
/**
 * When it was taken, `YYYY-MM-DDTHH:MM:SS` without a zone; else when the file was last changed.
 */
taken: string,
/**
 * Whether `taken` comes from the camera.
 */
takenByCamera: boolean,
/**
 * How much of the picture is missing, from 0 to 1.
 */
missing: number,
/**
 * Whether the file is there.
 */
online: boolean,
/**
 * Other paths to the same file.
 */
alsoAt: Array<string>,
/**
 * Paths of what may be the same file, as nothing tells it apart.
 */
maybeAt: Array<string>,
/**
 * Paths of files with the same bytes.
 */
copies: Array<string>,
/**
 * ThumbHash of the picture, base64.
 */
placeholder: string | null, };

/**
 * How a photo was taken; what its file does not say is none.
 */
export type Shot = {
/**
 * Maker and model of the camera.
 */
camera: string | null,
/**
 * The lens.
 */
lens: string | null,
/**
 * How long it was exposed, in seconds.
 */
exposure: number | null,
/**
 * The f-number.
 */
aperture: number | null,
/**
 * The sensitivity.
 */
iso: number | null,
/**
 * Focal length in millimetres.
 */
focalLength: number | null,
/**
 * The focal length, in millimetres, that shows as much on film of 35 mm.
 */
focalLength35: number | null,
/**
 * Where it was taken.
 */
place: Place | null,
/**
 * What the file calls its colours, such as "Display P3", in formats that are asked.
 */
profile: string | null, };

/**
 * A place on Earth.
 */
export type Place = {
/**
 * Degrees north of the equator.
 */
latitude: number,
/**
 * Degrees east of Greenwich.
 */
longitude: number,
/**
 * Metres above the sea.
 */
altitude: number | null, };

/**
 * A file that could not be read as a photo.
 */
export type Failure = {
/**
 * Names it in commands.
 */
key: string,
/**
 * Absolute path.
 */
path: string,
/**
 * File name.
 */
name: string,
/**
 * Stable name of the reason.
 */
code: string,
/**
 * The reason in English.
 */
reason: string, };

/**
 * A photo of which a part is missing.
 */
export type Damaged = {
/**
 * The photo's id.
 */
photo: number,
/**
 * File name.
 */
name: string,
/**
 * Absolute path.
 */
path: string,
/**
 * How much is missing, from 0 to 1.
 */
missing: number, };

/**
 * Which photos to show or to search among. Empty lists mean all.
 */
export type Filter = {
/**
 * Folder ids.
 */
folders: Array<number>,
/**
 * The key of a folder within one of them.
 */
subfolder: string | null,
/**
 * First day, `YYYY-MM-DD`.
 */
from: string | null,
/**
 * Last day, `YYYY-MM-DD`.
 */
to: string | null,
/**
 * Lower-case names of file formats.
 */
formats: Array<string>, };

/**
 * A part of an image in upright, full-size pixels.
 */
export type Region = {
/**
 * Left edge.
 */
x: number,
/**
 * Top edge.
 */
y: number,
/**
 * Width.
 */
width: number,
/**
 * Height.
 */
height: number, };

/**
 * An image that a query is about.
 */
export type ImageRef = { "kind": "photo",
/**
 * Its id.
 */
id: number, } | { "kind": "foreign",
/**
 * The key that the shell gave it.
 */
key: string, };

/**
 * Upright pixels.
 */
export type Size = {
/**
 * Width.
 */
width: number,
/**
 * Height.
 */
height: number, };

/**
 * A thing in an image that can be pointed at, in upright, full-size pixels.
 */
export type Thing = {
/**
 * A box around it.
 */
region: Region,
/**
 * A place that is on it.
 */
x: number,
/**
 * A place that is on it.
 */
y: number, };

/**
 * A dropped, pasted or chosen image, kept while the program runs.
 */
export type ForeignImage = {
/**
 * Names it in commands and addresses.
 */
key: string,
/**
 * File name; empty for pasted pixels.
 */
name: string,
/**
 * Upright pixels.
 */
width: number,
/**
 * Upright pixels.
 */
height: number, };

/**
 * A thing to look for, or to stay away from.
 */
export type Example = {
/**
 * The image.
 */
image: ImageRef,
/**
 * The part of it that matters; none for all of it.
 */
crop: Region | null,
/**
 * Results should not look like it.
 */
negative: boolean,
/**
 * How much it counts against the others: 0.1 to 4, usually 1.
 */
weight: number, };

/**
 * A query.
 */
export type SearchRequest = {
/**
 * One at least that is not negative.
 */
examples: Array<Example>,
/**
 * Results at most.
 */
limit: number,
/**
 * Which photos to search among.
 */
filter: Filter,
/**
 * Of photos that show the same picture, give the best match only.
 */
hideCopies: boolean, };

/**
 * What a query found.
 */
export type SearchResults = {
/**
 * Best first.
 */
matches: Array<Match>,
/**
 * Time taken.
 */
milliseconds: number, };

/**
 * One photo among the results.
 */
export type Match = {
/**
 * The photo's id.
 */
id: number,
/**
 * Changes with the picture; part of its addresses.
 */
version: number,
/**
 * File name.
 */
name: string,
/**
 * Upright pixels.
 */
width: number,
/**
 * Upright pixels.
 */
height: number,
/**
 * Cosine similarity, -1 to 1.
 */
similarity: number,
/**
 * The similarity in words.
 */
band: Band,
/**
 * Where in the photo the match is; none for the photo as a whole.
 */
region: Region | null,
/**
 * Whether its folder is there.
 */
online: boolean,
/**
 * Day it was taken, `YYYY-MM-DD`.
 */
day: string,
/**
 * Photos of the same picture that were left out because copies are hidden.
 */
hiddenCopies: number,
/**
 * ThumbHash of the picture, base64.
 */
placeholder: string | null, };

/**
 * How alike two pictures are, in words. Best first.
 */
export type Band = "near-identical" | "very-similar" | "similar" | "related" | "unrelated";

/**
 * The groups of duplicates in few bytes: a large library has tens of thousands. Groups are named by their position.
 */
export type Duplicates = {
/**
 * Names this list in commands: groups may have other positions in the next one.
 */
version: number,
/**
 * How many there are.
 */
groups: number,
/**
 * Those in which all files have the same bytes.
 */
copies: Array<number>,
/**
 * Those for which the person chose what to keep.
 */
settled: Array<number>,
/**
 * Those that the person wants all photos of.
 */
notDuplicates: Array<number>, };

/**
 * Photos that show the same picture.
 */
export type DuplicateGroup = {
/**
 * By path.
 */
photos: Array<Photo>,
/**
 * The photo that is suggested to be kept.
 */
suggested: number,
/**
 * Why that one.
 */
reason: KeepReason,
/**
 * The photo of which the reason is said.
 */
over: number,
/**
 * What is kept beside the suggested one unless the person says otherwise: pieces of the same shot, RAWs and coloured
 * pictures for which no other stands in, and what may be the same file.
 */
beside: Array<number>,
/**
 * Pieces of one shot each, such as a RAW and its JPEG.
 */
pairs: Array<Array<number>>,
/**
 * The photos that the person wants to keep; the suggested ones until they choose.
 */
keep: Array<number>, };

/**
 * What sets the photo that is suggested to be kept apart from the one that comes next.
 */
export type KeepReason = "raw" | "larger" | "no_screenshot" | "unedited" | "has_date" | "camera_name" | "no_margin" | "upright" | "more_bytes" | "sharper" | "online" | "older" | "own_name" | "first_by_name";

/**
 * What came of writing paths for another program.
 */
export type Written = {
/**
 * Groups of a list, or paths on the clipboard.
 */
count: number,
/**
 * Photos that are left out, as their names hold line breaks.
 */
refused: Array<string>,
/**
 * Photos that are left out, as they or what is kept in their place are out of reach or have changed, or as both may be
 * one file.
 */
outOfReach: number, };

/**
 * Whether a group needs a look.
 */
export type Verdict = "open" | "settled" | "not_duplicates";

/**
 * What the person chose.
 */
export type Settings = {
/**
 * Light or dark.
 */
theme: Theme,
/**
 * A language of the catalogue, such as `en`; none follows the system.
 */
language: string | null,
/**
 * Whether parts of photos are embedded, too. The library keeps this itself.
 */
lookInside: boolean,
/**
 * Threads that read photos; 0 means one a core.
 */
threads: number,
/**
 * Keep watching, with an icon in the tray, when the window is closed.
 */
tray: boolean,
/**
 * Height of the grid's rows in pixels.
 */
rowHeight: number,
/**
 * Whether a thing in a photo was searched by once: then no line tells of that any more.
 */
pointed: boolean, };

/**
 * Light or dark.
 */
export type Theme = "system" | "light" | "dark";

/**
 * A model: one that comes with Lookalike, or one that the person brought.
 */
export type Model = {
/**
 * Names it.
 */
key: string,
/**
 * What it is called; `fast` and `accurate` are those that come with Lookalike.
 */
name: string,
/**
 * Whether it comes with Lookalike.
 */
builtIn: boolean,
/**
 * What it is, as its file says; may be empty.
 */
description: string,
/**
 * Its licence, likewise.
 */
licence: string,
/**
 * Whether it can be used; not when its file is missing or damaged.
 */
usable: boolean,
/**
 * Size of its file.
 */
bytes: number,
/**
 * Components of its vectors.
 */
dimension: number,
/**
 * Width of its input in pixels.
 */
inputWidth: number,
/**
 * Height of its input in pixels.
 */
inputHeight: number,
/**
 * Milliseconds that it takes for one image on this machine.
 */
milliseconds: number | null,
/**
 * Least similarity of near-identical, very similar, similar and related pictures.
 */
bands: [number, number, number, number],
/**
 * What the bands rest on.
 */
calibration: Calibration,
/**
 * Photos that it has read.
 */
embedded: number,
/**
 * Photos that there are.
 */
photos: number,
/**
 * What it does.
 */
state: ModelState, };

/**
 * What a model's bands rest on.
 */
export type Calibration = { "from": "card" } | { "from": "library",
/**
 * How many.
 */
pictures: number, } | { "from": "nothing",
/**
 * How many pictures it takes.
 */
least: number, };

/**
 * What a model does in a library.
 */
export type ModelState = "serving" | "wanted" | "idle";

/**
 * How the input of a float model is normalized: one value, or one a channel.
 */
export type Normalization = {
/**
 * Taken off each value of 0 to 255.
 */
mean: Array<number>,
/**
 * What it is divided by then.
 */
std: Array<number>, };

/**
 * Where the library's data lives and how big it is.
 */
export type Storage = {
/**
 * The data folder.
 */
path: string,
/**
 * Folders, photos and vectors, in bytes.
 */
catalog: number,
/**
 * Thumbnails, in bytes.
 */
thumbnails: number,
/**
 * The vector index, in bytes.
 */
index: number,
/**
 * Whether a graph answers searches, or an exact scan.
 */
graph: boolean,
/**
 * Vectors that a search finds.
 */
vectors: number, };

/**
 * Something that is left out of folders, or that the person takes in.
 */
export type Exclusion = {
/**
 * The pattern, or a path.
 */
pattern: string,
/**
 * Stable name of the reason; none of what the person chose.
 */
kind: string | null,
/**
 * What makes such folders, by name.
 */
by: string | null,
/**
 * Whether it is left out now.
 */
active: boolean, };

/**
 * What the window needs first.
 */
export type Startup = {
/**
 * The program's version.
 */
version: string,
/**
 * What the person chose.
 */
settings: Settings,
/**
 * The system's language, such as `de-AT`.
 */
systemLanguage: string,
/**
 * Whether there is a tray to sit in.
 */
trayAvailable: boolean,
/**
 * Processor cores, as many as threads read photos when the settings leave it open.
 */
cores: number, };

/**
 * Something changed in the library; ask again for what is on show.
 */
export type Changed = {
/**
 * Photos came, went, moved or changed.
 */
photos: boolean,
/**
 * Folders came, went or changed their state.
 */
folders: boolean,
/**
 * Failures came or went.
 */
failures: boolean,
/**
 * Models came or went, or another one answers.
 */
models: boolean, };

/**
 * Files are being dragged over the window.
 */
export type Drag = {
/**
 * Whether they still are.
 */
over: boolean,
/**
 * Folders among them.
 */
folders: number,
/**
 * Files among them.
 */
files: number, };

/**
 * What came in from outside: a drop, a path argument, "open with".
 */
export type Incoming = {
/**
 * Images that become the query.
 */
images: Array<ForeignImage>,
/**
 * Photos of the library that become the query.
 */
photos: Array<number>,
/**
 * Names of folders that were added.
 */
folders: Array<string>,
/**
 * What could not be taken.
 */
problems: Array<Problem>,
/**
 * Images beyond those that a query takes.
 */
leftOut: number, };

/**
 * Why something could not be done: a stable code with the details its text needs.
 */
export type Problem = {
/**
 * Stable name; the catalogue of strings has a text for each.
 */
code: string,
/**
 * Values for that text.
 */
details: Record<string, string | number>,
/**
 * The message in English, for codes that the catalogue lacks.
 */
message: string, };
