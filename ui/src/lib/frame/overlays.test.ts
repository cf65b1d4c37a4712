// What lies over the window: notices, and what a drag will do.

import { render, screen } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';

import { faultsOf } from '../../test/axe';
import { madeUpLibrary, show } from '../../test/library';
import { notices } from '../state/notices.svelte';
import { confirm } from '../ui/confirm';
import DropOverlay from './DropOverlay.svelte';
import FirstRun from './FirstRun.svelte';
import Notices from './Notices.svelte';

afterEach(() => void vi.useRealTimers());

test.each(['light', 'dark'] as const)('the first screen has no fault in %s', async (theme) => {
  show(FirstRun, await madeUpLibrary({ folders: [], settings: { theme } }));
  expect(await faultsOf(document.body)).toEqual([]);
});

test('the first screen adds a folder', async () => {
  const backend = await madeUpLibrary({ folders: [] });
  show(FirstRun, backend);
  await userEvent.click(screen.getByRole('button', { name: 'Add a folder…' }));
  expect((await backend.overview()).folders).toHaveLength(1);
  await backend.forgetEverything();
});

test('notices are read aloud by their urgency, and can be sent away', async () => {
  render(Notices);
  notices.note('3 paths copied');
  notices.problem(new Error('odd'));
  await tick();
  expect(screen.getByRole('status')).toHaveTextContent('3 paths copied');
  expect(screen.getByRole('alert')).toHaveTextContent(/Something went wrong/);
  expect(await faultsOf(document.body)).toEqual([]);
  for (const button of screen.getAllByRole('button', { name: 'Dismiss' })) await userEvent.click(button);
  expect(screen.queryByRole('list')).toBeNull();
});

test('a notice stays while the pointer or the focus is on it', async () => {
  vi.useFakeTimers();
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  render(Notices);
  notices.note('3 paths copied');
  await tick();
  await user.tab();
  await user.hover(screen.getByRole('list'));
  await user.unhover(screen.getByRole('list'));
  vi.advanceTimersByTime(60_000);
  expect(notices.list).toHaveLength(1);
  await user.tab();
  vi.advanceTimersByTime(6000);
  expect(notices.list).toHaveLength(0);
});

test('over a dialog, notices are in the dialog', async () => {
  render(Notices);
  const answer = confirm({ title: 'Sure', text: 'It is lost.', action: 'Lose it' });
  notices.note('3 paths copied');
  await tick();
  expect(screen.getByRole('alertdialog')).toContainElement(screen.getByRole('list'));
  await userEvent.click(screen.getByRole('button', { name: 'Lose it' }));
  expect(await answer).toBe(true);
  expect(screen.getByRole('list')).toBeVisible();
  notices.list.forEach(({ id }) => notices.dismiss(id));
});

test.each([
  [{ folders: 2, files: 0 }, ['Let go to add these 2 folders to the library']],
  [{ folders: 0, files: 1 }, ['Let go to find what looks like this image']],
  [
    { folders: 1, files: 3 },
    ['Let go to add this folder to the library', 'Let go to find what looks like these 3 images'],
  ],
])('a drag of %o says what letting go will do', async (drag, words) => {
  const backend = await madeUpLibrary();
  const { container } = show(DropOverlay, backend);
  backend.emit('drag', { over: true, ...drag });
  await tick();
  expect([...container.querySelectorAll('p')].map((line) => line.textContent)).toEqual(words);
  backend.emit('drag', { over: false, folders: 0, files: 0 });
  await tick();
  expect(container.querySelector('p')).toBeNull();
});

function drag(name: string, types: string[]) {
  const items = types.map(() => ({ kind: 'file' }));
  window.dispatchEvent(Object.assign(new Event(name), { dataTransfer: { types, items } }));
  return tick();
}

test('a drag inside the page shows until the page hears no more of it', async () => {
  const { container } = show(DropOverlay, await madeUpLibrary());
  vi.useFakeTimers();
  await drag('dragover', ['Files']);
  vi.advanceTimersByTime(400);
  await drag('dragover', ['Files']);
  vi.advanceTimersByTime(400);
  await tick();
  expect(container).toHaveTextContent('this image');
  vi.advanceTimersByTime(100);
  await tick();
  expect(container).toHaveTextContent('');
});

test('text, and what comes from this window, is no image', async () => {
  const { container } = show(DropOverlay, await madeUpLibrary());
  await drag('dragover', ['text/plain']);
  expect(container.querySelector('p')).toBeNull();
  await drag('dragstart', []);
  await drag('dragover', ['text/html']);
  expect(container.querySelector('p')).toBeNull();
  await drag('dragend', []);
  await drag('dragover', ['text/html']);
  expect(container).toHaveTextContent('this image');
});
