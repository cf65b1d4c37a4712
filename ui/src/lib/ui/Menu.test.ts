import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';

import { faultsOf } from '../../test/axe';
import Menu from './Menu.svelte';

const user = userEvent.setup();
const [open, reveal, onclose] = [vi.fn(), vi.fn(), vi.fn()];
const items = [
  { label: 'Open', run: open },
  { label: 'Reveal', run: reveal, apart: true },
];

beforeEach(() => vi.clearAllMocks());

const show = () => render(Menu, { items, label: 'Actions', x: 10, y: 10, onclose });

test('arrows go round, Enter chooses and closes', async () => {
  show();
  expect(screen.getByRole('menuitem', { name: 'Open' })).toHaveFocus();
  await user.keyboard('{ArrowUp}');
  expect(screen.getByRole('menuitem', { name: 'Reveal' })).toHaveFocus();
  await user.keyboard('{ArrowDown}{End}{Enter}');
  expect(reveal).toHaveBeenCalledOnce();
  expect(onclose).toHaveBeenCalledOnce();
});

test('Escape closes without doing anything, and the focus goes back', async () => {
  const before = document.body.appendChild(document.createElement('button'));
  before.focus();
  const { unmount } = show();
  await user.keyboard('{Escape}');
  expect(onclose).toHaveBeenCalledOnce();
  expect(open).not.toHaveBeenCalled();
  unmount();
  expect(before).toHaveFocus();
  before.remove();
});

test('it closes when the focus goes elsewhere', () => {
  const elsewhere = document.body.appendChild(document.createElement('button'));
  show();
  elsewhere.focus();
  expect(onclose).toHaveBeenCalled();
  elsewhere.remove();
});

test('it can be used with assistive technology', async () => {
  const { container } = show();
  expect(await faultsOf(container)).toEqual([]);
});

test('a verb tells its key, to everybody', () => {
  render(Menu, {
    items: [{ label: 'Copy paths', run: open, shortcut: 'copyPaths' }],
    label: 'Actions',
    x: 10,
    y: 10,
    onclose,
  });
  const item = screen.getByRole('menuitem', { name: 'Copy paths' });
  expect(item).toHaveTextContent('Copy paths Ctrl+C');
  expect(item).toHaveAttribute('aria-keyshortcuts', 'Control+C');
});
