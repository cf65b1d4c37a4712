import { expect, it } from 'vitest';

import { forgetShown, markShown, wasShown } from './thumbnails';

it('remembers what was on screen lately, and no more than that', () => {
  markShown('often');
  for (let id = 0; id < 10_000; id++) {
    markShown(`photo ${id}`);
    if (id % 1000 === 0) markShown('often');
  }
  expect([wasShown('often'), wasShown('photo 9999'), wasShown('photo 0')]).toEqual([true, true, false]);
});

it('forgets what could not be had', () => {
  markShown('gone');
  forgetShown('gone');
  expect(wasShown('gone')).toBe(false);
});
