import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';

import { faultsOf } from '../../test/axe';
import { madeUpLibrary, show } from '../../test/library';
import { BackendError } from '../backend/error';
import type { Band, Match } from '../backend/types';
import { folderTree } from '../state/folderTree.svelte';
import { selection } from '../state/selection.svelte';
import { view } from '../state/view.svelte';
import { exampleOf, NO_FILTER, photoRef } from './query';
import Results from './Results.svelte';
import { resultsSource } from './resultsSource';
import { trail } from './trail.svelte';

const user = userEvent.setup();

afterEach(() => {
  trail.leave();
  vi.restoreAllMocks();
});

const found = (id: number, band: Band): Match => ({
  id,
  version: 1,
  name: `${id}.jpg`,
  width: 400,
  height: 300,
  similarity: 0.9 - id / 100,
  band,
  region: null,
  online: true,
  day: '2026-03-12',
  hiddenCopies: 0,
  placeholder: null,
});

/** Results of a query that finds photos in these bands. */
async function results(...bands: Band[]) {
  const backend = await madeUpLibrary();
  const search = vi
    .spyOn(backend, 'search')
    .mockResolvedValue({ matches: bands.map((band, id) => found(id, band)), milliseconds: 7 });
  onTestFinished(trail.attach(backend));
  trail.find(photoRef(1));
  const shown = show(Results, backend);
  await waitFor(() => expect(trail.current?.waiting).toBe(false));
  return { ...shown, backend, search };
}

/** Photos are drawn only where there is room for them. */
function laidOut() {
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1000);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(800);
}

const limit = (name: string) => screen.getByRole('radio', { name });
const status = (text: string | RegExp) =>
  waitFor(() =>
    expect(
      screen
        .getAllByRole('status')
        .map((element) => element.textContent)
        .join(),
    ).toMatch(text),
  );

test('results reach down to what is related', async () => {
  await results('very-similar', 'similar', 'related', 'related', 'unrelated');
  expect(limit('Related')).toBeChecked();
  await status(/^4 photos/);
  await user.click(limit('Similar'));
  await status(/^2 photos/);
});

test('the limit tightens, and loosens again when nothing is left', async () => {
  await results('similar', 'similar');
  await user.click(limit('Nearly identical'));
  await user.click(screen.getByRole('button', { name: 'Show Similar' }));
  expect(limit('Similar')).toBeChecked();
  await status(/^2 photos/);
});

test('unrelated photos show only when asked for by name', async () => {
  await results('unrelated');
  await status('Nothing in the library looks like this.');
  await user.click(screen.getByRole('button', { name: 'Show the closest anyway' }));
  await status(/^1 photo/);
});

test('while photos are still being read, nothing is said to be all', async () => {
  const { backend } = await results('similar');
  const overview = await backend.overview();
  backend.overview = () => Promise.resolve({ ...overview, read: 5 });
  backend.emit('changed', { photos: true, folders: false, failures: false, models: false });
  const words = '5 of 12 photos have been read; results grow.';
  expect(await screen.findByText(words)).toBeVisible();
  await user.click(limit('Nearly identical'));
  await status(words);
  expect(screen.getAllByText(words)).toHaveLength(1);
});

test('filters narrow the search, and can be cleared when nothing passes', async () => {
  const { search } = await results();
  await user.click(screen.getByRole('button', { name: 'Folder: All folders' }));
  await user.click(screen.getByRole('button', { name: /^Scans/ }));
  await user.selectOptions(screen.getByRole('combobox', { name: 'Type' }), 'JPEG');
  await user.click(screen.getByRole('checkbox', { name: 'Hide copies' }));
  expect(search.mock.lastCall?.[0]).toMatchObject({
    filter: { folders: [3], formats: ['jpeg'], from: null, to: null },
    hideCopies: true,
  });
  await status('No photo that passes the filters looks like this.');
  await user.click(screen.getByRole('button', { name: 'Clear filters' }));
  expect(search.mock.lastCall?.[0].filter).toMatchObject({ folders: [], formats: [] });
  expect(screen.getByRole('button', { name: 'Folder: All folders' })).toBeVisible();
});

