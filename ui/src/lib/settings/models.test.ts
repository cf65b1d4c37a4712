import { screen, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';

import { faultsOf } from '../../test/axe';
import { madeUpLibrary, show } from '../../test/library';
import { BackendError } from '../backend/error';
import { notices } from '../state/notices.svelte';
import { t } from '../strings/index.svelte';
import Settings from './Settings.svelte';

/** The settings, once the models are there. */
async function open(options: Parameters<typeof madeUpLibrary>[0] = {}) {
  const backend = await madeUpLibrary(options);
  show(Settings, backend);
  await row('Fast');
  return backend;
}

const row = (name: string) => screen.findByRole('group', { name });
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));

test('a model shows what it is, its licence, its size, its speed and what its bands rest on', async () => {
  await open();
  const fast = await row('Fast');
  expect(fast).toHaveTextContent('In use');
  expect(fast).toHaveTextContent(
    /Apache-2.0 · 1,280 dimensions · 224 × 224 pixels · 3.9 MB · 4.2 ms a picture/,
  );
  expect(fast).toHaveTextContent(
    /Nearly identical from 0.91.*related from 0.35: measured on labelled photos/,
  );
  expect(within(fast).queryByRole('button')).toBeNull();
});

test('another model reads in the background, and the one before can be gone back to', async () => {
  const backend = await open();
  await press('Use Accurate');
  const accurate = await row('Accurate');
  await expect
    .poll(() => accurate.textContent)
    .toMatch(/Reading \d+ of 12 photos for Accurate; Fast answers/);
  expect(within(accurate).getByRole('progressbar', { name: 'Accurate' })).toBeVisible();
  expect(await faultsOf(document.body)).toEqual([]);
  await press('Go back to Fast');
  await expect.poll(() => within(accurate).queryByRole('progressbar')).toBeNull();
  expect((await backend.models()).map(({ state }) => state)).toEqual(['serving', 'idle']);
});

test('when another model answers a notice says so and takes it back', async () => {
  const backend = await open({ photos: 2 });
  await press('Use Accurate');
  const notice = t('settings.models.answersOn', { model: 'Accurate' });
  await expect.poll(() => notices.list.map(({ text }) => text), { timeout: 5000 }).toEqual([notice]);
  await press('Undo');
  await expect.poll(async () => (await backend.models())[0]?.state).toBe('serving');
  await expect.poll(() => screen.queryByRole('button', { name: 'Free the space of Accurate' })).toBeVisible();
});

test('a model of one’s own is imported, says that it is not calibrated, and can be removed', async () => {
  await open();
  await press('Import model…');
  const birds = await row('Birds');
  expect(birds).toHaveTextContent('Tells birds apart');
  expect(birds).toHaveTextContent('Licence not told by the file');
  expect(birds).toHaveTextContent(/not measured yet.*with 200 pictures in the library/);
  expect(await faultsOf(document.body)).toEqual([]);
  await press('Remove Birds');
  const question = screen.getByRole('alertdialog', { name: 'Remove the model “Birds”?' });
  await userEvent.click(within(question).getByRole('button', { name: 'Remove' }));
  await expect.poll(() => screen.queryByRole('group', { name: 'Birds' })).toBeNull();
});

test('a model that does not tell which numbers it expects is asked about', async () => {
  const backend = await open();
  const taken = backend.importModel.bind(backend);
  backend.importModel = (normalization) =>
    normalization
      ? taken(normalization)
      : Promise.reject(new BackendError({ code: 'missing_normalization', details: {}, message: '' }));
  await press('Import model…');
  const question = await screen.findByRole('alertdialog', { name: 'What does this model expect?' });
  expect(await faultsOf(document.body)).toEqual([]);
  await userEvent.click(within(question).getByRole('radio', { name: '0 to 1' }));
  await press('Import');
  await row('Birds');
  expect(backend.calls).toContain('importModel {"mean":[0],"std":[255]}');
  expect(screen.queryByRole('alertdialog')).toBeNull();
});

test('what is no model is refused with words for it', async () => {
  const backend = await open();
  backend.importModel = () =>
    Promise.reject(new BackendError({ code: 'not_a_model', details: {}, message: '' }));
  await press('Import model…');
  expect(await screen.findByRole('alert')).toHaveTextContent(t('problems.not_a_model'));
});
