import { render, screen, waitFor } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { MemoryBackend } from '../backend/memory';
import { selection } from '../state/selection.svelte';
import { madeUpSource } from './madeUpSource';
import GridInBackend from './GridInBackend.test.svelte';

/** Ten squares a row. */
const WIDTH = 2036;
const HEIGHT = 800;

function show(sizes: number[] = [200], rowHeight = 200) {
  const props = {
    backend: new MemoryBackend({ photos: 1 }),
    source: madeUpSource(sizes, 1, () => 1),
    label: 'Photos',
    rowHeight,
    onopen: vi.fn(),
    onpreview: vi.fn(),
    onfind: vi.fn(),
    oncontextmenu: vi.fn(),
  };
  return { ...render(GridInBackend, props), props, user: userEvent.setup() };
}

const photo = (id: number) => screen.getByLabelText(`Photo ${id}`);
const selected = () => [...selection.ids].sort((a, b) => a - b);
const focused = () => document.activeElement?.getAttribute('aria-label');

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(WIDTH);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(HEIGHT);
  selection.clear();
  selection.focused = null;
});
afterEach(() => vi.restoreAllMocks());

async function press(user: ReturnType<typeof userEvent.setup>, keys: string) {
  await user.keyboard(keys);
  await tick();
  await tick();
}

describe('the keyboard', () => {
  it('moves to the right, down its column, and to the ends', async () => {
    const { user } = show();
    await user.click(photo(3));
    await press(user, '{ArrowRight}');
    expect(focused()).toBe('Photo 4');
    await press(user, '{ArrowDown}');
    expect(focused()).toBe('Photo 14');
    await press(user, '{ArrowUp}{ArrowLeft}');
    expect(focused()).toBe('Photo 3');
    await press(user, '{End}');
    expect(focused()).toBe('Photo 200');
    await press(user, '{Home}');
    expect(focused()).toBe('Photo 1');
    expect(selected()).toEqual([1]);
  });

  it('keeps its column across a short row', async () => {
    const { user } = show([20, 2, 20]);
    await user.click(photo(18));
    await press(user, '{ArrowDown}');
    expect(focused()).toBe('Photo 22');
    await press(user, '{ArrowDown}');
    expect(focused()).toBe('Photo 30');
  });

  it('goes a window further with Page Down', async () => {
    const { user } = show();
    await user.click(photo(1));
    await press(user, '{PageDown}');
    expect(focused()).toBe('Photo 31');
  });

  it('extends and takes back a range with Shift', async () => {
    const { user } = show();
    await user.click(photo(5));
    await press(user, '{Shift>}{ArrowRight}{ArrowRight}{/Shift}');
    expect(selected()).toEqual([5, 6, 7]);
    await press(user, '{Shift>}{ArrowLeft}{/Shift}');
    expect(selected()).toEqual([5, 6]);
  });

  it('selects all, and Escape drops that', async () => {
    const { user } = show();
    await press(user, '{Control>}a{/Control}');
    expect(selection.count).toBe(200);
    await press(user, '{Escape}');
    expect(selection.count).toBe(0);
  });

  it('opens with Enter and previews with Space', async () => {
    const { user, props } = show();
    await user.click(photo(7));
    await press(user, '{Enter}');
    expect(props.onopen).toHaveBeenCalledWith(7);
    await press(user, ' ');
    expect(props.onpreview).toHaveBeenCalledWith(7);
  });

  it('reaches the grid with Tab at the focused photo only', async () => {
    const { user } = show();
    await user.click(photo(7));
    const reachable = screen.getAllByRole('option').filter(({ tabIndex }) => tabIndex === 0);
    expect(reachable).toEqual([photo(7)]);
  });
});

