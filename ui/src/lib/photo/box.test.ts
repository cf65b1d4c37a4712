import { describe, expect, test } from 'vitest';

import type { Region } from '../backend/types';
import { drawn, HANDLES, limitsOf, middle, moved, resized, stepped, type Limits } from './box';

const LIMITS: Limits = { width: 400, height: 300, least: 32 };
const BOX: Region = { x: 100, y: 100, width: 80, height: 60 };
const ARROWS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'];

function expectWithin({ x, y, width, height }: Region, limits = LIMITS): void {
  expect(x).toBeGreaterThanOrEqual(0);
  expect(y).toBeGreaterThanOrEqual(0);
  expect(x + width).toBeLessThanOrEqual(limits.width);
  expect(y + height).toBeLessThanOrEqual(limits.height);
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(limits.least);
  expect([x, y, width, height].every(Number.isInteger)).toBe(true);
}

describe('drawing', () => {
  test('spans the two corners, whichever comes first', () => {
    const box = { x: 50, y: 40, width: 150, height: 160 };
    expect(drawn({ x: 50, y: 40 }, { x: 200, y: 200 }, LIMITS)).toEqual(box);
    expect(drawn({ x: 200, y: 200 }, { x: 50, y: 40 }, LIMITS)).toEqual(box);
  });

  test('ends at the edge when the pointer goes beyond', () => {
    expect(drawn({ x: 300, y: 200 }, { x: 900, y: 900 }, LIMITS)).toEqual({
      x: 300,
      y: 200,
      width: 100,
      height: 100,
    });
  });

  test('is never too small to grab, also in a corner', () => {
    for (const corner of [
      { x: 0, y: 0 },
      { x: 400, y: 300 },
      { x: 399.6, y: 0.4 },
    ]) {
      expectWithin(drawn(corner, { x: corner.x + 0.3, y: corner.y - 0.3 }, LIMITS));
    }
  });
});

describe('keys', () => {
  test('arrows move, with Shift they resize', () => {
    expect(stepped(BOX, 'ArrowLeft', false, 8, LIMITS)).toEqual({ ...BOX, x: 92 });
    expect(stepped(BOX, 'ArrowDown', false, 8, LIMITS)).toEqual({ ...BOX, y: 108 });
    expect(stepped(BOX, 'ArrowRight', true, 8, LIMITS)).toEqual({ ...BOX, width: 88 });
    expect(stepped(BOX, 'ArrowUp', true, 8, LIMITS)).toEqual({ ...BOX, height: 52 });
  });

  test.each(ARROWS)('%s stops at the edge and keeps the size', (key) => {
    let box = BOX;
    for (let press = 0; press < 100; press++) box = stepped(box, key, false, 7, LIMITS);
    expectWithin(box);
    expect([box.width, box.height]).toEqual([80, 60]);
    expect(stepped(box, key, false, 7, LIMITS)).toEqual(box);
  });

  test.each(ARROWS)(
    'Shift+%s stops at the edge or at the least size, and leaves the corner across',
    (key) => {
      let box = BOX;
      for (let press = 0; press < 100; press++) box = stepped(box, key, true, 7, LIMITS);
      expectWithin(box);
      expect([box.x, box.y]).toEqual([100, 100]);
      const sides = { ArrowLeft: [32, 60], ArrowRight: [300, 60], ArrowUp: [80, 32], ArrowDown: [80, 200] };
      expect([box.width, box.height]).toEqual(sides[key as keyof typeof sides]);
    },
  );
});

test.each(HANDLES)('the handle %s goes as far as the edges and the least size let it', (handle) => {
  for (const by of [
    { x: 1000, y: 1000 },
    { x: -1000, y: -1000 },
    { x: 33.4, y: -12.6 },
  ]) {
    const box = resized(BOX, handle, by, LIMITS);
    expectWithin(box);
    if (!handle.includes('w')) expect(box.x).toBe(BOX.x);
    if (!handle.includes('n')) expect(box.y).toBe(BOX.y);
    if (!handle.includes('e')) expect(box.x + box.width).toBe(BOX.x + BOX.width);
    if (!handle.includes('s')) expect(box.y + box.height).toBe(BOX.y + BOX.height);
  }
});

test('moving beyond the edge and back ends where it began', () => {
  expect(moved(BOX, { x: 5000, y: 0 }, LIMITS)).toEqual({ ...BOX, x: 320 });
  expect(moved(BOX, { x: 0, y: 0 }, LIMITS)).toEqual(BOX);
});

test('the least size is 16 pixels on screen, or the photo where that is smaller', () => {
  expect(limitsOf(4000, 3000, 0.2).least).toBe(80);
  expect(limitsOf(200, 10, 1).least).toBe(10);
  expectWithin(middle(limitsOf(200, 10, 1)), limitsOf(200, 10, 1));
  expect(middle(LIMITS)).toEqual({ x: 100, y: 75, width: 200, height: 150 });
});
