import { afterEach, expect, onTestFinished, test, vi } from 'vitest';

import { MemoryBackend } from '../backend/memory';
import type { ForeignImage, Incoming } from '../backend/types';
import { notices } from '../state/notices.svelte';
import { pickImages, startIntake } from './intake.svelte';
import { Trail } from './trail.svelte';

function start() {
  const backend = new MemoryBackend({ photos: 4 });
  const trail = new Trail();
  const fromBytes = vi
    .spyOn(backend, 'imageFromBytes')
    .mockImplementation((_, name) => Promise.resolve(image(name)));
  const fromClipboard = vi
    .spyOn(backend, 'imagesFromClipboard')
    .mockResolvedValue(coming({ images: [image('pixels')] }));
  onTestFinished(trail.attach(backend));
  onTestFinished(startIntake(backend, trail));
  return { backend, trail, fromBytes, fromClipboard };
}

afterEach(() => notices.list.forEach(({ id }) => notices.dismiss(id)));

const image = (key: string): ForeignImage => ({ key, name: `${key}.png`, width: 10, height: 10 });
const coming = (part: Partial<Incoming>): Incoming => ({
  images: [],
  photos: [],
  folders: [],
  problems: [],
  leftOut: 0,
  ...part,
});
const picture = (name: string) => new File(['picture'], name, { type: 'image/png' });
const keys = (trail: Trail) => trail.current?.query.examples.map(({ image }) => image);
const words = () => notices.list.map(({ text }) => text).join();

/** Pastes or drops this; the event cannot be made with its contents. */
function bring(type: 'paste' | 'drop', files: File[], texts: Record<string, string> = {}, target?: Element) {
  const event = new Event(type, { bubbles: true, cancelable: true });
  const data = { files, getData: (kind: string) => texts[kind] ?? '' };
  Object.assign(event, { clipboardData: data, dataTransfer: data });
  (target ?? document.body).dispatchEvent(event);
  return event;
}

test('pasted image files become the query by their bytes', async () => {
  const { trail, fromBytes, fromClipboard } = start();
  bring('paste', [picture('a.png'), picture('b.png')]);
  await vi.waitFor(() => expect(trail.current?.query.examples).toHaveLength(2));
  expect(fromBytes.mock.calls.map(([, name]) => name)).toEqual(['a.png', 'b.png']);
  expect(fromClipboard).not.toHaveBeenCalled();
});

test('without files the shell looks at the clipboard', async () => {
  const { trail, fromClipboard } = start();
  bring('paste', []);
  await vi.waitFor(() => expect(keys(trail)).toEqual([{ kind: 'foreign', key: 'pixels' }]));
  expect(fromClipboard).toHaveBeenCalledOnce();
});

test('an empty clipboard is said', async () => {
  const { trail, fromClipboard } = start();
  fromClipboard.mockRestore();
  bring('paste', []);
  await vi.waitFor(() => expect(notices.list).toHaveLength(1));
  expect(trail.current).toBeNull();
});

test('text fields keep their own paste', () => {
  const { fromClipboard } = start();
  const field = document.body.appendChild(document.createElement('input'));
  onTestFinished(() => field.remove());
  expect(bring('paste', [], {}, field).defaultPrevented).toBe(false);
  expect(fromClipboard).not.toHaveBeenCalled();
});

test('a picture dragged out of a browser is taken when it is written out', async () => {
  const { trail, fromBytes } = start();
  bring('drop', [], { 'text/html': `<p><img src="data:image/png;base64,${btoa('ab\xff')}"></p>` });
  await vi.waitFor(() => expect(trail.current).not.toBeNull());
  expect(fromBytes.mock.calls[0]?.[0]).toEqual(Uint8Array.from([97, 98, 255]));
});

test('of an address alone it is said what works instead', () => {
  const { trail } = start();
  bring('drop', [], { 'text/html': '<img src="https://example.org/cat.jpg">' });
  expect(words()).toContain('Copying the image');
  expect(trail.current).toBeNull();
});

test('the web view never goes to what is dropped or dragged over it', () => {
  start();
  expect(bring('drop', []).defaultPrevented).toBe(true);
  const over = new Event('dragover', { bubbles: true, cancelable: true });
  document.body.dispatchEvent(over);
  expect(over.defaultPrevented).toBe(true);
});

test('what can be read of several files becomes the query, the rest is said', async () => {
  const { trail, fromBytes } = start();
  fromBytes.mockImplementation((_, name) =>
    name === 'good.png' ? Promise.resolve(image('good')) : Promise.reject(new Error()),
  );
  bring('drop', [picture('bad.txt'), picture('good.png')]);
  await vi.waitFor(() => expect(keys(trail)).toEqual([{ kind: 'foreign', key: 'good' }]));
  expect(notices.list).toHaveLength(1);
});

test('what comes from outside is one query; what could not be taken is said', () => {
  const { backend, trail } = start();
  const problem = { code: 'some_problem', details: {}, message: 'This is no image.' };
  backend.emit('incoming', coming({ images: [image('x'), image('y')], photos: [3], problems: [problem] }));
  expect(keys(trail)).toEqual([
    { kind: 'photo', id: 3 },
    { kind: 'foreign', key: 'x' },
    { kind: 'foreign', key: 'y' },
  ]);
  expect(words()).toContain('This is no image.');
});

test('folders alone are said to be added, and leave the query as it is', () => {
  const { backend, trail } = start();
  backend.emit('incoming', coming({ folders: ['Pictures', 'Scans'] }));
  expect(words()).toBe('Pictures and Scans were added to the library.');
  expect(trail.current).toBeNull();
});

test('of picked files the good ones are taken, and one of the library is that photo', async () => {
  const { backend, trail } = start();
  const problem = { code: 'some_problem', details: {}, message: 'This is no image.' };
  vi.spyOn(backend, 'chooseImages').mockResolvedValue(
    coming({ images: [image('x')], photos: [3], problems: [problem] }),
  );
  await pickImages(backend, trail);
  expect(keys(trail)).toEqual([
    { kind: 'photo', id: 3 },
    { kind: 'foreign', key: 'x' },
  ]);
  expect(words()).toContain('This is no image.');
});

test('when only some of many images are taken, that is said', async () => {
  const { backend, trail } = start();
  const many = Array.from({ length: 16 }, (_, index) => image(`${index}`));
  backend.emit('incoming', coming({ images: many, leftOut: 4 }));
  expect(trail.current?.query.examples).toHaveLength(16);
  expect(words()).toBe('Only the first 16 were taken: a query has 16 images at most.');
});

test('more images than a query has room for are left out', async () => {
  const { backend, trail } = start();
  backend.emit('incoming', coming({ photos: [1, 2, 3, 4], images: Array.from('abcdefghijk', image) }));
  const more = coming({ images: [image('x'), image('y')] });
  vi.spyOn(backend, 'chooseImages').mockResolvedValue(more);
  await pickImages(backend, trail, true);
  expect(trail.current?.query.examples).toHaveLength(16);
  expect(words()).toBe('Only the first one was taken: a query has 16 images at most.');
});

test('of many files from the web view no more are read than a query takes', async () => {
  const { trail, fromBytes } = start();
  bring(
    'drop',
    Array.from({ length: 20 }, (_, index) => picture(`${index}.png`)),
  );
  await vi.waitFor(() => expect(trail.current?.query.examples).toHaveLength(16));
  expect(fromBytes).toHaveBeenCalledTimes(16);
  expect(words()).toContain('Only the first 16');
});
