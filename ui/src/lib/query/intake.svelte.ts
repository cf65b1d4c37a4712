// Every way for an image from outside to become the query: dropped, pasted, picked, or opened with Lookalike.
//
// The shell reads files and the clipboard. The web view brings only what it alone gets: pictures dragged or copied
// out of a browser. Nothing is fetched: an address alone is not a picture.

import type { Backend } from '../backend/backend';
import { BackendError } from '../backend/error';
import type { ForeignImage, Incoming } from '../backend/types';
import { rememberNames } from '../photo/picture';
import { notices } from '../state/notices.svelte';
import { view } from '../state/view.svelte';
import { t } from '../strings/index.svelte';
import { exampleOf, photoRef } from './query';
import type { Trail } from './trail.svelte';

/** Listens until the function it gives back is called. */
export function startIntake(backend: Backend, trail: Trail): () => void {
  const ending = new AbortController();
  const options = { signal: ending.signal };
  const listening = backend.on('incoming', (incoming) => takeIncoming(incoming, trail));
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
  return take(backend.chooseImages(), trail, more);
}

function takeIncoming({ images, photos, problems }: Incoming, trail: Trail): void {
  problems.forEach((problem) => notices.problem(new BackendError(problem)));
  rememberNames(images);
  const refs = [...photos.map(photoRef), ...images.map(foreignRef)];
  if (refs.length === 0) return;
  view.close();
  trail.ask(refs.map((ref) => exampleOf(ref)));
}

function paste(event: ClipboardEvent, backend: Backend, trail: Trail): void {
  if (isTextField(event.target)) return;
  event.preventDefault();
  const files = [...(event.clipboardData?.files ?? [])];
  void take(files.length > 0 ? readFiles(files, backend) : backend.imagesFromClipboard(), trail);
}

function drop(event: DragEvent, backend: Backend, trail: Trail): void {
  event.preventDefault();
  const files = [...(event.dataTransfer?.files ?? [])];
  const source = draggedAddress(event.dataTransfer);
  if (files.length > 0) void take(readFiles(files, backend), trail);
  else if (source?.startsWith('data:')) void take(readData(source, backend), trail);
  else if (source) notices.note(t('query.onlyAddress'));
}

async function take(coming: Promise<ForeignImage[]>, trail: Trail, more = false): Promise<void> {
  try {
    const images = await coming;
    if (images.length === 0) return;
    rememberNames(images);
    view.close();
    const examples = images.map((image) => exampleOf(foreignRef(image)));
    if (more) trail.add(examples);
    else trail.ask(examples);
  } catch (error) {
    notices.problem(error);
  }
}

/** Takes what can be read, and says what cannot. */
async function readFiles(files: readonly File[], backend: Backend): Promise<ForeignImage[]> {
  const results = await Promise.allSettled(
    files.map(async (file) => backend.imageFromBytes(new Uint8Array(await file.arrayBuffer()), file.name)),
  );
  results.forEach((result) => result.status === 'rejected' && notices.problem(result.reason));
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** A picture that is written out in its address. */
async function readData(address: string, backend: Backend): Promise<ForeignImage[]> {
  const [, base64, content = ''] = /^data:[^,]*?(;base64)?,(.*)$/s.exec(address) ?? [];
  const text = base64 ? atob(content) : decodeURIComponent(content);
  return [
    await backend.imageFromBytes(
      Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
      '',
    ),
  ];
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
