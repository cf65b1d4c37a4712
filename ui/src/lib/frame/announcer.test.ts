import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Announcer } from './announcer.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('speaks at once, then at most every ten seconds, with the latest words', () => {
  const announcer = new Announcer();
  const heard: string[] = [];
  for (let second = 0; second < 25; second++) {
    announcer.say(`${second} s`);
    if (heard.at(-1) !== announcer.text) heard.push(announcer.text);
    vi.advanceTimersByTime(1000);
  }
  expect(heard).toEqual(['0 s', '9 s', '19 s']);
});
