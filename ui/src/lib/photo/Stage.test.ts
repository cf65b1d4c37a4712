import { render, screen } from '@testing-library/svelte';
import { expect, onTestFinished, test, vi } from 'vitest';

import { madeUpLibrary } from '../../test/library';
import { photoRef } from '../query/query';
import { Looking } from './looking.svelte';
import { loadPicture } from './picture';
import Stage from './Stage.svelte';

test('of photos that are passed by only the last is loaded in full', async () => {
  const width = vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800);
  onTestFinished(() => width.mockRestore());
  const backend = await madeUpLibrary({ photos: 5 });
  const [first, second, third] = await Promise.all([1, 2, 3].map((id) => loadPicture(backend, photoRef(id))));
  if (!first || !second || !third) throw new Error('there are five photos');
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const shown: (string | null)[] = [];
  const address = () => screen.getByRole('img').getAttribute('src');
  const rest = {
    box: null,
    suggestion: null,
    looking: new Looking(),
    things: [],
    pointed: null,
    asleep: false,
    onbox: () => undefined,
    onpoint: () => undefined,
    onask: () => undefined,
  };
  const { rerender } = render(Stage, { ...rest, picture: first });
  await vi.advanceTimersByTimeAsync(300);
  expect(address()).toBe(first.preview);
  for (const picture of [second, third]) {
    await rerender({ ...rest, picture });
    await vi.advanceTimersByTimeAsync(100);
    shown.push(address());
  }
  expect(shown).toEqual([second.preview, null]);
  await vi.advanceTimersByTimeAsync(200);
  expect(address()).toBe(third.preview);
});
