// How the window starts: with a library that takes its time, cannot be opened, or is empty.

import { render, screen } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';

import App from './App.svelte';
import { BackendError } from './lib/backend/error';
import { MemoryBackend } from './lib/backend/memory';
import { trail } from './lib/query/trail.svelte';
import { settings } from './lib/state/settings.svelte';
import { view } from './lib/state/view.svelte';
import { t } from './lib/strings/index.svelte';

const inUse = new BackendError({ code: 'in_use', details: {}, message: 'in use' });

afterEach(() => {
  trail.leave();
  view.close();
});

const firstRun = () => screen.findByRole('heading', { name: t('firstRun.title') });

test('a library that takes long to open is said to be opening', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const backend = new MemoryBackend({ folders: [] });
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const startup = backend.startup.bind(backend);
  backend.startup = () => opened.then(startup);
  const { container } = render(App, { backend });
  await vi.advanceTimersByTimeAsync(499);
  expect(container).toHaveTextContent('');
  await vi.advanceTimersByTimeAsync(1);
  expect(screen.getByRole('status')).toHaveTextContent('Opening the library…');
  open();
  await vi.advanceTimersByTimeAsync(1);
  expect(container).not.toHaveTextContent('Opening the library…');
  expect(screen.getByRole('heading', { name: t('firstRun.title') })).toBeVisible();
});

test('a library that cannot be opened says why, and can be tried again', async () => {
  const backend = new MemoryBackend({ folders: [] });
  const startup = vi.spyOn(backend, 'startup').mockRejectedValue(inUse);
  render(App, { backend });
  expect(await screen.findByRole('alert')).toHaveTextContent(t('problems.in_use'));
  const again = screen.getByRole('button', { name: 'Try again' });

  await userEvent.click(again);
  expect(backend.calls).toEqual(['openAgain']);
  expect(await screen.findByRole('alert')).toHaveTextContent(t('problems.in_use'));

  startup.mockRestore();
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await firstRun()).toBeVisible();
});

test('a library that is closed by a change that failed can be opened again', async () => {
  const backend = new MemoryBackend({ folders: [] });
  render(App, { backend });
  await firstRun();
  const startup = vi.spyOn(backend, 'startup').mockRejectedValue(inUse);
  backend.changeSettings = () => Promise.reject(inUse);
  await settings.change({ threads: 2 });
  expect(screen.getByRole('alert')).toHaveTextContent(t('problems.in_use'));
  startup.mockRestore();
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await firstRun()).toBeVisible();
  expect(settings.current.threads).toBe(0);
});

test.each(['Settings', 'Keyboard shortcuts'])(
  'before there is a folder, %s is a click away',
  async (name) => {
    render(App, { backend: new MemoryBackend({ folders: [] }) });
    await firstRun();
    await userEvent.click(screen.getByRole('button', { name }));
    expect(screen.getByRole('dialog', { name })).toBeVisible();
  },
);

test('a query that comes before any folder leads to adding one', async () => {
  const backend = new MemoryBackend({ folders: [] });
  render(App, { backend });
  await firstRun();
  backend.emit('incoming', await backend.chooseImages());
  await tick();
  await userEvent.click(await screen.findByRole('button', { name: t('sidebar.addFolder') }));
  expect((await backend.overview()).folders).toHaveLength(1);
  await backend.forgetEverything();
});

test('that there are no photos is not said before a folder has been looked through', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  render(App, { backend: new MemoryBackend({ photos: 0, folders: ['Pictures'] }) });
  await vi.advanceTimersByTimeAsync(200);
  expect(screen.getByRole('heading', { name: t('library.looking') })).toBeVisible();
  await vi.advanceTimersByTimeAsync(1000);
  expect(screen.getByRole('heading', { name: t('library.empty') })).toBeVisible();
});
