import { screen } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { faultsOf } from '../../test/axe';
import { madeUpLibrary, show } from '../../test/library';
import type { MemoryBackend } from '../backend/memory';
import type { Activity } from '../backend/types';
import StatusBar from './StatusBar.svelte';

const IDLE: Activity = {
  work: 'idle',
  paused: false,
  folder: null,
  model: null,
  answers: null,
  done: 0,
  total: 0,
  perSecond: null,
  secondsLeft: null,
};
const SCANNING: Activity = { ...IDLE, work: 'scanning', folder: 'Pictures' };
const INDEXING: Activity = { ...IDLE, work: 'indexing', folder: 'Pictures', done: 1, total: 2 };

let backend: MemoryBackend;

beforeEach(async () => {
  vi.useFakeTimers();
  backend = await madeUpLibrary();
  show(StatusBar, backend);
  await tick();
});
afterEach(() => void vi.useRealTimers());

const bar = () => screen.queryByRole('region', { name: 'Background work' });
const announced = () => screen.getByRole('status').textContent;

async function tell(activity: Activity, milliseconds = 0) {
  backend.emit('activity', activity);
  await tick();
  await vi.advanceTimersByTimeAsync(milliseconds);
}

test('work that is done at once is not shown and not announced', async () => {
  await tell(SCANNING, 250);
  await tell(INDEXING, 249);
  expect(bar()).toBeNull();
  await tell(IDLE, 5000);
  expect(bar()).toBeNull();
  expect(announced()).toBe('');
});

test('work that lasts shows, and goes as soon as it is done', async () => {
  await tell(SCANNING, 250);
  await tell(INDEXING, 250);
  expect(bar()).toHaveTextContent('Indexing Pictures');
  expect(announced()).toBe('Indexing Pictures, 50%');
  await tell(IDLE);
  expect(bar()).toBeNull();
  await tell(SCANNING, 499);
  expect(bar()).toBeNull();
});

test('that work is held shows at once, also when there is none', async () => {
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  await user.keyboard('p');
  expect(bar()).toHaveTextContent(/^Paused$/);
  expect(screen.queryByRole('progressbar')).toBeNull();
  expect(announced()).toBe('Paused');
  await user.click(screen.getByRole('button', { name: 'Resume' }));
  expect(bar()).toBeNull();
  await user.keyboard('p');
  expect(bar()).toBeVisible();
  await user.keyboard('p');
  expect(bar()).toBeNull();
});

test('it can be used with assistive technology', async () => {
  await tell(INDEXING, 500);
  vi.useRealTimers();
  expect(await faultsOf(document.body)).toEqual([]);
});

test('a switch of models shows who answers meanwhile, and can be undone from there', async () => {
  await backend.useModel('accurate');
  const switching: Activity = { ...IDLE, work: 'switching', model: 'accurate', answers: 'fast', total: 2 };
  await tell(switching, 500);
  expect(bar()).toHaveTextContent(/^Reading photos for Accurate.*of .*Fast answers meanwhile/);
  const back = await vi.waitFor(() => screen.getByRole('button', { name: 'Go back to Fast' }));
  back.click();
  await vi.advanceTimersByTimeAsync(300);
  expect((await backend.models()).map(({ state }) => state)).toEqual(['serving', 'idle']);
});
