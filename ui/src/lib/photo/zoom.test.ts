import { expect, test } from 'vitest';

import { FITS, panned, placeOf, sightOf, toggled, zoomed, type Sight, type Zoom } from './zoom';

const PICTURE = { width: 4000, height: 3000 };
const ROOM = { width: 800, height: 800 };
const SIGHT = sightOf(PICTURE, ROOM, 2);
const MIDDLE = { x: 0, y: 0 };

/** The part of the picture that is under a point, given from the room's middle. */
function under(at: { x: number; y: number }, zoom: Zoom, sight: Sight) {
  const { left, top, width, height } = placeOf(zoom, sight);
  return {
    x: (sight.room.width / 2 + at.x - left) / width,
    y: (sight.room.height / 2 + at.y - top) / height,
  };
}

test('a picture fits the room and lies in its middle', () => {
  expect(placeOf(FITS, SIGHT)).toEqual({ left: 0, top: 100, width: 800, height: 600 });
  expect(sightOf({ width: 100, height: 100 }, ROOM, 2).fitted).toEqual({ width: 200, height: 200 });
});

test('in full, a pixel of the picture is one of the screen, also of a dense one', () => {
  expect(placeOf(zoomed(FITS, SIGHT.full, MIDDLE, SIGHT), SIGHT).width).toBeCloseTo(4000);
  const dense = sightOf(PICTURE, ROOM, 2, 2);
  expect(placeOf(zoomed(FITS, dense.full, MIDDLE, dense), dense).width).toBeCloseTo(2000);
});

test('what is under the pointer stays there while one looks closer', () => {
  const at = { x: 120, y: -90 };
  let zoom = zoomed(FITS, 3, at, SIGHT);
  const before = under(at, zoom, SIGHT);
  for (const factor of [4, 6, 5, 12]) {
    zoom = zoomed(zoom, factor, at, SIGHT);
    expect(under(at, zoom, SIGHT).x).toBeCloseTo(before.x);
    expect(under(at, zoom, SIGHT).y).toBeCloseTo(before.y);
  }
});

test('it goes no further out than the whole picture, and no further in than eight times its pixels', () => {
  expect(zoomed(FITS, 0.2, MIDDLE, SIGHT)).toEqual(FITS);
  expect(zoomed(FITS, 1e9, MIDDLE, SIGHT).factor).toBeCloseTo(SIGHT.full * 8);
  const tiny = sightOf({ width: 100, height: 100 }, ROOM, 2);
  expect(zoomed(FITS, 1e9, MIDDLE, tiny).factor).toBe(4);
});

test('the picture follows the hand, and its edge stops at the edge of the room', () => {
  const closer = zoomed(FITS, 4, MIDDLE, SIGHT);
  const before = placeOf(closer, SIGHT);
  const after = placeOf(panned(closer, { x: 30, y: -20 }, SIGHT), SIGHT);
  expect([after.left - before.left, after.top - before.top]).toEqual([
    expect.closeTo(30),
    expect.closeTo(-20),
  ]);
  expect(placeOf(panned(closer, { x: 1e6, y: 1e6 }, SIGHT), SIGHT)).toMatchObject({ left: 0, top: 0 });
  const far = placeOf(panned(closer, { x: -1e6, y: -1e6 }, SIGHT), SIGHT);
  expect(far.left + far.width).toBeCloseTo(800);
});

test('going back out, the whole picture is where it was', () => {
  const astray = panned(zoomed(FITS, 6, { x: 300, y: 200 }, SIGHT), { x: -900, y: 500 }, SIGHT);
  expect(zoomed(astray, 1, { x: -50, y: 10 }, SIGHT)).toEqual(FITS);
  expect(toggled(astray, MIDDLE, SIGHT)).toEqual(FITS);
});

test('toggling goes to the pixels, and to twice the size where those are on show already', () => {
  expect(toggled(FITS, MIDDLE, SIGHT).factor).toBeCloseTo(5);
  const small = sightOf({ width: 800, height: 600 }, ROOM, 2);
  expect(toggled(FITS, MIDDLE, small).factor).toBe(2);
});

test('pictures side by side show the same part', () => {
  const half = sightOf({ width: 2000, height: 1500 }, { width: 400, height: 400 }, 2);
  const zoom = zoomed(FITS, 5, { x: 100, y: 50 }, SIGHT);
  const [one, other] = [under(MIDDLE, zoom, SIGHT), under(MIDDLE, zoom, half)];
  expect(one.x).toBeCloseTo(other.x);
  expect(one.y).toBeCloseTo(other.y);
});
