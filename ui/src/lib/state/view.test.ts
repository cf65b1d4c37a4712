import { afterEach, expect, onTestFinished, test, vi } from 'vitest';

import { photoRef } from '../query/query';
import { view } from './view.svelte';

afterEach(() => view.closeAll());

const photo = (id: number) => ({ kind: 'photo', image: photoRef(id) }) as const;
const compare = { kind: 'compare', image: photoRef(1), with: photoRef(2) } as const;
const kinds = () => view.overlays.map(({ kind }) => kind);

function button(): HTMLButtonElement {
  const element = document.body.appendChild(document.createElement('button'));
  onTestFinished(() => element.remove());
  element.focus();
  return element;
}

test('closing leads back to what is below', () => {
  view.open(photo(1));
  view.open(compare);
  view.open({ kind: 'shortcuts' });
  expect(kinds()).toEqual(['photo', 'compare', 'shortcuts']);
  view.close();
  expect(view.overlay).toEqual(compare);
  view.close();
  expect(view.overlay).toEqual(photo(1));
});

test('a dialog takes the place of another one, a photo that of another one', () => {
  view.open(photo(1));
  view.open({ kind: 'settings' });
  view.open({ kind: 'shortcuts' });
  expect(kinds()).toEqual(['photo', 'shortcuts']);
  view.open(photo(2));
  expect(view.overlays).toEqual([photo(2)]);
});

test('only what fills the window covers it', () => {
  view.open({ kind: 'settings' });
  expect(view.covered).toBe(false);
  view.open(photo(1));
  view.open({ kind: 'settings' });
  expect(view.covered).toBe(true);
});

test('the focus goes back to where it was before the first of a kind', async () => {
  const opener = button();
  view.open(photo(1));
  button();
  view.open(photo(2));
  view.close();
  await vi.waitFor(() => expect(opener).toHaveFocus());
});

test('who opens may say where the focus goes', async () => {
  const giveBack = vi.fn();
  view.open(photo(1), giveBack);
  view.open({ kind: 'shortcuts' });
  view.close();
  await Promise.resolve();
  expect(giveBack).not.toHaveBeenCalled();
  view.closeAll();
  await Promise.resolve();
  expect(giveBack).toHaveBeenCalledOnce();
});

test('photos leave the focus to whatever has it', () => {
  expect(view.leavesFocus()).toBe(true);
  view.open({ kind: 'settings' });
  expect(view.leavesFocus()).toBe(false);
  view.closeAll();
  button();
  expect(view.leavesFocus()).toBe(false);
});
