import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';

import { MemoryBackend } from '../backend/memory';
import type { Band, Match, SearchRequest, SearchResults } from '../backend/types';
import { selection } from '../state/selection.svelte';
import { exampleOf, photoRef } from './query';
import { Trail } from './trail.svelte';

/** A backend whose searches are answered by hand. */
class Slow extends MemoryBackend {
  asked: {
    request: SearchRequest;
    answer: (ids: number[], band?: Band) => Promise<void>;
    fail: () => Promise<void>;
  }[] = [];

  override search(request: SearchRequest): Promise<SearchResults> {
    return new Promise((resolve, reject) =>
      this.asked.push({
        request,
        answer: async (ids, band = 'similar') => (
          resolve({ matches: ids.map((id) => match(id, band)), milliseconds: 1 }),
          settled()
        ),
        fail: async () => (reject(new Error()), settled()),
      }),
    );
  }

  last() {
    const last = this.asked.at(-1);
    if (!last) throw new Error('nothing was asked');
    return last;
  }
}

const settled = () => new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(() => resolve())));
const match = (id: number, band: Band) => ({ id, similarity: 0.6, band }) as Match;
const photosChanged = { photos: true, folders: false, failures: false, models: false };
const ids = (trail: Trail) => trail.shown?.shown.map(({ id }) => id);

function start(): { trail: Trail; backend: Slow } {
  const [trail, backend] = [new Trail(), new Slow({ photos: 4 })];
  onTestFinished(trail.attach(backend));
  return { trail, backend };
}

async function after(...queries: number[]) {
  const { trail, backend } = start();
  for (const id of queries) {
    trail.find(photoRef(id));
    await backend.last().answer([id * 10]);
  }
  return { trail, backend };
}

beforeEach(() => {
  selection.clear();
  selection.focused = null;
});

test('asking by another image adds a step; back and forward walk', async () => {
  const { trail, backend } = await after(1, 2);
  expect(ids(trail)).toEqual([20]);
  trail.back();
  expect(ids(trail)).toEqual([10]);
  expect(trail.canGoForward).toBe(true);
  trail.forward();
  expect(ids(trail)).toEqual([20]);
  trail.back();
  trail.back();
  expect(trail.current).toBeNull();
  expect(trail.canGoBack).toBe(false);
  expect(backend.asked).toHaveLength(2);
});

test('going back finds the place and the focus as they were', async () => {
  const { trail } = await after(1);
  const place = { id: 10, position: 0, offset: 300 };
  if (trail.current) trail.current.place = place;
  selection.only(10);
  trail.find(photoRef(10));
  selection.only(77);
  trail.back();
  expect(trail.current?.place).toEqual(place);
  expect(selection.focused).toBe(10);
});

test('asking after going back drops what came after', async () => {
  const { trail, backend } = await after(1, 2);
  trail.back();
  trail.find(photoRef(3));
  await backend.last().answer([30]);
  expect(trail.canGoForward).toBe(false);
  trail.back();
  expect(ids(trail)).toEqual([10]);
});

test('changing the query stays on the same step', async () => {
  const { trail, backend } = await after(1);
  const crop = { x: 0, y: 0, width: 50, height: 50 };
  trail.find(photoRef(1), crop);
  expect(backend.last().request.examples).toEqual([exampleOf(photoRef(1), crop)]);
  trail.filter({ folders: [2] });
  expect(backend.last().request.filter.folders).toEqual([2]);
  trail.hideCopies(true);
  trail.add([exampleOf(photoRef(5), null, true)]);
  expect(backend.last().request).toMatchObject({
    examples: [exampleOf(photoRef(1), crop), exampleOf(photoRef(5), null, true)],
    filter: { folders: [2] },
    hideCopies: true,
  });
  trail.back();
  expect(trail.current).toBeNull();
});

test('a new query searches among the same photos', async () => {
  const { trail, backend } = await after(1);
  trail.filter({ formats: ['heic'] });
  trail.find(photoRef(2));
  expect(backend.last().request.filter.formats).toEqual(['heic']);
});

test('an answer that is out of date is dropped', async () => {
  const { trail, backend } = await after(1);
  trail.filter({ folders: [1] });
  const late = backend.last();
  trail.filter({ folders: [2] });
  await backend.last().answer([2]);
  await late.answer([1]);
  expect(ids(trail)).toEqual([2]);
});

