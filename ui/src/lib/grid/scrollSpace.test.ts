import { describe, expect, it } from 'vitest';

import { scrollSpace } from './scrollSpace';

const WINDOW = 800;

/** A layout in a document that holds a million pixels, scrolled as a browser does. */
function scrolling(height: number) {
  const space = scrollSpace(height, WINDOW, 1_000_000);
  const most = space.height - WINDOW;
  let top = 0;
  let scrolled = 0;
  const go = (to: number) => {
    scrolled = Math.min(most, Math.max(0, to));
    top = space.reached(scrolled, top);
    scrolled = top - space.above(top);
    expect(scrolled).toBeGreaterThanOrEqual(0);
    expect(scrolled).toBeLessThanOrEqual(most);
    return top;
  };
  return { space, most, by: (pixels: number) => go(scrolled + pixels), to: go };
}

describe('a layout that the document can hold', () => {
  it('is the document', () => {
    const { space, to, by } = scrolling(1_000_000);
    expect([space.height, space.range, space.above(500_000)]).toEqual([1_000_000, 999_200, 0]);
    expect([to(700_000.5), by(-120), to(0)]).toEqual([700_000.5, 699_880.5, 0]);
  });

  it('does not scroll when it is lower than the window', () => {
    expect(scrollSpace(300, WINDOW)).toMatchObject({ height: 300, range: 0 });
  });
});

describe.each([1_000_001, 1_500_000, 6_000_000, 40_000_000])('a layout of %i pixels', (height) => {
  it('moves by as many pixels as the wheel says, wherever it is', () => {
    const { space, by, to } = scrolling(height);
    for (const start of [0, 10_000, 333_333, 700_000, 990_000]) {
      const before = to(start);
      for (let step = 1; step <= 100; step++) {
        expect(by(120)).toBeCloseTo(Math.min(space.range, before + step * 120), 6);
      }
    }
  });

  it('gets from its beginning to its end and back by the wheel alone', () => {
    const { space, by } = scrolling(height);
    const steps = Math.ceil(space.range / 8000);
    let top = 0;
    for (let step = 0; step < steps; step++) top = by(8000);
    expect(top).toBe(space.range);
    for (let step = 0; step < steps; step++) top = by(-8000);
    expect(top).toBe(0);
  });

  it('leaps by proportion, and to its very ends', () => {
    const { space, to, most } = scrolling(height);
    expect(Math.abs(to(most / 2) - space.range / 2)).toBeLessThan(height / 50);
    expect(to(most)).toBe(space.range);
    expect(to(0)).toBe(0);
  });

  it('leaves the document where a leap took it, as a scroll bar under the pointer needs', () => {
    const { space, most } = scrolling(height);
    for (let part = 0.01; part < 1; part += 0.017) {
      const top = space.reached(most * part, part < 0.5 ? space.range : 0);
      expect(Math.abs(top - space.above(top) - most * part)).toBeLessThan(1);
    }
  });
});
