import { expect, test } from 'vitest';

import { weightAfter, WEIGHTS } from './weight';

test('up and down lead through the same few weights and end at both ends', () => {
  const up = WEIGHTS.map((weight) => weightAfter(weight, 1));
  expect(up).toEqual([...WEIGHTS.slice(1), WEIGHTS.at(-1)]);
  const down = WEIGHTS.map((weight) => weightAfter(weight, -1));
  expect(down).toEqual([WEIGHTS[0], ...WEIGHTS.slice(0, -1)]);
  expect(weightAfter(1, -100)).toBe(WEIGHTS[0]);
  expect(weightAfter(1, 100)).toBe(WEIGHTS.at(-1));
});

test('twice as much is as near as half as much', () => {
  expect(weightAfter(1, 2)).toBe(2);
  expect(weightAfter(1, -2)).toBe(0.5);
});

test('a weight from elsewhere goes on from the nearest', () => {
  expect(weightAfter(1.1, 1)).toBe(1.5);
  expect(weightAfter(3.4, -1)).toBe(2);
});
