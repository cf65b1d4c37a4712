import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';

import { faultsOf } from '../../test/axe';
import Keys from '../../test/Keys.svelte';
import { madeUpLibrary } from '../../test/library';
import Within from '../../test/Within.svelte';
import type { MemoryBackend, MemoryOptions } from '../backend/memory';
import Overlays from '../Overlays.svelte';
import { exampleOf, photoRef } from '../query/query';
import { trail } from '../query/trail.svelte';
import { library } from '../state/library.svelte';
import { selection } from '../state/selection.svelte';
import { view } from '../state/view.svelte';
import { middle } from './box';

const user = userEvent.setup();

afterEach(() => {
  view.closeAll();
  trail.leave();
});

async function open(
  id: number,
  options: { crop?: boolean } = {},
  library: MemoryOptions = {},
): Promise<MemoryBackend> {
  const backend = await madeUpLibrary({ photos: 60, ...library });
  onTestFinished(trail.attach(backend));
  view.open({ kind: 'photo', image: photoRef(id), ...options });
  render(Within, { backend, view: Overlays });
  await named(id);
  return backend;
}

const named = (id: number) =>
  waitFor(() =>
    expect(screen.getByRole('dialog').getAttribute('aria-label')).toContain(String(id).padStart(5, '0')),
  );
const lookalikes = () => screen.getAllByRole('listitem').length;

/** Nothing is laid out here: a photo pixel is a screen pixel, and an arrow key moves the box by eight. */
const wholeOf = async (backend: MemoryBackend, id: number) => ({ ...(await backend.photo(id)), least: 16 });

test('a box drawn with the keyboard becomes the query', async () => {
  const backend = await open(5);
  const start = middle(await wholeOf(backend, 5));
  await user.keyboard('b{ArrowRight}{ArrowRight}{ArrowUp}{Shift>}{ArrowLeft}{/Shift}{Enter}');
  expect(view.overlay).toBeNull();
  expect(trail.current?.query.examples).toEqual([
    {
      image: photoRef(5),
      crop: { ...start, x: start.x + 16, y: start.y - 8, width: start.width - 8 },
      negative: false,
      weight: 1,
    },
  ]);
});

test('the part in the box joins the query, as something to look for or to stay away from', async () => {
  const backend = await open(5);
  const crop = middle(await wholeOf(backend, 5));
  expect(screen.queryByRole('button', { name: 'Less like this' })).toBeNull();
  trail.find(photoRef(1));
  await user.keyboard('b');
  await user.click(screen.getByRole('button', { name: 'Less like this part' }));
  expect(view.overlay).toBeNull();
  expect(trail.current?.query.examples).toEqual([
    exampleOf(photoRef(1)),
    exampleOf(photoRef(5), { ...crop }, true),
  ]);
});

test('with a key, the part and the whole of a photo join the query', async () => {
  await open(5, { crop: true });
  trail.find(photoRef(1));
  await user.keyboard('m');
  expect(view.overlay).toBeNull();
  view.open({ kind: 'photo', image: photoRef(6) });
  await named(6);
  await user.keyboard('l');
  expect(view.overlay).toBeNull();
  expect(trail.current?.query.examples).toMatchObject([
    { image: photoRef(1), crop: null },
    { image: photoRef(5), negative: false },
    { image: photoRef(6), crop: null, negative: true },
  ]);
  expect(trail.current?.query.examples[1]?.crop).not.toBeNull();
});

test('of two examples by one photo, the box changes the one it was opened from', async () => {
  const part = { x: 10, y: 20, width: 100, height: 100 };
  const backend = await open(1);
  trail.ask([exampleOf(photoRef(5)), exampleOf(photoRef(5), part, true)]);
  view.closeAll();
  const search = vi.spyOn(backend, 'search');
  view.open({ kind: 'photo', image: photoRef(5), part });
  await named(5);
  await user.keyboard('b{ArrowRight}');
  await waitFor(() => expect(search.mock.lastCall?.[0].examples).toHaveLength(2));
  await user.keyboard('{Enter}');
  expect(trail.current?.query.examples).toEqual([
    exampleOf(photoRef(5)),
    exampleOf(photoRef(5), { ...part, x: 18 }, true),
  ]);
});

test('it can open with a box at hand', async () => {
  await open(5, { crop: true });
  await user.keyboard('{Enter}');
  expect(trail.current?.query.examples[0]?.crop).not.toBeNull();
});