test('the old results stay until the new ones are there', async () => {
  const { trail, backend } = await after(1);
  trail.find(photoRef(2));
  expect(ids(trail)).toEqual([10]);
  expect(trail.current?.query.examples[0]?.image).toEqual(photoRef(2));
  await backend.last().answer([20]);
  expect(ids(trail)).toEqual([20]);
});

test('progress shows only after a moment', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { trail, backend } = start();
  trail.find(photoRef(1));
  vi.advanceTimersByTime(149);
  expect(trail.current?.slow).toBe(false);
  vi.advanceTimersByTime(1);
  expect(trail.current?.slow).toBe(true);
  await backend.last().answer([10]);
  expect(trail.current?.slow).toBe(false);
});

test('a failed search says why, and trying again helps', async () => {
  const { trail, backend } = start();
  trail.find(photoRef(1));
  await backend.last().fail();
  expect(trail.shown?.problem).toBeInstanceOf(Error);
  trail.retry();
  await backend.last().answer([10]);
  expect(trail.shown?.problem).toBeNull();
  expect(ids(trail)).toEqual([10]);
});

test('photos that come in join the results, at most every two seconds, without moving them', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { trail, backend } = await after(1);
  const place = { id: 10, position: 0, offset: 0 };
  if (trail.current) trail.current.place = place;
  const change = () => backend.emit('changed', photosChanged);
  change();
  change();
  vi.advanceTimersByTime(1999);
  expect(backend.asked).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(backend.asked).toHaveLength(2);
  await backend.last().answer([11, 10]);
  expect(ids(trail)).toEqual([11, 10]);
  expect(trail.current?.place).toEqual(place);
});

test('a step that is out of date is brought up to date when one comes back to it', async () => {
  const { trail, backend } = await after(1, 2);
  backend.emit('changed', photosChanged);
  trail.back();
  expect(ids(trail)).toEqual([10]);
  await backend.last().answer([10, 12]);
  expect(ids(trail)).toEqual([10, 12]);
});

test('photos on show do not vanish when closer ones come in', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { trail, backend } = start();
  trail.find(photoRef(1));
  await backend.last().answer([10], 'related');
  expect(ids(trail)).toEqual([10]);
  backend.emit('changed', photosChanged);
  vi.advanceTimersByTime(2000);
  await backend.last().answer([11, 10], 'related');
  const closer = { matches: [match(12, 'similar'), match(10, 'related')], milliseconds: 1 };
  vi.spyOn(backend, 'search').mockResolvedValueOnce(closer);
  backend.emit('changed', photosChanged);
  vi.advanceTimersByTime(2000);
  await settled();
  expect(ids(trail)).toEqual([12, 10]);
  expect(trail.current?.limit).toBe('related');
});

test('photos that come in while a search is under way wait for its answer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { trail, backend } = await after(1);
  if (trail.current) trail.current.place = { id: 10, position: 0, offset: 300 };
  trail.filter({ folders: [1] });
  backend.emit('changed', photosChanged);
  vi.advanceTimersByTime(2000);
  expect(backend.asked).toHaveLength(2);
  await backend.last().answer([20]);
  expect(ids(trail)).toEqual([20]);
  expect(trail.current?.place).toBeNull();
  vi.advanceTimersByTime(2000);
  expect(backend.asked).toHaveLength(3);
  await backend.last().answer([20, 21]);
  expect(ids(trail)).toEqual([20, 21]);
});

test('a folder that is gone is no filter any more, on any step', async () => {
  const { trail, backend } = await after(1);
  trail.filter({ folders: [2], subfolder: '2-2024', formats: ['heic'] });
  await backend.last().answer([10]);
  trail.find(photoRef(3));
  await backend.last().answer([30]);
  trail.keepFolders([1, 3]);
  expect(backend.last().request).toMatchObject({
    examples: [exampleOf(photoRef(3))],
    filter: { folders: [], subfolder: null, formats: ['heic'] },
  });
  await backend.last().answer([31]);
  trail.back();
  expect(backend.last().request.filter.folders).toEqual([]);
  expect(backend.asked).toHaveLength(5);
  trail.keepFolders([1, 3]);
  expect(backend.asked).toHaveLength(5);
});