test('the search narrows to a folder within a folder, and is called by its name', async () => {
  const { backend, search } = await results('similar');
  onTestFinished(await folderTree.connect(backend));
  const [year] = await backend.subfolders(1, null);
  await user.click(screen.getByRole('button', { name: 'Folder: All folders' }));
  await user.click(screen.getByRole('button', { name: 'Folders in Pictures' }));
  await user.click(await screen.findByRole('button', { name: new RegExp(`^${year?.name} `) }));
  expect(search.mock.lastCall?.[0].filter).toMatchObject({ folders: [1], subfolder: year?.key });
  expect(screen.getByRole('button', { name: `Folder: ${year?.name}` })).toHaveFocus();
  trail.filter(NO_FILTER);
  expect(await screen.findByRole('button', { name: 'Folder: All folders' })).toBeVisible();
});

test('dates narrow the search; what is no day yet does not', async () => {
  const { search } = await results('similar');
  await user.click(screen.getByRole('button', { name: 'Date: Any date' }));
  const from = screen.getByLabelText<HTMLInputElement>('From');
  from.type = 'text';
  await user.type(from, '2024');
  await user.tab();
  expect(search).toHaveBeenCalledOnce();
  await user.clear(from);
  await user.type(from, '2024-05-01');
  await user.tab();
  expect(search.mock.lastCall?.[0].filter.from).toBe('2024-05-01');
  expect(screen.getByRole('button', { name: 'Date: From May 1, 2024' })).toBeInTheDocument();
});

test('a year is a click away', async () => {
  const { search } = await results('similar');
  await user.click(screen.getByRole('button', { name: 'Date: Any date' }));
  await user.click(screen.getByRole('button', { name: 'This year' }));
  const year = new Date().getFullYear();
  expect(search.mock.lastCall?.[0].filter).toMatchObject({ from: `${year}-01-01`, to: `${year}-12-31` });
});

test('a failed search says why in place, and can be tried again', async () => {
  const { search } = await results('similar');
  const problem = { code: 'image_unknown_to_the_catalogue', details: {}, message: 'The image is gone.' };
  search.mockRejectedValueOnce(new BackendError(problem));
  trail.hideCopies(true);
  expect(await screen.findByRole('alert')).toHaveTextContent('The image is gone.');
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  await status(/^1 photo/);
});

test('a photo says what it is, and when its drive is not there', async () => {
  laidOut();
  const { search } = await results('similar');
  search.mockResolvedValue({ matches: [{ ...found(2, 'similar'), online: false }], milliseconds: 7 });
  trail.hideCopies(true);
  expect(
    await screen.findByRole('option', { name: /^2\.jpg, .*Similar, 0\.88, offline$/ }),
  ).toBeInTheDocument();
});

test('the first photo gets the focus once there are results', async () => {
  laidOut();
  await results('similar', 'similar');
  await waitFor(() => expect(screen.getByRole('option', { name: /^0\.jpg/ })).toHaveFocus());
});

test('results take the focus from nothing that has it', async () => {
  laidOut();
  const field = document.body.appendChild(document.createElement('input'));
  onTestFinished(() => field.remove());
  field.focus();
  await results('similar', 'similar');
  await screen.findByRole('option', { name: /^0\.jpg/ });
  await tick();
  expect(field).toHaveFocus();
});

test('closing a photo after stepping leads to the one stopped at', async () => {
  laidOut();
  await results('similar', 'similar', 'similar');
  await waitFor(() => expect(screen.getByRole('option', { name: /^0\.jpg/ })).toHaveFocus());
  await user.keyboard('{Enter}');
  expect(view.overlay).toMatchObject({ kind: 'photo', image: photoRef(0) });
  selection.visit(2);
  view.close();
  await waitFor(() => expect(screen.getByRole('option', { name: /^2\.jpg/ })).toHaveFocus());
});

test('it can be used with assistive technology', async () => {
  const { container } = await results('similar', 'related');
  await user.click(screen.getByRole('button', { name: 'Date: Any date' }));
  expect(await faultsOf(container)).toEqual([]);
});

test('the grid gets a heading for each band', () => {
  const words = { band: (band: Band) => band, count: String, label: ({ name }: Match) => name };
  const source = resultsSource([found(4, 'near-identical'), found(5, 'similar'), found(6, 'similar')], words);
  expect(source.sections).toEqual([
    { title: 'near-identical', start: 0, detail: '1' },
    { title: 'similar', start: 1, detail: '2' },
  ]);
  expect(source.positionOf(6)).toBe(2);
  expect(source.positionOf(9)).toBe(-1);
});