test('look-alikes follow the box', async () => {
  const backend = await open(5);
  const search = vi.spyOn(backend, 'search');
  await waitFor(() => expect(lookalikes()).toBeGreaterThan(0));
  await user.keyboard('b');
  await waitFor(() => expect(search.mock.lastCall?.[0].examples[0]?.crop).not.toBeNull());
  expect(screen.getByRole('button', { name: 'Search with this part' })).toBeInTheDocument();
  await waitFor(() => expect(backend.calls).toContain('prepare'));
});

test('Escape drops the box, then closes', async () => {
  await open(5);
  await user.keyboard('b{Escape}');
  expect(view.overlay).not.toBeNull();
  expect(screen.getByRole('button', { name: 'Show all' })).toBeInTheDocument();
  await user.keyboard('{Escape}');
  expect(view.overlay).toBeNull();
  expect(trail.current).toBeNull();
});

test('the arrows step through the photos, as far as they go', async () => {
  await open(library.timeline?.ids[0] ?? 1);
  const [first = 0, second = 0] = library.timeline?.ids ?? [];
  expect(screen.getByRole('button', { name: 'Previous' })).toBeDisabled();
  await user.keyboard('{ArrowRight}');
  await named(second);
  expect(selection.focused).toBe(second);
  await user.keyboard('{ArrowLeft}{ArrowLeft}');
  await named(first);
  expect(selection.focused).toBe(first);
});

test('stepping tells the name of the photo and which one of how many it is', async () => {
  const backend = await open(5);
  const [first = 0, second = 0] = library.timeline?.ids ?? [];
  view.open({ kind: 'photo', image: photoRef(first) });
  await named(first);
  await user.keyboard('{ArrowRight}');
  await named(second);
  const told = () => screen.getAllByRole('status').map(({ textContent }) => textContent);
  const { name } = await backend.photo(second);
  await waitFor(() => expect(told()).toContain(`${name}, 2 of 60`));
});

test('among results the arrows step through those', async () => {
  const backend = await open(5);
  trail.find(photoRef(9));
  await waitFor(() => expect(trail.current?.shown.length).toBeGreaterThan(2));
  const [, second = 0, third = 0] = trail.current?.shown.map(({ id }) => id) ?? [];
  expect(backend).toBeDefined();
  view.open({ kind: 'photo', image: photoRef(second) });
  await named(second);
  await user.keyboard('{ArrowRight}');
  await named(third);
});

test('opening the query shows its part, and changing that stays on the same step', async () => {
  const crop = { x: 10, y: 20, width: 400, height: 300 };
  const backend = await open(5);
  trail.find(photoRef(7), crop);
  view.open({ kind: 'photo', image: photoRef(7) });
  await named(7);
  await user.keyboard('{ArrowRight}{Enter}');
  expect(trail.current?.query.examples[0]?.crop).toEqual({ ...crop, x: 18 });
  trail.back();
  expect(trail.current).toBeNull();
  expect(backend).toBeDefined();
});

test('details tell where the photo is, its copies, and how it was taken', async () => {
  const backend = await open(9);
  const photos = await Promise.all([1, 2, 3, 4, 5, 6].map((id) => backend.photo(id)));
  const jpeg = photos.find(({ format }) => format === 'jpeg');
  await user.keyboard('i');
  const details = screen.getByRole('complementary', { name: 'Details' });
  expect(details).toHaveTextContent(/IMG_00009/);
  expect(details).toHaveTextContent(/Exact copy at/);
  expect(details).toHaveTextContent(/\d+ × \d+ pixels/);
  view.open({ kind: 'photo', image: photoRef(jpeg?.id ?? 0) });
  await named(jpeg?.id ?? 0);
  await waitFor(() => expect(details).toHaveTextContent('Made-up 7'));
  expect(details).toHaveTextContent(/ƒ\/\d.*1\/\d+ s.*ISO \d+.*35 mm \(as 52 mm\)/);
  expect(details).toHaveTextContent(/-33\.8\d+, 151\.215280/);
  expect(details).toHaveTextContent('Display P3');
});

test('Escape drops the box, then the details, then the photo', async () => {
  await open(5);
  await user.keyboard('ib{Escape}');
  expect(screen.queryByRole('application', { name: 'Box on the photo' })).toBeNull();
  expect(screen.getByRole('complementary', { name: 'Details' })).toBeInTheDocument();
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('complementary', { name: 'Details' })).toBeNull();
  expect(view.overlay).not.toBeNull();
  await user.keyboard('{Escape}');
  expect(view.overlay).toBeNull();
});

