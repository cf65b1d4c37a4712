import { expect, test } from 'vitest';

import { large } from './large.svelte';

test('no more than two pictures are there in full, and those asked for last stay', () => {
  const [one, two, three] = ['one', 'two', 'three'].map((address) => large.hold(address));
  const there = () => ['one', 'two', 'three'].filter((address) => large.has(address));
  expect(there()).toEqual(['two', 'three']);
  large.hold('two');
  large.hold('one');
  expect(there()).toEqual(['one', 'two']);
  [one, two, three].forEach((release) => release?.());
  expect(there()).toEqual([]);
});
