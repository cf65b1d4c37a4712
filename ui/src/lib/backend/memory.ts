// A backend with a made-up library in memory, for component tests and for working on the window in a browser
// (`npm run dev`). It is not part of the program.

import type { Backend, Events, Unlisten } from './backend';
import {
  bandOf,
  dayOf,
  daysSinceEpoch,
  madeUpPhotos,
  nameOf,
  passes,
  similarity,
  type MadeUpPhoto,
} from './madeUp';
import { MadeUpDuplicates } from './madeUpDuplicates';
import { EXCLUSIONS, FAILURES, FOLDERS, madeUpFolder } from './madeUpFolders';
import { MadeUpForeign } from './madeUpForeign';
import { subfoldersAround, subfoldersOf } from './madeUpSubfolders';
import { IDLE, MadeUpModels, TICK } from './madeUpModels';
import { problem } from './madeUpProblem';
import { madeUpShot, NO_SHOT } from './madeUpShots';
import { SCENES, sceneHash, sceneUrl, thingsIn } from './scenes';
import { PLACEHOLDER_BYTES, type Timeline } from './timeline';
import type {
  Activity,
  Damaged,
  Example,
  Exclusion,
  Failure,
  Filter,
  Folder,
  ImageRef,
  Incoming,
  Match,
  Normalization,
  Overview,
  Photo,
  SearchRequest,
  SearchResults,
  Settings,
  Shot,
  Storage,
  Subfolder,
  Thing,
  Verdict,
  Written,
} from './types';

export interface MemoryOptions {
  photos?: number;
  /** Names; the last one is offline when there are several. None means a first run. */
  folders?: readonly string[];
  failures?: number;
  /** Photos, from the first on, of which a part is missing, and how much. */
  damaged?: readonly number[];
  /** Where the photos of the folder that is offline are. */
  renamedTo?: string;
  /** Endings of the files in the first folder, in which nothing was taken for a photo. */
  withoutPhotos?: string[];
  /** Groups of duplicates; those among the photos by themselves when it is not said. */
  duplicates?: number;
  /** Whether the suns and hills in the photos can be pointed at. */
  things?: boolean;
  /** Photos that come in one after the other, as if they were being indexed. */
  arriving?: number;
  settings?: Partial<Settings>;
  systemLanguage?: string;
}

type Listeners = { [Name in keyof Events]: Set<(payload: Events[Name]) => void> };
const PER_TICK = 12;