describe('pointing at things', () => {
  /** A room, where else nothing is laid out, and a photo with three things. */
  async function pointing(): Promise<MemoryBackend> {
    for (const side of ['clientWidth', 'clientHeight'] as const) {
      const spy = vi.spyOn(HTMLElement.prototype, side, 'get').mockReturnValue(800);
      onTestFinished(() => spy.mockRestore());
    }
    const backend = await open(5, {}, { things: true });
    await screen.findByRole('button', { name: 'Thing 1 of 3' });
    return backend;
  }
  const dot = (number: number) => screen.getByRole('button', { name: `Thing ${number} of 3` });
  /** Moves the pointer over a dot: a photo pixel is less than a screen pixel. */
  async function point(backend: MemoryBackend, number: number): Promise<void> {
    const thing = (await backend.things(photoRef(5)))[number - 1];
    const { width, height } = await backend.photo(5);
    const scale = 800 / Math.max(width, height);
    const coords = { clientX: (thing?.x ?? 0) * scale, clientY: (thing?.y ?? 0) * scale };
    await user.pointer({ target: dot(number), coords });
  }
  const lifted = () => screen.getByRole('dialog').querySelector('.lifted');

  test('pointing at a dot lifts the thing and shows what looks like it; leaving it shows all again', async () => {
    const backend = await pointing();
    const [, hill] = await backend.things(photoRef(5));
    const search = vi.spyOn(backend, 'search');
    await point(backend, 2);
    await waitFor(() => expect(search.mock.lastCall?.[0].examples[0]?.crop).toEqual(hill?.region));
    expect(lifted()).not.toBeNull();
    expect(screen.getByRole('button', { name: 'Search with this part' })).toBeInTheDocument();
    await user.pointer({ target: document.body, coords: { clientX: 5000, clientY: 5000 } });
    await waitFor(() => expect(search.mock.lastCall?.[0].examples[0]?.crop).toBeNull());
    expect(lifted()).toBeNull();
  });

  test('a click asks by the thing, and the line that tells so is there until then', async () => {
    const backend = await pointing();
    const [sun] = await backend.things(photoRef(5));
    expect(screen.getByText(/^Point at a dot/)).toBeInTheDocument();
    await user.click(dot(1));
    expect(view.overlay).toBeNull();
    expect(trail.current?.query.examples).toEqual([exampleOf(photoRef(5), sun?.region)]);
    trail.leave();
    view.open({ kind: 'photo', image: photoRef(6) });
    await screen.findByRole('button', { name: 'Thing 1 of 3' });
    expect(screen.queryByText(/^Point at a dot/)).toBeNull();
    expect(backend.settings.pointed).toBe(true);
  });

  test('Tab walks the dots, and Enter asks', async () => {
    const backend = await pointing();
    const [, hill] = await backend.things(photoRef(5));
    await user.tab();
    expect(dot(1)).toHaveFocus();
    await user.tab();
    expect(dot(2)).toHaveFocus();
    expect(lifted()).not.toBeNull();
    await user.keyboard('{Enter}');
    expect(trail.current?.query.examples[0]?.crop).toEqual(hill?.region);
  });

  test('B puts a box around one thing after the other, and the button does, too', async () => {
    const backend = await pointing();
    const things = await backend.things(photoRef(5));
    await user.keyboard('bb');
    expect(screen.queryByRole('button', { name: 'Thing 1 of 3' })).toBeNull();
    await user.keyboard('{Enter}');
    expect(trail.current?.query.examples[0]?.crop).toEqual(things[1]?.region);
    trail.leave();
    view.open({ kind: 'photo', image: photoRef(5) });
    await screen.findByRole('button', { name: 'Thing 1 of 3' });
    await user.click(screen.getByRole('button', { name: 'Draw a box' }));
    expect(screen.getByRole('application', { name: 'Box on the photo' })).toHaveFocus();
    await user.keyboard('{ArrowRight}b{Enter}');
    expect(trail.current?.query.examples[0]?.crop).toMatchObject({
      width: things[0]?.region.width,
      height: things[0]?.region.height,
    });
  });

  test('the thing that is pointed at joins the query', async () => {
    const backend = await pointing();
    const [sun] = await backend.things(photoRef(5));
    trail.find(photoRef(1));
    await point(backend, 1);
    await user.keyboard('l');
    expect(trail.current?.query.examples).toEqual([
      exampleOf(photoRef(1)),
      exampleOf(photoRef(5), sun?.region, true),
    ]);
  });

  test('it can be used with assistive technology', async () => {
    await pointing();
    await user.tab();
    expect(await faultsOf(screen.getByRole('dialog'))).toEqual([]);
  });
});