test('while a box moves one search is on its way at a time, and where it rests is searched for', async () => {
  const { trail, backend } = await after(1);
  const box = (x: number) => ({ x, y: 0, width: 50, height: 50 });
  let subject = exampleOf(photoRef(1));
  for (const x of [1, 2, 3, 4]) {
    trail.move(subject, box(x));
    subject = exampleOf(photoRef(1), box(x));
  }
  expect(backend.asked).toHaveLength(2);
  expect(backend.last().request.examples[0]?.crop).toEqual(box(1));
  await backend.last().answer([11]);
  expect(ids(trail)).toEqual([11]);
  expect(backend.asked).toHaveLength(3);
  expect(backend.last().request.examples[0]?.crop).toEqual(box(4));
  await backend.last().answer([44]);
  expect(ids(trail)).toEqual([44]);
  expect(backend.asked).toHaveLength(3);
  trail.back();
  expect(trail.current).toBeNull();
});

test('at the end of an answer that was cut off, more is asked for', async () => {
  const { trail, backend } = start();
  trail.find(photoRef(1));
  const { limit } = backend.last().request;
  const all = (count: number) => Array.from({ length: count }, (_, id) => id + 2);
  await backend.last().answer(all(limit));
  expect(trail.current?.hasMore).toBe(true);
  trail.more();
  trail.more();
  expect(backend.asked).toHaveLength(2);
  expect(backend.last().request.limit).toBe(2 * limit);
  await backend.last().answer(all(limit + 7));
  expect(ids(trail)).toHaveLength(limit + 7);
  expect(trail.current?.hasMore).toBe(false);
  trail.more();
  expect(backend.asked).toHaveLength(2);
});

test('what is hardly alike is not asked for more of', async () => {
  const { trail, backend } = start();
  trail.find(photoRef(1));
  await backend.last().answer(
    Array.from({ length: backend.last().request.limit }, (_, id) => id + 2),
    'unrelated',
  );
  expect(trail.current?.hasMore).toBe(false);
});

test('taking away the last image to look for leads to the timeline', async () => {
  const { trail, backend } = await after(1);
  trail.add([exampleOf(photoRef(2)), exampleOf(photoRef(3), null, true)]);
  trail.remove(exampleOf(photoRef(1)));
  expect(backend.last().request.examples.map(({ image }) => image)).toEqual([photoRef(2), photoRef(3)]);
  trail.remove(exampleOf(photoRef(2)));
  expect(trail.current).toBeNull();
});

test('a weight changes the query on its step, and is there again when one steps back', async () => {
  const { trail, backend } = await after(1);
  trail.add([exampleOf(photoRef(2))]);
  trail.weigh(exampleOf(photoRef(2)), 3);
  const weights = () => backend.last().request.examples.map(({ weight }) => weight);
  expect(weights()).toEqual([1, 3]);
  await backend.last().answer([12]);
  trail.find(photoRef(7));
  await backend.last().answer([70]);
  expect(weights()).toEqual([1]);
  trail.back();
  expect(trail.current?.query.examples.map(({ weight }) => weight)).toEqual([1, 3]);
  expect(ids(trail)).toEqual([12]);
});

test('the whole of an image and parts of it are examples of their own', async () => {
  const { trail, backend } = await after(1);
  const corner = { x: 0, y: 0, width: 50, height: 50 };
  const middle = { x: 25, y: 25, width: 50, height: 50 };
  trail.add([exampleOf(photoRef(1), corner, true)]);
  expect(backend.last().request.examples).toEqual([
    exampleOf(photoRef(1)),
    exampleOf(photoRef(1), corner, true),
  ]);
  trail.weigh(exampleOf(photoRef(1), corner), 2);
  trail.find(photoRef(1), middle, { image: photoRef(1), crop: corner });
  expect(backend.last().request.examples).toEqual([
    exampleOf(photoRef(1)),
    { ...exampleOf(photoRef(1), middle, true), weight: 2 },
  ]);
  trail.find(photoRef(1), middle, { image: photoRef(1), crop: null });
  expect(backend.last().request.examples).toEqual([exampleOf(photoRef(1), middle)]);
});

test('what the query has already only changes sides, and keeps its weight', async () => {
  const { trail } = await after(1);
  trail.add([exampleOf(photoRef(2))]);
  trail.weigh(exampleOf(photoRef(2)), 2);
  trail.add([exampleOf(photoRef(2), null, true)]);
  expect(trail.current?.query.examples[1]).toEqual({ ...exampleOf(photoRef(2), null, true), weight: 2 });
});

test('nothing but what to stay away from is no query', async () => {
  const { trail, backend } = start();
  expect(trail.add([exampleOf(photoRef(1), null, true)])).toBe(false);
  expect(trail.current).toBeNull();
  trail.find(photoRef(1));
  expect(trail.add([exampleOf(photoRef(1), null, true)])).toBe(false);
  expect(backend.asked).toHaveLength(1);
});
