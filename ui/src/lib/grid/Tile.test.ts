// Pictures of photos in a grid. Nothing is loaded here: the test says what became of it.

import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { MemoryBackend } from '../backend/memory';
import { selection } from '../state/selection.svelte';
import GridInBackend from './GridInBackend.test.svelte';
import { madeUpSource } from './madeUpSource';

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1000);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(800);
  selection.focused = null;
});
afterEach(() => vi.restoreAllMocks());

let grids = 0;

function show(rowHeight: number) {
  const backend = new MemoryBackend({ photos: 1 });
  // Addresses of their own: which ones were shown is remembered.
  const grid = ++grids;
  backend.thumbnailUrl = (id) => `thumbnail:${grid}/${id}`;
  backend.previewUrl = (id) => `preview:${grid}/${id}`;
  const source = (version = 1) => ({ ...madeUpSource([40], 1, () => 1.5), version: () => version });
  const does = { onopen: vi.fn(), onpreview: vi.fn(), onfind: vi.fn() };
  const shown = render(GridInBackend, { backend, source: source(), label: 'Photos', rowHeight, ...does });
  return { ...shown, source };
}

const pictures = (id: number) => [...screen.getByLabelText(`Photo ${id}`).querySelectorAll('img')];
const addresses = (id: number) => pictures(id).map(({ src }) => src.replace(/\d+\//, ''));
const thumbnail = (id: number) =>
  waitFor(() => {
    const [picture] = pictures(id);
    if (!picture) throw new Error('not asked for yet');
    return picture;
  });

it('takes away a thumbnail that cannot be had, and asks again when photos are told anew', async () => {
  const { rerender, source } = show(200);
  await fireEvent.error(await thumbnail(3));
  expect(pictures(3)).toEqual([]);
  await rerender({ source: source() });
  expect(addresses(3)).toEqual(['thumbnail:3']);
});

it('puts a larger picture over a thumbnail that looks soft, once that is there', async () => {
  show(400);
  const small = await thumbnail(3);
  await tick();
  expect(addresses(3)).toEqual(['thumbnail:3']);
  await fireEvent.load(small);
  expect(addresses(3)).toEqual(['thumbnail:3', 'preview:3']);
});

it('asks for no larger picture beyond the edges of the window, nor while the photos move', async () => {
  const { container } = show(400);
  await fireEvent.load(await thumbnail(9));
  expect(addresses(9)).toEqual(['thumbnail:9']);
  const scroller = container.querySelector('.scroller') as HTMLElement;
  scroller.scrollTop = 30;
  await fireEvent.scroll(scroller);
  await fireEvent.load(await thumbnail(3));
  expect(addresses(3)).toEqual(['thumbnail:3']);
  await waitFor(() => expect(addresses(3)).toEqual(['thumbnail:3', 'preview:3']));
});

it('is content with the thumbnail where that is large enough', async () => {
  show(200);
  await fireEvent.load(await thumbnail(3));
  expect(addresses(3)).toEqual(['thumbnail:3']);
});
