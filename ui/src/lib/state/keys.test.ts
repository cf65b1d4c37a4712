import { render } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';

import Keys from '../../test/Keys.svelte';
import { SHORTCUTS } from './keys.svelte';

afterEach(() => document.body.replaceChildren());

/** Presses a key; tells whether something took it. */
function press(key: string, options: KeyboardEventInit = {}, target: Element = document.body): boolean {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...options });
  return !target.dispatchEvent(event);
}

function focusable(html: string): Element {
  document.body.insertAdjacentHTML('beforeend', html);
  return document.body.lastElementChild as Element;
}

test('a key calls its handler and is used up', () => {
  const find = vi.fn();
  render(Keys, { handlers: { find } });
  expect(press('f')).toBe(true);
  expect(find).toHaveBeenCalledOnce();
  expect(press('x')).toBe(false);
});

test('modifiers have to match', () => {
  const [find, pick, back] = [vi.fn(), vi.fn(), vi.fn()];
  render(Keys, { handlers: { find, pick, back } });
  press('f', { ctrlKey: true });
  press('F', { shiftKey: true });
  press('o');
  press('ArrowLeft');
  expect([find, pick, back].map((handler) => handler.mock.calls.length)).toEqual([0, 0, 0]);
  press('F');
  press('o', { ctrlKey: true });
  press('ArrowLeft', { altKey: true });
  expect([find, pick, back].map((handler) => handler.mock.calls.length)).toEqual([1, 1, 1]);
});

test('signs count however the keyboard has them typed', () => {
  const [larger, shortcuts] = [vi.fn(), vi.fn()];
  render(Keys, { handlers: { larger, shortcuts } });
  press('+');
  press('+', { shiftKey: true });
  press('?', { shiftKey: true });
  expect(larger).toHaveBeenCalledTimes(2);
  expect(shortcuts).toHaveBeenCalledOnce();
});

test('letters work on keyboards with another alphabet', () => {
  const find = vi.fn();
  render(Keys, { handlers: { find } });
  press('а', { code: 'KeyF' });
  expect(find).toHaveBeenCalledOnce();
});

test('the last to register is asked first and may decline', () => {
  const asked: string[] = [];
  render(Keys, { handlers: { dismiss: () => void asked.push('below') } });
  const above = render(Keys, {
    handlers: {
      dismiss: () => {
        asked.push('above');
        return false;
      },
    },
  });
  press('Escape');
  expect(asked).toEqual(['above', 'below']);
  above.unmount();
  press('Escape');
  expect(asked).toEqual(['above', 'below', 'below']);
});

test('a modal view masks what lies below it until it closes', () => {
  const [below, inside] = [vi.fn(), vi.fn()];
  render(Keys, { handlers: { find: below, pause: below } });
  const modal = render(Keys, { modal: [], handlers: { find: inside } });
  press('f');
  press('p');
  expect(below).not.toHaveBeenCalled();
  expect(inside).toHaveBeenCalledOnce();
  modal.unmount();
  press('p');
  expect(below).toHaveBeenCalledOnce();
});

test('a mask may let an area through', () => {
  const [find, pause] = [vi.fn(), vi.fn()];
  render(Keys, { handlers: { find, pause } });
  render(Keys, { modal: ['window'] });
  press('f');
  press('p');
  expect([find, pause].map((handler) => handler.mock.calls.length)).toEqual([0, 1]);
});

test('typing in a text field calls nothing but Escape and commands', () => {
  const [find, open, dismiss, pick, selectAll] = [vi.fn(), vi.fn(), vi.fn(), vi.fn(), vi.fn()];
  render(Keys, { handlers: { find, open, dismiss, pick, selectAll } });
  const field = focusable('<input type="date">');
  press('f', {}, field);
  press('Enter', {}, field);
  expect(press('a', { ctrlKey: true }, field)).toBe(false);
  press('Escape', {}, field);
  press('o', { ctrlKey: true }, field);
  expect([find, open, selectAll].every((handler) => handler.mock.calls.length === 0)).toBe(true);
  expect(dismiss).toHaveBeenCalledOnce();
  expect(pick).toHaveBeenCalledOnce();
});

test('buttons keep Enter and Space, sliders keep the arrows', () => {
  const [open, preview, move, find] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()];
  render(Keys, { handlers: { open, preview, move, find } });
  const button = focusable('<button></button>');
  const slider = focusable('<input type="range">');
  press('Enter', {}, button);
  press(' ', {}, button);
  press('ArrowLeft', {}, slider);
  expect([open, preview, move].every((handler) => handler.mock.calls.length === 0)).toBe(true);
  press('ArrowLeft', {}, button);
  press('f', {}, button);
  expect(move).toHaveBeenCalledOnce();
  expect(find).toHaveBeenCalledOnce();
});

test('what a control has dealt with is left alone', () => {
  const move = vi.fn();
  render(Keys, { handlers: { move } });
  const grid = focusable('<div tabindex="0"></div>');
  grid.addEventListener('keydown', (event) => event.preventDefault());
  press('ArrowDown', {}, grid);
  expect(move).not.toHaveBeenCalled();
});

test('a held key repeats only where that makes sense', () => {
  const [pause, larger] = [vi.fn(), vi.fn()];
  render(Keys, { handlers: { pause, larger } });
  press('p', { repeat: true });
  press('+', { repeat: true });
  expect(pause).not.toHaveBeenCalled();
  expect(larger).toHaveBeenCalledOnce();
});

test('no two shortcuts of an area share a key', () => {
  const keys = SHORTCUTS.flatMap(({ area, keys }) => keys.map((key) => `${area} ${key}`));
  expect(new Set(keys).size).toBe(keys.length);
});
