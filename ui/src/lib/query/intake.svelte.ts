// Every way for an image from outside to become the query: dropped, pasted, picked, or opened with Lookalike. All of
// them come together in one path, which also says what else came in and what could not be taken.
//
// The shell reads files and the clipboard. The web view brings only what it alone gets: pictures dragged or copied
// out of a browser. Nothing is fetched: an address alone is not a picture.

import type { Backend } from '../backend/backend';
import { BackendError } from '../backend/error';
import type { ForeignImage, Incoming } from '../backend/types';
import { rememberNames } from '../photo/picture';
import { notices } from '../state/notices.svelte';
import { view } from '../state/view.svelte';
import { language, t } from '../strings/index.svelte';
import { exampleOf, MOST_IMAGES, photoRef } from './query';
import type { Trail } from './trail.svelte';

const NOTHING: Incoming = { images: [], photos: [], folders: [], problems: [], leftOut: 0 };

/** Listens until the function it gives back is called. */
export function startIntake(backend: Backend, trail: Trail): () => void {
  const ending = new AbortController();
  const options = { signal: ending.signal };
  const listening = backend.on('incoming', (incoming) => take(incoming, trail));
  addEventListener('paste', (event) => paste(event, backend, trail), options);
  addEventListener('drop', (event) => drop(event, backend, trail), options);
  // Without this the web view would go to whatever is dropped on it.
  addEventListener('dragover', (event) => event.preventDefault(), options);
  // Pictures of the window itself are not for dragging: they would come back as addresses.
  addEventListener('dragstart', (event) => event.preventDefault(), options);
  return () => {
    ending.abort();
    void listening.then((unlisten) => unlisten());
  };
}

/** Lets the person choose images, as a new query or as more examples of the one there is. */
export function pickImages(backend: Backend, trail: Trail, more = false): Promise<void> {
  return takeOnceThere(backend.chooseImages(), trail, more);
}

/** Images become the query, or more examples of it; of all the rest a word is said. */
function take({ images, photos, folders, problems, leftOut }: Incoming, trail: Trail, more = false): void {
  problems.forEach((problem) => notices.problem(new BackendError(problem)));
  if (folders.length > 0) notices.note(addedWords(folders));
  rememberNames(images);
  const refs = [...photos.map(photoRef), ...images.map(foreignRef)];
  const had = more ? (trail.current?.query.examples.length ?? 0) : 0;
  const examples = refs.slice(0, Math.max(0, MOST_IMAGES - had)).map((ref) => exampleOf(ref));
  if (leftOut > 0 || examples.length < refs.length) {
    notices.note(t('query.leftOut', { taken: examples.length, most: MOST_IMAGES }));
  }
  if (examples.length === 0) return;
  view.closeAll();
  if (more) trail.add(examples);
  else trail.ask(examples);
}

async function takeOnceThere(coming: Promise<Incoming>, trail: Trail, more = false): Promise<void> {
  try {
    take(await coming, trail, more);
  } catch (error) {
    notices.problem(error);
  }
}

function addedWords(folders: readonly string[]): string {
  const names = new Intl.ListFormat(language(), { type: 'conjunction' }).format(folders);
  return t('library.added', { names, count: folders.length });
}

function paste(event: ClipboardEvent, backend: Backend, trail: Trail): void {
  if (isTextField(event.target)) return;
  event.preventDefault();
  const files = [...(event.clipboardData?.files ?? [])];
  void takeOnceThere(files.length > 0 ? readFiles(files, backend) : backend.imagesFromClipboard(), trail);
}

function drop(event: DragEvent, backend: Backend, trail: Trail): void {
  event.preventDefault();
  const files = [...(event.dataTransfer?.files ?? [])];
  const source = draggedAddress(event.dataTransfer);
  if (files.length > 0) void takeOnceThere(readFiles(files, backend), trail);
  else if (source?.startsWith('data:')) void takeOnceThere(readData(source, backend), trail);
  else if (source) notices.note(t('query.onlyAddress'));
}

/** Takes what can be read, and says what cannot. */
async function readFiles(files: readonly File[], backend: Backend): Promise<Incoming> {
  const taken = files.slice(0, MOST_IMAGES);
  const results = await Promise.allSettled(
    taken.map(async (file) => backend.imageFromBytes(new Uint8Array(await file.arrayBuffer()), file.name)),
  );
  results.forEach((result) => result.status === 'rejected' && notices.problem(result.reason));
  const images = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return { ...NOTHING, images, leftOut: files.length - taken.length };
}

/** A picture that is written out in its address. */
async function readData(address: string, backend: Backend): Promise<Incoming> {
  const [, base64, content = ''] = /^data:[^,]*?(;base64)?,(.*)$/s.exec(address) ?? [];
  const text = base64 ? atob(content) : decodeURIComponent(content);
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  return { ...NOTHING, images: [await backend.imageFromBytes(bytes, '')] };
}

/** Where a picture that was dragged out of a browser lies. */
function draggedAddress(data: DataTransfer | null): string | null {
  const page = new DOMParser().parseFromString(data?.getData('text/html') ?? '', 'text/html');
  return page.querySelector('img[src]')?.getAttribute('src') ?? (data?.getData('text/uri-list') || null);
}

function foreignRef({ key }: ForeignImage) {
  return { kind: 'foreign', key } as const;
}

function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('textarea, [contenteditable], input:not([type=checkbox], [type=radio], [type=range])') !==
      null
  );
}
