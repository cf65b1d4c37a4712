// The one interface between the window and the shell. Everything else in `ui/` knows only this.
//
// `tauri.ts` talks to the real shell. `memory.ts` holds a small library in memory, for component tests and for
// working on the window in a browser (`npm run dev`).

import type {
  Activity,
  Changed,
  Damaged,
  Drag,
  DuplicateGroup,
  Duplicates,
  Exclusion,
  Failure,
  Filter,
  ForeignImage,
  ImageRef,
  Incoming,
  Model,
  Normalization,
  Overview,
  Photo,
  SearchRequest,
  SearchResults,
  Settings,
  Shot,
  Startup,
  Storage,
  Subfolder,
  Thing,
  Verdict,
  Written,
} from './types';
import type { Timeline } from './timeline';

/** Stops listening. */
export type Unlisten = () => void;

/** What the shell tells without being asked. */
export interface Events {
  /** The background work; at most four times a second. */
  activity: Activity;
  /** Something on show may be out of date. */
  changed: Changed;
  /** Files are dragged over the window, or no more. */
  drag: Drag;
  /** Images and folders that came in by drop, path argument or "open with". */
  incoming: Incoming;
}

/** Every method that can fail rejects with a `BackendError`. */
export interface Backend {
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): Promise<Unlisten>;

  /** What the window needs first. */
  startup(): Promise<Startup>;
  /** Tries once more to open the library that could not be opened. `startup` tells what is there then. */
  openAgain(): Promise<void>;
  /** Tells the shell that listeners are in place: held back `incoming` events come now. */
  ready(): Promise<void>;

  overview(): Promise<Overview>;
  /** The folders that lie directly in a folder, or with `within` in that one inside it. */
  subfolders(folder: number, within: string | null): Promise<Subfolder[]>;
  activity(): Promise<Activity>;
  /** All photos that pass the filter, newest first. */
  timeline(filter: Filter): Promise<Timeline>;
  photo(id: number): Promise<Photo>;
  /** Reads from its file how an image was taken. */
  shot(image: ImageRef): Promise<Shot>;
  failures(): Promise<Failure[]>;
  /** Photos of which a part is missing. */
  damaged(): Promise<Damaged[]>;
  /** Has all files that failed read again. */
  retryFailures(): Promise<void>;

  search(request: SearchRequest): Promise<SearchResults>;
  /** Decodes an image ahead of queries by crops of it, which are quick then. Never fails. */
  prepare(image: ImageRef): Promise<void>;
  /** The things that stand out in an image, those that do most first. */
  things(image: ImageRef): Promise<Thing[]>;
  /** Width and height of an upright image in pixels. */
  imageSize(image: ImageRef): Promise<{ width: number; height: number }>;

  /** Finds the groups of duplicates anew. */
  duplicates(): Promise<Duplicates>;
  /** Some groups of a list, in this order. Rejects with `duplicates_outdated` when a newer one has long replaced it. */
  duplicateGroups(version: number, groups: number[]): Promise<DuplicateGroup[]>;
  /** Keeps in mind what the person decided about a group. Nothing is done to any file. */
  reviewDuplicates(version: number, group: number, keep: number[], verdict: Verdict): Promise<void>;
  /** Lets the person choose a file and writes the list there. Resolves to what was written; none when they did not choose. */
  exportDuplicates(version: number, groups: number[]): Promise<Written | null>;
  /** Puts the paths of the photos of a group that could go on the clipboard. */
  copyGoing(version: number, group: number): Promise<Written>;

  /** Lets the person choose images as the query. Nothing came in when they chose none. */
  chooseImages(): Promise<Incoming>;
  /** Takes the bytes of an image file as a query. */
  imageFromBytes(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<ForeignImage>;
  /** Takes the images, or files, on the clipboard as a query. Rejects with `clipboard_empty` when there are none. */
  imagesFromClipboard(): Promise<Incoming>;

  /** Lets the person choose folders to add. Resolves to the names of those added. */
  chooseFolders(): Promise<string[]>;
  removeFolder(id: number): Promise<void>;
  /** Takes the person's word that photos of a folder that are not there were deleted. */
  confirmRemoved(id: number): Promise<void>;
  /** Has a folder go on where its photos were found. */
  followFolder(id: number): Promise<void>;
  /** Has things inside the photos of a folder found, or not. */
  lookInsideFolder(id: number, on: boolean): Promise<void>;
  /** What is left out of the folders: the list, then what the person chose. */
  exclusions(): Promise<Exclusion[]>;
  /** Leaves out what fits a pattern, or the place that a path names. */
  exclude(pattern: string): Promise<void>;
  /** Takes in what is left out. */
  include(pattern: string): Promise<void>;
  revealFolder(id: number): Promise<void>;

  reveal(photos: number[]): Promise<void>;
  open(photo: number): Promise<void>;
  revealFailure(key: string): Promise<void>;
  copyPaths(photos: number[]): Promise<Written>;
  /** Lets the person choose where to, then copies. Resolves to how many were copied; none when they did not choose. */
  exportCopies(photos: number[]): Promise<number | null>;

  pause(): Promise<void>;
  resume(): Promise<void>;

  changeSettings(settings: Settings): Promise<void>;

  /** The models there are. May take a moment: models are tried for how quick they are. */
  models(): Promise<Model[]>;
  /** Has a model answer, at once or when it has read all photos. Using the one that answers ends a switch. */
  useModel(key: string): Promise<void>;
  /** Lets the person choose a `.tflite` file, or with a normalization takes the one chosen before. Resolves to its key. */
  importModel(normalization: Normalization | null): Promise<string | null>;
  /** Forgets an imported model, or of another one what it has read. */
  removeModel(key: string): Promise<void>;

  storage(): Promise<Storage>;
  /** Shows the data folder in the file manager. */
  revealData(): Promise<void>;
  /** Makes thumbnails, embeddings and index anew from the photos that are there. */
  rebuild(): Promise<void>;
  /** Forgets all folders and everything known of their photos. */
  forgetEverything(): Promise<void>;

  /** Address of a photo's thumbnail, at most 320 pixels a side. */
  thumbnailUrl(photo: number, version: number): string;
  /** Address of a photo at the size of a screen, at most 2048 pixels a side. Its thumbnail when it is offline. */
  previewUrl(photo: number, version: number): string;
  /** Address of a photo in its own size, as far as a window can hold it. */
  fullUrl(photo: number, version: number): string;
  /** Address of a foreign image, of one of these sizes. */
  foreignUrl(key: string, size: 'thumb' | 'preview' | 'full'): string;
}
