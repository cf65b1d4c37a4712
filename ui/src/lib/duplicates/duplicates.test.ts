// Duplicates as a person sees and reviews them.

import { screen, waitFor, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';

import { faultsOf } from '../../test/axe';
import { madeUpLibrary, show } from '../../test/library';
import type { MemoryBackend, MemoryOptions } from '../backend/memory';
import { notices } from '../state/notices.svelte';
import { view } from '../state/view.svelte';
import DuplicatesWindow from './DuplicatesWindow.test.svelte';
import { duplicates } from './duplicates.svelte';

afterEach(() => view.closeAll());

async function open(options: MemoryOptions = {}): Promise<MemoryBackend> {
  // There is no layout here: rows are drawn as if the window had a size.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1200);
  const backend = await madeUpLibrary({ photos: 60, duplicates: 7, ...options });
  const disconnect = await duplicates.connect(backend);
  onTestFinished(() => {
    vi.restoreAllMocks();
    disconnect();
  });
  duplicates.show();
  show(DuplicatesWindow, backend);
  await waitFor(() => expect(duplicates.list).not.toBeNull());
  return backend;
}

const groups = () =>
  within(screen.getByRole('listbox', { name: 'Groups of duplicates' })).getAllByRole('option');
const candidates = () =>
  within(screen.getByRole('listbox', { name: 'Photos to keep' })).getAllByRole('option');
const kept = () => candidates().map((photo) => photo.getAttribute('aria-selected') === 'true');

/** Opens the first group by keyboard. */
async function review(): Promise<void> {
  await waitFor(() => expect(groups()[0]).toHaveAccessibleName(/Keep/));
  await userEvent.keyboard('{ArrowDown}{Enter}');
  await screen.findByRole('dialog', { name: 'Review duplicates' });
  await waitFor(() => expect(candidates().length).toBeGreaterThan(1));
}

test.each(['light', 'dark'] as const)('list and review have no fault in %s', async (theme) => {
  await open({ settings: { theme } });
  await waitFor(() => expect(groups()[0]).toHaveAccessibleName(/Keep/));
  expect(await faultsOf(document.body)).toEqual([]);
  await review();
  expect(await faultsOf(document.body)).toEqual([]);
});

test('each group says how many photos it has, which to keep and why', async () => {
  await open();
  await waitFor(() => expect(groups()[1]).toHaveAccessibleName(/Keep/));
  expect(groups()).toHaveLength(7);
  expect(groups()[0]).toHaveAccessibleName(/^2 exact copies: IMG_.*Keep IMG_00001\..*: the older file/);
  expect(groups()[1]).toHaveAccessibleName(
    /^3 photos: IMG_.*Keep IMG_00005\..* rather than IMG_00006\..*: larger, \d+ × \d+/,
  );
});

test('copies and nearly identical photos can be seen by themselves', async () => {
  await open();
  await userEvent.click(screen.getByRole('radio', { name: 'Copies 3' }));
  expect(groups()).toHaveLength(3);
  await userEvent.click(screen.getByRole('radio', { name: 'Nearly identical 4' }));
  expect(groups()).toHaveLength(4);
});

test('of ten thousand groups those in sight are drawn and asked for', async () => {
  const backend = await open({ photos: 40_000, duplicates: 10_000 });
  const asked = vi.spyOn(backend, 'duplicateGroups');
  expect(groups().length).toBeLessThan(20);
  expect(groups()[0]).toHaveAttribute('aria-setsize', '10000');
  await userEvent.keyboard('{ArrowDown}{End}');
  await waitFor(() => expect(document.activeElement).toHaveAttribute('aria-posinset', '10000'));
  await waitFor(() => expect(asked).toHaveBeenCalled());
  expect(asked.mock.calls.flatMap(([, groups]) => groups).length).toBeLessThan(60);
});

test('Space and numbers mark what to keep, and one is always kept', async () => {
  const backend = await open();
  await review();
  expect(kept()).toEqual([true, false]);
  await userEvent.keyboard('{ArrowRight} ');
  expect(kept()).toEqual([true, true]);
  await userEvent.keyboard('1');
  expect(kept()).toEqual([false, true]);
  expect(backend.calls).toContain('review 0 open 2');
  await userEvent.keyboard('2');
  expect(kept()).toEqual([false, true]);
});

test('a group that is done or has no duplicates leaves the list, and can be brought back', async () => {
  const backend = await open();
  await review();
  await userEvent.keyboard('d');
  expect(screen.getByText('Group 2 of 7')).toBeVisible();
  await waitFor(() => expect(candidates()).toHaveLength(3));
  await userEvent.keyboard('n');
  expect(backend.calls).toContain('review 0 settled 1');
  expect(backend.calls).toContain('review 1 not_duplicates 5');
  await userEvent.keyboard('{Escape}');
  expect(groups()).toHaveLength(5);
  await userEvent.click(screen.getByRole('checkbox', { name: 'Show reviewed' }));
  expect(groups()).toHaveLength(7);
  await userEvent.click(groups()[0] as HTMLElement);
  await userEvent.keyboard('d');
  expect(backend.calls).toContain('review 0 open 1');
  expect(duplicates.counts.all).toBe(6);
});

test('arrows and J and K walk the groups, and closing leads back to the last', async () => {
  await open();
  await review();
  await userEvent.keyboard('{ArrowDown}j{ArrowUp}');
  expect(screen.getByText('Group 2 of 7')).toBeVisible();
  await userEvent.keyboard('k');
  expect(screen.getByText('Group 1 of 7')).toBeVisible();
  await userEvent.keyboard('jj{Escape}');
  await waitFor(() => expect(document.activeElement).toHaveAttribute('aria-posinset', '3'));
});

test('files are shown, and the paths of those not kept are copied', async () => {
  const backend = await open();
  await review();
  await userEvent.keyboard('{ArrowDown}');
  await waitFor(() => expect(candidates()).toHaveLength(3));
  await userEvent.keyboard('{ArrowRight}r');
  expect(backend.calls).toContain('reveal 6');
  await userEvent.keyboard('c');
  expect(backend.calls).toContain('copyGoing 6,7');
});

test('a RAW and its JPEG stay together, beside what could go', async () => {
  const backend = await open();
  await waitFor(() => expect(groups()[4]).toHaveAccessibleName(/the camera’s RAW/));
  await userEvent.click(groups()[4] as HTMLElement);
  await waitFor(() => expect(candidates()).toHaveLength(3));
  expect(kept()).toEqual([true, true, false]);
  expect(candidates()[0]).toHaveTextContent(/A pair with IMG_/);
  await userEvent.keyboard('3');
  await userEvent.keyboard('1');
  expect(kept()).toEqual([false, false, true]);
  await userEvent.keyboard('2');
  expect(kept()).toEqual([true, true, true]);
  expect(backend.calls.at(-1)).toMatch(/^review 4 open /);
});

test('names that are left out of a list are told', async () => {
  const backend = await open();
  const refused = ['one[U+000A]two.jpg'];
  vi.spyOn(backend, 'exportDuplicates').mockResolvedValue({ count: 7, refused, outOfReach: 2 });
  await userEvent.click(screen.getByRole('button', { name: 'Export list…' }));
  await waitFor(() =>
    expect(notices.list.at(-1)?.text).toMatch(/7 groups written\. .*one\[U\+000A\]two\.jpg.*\. 2 photos/),
  );
});

test('the exported list has the groups that were done, not those that are no duplicates', async () => {
  const backend = await open();
  await review();
  await userEvent.keyboard('dn{Escape}');
  await userEvent.click(screen.getByRole('button', { name: 'Export list…' }));
  expect(backend.calls).toContain('exportDuplicates 0,2,3,4,5,6');
});

test('a decision that could not be kept is taken back, with the reason', async () => {
  const backend = await open();
  await review();
  vi.spyOn(backend, 'reviewDuplicates').mockRejectedValue(new Error('odd'));
  await userEvent.keyboard('2');
  await waitFor(() => expect(kept()).toEqual([true, false]));
});

test('photos that come in while a group is reviewed do not move it away', async () => {
  const backend = await open();
  await review();
  const found = vi.spyOn(backend, 'duplicates');
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  backend.emit('changed', { photos: true, folders: false, failures: false, models: false });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(found).not.toHaveBeenCalled();
  vi.useRealTimers();
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(found).toHaveBeenCalled(), { timeout: 30_000 });
});

test('without duplicates it says so', async () => {
  await open({ duplicates: 0 });
  expect(screen.getByRole('heading', { name: 'No duplicates' })).toBeVisible();
});

test('what keeps them from being found is said, and can be tried again', async () => {
  const backend = await madeUpLibrary({ photos: 60, duplicates: 2 });
  const failing = vi.spyOn(backend, 'duplicates').mockRejectedValue(new Error('odd'));
  const disconnect = await duplicates.connect(backend);
  onTestFinished(disconnect);
  duplicates.show();
  show(DuplicatesWindow, backend);
  expect(await screen.findByRole('alert')).toHaveTextContent(/Something went wrong/);
  failing.mockRestore();
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('listbox', { name: 'Groups of duplicates' })).toBeInTheDocument();
});
