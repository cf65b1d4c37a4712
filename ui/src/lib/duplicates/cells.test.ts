import { expect, test } from 'vitest';

import { columns } from './cells';

const ROOM = { width: 1400, height: 700 };

test('two photos in landscape stand side by side, and two panoramas one above the other', () => {
  expect(columns(2, 4 / 3, ROOM, 8, 90)).toBe(2);
  expect(columns(2, 6, ROOM, 8, 90)).toBe(1);
});

test('photos in portrait stand in one row as long as that shows them largest', () => {
  expect(columns(4, 2 / 3, ROOM, 8, 90)).toBe(4);
  expect(columns(9, 4 / 3, ROOM, 8, 90)).toBe(5);
});

test('of a long burst no photo gets too narrow to compare', () => {
  expect(columns(60, 4 / 3, ROOM, 8, 90)).toBeLessThanOrEqual(6);
  expect(columns(3, 4 / 3, { width: 300, height: 500 }, 8, 90)).toBe(1);
});