describe('looking closely', () => {
  /** A room, where else nothing is laid out. */
  function givenRoom(): void {
    for (const side of ['clientWidth', 'clientHeight'] as const) {
      const spy = vi.spyOn(HTMLElement.prototype, side, 'get').mockReturnValue(800);
      onTestFinished(() => spy.mockRestore());
    }
  }
  const addresses = () =>
    [...screen.getByRole('dialog').querySelectorAll('.frame img')].map((img) => img.getAttribute('src'));

  test('keys and buttons zoom, and another photo is seen as a whole again', async () => {
    givenRoom();
    await open(5);
    const percent = () => Number.parseInt(screen.getByTitle(/whole photo|full size/).textContent ?? '');
    const whole = percent();
    await user.keyboard('z');
    expect(percent()).toBe(100);
    await user.keyboard('-');
    expect(percent()).toBe(71);
    await user.click(screen.getByRole('button', { name: 'Zoom in' }));
    expect(percent()).toBe(100);
    await user.click(screen.getByTitle('Show the whole photo'));
    expect(percent()).toBe(whole);
    await user.keyboard('+');
    expect(percent()).toBeGreaterThan(whole);
    view.open({ kind: 'photo', image: photoRef(6) });
    await named(6);
    await waitFor(() => expect(screen.getByRole('button', { name: 'Zoom out' })).toBeDisabled());
  });

  test('the picture in full is loaded where the preview would be blurred, and not before', async () => {
    givenRoom();
    const backend = await open(5);
    const full = backend.fullUrl(5);
    await waitFor(() => expect(addresses()).toEqual([backend.previewUrl(5)]));
    await user.keyboard('+');
    expect(addresses()).not.toContain(full);
    await user.keyboard('z');
    await user.keyboard('z');
    await waitFor(() => expect(addresses()).toContain(full));
  });

  test('Space alone ends the preview, and with a drag it does not', async () => {
    givenRoom();
    await open(5);
    await user.keyboard('z{ >}');
    const frame = screen.getByRole('dialog').querySelector('.frame') as HTMLElement;
    const pane = frame.parentElement as HTMLElement;
    pane.setPointerCapture = () => undefined;
    const before = frame.style.left;
    for (const [type, x] of [
      ['pointerdown', 300],
      ['pointermove', 200],
      ['pointerup', 200],
    ] as const)
      pane.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: 300, pointerId: 1, bubbles: true }));
    await user.keyboard('{/ }');
    expect(frame.style.left).not.toBe(before);
    expect(screen.queryByRole('application', { name: 'Box on the photo' })).toBeNull();
    expect(view.overlay).not.toBeNull();
    await user.keyboard(' ');
    expect(view.overlay).toBeNull();
  });
});

test('the photo can be exported and shown in its folder, by button and by key', async () => {
  const backend = await open(9);
  const asked = () => backend.calls.filter((call) => call.endsWith(' 9'));
  await user.click(screen.getByRole('button', { name: 'Export copies…' }));
  await user.click(screen.getByRole('button', { name: 'Show in file manager' }));
  await user.keyboard('er');
  expect(asked()).toEqual(['exportCopies 9', 'reveal 9', 'exportCopies 9', 'reveal 9']);
});

test('a photo that is gone is said in words', async () => {
  await open(5);
  view.open({ kind: 'photo', image: photoRef(999) });
  expect(await screen.findByRole('alert')).not.toBeEmptyDOMElement();
});

test('compare shows query and result with what makes them alike, and steps on', async () => {
  const backend = await open(5);
  trail.find(photoRef(9));
  await waitFor(() => expect(trail.current?.shown.length).toBeGreaterThan(1));
  const [first, second] = trail.current?.shown ?? [];
  view.closeAll();
  view.open({ kind: 'compare', image: photoRef(9), with: photoRef(first?.id ?? 0) });
  await screen.findByRole('img', { name: first?.name ?? '' });
  expect(screen.getByRole('img', { name: (await backend.photo(9)).name })).toBeInTheDocument();
  expect(screen.getByRole('status')).toHaveTextContent(/similar|identical|Related/i);
  const sides = () => screen.getAllByRole('figure').map((side) => side.textContent?.trim().split(' ')[0]);
  expect(sides()).toEqual(['Query', 'Result']);
  await user.click(screen.getByRole('button', { name: 'Swap sides' }));
  expect(sides()).toEqual(['Result', 'Query']);
  expect(await faultsOf(screen.getByRole('dialog'))).toEqual([]);
  await user.keyboard('{ArrowRight}');
  await screen.findByRole('img', { name: second?.name ?? '' });
  await user.keyboard('{Escape}');
  expect(view.overlay).toBeNull();
});

