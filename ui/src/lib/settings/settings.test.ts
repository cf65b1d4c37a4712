import { screen, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';

import list from '../../../../src-tauri/crates/library/src/reading/exclusions.json';
import { faultsOf } from '../../test/axe';
import { madeUpLibrary, show } from '../../test/library';
import { BackendError } from '../backend/error';
import { notices } from '../state/notices.svelte';
import { lookUp, t } from '../strings/index.svelte';
import { formatBytes } from './bytes';
import Settings from './Settings.svelte';

/** The settings, once all of them are there. */
async function open(options: Parameters<typeof madeUpLibrary>[0] = {}) {
  const backend = await madeUpLibrary(options);
  show(Settings, backend);
  await screen.findByText('/home/kim/.local/share/lookalike');
  return backend;
}

test.each(['light', 'dark'] as const)('have no fault for assistive technology in %s', async (theme) => {
  await open({ settings: { theme } });
  expect(await faultsOf(document.body)).toEqual([]);
});

test('folders show what they hold and how they are', async () => {
  await open();
  expect(screen.getByText(/NAS · 0 photos · offline, last seen March 3, 2026/)).toBeVisible();
  expect(screen.getByText(/Scans · .* · looked through every 30 s/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Show NAS in file manager' })).toBeDisabled();
  await userEvent.click(screen.getByRole('button', { name: 'Remove Scans from the library' }));
  const question = screen.getByRole('alertdialog', { name: 'Remove “Scans” from the library?' });
  await userEvent.click(within(question).getByRole('button', { name: 'Remove' }));
  await expect.poll(() => screen.queryByText(/kim\/Scans/)).toBeNull();
});

test('things inside photos are found in all folders, but for those turned off', async () => {
  const backend = await open();
  const all = screen.getByRole('switch', { name: 'Find things inside photos' });
  const scans = screen.getByRole('switch', { name: 'Find things inside photos of Scans' });
  const nas = screen.getByRole('switch', { name: 'Find things inside photos of NAS' });
  await userEvent.click(scans);
  await expect
    .poll(async () => (await backend.overview()).folders.map(({ lookInside }) => lookInside))
    .toContain(false);
  expect(scans).not.toBeChecked();
  expect(nas).toBeChecked();
  expect(all).toBeChecked();

  await userEvent.click(all);
  await expect.poll(() => (nas as HTMLInputElement).checked).toBe(false);
  await userEvent.click(all);
  await expect.poll(() => (scans as HTMLInputElement).checked).toBe(true);
});

test('of one folder alone, the switch for all says how it is', async () => {
  const backend = await open({ folders: ['Pictures'] });
  await backend.lookInsideFolder(1, false);
  const all = screen.getByRole('switch', { name: 'Find things inside photos' });
  await expect.poll(() => (all as HTMLInputElement).checked).toBe(false);
  expect(screen.queryByRole('switch', { name: /inside photos of/ })).toBeNull();
  await userEvent.click(all);
  await expect.poll(async () => (await backend.overview()).folders[0]?.lookInside).toBe(true);
  expect(all).toBeChecked();
});

test('language and theme change while the settings are open', async () => {
  const backend = await open();
  await userEvent.selectOptions(screen.getByLabelText('Language'), 'Deutsch');
  expect(screen.getByRole('dialog', { name: 'Einstellungen' })).toBeVisible();
  expect(screen.getByText(/zuletzt gesehen am 3. März 2026/)).toBeVisible();
  await userEvent.click(screen.getByRole('radio', { name: 'Dunkel' }));
  expect(document.documentElement.dataset.theme).toBe('dark');
  expect(backend.settings).toMatchObject({ language: 'de', theme: 'dark' });
  await userEvent.selectOptions(screen.getByLabelText('Sprache'), 'Wie das System');
  expect(backend.settings.language).toBeNull();
});

test('a choice that cannot be saved goes back', async () => {
  const backend = await open();
  backend.changeSettings = () =>
    Promise.reject(new BackendError({ code: 'disk_full', details: {}, message: 'disk full' }));
  await userEvent.click(screen.getByRole('radio', { name: 'Dark' }));
  await expect.poll(() => screen.getByRole('radio', { name: 'System' })).toBeChecked();
  expect(screen.getByRole('alert')).toHaveTextContent(t('problems.disk_full'));
});

test('the tray can be chosen only where there is one', async () => {
  const backend = await madeUpLibrary();
  const startup = await backend.startup();
  backend.startup = () => Promise.resolve({ ...startup, trayAvailable: false });
  const { settings } = await import('../state/settings.svelte');
  const stop = await settings.start(backend);
  show(Settings, backend);
  const tray = screen.getByRole('switch', { name: t('settings.tray.title') });
  expect(tray).toBeDisabled();
  expect(tray).toHaveAccessibleDescription(t('settings.tray.none'));
  stop();
});

test('forgetting everything asks first, with Cancel at hand', async () => {
  const backend = await open();
  const ask = screen.getByRole('button', { name: 'Forget everything…' });
  await userEvent.click(ask);
  const question = screen.getByRole('alertdialog', { name: 'Forget everything?' });
  expect(question).toHaveAccessibleDescription(/Your original photos are not touched/);
  expect(within(question).getByRole('button', { name: 'Cancel' })).toHaveFocus();
  await userEvent.keyboard('{Enter}');
  expect(screen.queryByRole('alertdialog')).toBeNull();
  expect(ask).toHaveFocus();
  expect((await backend.overview()).photos).toBe(12);

  await userEvent.click(ask);
  await userEvent.click(screen.getByRole('button', { name: 'Forget everything' }));
  await expect.poll(() => notices.list.map(({ text }) => text)).toEqual([t('settings.data.forgotten')]);
  expect((await backend.overview()).photos).toBe(0);
});

test('the data folder can be shown', async () => {
  const backend = await open();
  await userEvent.click(screen.getByRole('button', { name: 'Show the data folder in file manager' }));
  expect(backend.calls).toContain('revealData');
});

test('rebuilding asks first', async () => {
  const backend = await open();
  await userEvent.click(screen.getByRole('button', { name: 'Rebuild…' }));
  expect(backend.calls).not.toContain('rebuild');
  await userEvent.click(screen.getByRole('button', { name: 'Rebuild' }));
  await expect.poll(() => backend.calls).toContain('rebuild');
});

test.each([
  [0, 'en', '0 bytes'],
  [999, 'en', '999 bytes'],
  [1_500, 'en', '2 kB'],
  [999_600, 'en', '1 MB'],
  [2_520_000, 'de', '2,5 MB'],
  [48_200_000_000, 'en', '48 GB'],
])('%d bytes are written for people in %s: %s', (bytes, language, text) => {
  expect(formatBytes(bytes, language).replace('\u{a0}', ' ')).toBe(text);
});

test('what is left out of the folders has a reason each, and is taken in and left out', async () => {
  const backend = await open();
  const activity = async (pattern: string) =>
    (await backend.exclusions()).find((exclusion) => exclusion.pattern === pattern)?.active;
  const reason = await screen.findByText('Photos that were thrown away');
  await userEvent.click(reason);
  await userEvent.click(screen.getByRole('switch', { name: 'Leave out #recycle' }));
  await expect.poll(() => activity('#recycle')).toBe(false);
  expect(await activity('$Recycle.Bin')).toBe(true);

  const field = screen.getByLabelText('Leave out more');
  await userEvent.type(field, '*_thumb.jpg{Enter}');
  await userEvent.click(await screen.findByRole('button', { name: 'Take in *_thumb.jpg again' }));
  await expect.poll(() => activity('*_thumb.jpg')).toBeUndefined();

  await userEvent.type(field, '*{Enter}');
  await expect.poll(() => notices.list.map(({ text }) => text).join()).toContain('neither a name or pattern');
  expect(field).toHaveValue('*');
});

test('each reason for leaving something out has words', () => {
  for (const kind of Object.keys(list.kinds)) {
    expect(lookUp(`settings.exclusions.kinds.${kind}`), kind).toBeTruthy();
  }
});

test('a folder that was renamed goes on where its photos are when the person says so', async () => {
  await open({ renamedTo: '/media/Archive' });
  expect(screen.getByText(/offline, .*Its photos are in \/media\/Archive/)).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'NAS was renamed: it is /media/Archive now' }));
  expect(await screen.findByText(/\/media\/Archive · .* · watched/)).toBeVisible();
  expect(screen.queryByRole('button', { name: /was renamed/ })).toBeNull();
});

test('a folder in which nothing was taken for a photo says what was seen in it', async () => {
  await open({ withoutPhotos: ['.mp4', '.txt'] });
  expect(screen.getByText(/Nothing in it was taken for a photo: it holds \*\.mp4, \*\.txt/)).toBeVisible();
});