test('a line is between what is sure and what is not, where there is both', () => {
  const words = { band: (band: Band) => band, count: String, label: ({ name }: Match) => name };
  const apart = (...bands: Band[]) =>
    resultsSource(
      bands.map((band, id) => found(id, band)),
      words,
    ).sections.map(({ title, apart }) => [title, apart ?? false]);
  expect(apart('very-similar', 'similar', 'related', 'unrelated')).toEqual([
    ['very-similar', false],
    ['similar', false],
    ['related', true],
    ['unrelated', false],
  ]);
  expect(apart('related')).toEqual([['related', false]]);
});

describe('the query beside its results', () => {
  /** A window that is wide enough, with a room in it. */
  async function beside(...bands: Band[]) {
    laidOut();
    vi.spyOn(window, 'innerWidth', 'get').mockReturnValue(1400);
    window.dispatchEvent(new Event('resize'));
    onTestFinished(() => {
      vi.restoreAllMocks();
      window.dispatchEvent(new Event('resize'));
    });
    const shown = await results(...bands);
    const pane = within(await screen.findByRole('complementary', { name: 'Query' }));
    return { ...shown, pane };
  }

  test('shows its image large, with a box that the results follow', async () => {
    const { pane, search, backend } = await beside('similar');
    const picture = await pane.findByRole('img', { name: /IMG_00001/ });
    const surface = picture.parentElement?.querySelector('.surface') as HTMLElement;
    surface.setPointerCapture = () => undefined;
    const drag = (type: string, x: number, y: number) =>
      surface.dispatchEvent(
        new PointerEvent(type, { clientX: x, clientY: y, pointerId: 1, isPrimary: true, bubbles: true }),
      );
    drag('pointerdown', 100, 100);
    drag('pointermove', 300, 260);
    drag('pointermove', 400, 300);
    drag('pointerup', 400, 300);
    const { width, height } = await backend.photo(1);
    const scale = Math.min(1000 / width, (innerHeight * 0.46) / height);
    const last = { x: Math.round(100 / scale), y: Math.round(100 / scale) };
    await waitFor(() => expect(search.mock.lastCall?.[0].examples[0]?.crop).toMatchObject(last));
    expect(search.mock.lastCall?.[0].examples[0]?.crop?.width).toBe(Math.round(300 / scale));
    expect(trail.canGoForward).toBe(false);
    await user.click(pane.getByRole('button', { name: 'Whole photo' }));
    await waitFor(() => expect(search.mock.lastCall?.[0].examples[0]?.crop).toBeNull());
  });

  test('arrow keys move the box, and Escape drops it and nothing else', async () => {
    const { pane, search } = await beside('similar');
    trail.find(photoRef(1), { x: 100, y: 100, width: 400, height: 400 });
    const box = await pane.findByRole('application', { name: 'Box on the photo' });
    box.focus();
    await user.keyboard('{ArrowRight}');
    await waitFor(() => expect(search.mock.lastCall?.[0].examples[0]?.crop?.x).toBeGreaterThan(100));
    await user.keyboard('{Escape}');
    expect(trail.current?.query.examples[0]?.crop).toBeNull();
    expect(pane.queryByRole('application')).toBeNull();
  });

  test('lists all examples with what each is for; one that is pressed becomes the large one', async () => {
    const { pane } = await beside('similar');
    trail.add([exampleOf(photoRef(2)), exampleOf(photoRef(3), null, true)]);
    await pane.findByRole('img', { name: /IMG_00001/ });
    await user.click(await pane.findByRole('button', { name: /^Less like IMG_00003/ }));
    await pane.findByRole('img', { name: /IMG_00003/ });
    expect(view.overlay).toBeNull();
    await user.click(pane.getByRole('button', { name: /^Less like IMG_00003/ }));
    expect(view.overlay).toMatchObject({ kind: 'photo', image: photoRef(3) });
    view.closeAll();
    await user.click(pane.getByRole('button', { name: /^Remove IMG_00003/ }));
    await pane.findByRole('img', { name: /IMG_00001/ });
    expect(pane.getAllByRole('spinbutton')).toHaveLength(2);
  });

  test('it can be used with assistive technology', async () => {
    const { container, pane } = await beside('similar', 'related');
    trail.add([exampleOf(photoRef(3), null, true)]);
    await pane.findByRole('button', { name: /^Less like IMG_00003/ });
    expect(await faultsOf(container)).toEqual([]);
  });
});
