import { afterEach, expect, onTestFinished, test, vi } from 'vitest';

import { madeUpLibrary } from '../test/library';
import { createActions } from './actions';
import type { Backend } from './backend/backend';
import { photoMenu } from './photo/menu';
import { exampleOf, photoRef } from './query/query';
import { trail } from './query/trail.svelte';
import { notices } from './state/notices.svelte';
import { view } from './state/view.svelte';

afterEach(() => {
  trail.leave();
  view.closeAll();
});

async function start() {
  const backend = await madeUpLibrary();
  onTestFinished(trail.attach(backend));
  return { backend, actions: createActions(backend) };
}

const words = () => notices.list.map(({ text }) => text);
const labels = (ids: number[], actions: ReturnType<typeof createActions>) =>
  photoMenu(ids, actions, trail).map(({ label }) => label);

test('what was done is said', async () => {
  const { backend, actions } = await start();
  await actions.copyPaths([1, 2, 3]);
  await actions.exportCopies([4, 5]);
  expect(backend.calls).toEqual(expect.arrayContaining(['copyPaths 1,2,3', 'exportCopies 4,5']));
  expect(words()).toEqual(['3 paths copied', '2 photos copied to the folder']);
});

test('choosing no folder is no news, a failure is', async () => {
  const { backend, actions } = await start();
  vi.spyOn(backend as Backend, 'exportCopies').mockResolvedValue(null);
  await actions.exportCopies([4]);
  expect(words()).toEqual([]);
  vi.spyOn(backend, 'open').mockRejectedValue(new Error());
  await actions.open(4);
  expect(words()).toHaveLength(1);
});

test('several photos are one query', async () => {
  const { actions } = await start();
  actions.find([3, 4]);
  expect(trail.current?.query.examples.map(({ image }) => image)).toEqual([photoRef(3), photoRef(4)]);
});

test('comparing takes the query, and does nothing without one', async () => {
  const { actions } = await start();
  actions.compare(2);
  expect(view.overlay).toBeNull();
  actions.find([1]);
  actions.compare(2);
  expect(view.overlay).toEqual({ kind: 'compare', image: photoRef(1), with: photoRef(2) });
});

test('the menu offers more and less of a photo only when there is a query', async () => {
  const { actions } = await start();
  expect(labels([2], actions)).not.toContain('Less like this');
  actions.find([1]);
  expect(labels([2], actions)).toEqual(expect.arrayContaining(['More like this too', 'Less like this']));
  photoMenu([2], actions, trail)
    .find(({ label }) => label === 'Less like this')
    ?.run();
  expect(trail.current?.query.examples[1]).toMatchObject({ image: photoRef(2), negative: true });
});

test('less like something is no query by itself, which is said', async () => {
  const { actions } = await start();
  const subject = { image: photoRef(2), crop: null };
  expect(actions.join([subject], true)).toBe(false);
  expect(trail.current).toBeNull();
  expect(words()).toEqual([expect.stringContaining('something to look for first')]);
  expect(actions.join([subject], false)).toBe(true);
  expect(trail.current?.query.examples).toEqual([exampleOf(photoRef(2))]);
});

test('a query that is full takes no more, which is said; what it has may change sides', async () => {
  const { actions } = await start();
  actions.find(Array.from({ length: 16 }, (_, id) => id));
  expect(actions.join([{ image: photoRef(20), crop: null }], false)).toBe(false);
  expect(words()).toEqual([expect.stringContaining('16 images at most')]);
  expect(actions.join([{ image: photoRef(3), crop: null }], true)).toBe(true);
  expect(trail.current?.query.examples).toHaveLength(16);
});
