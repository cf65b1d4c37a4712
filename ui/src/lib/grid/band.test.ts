import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Band, touched, type Rect } from './band.svelte';
import { layoutRows } from './layout';
import { madeUpSource } from './madeUpSource';

/** Ten squares of 200 a row, with a heading of 56 above each section. */
const LAYOUT = layoutRows(
  madeUpSource([15, 12], 1, () => 1),
  {
    width: 2036,
    rowHeight: 200,
    gap: 4,
    heading: 56,
  },
);
const rect = (left: number, top: number, right: number, bottom: number): Rect => ({
  left,
  top,
  right,
  bottom,
});

test('a band touches the photos that it lies over, of every section', () => {
  expect(touched(LAYOUT, rect(250, 60, 450, 100))).toEqual([1, 2]);
  expect(touched(LAYOUT, rect(250, 100, 300, 300))).toEqual([1, 11]);
  expect(touched(LAYOUT, rect(0, 400, 100, 600))).toEqual([10, 15]);
  expect(touched(LAYOUT, rect(0, 0, 2036, 10_000))).toHaveLength(27);
});

test('a band over nothing touches nothing', () => {
  expect(touched(LAYOUT, rect(0, 0, 2036, 40))).toEqual([]);
  expect(touched(LAYOUT, rect(1500, 300, 2000, 400))).toEqual([]);
  expect(touched(LAYOUT, rect(0, 5000, 2036, 6000))).toEqual([]);
});

let frames: FrameRequestCallback[] = [];
beforeEach(() => {
  frames = [];
  vi.spyOn(window, 'requestAnimationFrame').mockImplementation((frame) => frames.push(frame));
});
afterEach(() => vi.restoreAllMocks());

const at = (clientX: number, clientY: number) => new PointerEvent('pointermove', { clientX, clientY });

test('a band is drawn from where it began, and a press without a move is none', () => {
  const ondrawn = vi.fn();
  const ground = {
    at: (x: number, y: number) => ({ x, y: y + 1000 }),
    bounds: () => ({ top: 0, bottom: 800 }),
    scrollBy: vi.fn(),
    ondrawn,
  };
  const band = new Band(ground);
  band.begin(at(300, 300));
  band.move(at(302, 301));
  expect(band.end()).toBe(false);
  expect(ondrawn).not.toHaveBeenCalled();
  band.begin(at(300, 300));
  band.move(at(100, 500));
  expect(ondrawn).toHaveBeenLastCalledWith(rect(100, 1300, 300, 1500));
  expect(band.rect).toEqual(rect(100, 1300, 300, 1500));
  expect(band.end()).toBe(true);
  expect(band.rect).toBeNull();
  band.move(at(700, 700));
  expect(ondrawn).toHaveBeenCalledOnce();
});

test('at the edge the photos come along while the pointer rests there', () => {
  const scrollBy = vi.fn();
  const ground = {
    at: (x: number, y: number) => ({ x, y }),
    bounds: () => ({ top: 0, bottom: 800 }),
    scrollBy,
    ondrawn: vi.fn(),
  };
  const band = new Band(ground);
  band.begin(at(300, 300));
  band.move(at(300, 500));
  frames.shift()?.(0);
  expect(scrollBy).not.toHaveBeenCalled();
  band.move(at(300, 790));
  frames.shift()?.(0);
  frames.shift()?.(0);
  expect(scrollBy).toHaveBeenCalledTimes(2);
  expect(scrollBy.mock.lastCall?.[0]).toBeGreaterThan(0);
  band.end();
});
