import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, onTestFinished, test } from 'vitest';

import { faultsOf } from '../../test/axe';
import { madeUpLibrary } from '../../test/library';
import SidebarInBackend from './SidebarInBackend.test.svelte';
import { createActions } from '../actions';
import { folderTree } from '../state/folderTree.svelte';
import { library } from '../state/library.svelte';

const user = userEvent.setup();

afterEach(() => library.show(null));

async function sidebar(photos = 400) {
  const backend = await madeUpLibrary({ photos });
  onTestFinished(await folderTree.connect(backend));
  const shown = render(SidebarInBackend, { backend });
  return { backend, ...shown };
}

const folders = () => screen.getByRole('list', { name: 'Folders' });
const row = (name: string | RegExp) => within(folders()).getByRole('button', { name });
const rows = (name: RegExp) => within(folders()).queryAllByRole('button', { name });
const opener = (name: string) => within(folders()).getByRole('button', { name: `Folders in ${name}` });

test('folders open a level at a time, with how many photos are in each', async () => {
  const { backend } = await sidebar();
  expect(rows(/^20\d\d/)).toEqual([]);
  await user.click(opener('Pictures'));
  const years = await backend.subfolders(1, null);
  await waitFor(() => expect(rows(/^20\d\d/)).toHaveLength(years.length));
  const [first] = years;
  expect(row(new RegExp(`^${first?.name} `))).toHaveTextContent(`${first?.name} ${first?.photos}`);
  expect(rows(/Rome/)).toEqual([]);
  await user.click(opener(first?.name ?? ''));
  const months = await backend.subfolders(1, first?.key ?? null);
  await waitFor(() => expect(rows(new RegExp(`^${months[0]?.name} `))).not.toEqual([]));
  await user.click(opener('Pictures'));
  expect(rows(/^20\d\d/)).toEqual([]);
});

test('a folder with none within it does not open', async () => {
  await sidebar();
  expect(row(/^Scans/)).toBeVisible();
  expect(within(folders()).queryByRole('button', { name: 'Folders in Scans' })).toBeNull();
});

test('with the keys, right opens and left closes', async () => {
  await sidebar();
  row(/^Pictures/).focus();
  await user.keyboard('{ArrowRight}');
  await waitFor(() => expect(rows(/^20\d\d/)).not.toEqual([]));
  expect(opener('Pictures')).toHaveAttribute('aria-expanded', 'true');
  await user.keyboard('{ArrowLeft}');
  expect(rows(/^20\d\d/)).toEqual([]);
});

test('a folder within a folder shows its photos, and no others', async () => {
  const { backend } = await sidebar();
  await user.click(opener('Pictures'));
  const [year] = await backend.subfolders(1, null);
  await waitFor(() => expect(rows(/^20\d\d/)).not.toEqual([]));
  await user.click(row(new RegExp(`^${year?.name} `)));
  await waitFor(() => expect(library.timeline?.count).toBe(year?.photos));
  expect(row(new RegExp(`^${year?.name} `))).toHaveAttribute('aria-current', 'true');
  expect(row(/^Pictures/)).not.toHaveAttribute('aria-current');
});

test('a photo is shown in its folder, which opens around it', async () => {
  const { backend } = await sidebar();
  const photo = await backend.photo(7);
  await createActions(backend).showInFolder(7);
  const [outer, inner] = photo.subfolders;
  await waitFor(() => expect(rows(new RegExp(`^${inner?.name} `))).toHaveLength(1));
  expect(opener(outer?.name ?? '')).toHaveAttribute('aria-expanded', 'true');
  expect(row(new RegExp(`^${inner?.name} `))).toHaveAttribute('aria-current', 'true');
  await waitFor(() => expect([...(library.timeline?.ids ?? [])]).toContain(7));
  expect(library.sought).toBe(7);
});

test('new photos are counted in the folders that are open', async () => {
  const { backend } = await sidebar();
  await user.click(opener('Pictures'));
  await waitFor(() => expect(rows(/^20\d\d/)).not.toEqual([]));
  backend.add(30);
  const years = await backend.subfolders(1, null);
  const newest = years.at(-1);
  await waitFor(() =>
    expect(row(new RegExp(`^${newest?.name} `))).toHaveTextContent(`${newest?.name} ${newest?.photos}`),
  );
});

test('it can be used with assistive technology', async () => {
  const { container } = await sidebar();
  await user.click(opener('Pictures'));
  await waitFor(() => expect(rows(/^20\d\d/)).not.toEqual([]));
  expect(await faultsOf(container)).toEqual([]);
});
