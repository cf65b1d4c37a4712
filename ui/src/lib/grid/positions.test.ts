import { expect, it } from 'vitest';

import { positionsOf } from './positions';

it.each([
  ['one after the other', (index: number) => index + 1],
  ['far apart', (index: number) => index * 4096],
  ['up to the largest there is', (index: number) => 0xffff_ffff - index],
])('finds each photo, and none that is not there, with ids %s', (_, idAt) => {
  const ids = Uint32Array.from({ length: 5000 }, (_, index) => idAt(index));
  const positionOf = positionsOf(ids.slice(0, 4000));
  ids.forEach((id, index) => expect(positionOf(id)).toBe(index < 4000 ? index : -1));
});

it('finds nothing among none', () => {
  expect(positionsOf(new Uint32Array())(7)).toBe(-1);
});