describe('the pointer', () => {
  it('selects one, adds with Ctrl, ranges with Shift, drops all beside the photos', async () => {
    const { user } = show();
    await user.click(photo(2));
    await user.keyboard('{Control>}');
    await user.click(photo(4));
    expect(selected()).toEqual([2, 4]);
    await user.click(photo(2));
    expect(selected()).toEqual([4]);
    await user.keyboard('{/Control}');
    await user.click(photo(4));
    await user.keyboard('{Shift>}');
    await user.click(photo(6));
    await user.keyboard('{/Shift}');
    expect(selected()).toEqual([4, 5, 6]);
    expect(photo(5)).toHaveAttribute('aria-selected', 'true');
    await user.click(screen.getByRole('listbox'));
    expect(selected()).toEqual([]);
  });

  it('opens with a double click', async () => {
    const { user, props } = show();
    await user.dblClick(photo(9));
    expect(props.onopen).toHaveBeenCalledWith(9);
  });

  it('finds look-alikes with the button on the photo under it', async () => {
    const { user, props } = show();
    await user.hover(photo(9));
    await user.click(screen.getByRole('button', { name: 'Find look-alikes' }));
    expect(props.onfind).toHaveBeenCalledWith(9);
  });

  it('selects the photo whose menu is asked for, unless it is part of a selection', async () => {
    const { user, props } = show();
    await user.click(photo(2));
    await user.pointer({ keys: '[MouseRight]', target: photo(3) });
    expect(selected()).toEqual([3]);
    expect(props.oncontextmenu).toHaveBeenCalledWith(3, expect.anything());
  });
});

describe('what is in the document', () => {
  it('is only what is near the window, each with its place among all', () => {
    show([20_000]);
    const options = screen.getAllByRole('option');
    expect(options.length).toBeLessThan(120);
    expect(options[0]).toHaveAttribute('aria-setsize', '20000');
    expect(options[5]).toHaveAttribute('aria-posinset', '6');
  });

  it('keeps the focused photo when it is scrolled out of view', async () => {
    const { user, container } = show([20_000]);
    await user.click(photo(3));
    const scroller = container.querySelector('.scroller') as HTMLElement;
    scroller.scrollTop = 100_000;
    scroller.dispatchEvent(new Event('scroll'));
    await waitFor(() => expect(photo(4901)).toBeInTheDocument());
    expect(focused()).toBe('Photo 3');
    await press(user, '{ArrowRight}');
    expect(focused()).toBe('Photo 4');
    expect(scroller.scrollTop).toBeLessThan(500);
  });

  it('stays where it is when photos arrive above', async () => {
    const { container, rerender } = show([20_000]);
    const scroller = container.querySelector('.scroller') as HTMLElement;
    scroller.scrollTop = 20_455;
    scroller.dispatchEvent(new Event('scroll'));
    await rerender({ source: madeUpSource([20_010], -9, () => 1) });
    expect(scroller.scrollTop).toBe(20_455 + 204);
  });

  it('lets go of selected photos that are gone, and gives the focus to another', async () => {
    const { user, rerender } = show([100]);
    await user.click(photo(3));
    await rerender({ source: madeUpSource([90], 11, () => 1) });
    await waitFor(() => expect(focused()).toBe('Photo 11'));
    expect(selected()).toEqual([]);
  });
});

