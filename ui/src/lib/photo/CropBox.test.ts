import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeAll, expect, test, vi } from 'vitest';

import { faultsOf } from '../../test/axe';
import type { Region } from '../backend/types';
import CropBox from './CropBox.svelte';

beforeAll(() => {
  HTMLElement.prototype.setPointerCapture = () => undefined;
});

/** A photo of 800 by 600 pixels at half size on screen. */
async function photo(box: Region | null = null, suggestion: Region | null = null) {
  const onchange = vi.fn((changed: Region | null) => void rerender({ box: changed }));
  const { container, rerender } = render(CropBox, {
    width: 800,
    height: 600,
    scale: 0.5,
    box,
    suggestion,
    onchange,
  });
  const surface = container.querySelector('.surface');
  const send = async (type: string, x: number, y: number, on: Element | null = surface) => {
    const options = { clientX: x, clientY: y, bubbles: true, isPrimary: true, pointerId: 1 };
    on?.dispatchEvent(new PointerEvent(type, options));
    await Promise.resolve();
  };
  const drag = async (points: [number, number][], on?: Element | null) => {
    const [start = [0, 0], ...rest] = points;
    await send('pointerdown', ...start, on ?? surface);
    for (const point of rest) await send('pointermove', ...point);
  };
  return { container, onchange, drag, send, box: () => onchange.mock.lastCall?.[0] };
}

const BOX = { x: 200, y: 200, width: 200, height: 100 };

test('dragging draws a box in pixels of the photo at once', async () => {
  const { drag, box } = await photo();
  await drag([
    [50, 50],
    [60, 60],
    [150, 100],
  ]);
  expect(box()).toEqual({ x: 100, y: 100, width: 200, height: 100 });
});

test('a click draws nothing', async () => {
  const { drag, send, onchange } = await photo(BOX);
  await drag([
    [50, 50],
    [51, 52],
  ]);
  await send('pointerup', 51, 52);
  await send('pointermove', 200, 200);
  expect(onchange).not.toHaveBeenCalled();
});

test('the box moves with the pointer, stops at the edge, and comes back under it', async () => {
  const { container, drag, box } = await photo(BOX);
  const inside = container.querySelector('.box');
  await drag(
    [
      [150, 125],
      [1000, 125],
    ],
    inside,
  );
  expect(box()).toEqual({ ...BOX, x: 600 });
  await drag(
    [
      [150, 125],
      [1000, 125],
      [150, 125],
    ],
    inside,
  );
  expect(box()?.x).toBe(600);
});

test('a handle moves its edges', async () => {
  const { container, drag, box } = await photo(BOX);
  await drag(
    [
      [100, 100],
      [80, 90],
    ],
    container.querySelector('.nw'),
  );
  expect(box()).toEqual({ x: 160, y: 180, width: 240, height: 120 });
});

test('a drag that the system takes away leaves the box as it was', async () => {
  const { drag, send, box } = await photo(BOX);
  await drag([
    [10, 10],
    [60, 60],
  ]);
  await send('pointercancel', 60, 60);
  expect(box()).toEqual(BOX);
});

test('the part that matched is offered, and a click takes it', async () => {
  const { onchange } = await photo(null, BOX);
  await userEvent.click(screen.getByRole('button'));
  expect(onchange).toHaveBeenCalledWith(BOX);
});

test('the box has a name and says which keys move it', async () => {
  const { container } = await photo(BOX);
  const box = screen.getByRole('application', { name: 'Box on the photo' });
  expect(box).toHaveAccessibleDescription(/Arrow keys move it/);
  expect(await faultsOf(container)).toEqual([]);
});

test('where the box is is said in words, once it has come to rest', async () => {
  const { drag } = await photo(BOX);
  const told = () => screen.getByRole('status').textContent;
  await waitFor(() => expect(told()).toBe('25% wide and 17% high, 25% from the left, 33% from the top'));
  await drag([
    [50, 50],
    [60, 60],
    [150, 100],
  ]);
  expect(told()).toMatch(/^25% wide/);
  await waitFor(() => expect(told()).toBe('25% wide and 17% high, 13% from the left, 17% from the top'));
  expect(screen.getByRole('application')).toHaveAccessibleDescription(/13% from the left.*Arrow keys/);
});
