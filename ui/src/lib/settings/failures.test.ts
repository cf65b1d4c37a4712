import { screen, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';

import { faultsOf } from '../../test/axe';
import { madeUpLibrary, show } from '../../test/library';
import type { Failure } from '../backend/types';
import Failures from './Failures.svelte';

const failure = (index: number, code: string): Failure => ({
  key: String(index),
  path: `/home/kim/Pictures/${index}.jpg`,
  name: `${index}.jpg`,
  code,
  reason: 'the reason in English',
});

async function open(failures: Failure[]) {
  const backend = await madeUpLibrary();
  backend.failures = () => Promise.resolve(failures);
  show(Failures, backend);
  await screen.findByText(/could/, { selector: 'p' });
  return backend;
}

test.each(['light', 'dark'] as const)('have no fault for assistive technology in %s', async (theme) => {
  const backend = await madeUpLibrary({ settings: { theme } });
  show(Failures, backend);
  await screen.findByText(/3 files/, { selector: 'p' });
  expect(await faultsOf(document.body)).toEqual([]);
});

test('files are grouped by reason in plain words, most frequent first', async () => {
  await open([
    failure(1, 'empty'),
    failure(2, 'truncated'),
    failure(3, 'decoder_panicked'),
    failure(4, 'corrupt'),
  ]);
  const groups = screen.getAllByRole('heading', { level: 3 }).map((heading) => heading.textContent);
  expect(groups).toEqual([
    'The file is damaged. 2 files',
    'The file is empty. 1 file',
    'The file is incomplete: the picture ends too early. 1 file',
  ]);
});

test('a reason without words of ours keeps its own', async () => {
  await open([failure(1, 'from_the_future')]);
  expect(screen.getByRole('region', { name: 'the reason in English 1 file' })).toBeVisible();
});

test('what the decoder said of a file is there when asked for', async () => {
  await open([failure(1, 'corrupt')]);
  const words = screen.getByText('the reason in English');
  expect(words).not.toBeVisible();
  await userEvent.click(screen.getByText('Details'));
  expect(words).toBeVisible();
});

test('a file is shown in the file manager', async () => {
  const backend = await open([failure(7, 'empty')]);
  await userEvent.click(screen.getByRole('button', { name: 'Show in file manager: 7.jpg' }));
  expect(backend.calls).toContain('revealFailure 7');
});

test('trying again reads the list anew until all is well', async () => {
  const backend = await madeUpLibrary({ failures: 1 });
  show(Failures, backend);
  await screen.findByText(/1 file could not be read/);
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('All files could be read.')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
});

test('of thousands of files a page is shown at a time', async () => {
  await open(Array.from({ length: 3000 }, (_, index) => failure(index, 'empty')));
  const group = screen.getByRole('region', { name: /The file is empty/ });
  expect(within(group).getAllByRole('listitem')).toHaveLength(50);
  await userEvent.click(screen.getByRole('button', { name: 'Show 50 more of 2,950' }));
  expect(within(group).getAllByRole('listitem')).toHaveLength(100);
});

test('damaged photos are listed with how much is missing', async () => {
  const backend = await madeUpLibrary({ damaged: [0.25, 0.001] });
  show(Failures, backend);
  const group = await screen.findByRole('region', { name: /2 photos are damaged/ });
  expect(within(group).getByText(/damaged-1\.jpg · 25% of it is missing/)).toBeVisible();
  expect(within(group).getByText(/damaged-2\.jpg · 1% of it is missing/)).toBeVisible();
  await userEvent.click(within(group).getByRole('button', { name: /damaged-2\.jpg/ }));
  expect(backend.calls).toContain('reveal 2');
});
