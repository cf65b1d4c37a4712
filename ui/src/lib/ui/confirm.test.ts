import { screen } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';

import { faultsOf } from '../../test/axe';
import { confirm } from './confirm';

const question = { title: 'Remove “NAS”?', text: 'Its photos stay where they are.', action: 'Remove' };

test('a question waits on Cancel and has no fault for assistive technology', async () => {
  const answer = confirm({ ...question, danger: true });
  await expect.poll(() => screen.getByRole('button', { name: 'Cancel' })).toHaveFocus();
  expect(screen.getByRole('alertdialog', { name: question.title })).toHaveAccessibleDescription(
    question.text,
  );
  expect(await faultsOf(document.body)).toEqual([]);
  await userEvent.keyboard('{Enter}');
  expect(await answer).toBe(false);
  expect(screen.queryByRole('alertdialog')).toBeNull();
});

test('the words on the button agree', async () => {
  const answer = confirm(question);
  await userEvent.click(await screen.findByRole('button', { name: 'Remove' }));
  expect(await answer).toBe(true);
});

test('closing it, as Escape does, is a no', async () => {
  const answer = confirm(question);
  const dialog = await screen.findByRole<HTMLDialogElement>('alertdialog');
  await expect.poll(() => dialog.open).toBe(true);
  dialog.close();
  expect(await answer).toBe(false);
});

test('the focus goes back to where it was', async () => {
  document.body.insertAdjacentHTML('beforeend', '<button>Opener</button>');
  const opener = screen.getByRole('button', { name: 'Opener' });
  opener.focus();
  const answer = confirm(question);
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
  await answer;
  expect(opener).toHaveFocus();
  opener.remove();
});