describe('half a million photos in large rows', () => {
  /** What WebKit lays out ends at twice as much. */
  const MOST = 16_000_000;

  function showMany(sizes: number[] = [200_000, 300_000]) {
    const shown = show(sizes, 400);
    const scroller = shown.container.querySelector('.scroller') as HTMLElement;
    const scroll = async (to: number) => {
      scroller.scrollTop = to;
      scroller.dispatchEvent(new Event('scroll'));
      await tick();
    };
    /** Where a photo is drawn, from the window's top. */
    const seenAt = (id: number) => {
      const section = photo(id).parentElement as HTMLElement;
      return parseFloat(section.style.top) + parseFloat(photo(id).style.top) - scroller.scrollTop;
    };
    const inTheMiddle = () => {
      const tiles = screen.getAllByRole('option');
      return Number(tiles[tiles.length >> 1]?.getAttribute('aria-label')?.replace('Photo ', ''));
    };
    return { ...shown, scroller, scroll, seenAt, inTheMiddle };
  }

  it('fit into what browsers can lay out, with the focused one kept', async () => {
    const { user, container, scroll } = showMany();
    await user.click(photo(2));
    await scroll(MOST - HEIGHT);
    expect(photo(500_000)).toBeInTheDocument();
    const tops = [...container.querySelectorAll<HTMLElement>('.content, .section, .tile')].flatMap(
      ({ style }) => [parseFloat(style.top || '0'), parseFloat(style.height || '0')],
    );
    expect(Math.max(...tops.map(Math.abs))).toBeLessThanOrEqual(MOST);
    expect(focused()).toBe('Photo 2');
  });

  it('are reached to the last by key, and back to the first', async () => {
    const { user, scroller, seenAt } = showMany();
    await user.click(photo(2));
    await press(user, '{End}');
    expect(focused()).toBe('Photo 500000');
    expect(seenAt(500_000)).toBeGreaterThan(0);
    expect(seenAt(500_000)).toBeLessThan(HEIGHT);
    await press(user, '{ArrowLeft}{ArrowUp}');
    expect(seenAt(Number(focused()?.replace('Photo ', '')))).toBeGreaterThanOrEqual(0);
    await press(user, '{Home}');
    expect(focused()).toBe('Photo 1');
    expect(scroller.scrollTop).toBe(0);
  });

  it('move by as much as the wheel says', async () => {
    const { scroller, scroll, seenAt, inTheMiddle } = showMany();
    await scroll(MOST / 2);
    const id = inTheMiddle();
    const before = seenAt(id);
    await scroll(scroller.scrollTop + 120);
    expect(seenAt(id)).toBe(before - 120);
  });

  it('stay where they are when others arrive above', async () => {
    const { scroll, seenAt, inTheMiddle, rerender } = showMany();
    await scroll(MOST / 2);
    const id = inTheMiddle();
    const before = seenAt(id);
    await rerender({ source: madeUpSource([210_000, 300_000], -9_999, () => 1) });
    expect(seenAt(id)).toBe(before);
  });
});

describe('selecting with the mouse', () => {
  const check = () => screen.getByRole('button', { name: 'Select' });
  const pointer = (type: string, x: number, y: number, target: EventTarget, more: PointerEventInit = {}) =>
    target.dispatchEvent(
      new PointerEvent(type, {
        clientX: x,
        clientY: y,
        button: 0,
        pointerType: 'mouse',
        bubbles: true,
        ...more,
      }),
    );

  it('marks a photo beside others by the check on it', async () => {
    const { user } = show();
    await user.hover(photo(3));
    await user.click(check());
    await user.hover(photo(5));
    await user.click(check());
    expect(selected()).toEqual([3, 5]);
    await user.hover(photo(3));
    expect(check()).toHaveAttribute('aria-pressed', 'true');
    await user.click(check());
    expect(selected()).toEqual([5]);
    await user.hover(photo(9));
    await user.keyboard('{Shift>}');
    await user.click(check());
    await user.keyboard('{/Shift}');
    expect(selected()).toEqual([3, 4, 5, 6, 7, 8, 9].filter((id) => id >= 3));
  });

  it('selects a month by its heading, and drops it again', async () => {
    const { user, container } = show([12, 8]);
    const [, second] = container.querySelectorAll('[data-heading]');
    await user.click(second as Element);
    expect(selected()).toEqual([13, 14, 15, 16, 17, 18, 19, 20]);
    await user.click(photo(1));
    expect(selected()).toEqual([1]);
    await user.click(second as Element);
    expect(selected()).toHaveLength(9);
    await user.click(second as Element);
    expect(selected()).toEqual([1]);
  });

  it('draws a band from an empty place, and its end is no click', async () => {
    const { container } = show([12, 8]);
    const list = container.querySelector('.list') as HTMLElement;
    const band = (from: [number, number], to: [number, number], more?: PointerEventInit) => {
      pointer('pointerdown', ...from, list, more);
      pointer('pointermove', ...to, window, more);
      pointer('pointerup', ...to, window, more);
      list.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    };
    band([1000, 300], [250, 200]);
    expect(selected()).toEqual([2, 3, 4, 5, 12]);
    band([1000, 600], [1100, 700], { ctrlKey: true });
    expect(selected()).toEqual([2, 3, 4, 5, 12, 17, 18]);
    list.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, pointerType: 'mouse' }));
    list.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    expect(selected()).toEqual([]);
  });
});
