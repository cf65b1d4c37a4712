import { expect, test, vi } from 'vitest';

import { madeUpLibrary } from '../../test/library';
import { BackendError } from '../backend/error';
import type { Settings } from '../backend/types';
import { t } from '../strings/index.svelte';
import { notices } from './notices.svelte';
import { settings } from './settings.svelte';

const root = document.documentElement;
const fullDisk = new BackendError({ code: 'disk_full', details: {}, message: 'disk full' });

/** Holds back the answers of the shell, to be given one by one. */
function answers() {
  const waiting: ((error?: Error) => void)[] = [];
  const sent: Settings[] = [];
  const changeSettings = (settings: Settings) =>
    new Promise<void>((resolve, reject) => {
      sent.push(settings);
      waiting.push((error) => (error ? reject(error) : resolve()));
    });
  const next = async (error?: Error) => {
    await vi.waitFor(() => expect(waiting.length).toBeGreaterThan(0));
    waiting.shift()?.(error);
  };
  return { changeSettings, next, sent };
}

test('a change shows at once and is saved', async () => {
  const backend = await madeUpLibrary();
  const saved = settings.change({ theme: 'dark' });
  expect(root.dataset.theme).toBe('dark');
  await saved;
  expect(backend.settings).toMatchObject({ theme: 'dark', rowHeight: 200 });
});

test('a change that cannot be saved goes back and says why', async () => {
  const backend = await madeUpLibrary({ settings: { theme: 'light' } });
  backend.changeSettings = () => Promise.reject(fullDisk);
  await settings.change({ theme: 'dark', language: 'de' });
  expect(settings.current).toMatchObject({ theme: 'light', language: null });
  expect(root.dataset.theme).toBe('light');
  expect(notices.list.map(({ text }) => text)).toEqual([t('problems.disk_full')]);
});

test('quick changes are saved one after the other, the last one last', async () => {
  const backend = await madeUpLibrary();
  const { changeSettings, next, sent } = answers();
  backend.changeSettings = changeSettings;
  const saved = [120, 140, 160].map((rowHeight) => settings.change({ rowHeight }));
  await next();
  await next();
  await Promise.all(saved);
  expect(sent.map(({ rowHeight }) => rowHeight)).toEqual([120, 160]);
});

test('the system theme is followed while it changes, a chosen one is kept', async () => {
  const darkness = Object.assign(new EventTarget(), { matches: true });
  vi.spyOn(window, 'matchMedia').mockReturnValue(darkness as MediaQueryList);
  await madeUpLibrary({ settings: { theme: 'system' } });
  expect(root.dataset.theme).toBe('dark');
  darkness.matches = false;
  darkness.dispatchEvent(new Event('change'));
  expect(root.dataset.theme).toBe('light');
  await settings.change({ theme: 'dark' });
  darkness.dispatchEvent(new Event('change'));
  expect(root.dataset.theme).toBe('dark');
  vi.restoreAllMocks();
});

test('the language is the chosen one, else that of the system, else English', async () => {
  await madeUpLibrary({ systemLanguage: 'de-AT' });
  expect(root.lang).toBe('de');
  await settings.change({ language: 'en' });
  expect(root.lang).toBe('en');
  await madeUpLibrary({ systemLanguage: 'pt-BR' });
  expect(root.lang).toBe('en');
});

test('until the library is open, the theme is the one that was last chosen', async () => {
  await madeUpLibrary({ settings: { theme: 'dark' } });
  const backend = await madeUpLibrary({ settings: { theme: 'dark' } });
  let open: (() => void) | undefined;
  const startup = backend.startup.bind(backend);
  backend.startup = () => new Promise<void>((resolve) => (open = resolve)).then(startup);
  root.dataset.theme = 'light';
  const started = settings.start(backend);
  expect(root.dataset.theme).toBe('dark');
  open?.();
  (await started)();
});
