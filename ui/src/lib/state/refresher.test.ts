import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Refresher } from './refresher';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A fetch that takes this long, and when each one began, in tenths of a second. */
function fetching(duration: number) {
  const starts: number[] = [];
  let running = 0;
  const fetch = async () => {
    expect(++running).toBe(1);
    starts.push(Math.round((performance.now() - zero) / 100));
    await new Promise((resolve) => setTimeout(resolve, duration));
    running--;
  };
  const zero = performance.now();
  return { starts, refresher: new Refresher(fetch) };
}

describe('refreshing', () => {
  it('fetches at once, and once more for all that came meanwhile', async () => {
    const { starts, refresher } = fetching(10);
    for (let i = 0; i < 20; i++) refresher.request();
    await vi.advanceTimersByTimeAsync(5000);
    expect(starts).toEqual([0, 5]);
  });

  it('never fetches twice at a time, and rests eight times as long as a slow fetch took', async () => {
    const { starts, refresher } = fetching(300);
    for (let i = 0; i < 70; i++) {
      refresher.request();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(starts).toEqual([0, 27, 54]);
  });

  it('does not leave the window out of date for long after one that was very slow', async () => {
    const { starts, refresher } = fetching(20_000);
    refresher.request();
    refresher.request();
    await vi.advanceTimersByTimeAsync(24_100);
    expect(starts).toEqual([0, 240]);
  });

  it('does not rest when the person asks for something else', async () => {
    const { starts, refresher } = fetching(10);
    refresher.request();
    await vi.advanceTimersByTimeAsync(100);
    refresher.now();
    await vi.advanceTimersByTimeAsync(100);
    expect(starts).toEqual([0, 1]);
  });

  it('fetches nothing more once stopped', async () => {
    const { starts, refresher } = fetching(10);
    refresher.request();
    refresher.request();
    refresher.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(starts).toEqual([0]);
  });

  it('fetches at once when it goes on after that', async () => {
    const { starts, refresher } = fetching(10);
    refresher.request();
    refresher.stop();
    await vi.advanceTimersByTimeAsync(100);
    refresher.request();
    await vi.advanceTimersByTimeAsync(100);
    expect(starts).toEqual([0, 1]);
  });
});