export class MemoryBackend implements Backend {
  settings: Settings;
  /** What was asked of the system, such as `reveal 3,4`, for tests. */
  readonly calls: string[] = [];
  #systemLanguage: string;
  #things: boolean;
  #photos: MadeUpPhoto[];
  #arriving: MadeUpPhoto[];
  #byId: Map<number, MadeUpPhoto>;
  #folders: Folder[];
  #failures: Failure[];
  #damaged: Damaged[];
  #activity = IDLE;
  #exclusions = EXCLUSIONS;
  #timer: ReturnType<typeof setInterval> | undefined;
  #models = new MadeUpModels({
    photos: () => this.#photos.length,
    activity: () => this.#activity,
    tell: (activity) => this.#tell(activity),
    changed: (photos) => this.emit('changed', { photos, folders: false, failures: false, models: true }),
  });
  #foreign = new MadeUpForeign();
  #duplicates: MadeUpDuplicates;
  #listeners: Listeners = {
    activity: new Set(),
    changed: new Set(),
    drag: new Set(),
    incoming: new Set(),
  };

  constructor(options: MemoryOptions = {}) {
    const names = options.folders ?? FOLDERS;
    this.#folders = names.map((name, index) =>
      madeUpFolder(index + 1, name, index > 0 && index === names.length - 1),
    );
    this.#folders.forEach((folder) => {
      if (folder.state === 'offline') folder.renamedTo = options.renamedTo ?? null;
      if (folder.id === 1) folder.withoutPhotos = options.withoutPhotos ?? null;
    });
    const ids = this.#folders.map(({ id }) => id);
    const arriving = Math.min(options.arriving ?? 0, options.photos ?? 1200);
    const all = ids.length > 0 ? madeUpPhotos(options.photos ?? 1200, ids) : [];
    this.#byId = new Map(all.map((photo) => [photo.id, photo]));
    this.#arriving = all.slice(0, arriving).reverse();
    this.#photos = all.slice(arriving);
    this.#duplicates = new MadeUpDuplicates(options.duplicates);
    this.#failures = ids.length > 0 ? FAILURES.slice(0, options.failures ?? FAILURES.length) : [];
    this.#damaged = (options.damaged ?? []).map((missing, index) => ({
      photo: index + 1,
      name: `damaged-${index + 1}.jpg`,
      path: `/home/kim/Pictures/damaged-${index + 1}.jpg`,
      missing,
    }));
    this.settings = {
      theme: 'system',
      language: null,
      threads: 0,
      tray: false,
      lookInside: true,
      rowHeight: 200,
      pointed: false,
      ...options.settings,
    };
    this.#things = options.things ?? false;
    this.#systemLanguage = options.systemLanguage ?? 'en';
    if (arriving > 0) this.#work(this.#folders[0]?.name ?? null);
  }

  /** What the shell tells by itself, such as a drag over the window. */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    this.#listeners[name].forEach((listener) => listener(payload));
  }

  /** Lets more photos be in the library at once, newer than all others. */
  add(count: number): void {
    const firstId = Math.max(0, ...this.#byId.keys()) + 1;
    const newest = this.#photos[0]?.taken ?? 0;
    const more = madeUpPhotos(count, [this.#folders[0]?.id ?? 1], firstId);
    const shift = newest - (more.at(-1)?.taken ?? 0) + 1000;
    this.#insert(more.map((photo) => ({ ...photo, taken: photo.taken + shift })));
  }

  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): Promise<Unlisten> {
    this.#listeners[name].add(listener);
    return Promise.resolve(() => this.#listeners[name].delete(listener));
  }

  async startup() {
    return {
      version: '0.1.0',
      settings: { ...this.settings },
      systemLanguage: this.#systemLanguage,
      trayAvailable: true,
      cores: 4,
    };
  }

  openAgain = () => this.#note('openAgain');

  async ready() {
    this.calls.push('ready');
  }

  async overview(): Promise<Overview> {
    const formats = new Map<string, number>();
    const perFolder = new Map<number, number>();
    for (const photo of this.#photos) {
      formats.set(photo.format, (formats.get(photo.format) ?? 0) + 1);
      perFolder.set(photo.folder, (perFolder.get(photo.folder) ?? 0) + 1);
    }
    return {
      photos: this.#photos.length,
      read: this.#photos.length,
      failed: this.#failures.length,
      damaged: this.#damaged.length,
      folders: this.#folders.map((folder) => ({ ...folder, photos: perFolder.get(folder.id) ?? 0 })),
      formats: [...formats]
        .map(([format, photos]) => ({ format, photos }))
        .sort((a, b) => b.photos - a.photos),
    };
  }

  async subfolders(folder: number, within: string | null): Promise<Subfolder[]> {
    const photos = this.#photos.filter((photo) => photo.folder === folder);
    return subfoldersOf(photos, folder, within);
  }

  async activity() {
    return this.#activity;
  }

  async timeline(filter: Filter): Promise<Timeline> {
    const photos = this.#photos.filter((photo) => passes(photo, filter));
    const placeholders = new Uint8Array(photos.length * PLACEHOLDER_BYTES);
    photos.forEach((photo, index) =>
      placeholders.set(sceneHash(photo.scene, photo.width / photo.height), index * PLACEHOLDER_BYTES),
    );
    return {
      count: photos.length,
      ids: Uint32Array.from(photos, ({ id }) => id),
      versions: new Uint32Array(photos.length).fill(1),
      days: Int32Array.from(photos, daysSinceEpoch),
      ratios: Float32Array.from(photos, ({ width, height }) => width / height),
      offline: Uint8Array.from(photos, (photo) => (this.#online(photo) ? 0 : 1)),
      placeholders,
    };
  }

  async photo(id: number): Promise<Photo> {
    const photo = this.#known(id);
    const { path } = this.#folders.find((folder) => folder.id === photo.folder) ?? { path: '/home/kim' };
    return {
      id,
      version: 1,
      path: [path, ...subfoldersAround(photo).map(({ name }) => name), nameOf(photo)].join('/'),
      name: nameOf(photo),
      folder: photo.folder,
      subfolders: subfoldersAround(photo),
      width: photo.width,
      height: photo.height,
      format: photo.format,
      bytes: Math.round(photo.width * photo.height * 0.31),
      taken: new Date(photo.taken).toISOString().slice(0, 19),
      takenByCamera: photo.format === 'jpeg',
      missing: this.#damaged.find((damaged) => damaged.photo === photo.id)?.missing ?? 0,
      online: this.#online(photo),
      alsoAt: [],
      maybeAt: [],
      copies: id % 9 === 0 ? [`${path}/Copies/${nameOf(photo)}`] : [],
      placeholder: base64(sceneHash(photo.scene, photo.width / photo.height)),
    };
  }

  async shot(image: ImageRef): Promise<Shot> {
    return image.kind === 'photo' && this.#known(image.id).format === 'jpeg' ? madeUpShot(image.id) : NO_SHOT;
  }

  async failures() {
    return this.#failures;
  }

  async damaged(): Promise<Damaged[]> {
    return this.#damaged;
  }

  async retryFailures() {
    this.#failures = this.#failures.slice(1);
    this.emit('changed', { photos: false, folders: false, failures: true, models: false });
  }

  async search(request: SearchRequest): Promise<SearchResults> {
    const wanted = request.examples.filter(({ negative }) => !negative);
    const unwanted = request.examples
      .filter(({ negative }) => negative)
      .map((example) => this.#seen(example).scene);
    const asked = new Set(wanted.flatMap(({ image }) => (image.kind === 'photo' ? [image.id] : [])));
    const matches: Match[] = [];
    for (const photo of this.#photos) {
      const hidden = request.hideCopies && photo.copyOf !== null;
      if (asked.has(photo.id) || hidden || !passes(photo, request.filter) || unwanted.includes(photo.scene))
        continue;
      const alike = Math.max(...wanted.map((example) => this.#alike(photo, example, wanted)));
      matches.push(this.#match(photo, alike, request));
    }
    matches.sort((a, b) => b.similarity - a.similarity);
    return { matches: matches.slice(0, request.limit), milliseconds: 24 };
  }

  async duplicates() {
    return this.#duplicates.find(this.#photos);
  }

  duplicateGroups = (version: number, groups: number[]) =>
    this.#duplicates.groups(version, groups, (id) => this.photo(id));

  async reviewDuplicates(version: number, group: number, keep: number[], verdict: Verdict) {
    this.calls.push(`review ${group} ${verdict} ${keep}`);
    this.#duplicates.review(version, group, keep, verdict);
  }

  async exportDuplicates(version: number, groups: number[]) {
    await this.#note(`exportDuplicates ${groups}`);
    return written(groups.length);
  }

  async copyGoing(version: number, group: number) {
    const [details] = await this.duplicateGroups(version, [group]);
    const going = details?.photos.filter(({ id }) => !details.keep.includes(id)) ?? [];
    await this.#note(`copyGoing ${going.map(({ id }) => id)}`);
    return written(going.length);
  }

  async things(image: ImageRef): Promise<Thing[]> {
    if (!this.#things) return [];
    const { scene, width, height } =
      image.kind === 'photo' ? this.#known(image.id) : this.#foreign.image(image.key);
    return thingsIn(scene, width, height);
  }

  async prepare() {
    this.calls.push('prepare');
  }

  async imageSize(image: ImageRef) {
    return image.kind === 'photo' ? this.#known(image.id) : this.#foreign.image(image.key);
  }

  async chooseImages(): Promise<Incoming> {
    return { images: [this.#foreign.chosen()], photos: [], folders: [], problems: [], leftOut: 0 };
  }

  imageFromBytes = (bytes: Uint8Array<ArrayBuffer>, name: string) => this.#foreign.fromBytes(bytes, name);

  async imagesFromClipboard(): Promise<Incoming> {
    throw problem('clipboard_empty', 'there is no image on the clipboard');
  }

  async chooseFolders(): Promise<string[]> {
    const id = Math.max(0, ...this.#folders.map((folder) => folder.id)) + 1;
    const name = FOLDERS[id - 1] ?? `Pictures ${id}`;
    this.#folders = [...this.#folders, { ...madeUpFolder(id, name, false), state: 'scanning' }];
    const firstId = Math.max(0, ...this.#byId.keys()) + 1;
    const more = madeUpPhotos(240, [id], firstId);
    more.forEach((photo) => this.#byId.set(photo.id, photo));
    this.#arriving.push(...more.reverse());
    this.#work(name);
    this.emit('changed', { photos: false, folders: true, failures: false, models: false });
    return [name];
  }

  async removeFolder(id: number) {
    this.#folders = this.#folders.filter((folder) => folder.id !== id);
    this.#photos = this.#photos.filter((photo) => photo.folder !== id);
    this.emit('changed', { photos: true, folders: true, failures: true, models: false });
  }

  async confirmRemoved(id: number) {
    this.#folders = this.#folders.map((folder) =>
      folder.id === id
        ? { ...folder, photos: folder.photos - folder.absent, absent: 0, inQuestion: 0 }
        : folder,
    );
    this.#note(`confirmRemoved ${id}`);
    this.emit('changed', { photos: true, folders: true, failures: false, models: false });
  }

  async followFolder(id: number) {
    this.#folders = this.#folders.map((folder) => {
      if (folder.id !== id || folder.renamedTo === null) return folder;
      return { ...folder, path: folder.renamedTo, renamedTo: null, state: 'watching' };
    });
    this.emit('changed', { photos: true, folders: true, failures: false, models: false });
  }

  async lookInsideFolder(id: number, on: boolean) {
    this.#folders = this.#folders.map((folder) =>
      folder.id === id ? { ...folder, lookInside: on } : folder,
    );
    this.emit('changed', { photos: false, folders: true, failures: false, models: false });
  }

  async exclusions(): Promise<Exclusion[]> {
    return this.#exclusions;
  }

  async exclude(pattern: string) {
    if (pattern === '*') throw problem('exclusion_unfit', 'it is no pattern');
    const isListed = this.#exclusions.some((exclusion) => exclusion.pattern === pattern);
    const added = { pattern, kind: null, by: null, active: true };
    this.#exclusions = isListed ? this.#chosen(pattern, true) : [...this.#exclusions, added];
    this.emit('changed', { photos: true, folders: true, failures: true, models: false });
  }

  async include(pattern: string) {
    this.#exclusions = this.#chosen(pattern, false).filter(({ kind, active }) => kind !== null || active);
    this.emit('changed', { photos: true, folders: true, failures: true, models: false });
  }

  #chosen(pattern: string, active: boolean): Exclusion[] {
    return this.#exclusions.map((exclusion) =>
      exclusion.pattern === pattern ? { ...exclusion, active } : exclusion,
    );
  }

  revealFolder = (id: number) => this.#note(`revealFolder ${id}`);
  reveal = (photos: number[]) => this.#note(`reveal ${photos}`);
  open = (photo: number) => this.#note(`open ${photo}`);
  revealFailure = (key: string) => this.#note(`revealFailure ${key}`);
  async copyPaths(photos: number[]) {
    await this.#note(`copyPaths ${photos}`);
    return written(photos.length);
  }

  async exportCopies(photos: number[]) {
    await this.#note(`exportCopies ${photos}`);
    return photos.length;
  }

  pause = () => this.#tell({ ...this.#activity, paused: true });
  resume = () => this.#tell({ ...this.#activity, paused: false });

  async changeSettings(settings: Settings) {
    const { lookInside } = settings;
    const goesForAllFolders = lookInside !== this.settings.lookInside;
    this.settings = settings;
    if (!goesForAllFolders) return;
    this.#folders = this.#folders.map((folder) => ({ ...folder, lookInside }));
    this.emit('changed', { photos: false, folders: true, failures: false, models: false });
  }

  models = () => this.#models.list();
  useModel = (key: string) => this.#models.use(key);
  removeModel = (key: string) => this.#models.remove(key);

  async importModel(normalization: Normalization | null) {
    await this.#note(`importModel ${JSON.stringify(normalization)}`);
    return this.#models.import();
  }

  async storage(): Promise<Storage> {
    const photos = this.#photos.length;
    return {
      path: '/home/kim/.local/share/lookalike',
      catalog: photos * 2_100,
      thumbnails: photos * 11_000,
      index: photos * 1_400,
      graph: photos > 20_000,
      vectors: photos * 4,
    };
  }

  revealData = () => this.#note('revealData');
  rebuild = () => this.#note('rebuild');

  async forgetEverything() {
    clearInterval(this.#timer);
    [this.#folders, this.#photos, this.#failures, this.#arriving] = [[], [], [], []];
    await this.#tell(IDLE);
    this.emit('changed', { photos: true, folders: true, failures: true, models: false });
  }

  thumbnailUrl = (id: number) => this.#picture(id, 320);
  previewUrl = (id: number) => this.#picture(id, 2048);
  fullUrl = (id: number) => this.#picture(id, Infinity);
  foreignUrl = (key: string, size: 'thumb' | 'preview' | 'full') => this.#foreign.url(key, size);

  #picture(id: number, longest: number): string {
    const photo = this.#byId.get(id);
    if (!photo) return 'data:,';
    const { scene, width, height } = photo;
    const scale = Math.min(1, longest / Math.max(width, height));
    return sceneUrl(scene, Math.round(width * scale), Math.round(height * scale), String(id));
  }

  #known(id: number): MadeUpPhoto {
    const photo = this.#byId.get(id);
    if (!photo) throw problem('photo_unknown', `there is no photo ${id}`);
    return photo;
  }

  #online(photo: MadeUpPhoto): boolean {
    return this.#folders.find(({ id }) => id === photo.folder)?.state !== 'offline';
  }

  #seen({ image, crop }: Example): { scene: number; series: number | null } {
    if (image.kind === 'foreign') return { scene: this.#foreign.image(image.key).scene, series: null };
    const photo = this.#known(image.id);
    if (!crop) return photo;
    return { scene: (photo.scene + Math.floor((crop.x * 8) / photo.width)) % SCENES, series: null };
  }

  /** What counts for less than the heaviest example is that much less alike. */
  #alike(photo: MadeUpPhoto, example: Example, examples: readonly Example[]): number {
    const { scene, series } = this.#seen(example);
    const heaviest = Math.max(...examples.map(({ weight }) => weight));
    return similarity(photo, scene, series) * (example.weight / heaviest);
  }

  #match(photo: MadeUpPhoto, alike: number, { examples, hideCopies }: SearchRequest): Match {
    const { id, width, height } = photo;
    const partly = examples.some(({ crop }) => crop !== null) && id % 3 === 0;
    const quarter = { x: width / 4, y: height / 4, width: width / 2, height: height / 2 };
    return {
      id,
      version: 1,
      name: nameOf(photo),
      width,
      height,
      similarity: alike,
      band: bandOf(alike),
      region: partly ? quarter : null,
      online: this.#online(photo),
      day: dayOf(photo),
      hiddenCopies: hideCopies && this.#byId.get(id + 1)?.copyOf === id ? 1 : 0,
      placeholder: base64(sceneHash(photo.scene, width / height)),
    };
  }

  #insert(photos: MadeUpPhoto[]): void {
    photos.forEach((photo) => this.#byId.set(photo.id, photo));
    this.#photos = [...photos, ...this.#photos].sort((a, b) => b.taken - a.taken);
    this.emit('changed', { photos: true, folders: false, failures: false, models: false });
  }

  async #note(call: string) {
    this.calls.push(call);
  }

  async #tell(activity: Activity) {
    this.#activity = activity;
    this.emit('activity', activity);
  }

  #work(folder: string | null): void {
    clearInterval(this.#timer);
    const total = this.#arriving.length;
    this.#activity = { ...IDLE, work: 'indexing', folder, total };
    this.#timer = setInterval(() => {
      if (this.#activity.paused) return;
      this.#insert(this.#arriving.splice(0, PER_TICK));
      const left = this.#arriving.length;
      const perSecond = (PER_TICK * 1000) / TICK;
      void this.#tell({ ...this.#activity, done: total - left, perSecond, secondsLeft: left / perSecond });
      if (left === 0) this.#rest();
    }, TICK);
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#folders = this.#folders.map((folder) =>
      folder.state === 'scanning' ? { ...folder, state: 'watching' } : folder,
    );
    void this.#tell(IDLE);
    this.emit('changed', { photos: false, folders: true, failures: false, models: false });
  }
}

/** The library that the address asks for, such as `?photos=100000&quiet`. */
export function fromAddress(parameters: URLSearchParams): MemoryBackend {
  const photos = Number(parameters.get('photos') ?? 1200);
  const theme = parameters.get('theme');
  return new MemoryBackend({
    photos,
    folders: parameters.has('first') ? [] : FOLDERS,
    things: true,
    arriving: parameters.has('quiet') ? 0 : Math.min(960, Math.floor(photos / 4)),
    settings: { theme: theme === 'dark' || theme === 'light' ? theme : 'system' },
    systemLanguage: parameters.get('language') ?? navigator.language,
  });
}

const written = (count: number): Written => ({ count, refused: [], outOfReach: 0 });

const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