test('both sides of a comparison are looked at closely together', async () => {
  await open(5);
  trail.find(photoRef(9));
  await waitFor(() => expect(trail.current?.shown.length).toBeGreaterThan(1));
  const [first] = trail.current?.shown ?? [];
  view.closeAll();
  view.open({ kind: 'compare', image: photoRef(9), with: photoRef(first?.id ?? 0) });
  await screen.findByRole('img', { name: first?.name ?? '' });
  const frames = () =>
    [...screen.getByRole('dialog').querySelectorAll<HTMLElement>('.frame')].map(({ style }) => style.width);
  const before = frames();
  await user.keyboard('+');
  expect(frames()).toHaveLength(2);
  frames().forEach((width, side) => expect(width).not.toBe(before[side]));
  await user.keyboard('-');
  expect(frames()).toEqual(before);
});

test('compare that was opened from a photo leads back to it, with its box', async () => {
  await open(5);
  trail.find(photoRef(9));
  await waitFor(() => expect(trail.current?.shown.length).toBeGreaterThan(1));
  await user.keyboard('b');
  await user.keyboard('c');
  await screen.findByRole('dialog', { name: 'Compare with the query' });
  await user.keyboard('{Escape}');
  expect(view.overlay).toMatchObject({ kind: 'photo', image: photoRef(5) });
  await waitFor(() => expect(screen.getByRole('dialog')).toHaveFocus());
  expect(screen.getByRole('button', { name: 'Search with this part' })).toBeInTheDocument();
});

test('the shortcut sheet opens over a photo, and closing it leads back', async () => {
  await open(5);
  render(Keys, { handlers: { shortcuts: () => view.open({ kind: 'shortcuts' }) } });
  await user.keyboard('?');
  const sheet = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
  await user.click(within(sheet).getByRole('button', { name: 'Close' }));
  expect(view.overlay).toMatchObject({ kind: 'photo', image: photoRef(5) });
  await waitFor(() => expect(screen.getByRole('dialog')).toHaveFocus());
});

test('keys of the window work over a photo, those of the photos below do not', async () => {
  const below = { pause: vi.fn(), pick: vi.fn(), larger: vi.fn(), selectAll: vi.fn() };
  render(Keys, { handlers: below });
  await open(5);
  await user.keyboard('p+{Control>}oa{/Control}');
  expect(Object.values(below).map(({ mock }) => mock.calls.length)).toEqual([1, 1, 0, 0]);
});

test('walking the trail leads out of the photo', async () => {
  const back = vi.fn(() => trail.back());
  render(Keys, { handlers: { back } });
  await open(5);
  await user.keyboard('{Alt>}{ArrowLeft}{/Alt}');
  expect(view.overlay).not.toBeNull();
  trail.find(photoRef(9));
  await user.keyboard('{Alt>}{ArrowLeft}{/Alt}');
  expect(view.overlay).toBeNull();
  expect(trail.current).toBeNull();
});

test('it can be used with assistive technology', async () => {
  await open(5);
  await waitFor(() => expect(lookalikes()).toBeGreaterThan(0));
  await user.keyboard('b');
  await user.click(screen.getByRole('button', { name: 'Details' }));
  expect(await faultsOf(screen.getByRole('dialog'))).toEqual([]);
});

test('a box that is asked for before the photo is there is drawn when it is', async () => {
  const backend = await madeUpLibrary({ photos: 60 });
  let arrive: (() => void) | undefined;
  const photo = backend.photo.bind(backend);
  vi.spyOn(backend, 'photo').mockImplementationOnce(async (id) => {
    await new Promise<void>((resolve) => (arrive = resolve));
    return photo(id);
  });
  view.open({ kind: 'photo', image: photoRef(5) });
  render(Within, { backend, view: Overlays });
  await user.keyboard('b');
  arrive?.();
  expect(await screen.findByRole('button', { name: 'Search with this part' })).toBeInTheDocument();
});
