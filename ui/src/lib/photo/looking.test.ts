import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Looking } from './looking.svelte';
import { placeOf, sightOf } from './zoom';

const ROOM = { width: 800, height: 600 };
const SIGHT = sightOf({ width: 4000, height: 3000 }, ROOM, 2);
let element: HTMLElement;
let ends: (() => void)[] = [];

beforeEach(() => {
  element = document.body.appendChild(document.createElement('div'));
  element.getBoundingClientRect = () => new DOMRect(0, 0, ROOM.width, ROOM.height);
  element.setPointerCapture = vi.fn();
});

afterEach(() => {
  ends.forEach((end) => end());
  ends = [];
  element.remove();
});

function look(drags = false, ontake?: () => void): Looking {
  const looking = new Looking();
  const end = looking.attach({ sight: () => SIGHT, drags, ...(ontake && { ontake }) })(element);
  if (end) ends.push(end);
  return looking;
}

const wheel = (deltaY: number, init: WheelEventInit = {}) =>
  element.dispatchEvent(
    new WheelEvent('wheel', { deltaY, clientX: 400, clientY: 300, cancelable: true, ...init }),
  );

function pointer(type: string, x: number, y: number, init: PointerEventInit = {}): PointerEvent {
  const event = new PointerEvent(type, {
    clientX: x,
    clientY: y,
    pointerId: 1,
    bubbles: true,
    cancelable: true,
    ...init,
  });
  element.dispatchEvent(event);
  return event;
}
const touch = (type: string, pointerId: number, x: number, y: number) =>
  pointer(type, x, y, { pointerId, pointerType: 'touch' });

const left = (looking: Looking) => placeOf(looking.zoom, SIGHT).left;

test('a wheel that is turned away from one looks closer, and back again', () => {
  const looking = look();
  wheel(-120);
  expect(looking.zoom.factor).toBeGreaterThan(1.3);
  wheel(120);
  expect(looking.zoom.factor).toBeCloseTo(1);
  expect(looking.closer).toBe(false);
});

test('two fingers on a pad look closer in finer steps than a wheel that turns as far', () => {
  const [pad, turned] = [look(), look()];
  wheel(-5, { ctrlKey: true });
  expect(pad.zoom.factor).toBeGreaterThan(1);
  expect(turned.zoom.factor).toBe(pad.zoom.factor);
  expect(pad.zoom.factor).toBeLessThan(1.1);
});

test('keys look closer around the pointer, and around the middle when it is elsewhere', () => {
  const looking = look();
  looking.step(1);
  expect(looking.zoom).toMatchObject({ x: 0.5, y: 0.5 });
  pointer('pointermove', 800, 600);
  looking.step(1);
  expect(looking.zoom.x).toBeGreaterThan(0.5);
});

test('a double click shows the pixels, and then all of the photo', () => {
  const looking = look();
  const click = () => element.dispatchEvent(new MouseEvent('dblclick', { clientX: 100, clientY: 100 }));
  click();
  expect(looking.zoom.factor).toBeCloseTo(SIGHT.full);
  click();
  expect(looking.closer).toBe(false);
});

test('where dragging draws, it moves the picture only with Space', () => {
  const looking = look();
  looking.step(1);
  const below = vi.fn();
  document.body.addEventListener('pointerdown', below);
  pointer('pointerdown', 400, 300);
  pointer('pointermove', 350, 300);
  pointer('pointerup', 350, 300);
  expect(looking.zoom.x).toBe(0.5);
  expect(below).toHaveBeenCalledOnce();
  looking.space = 'held';
  const before = left(looking);
  pointer('pointerdown', 400, 300);
  pointer('pointermove', 350, 300);
  pointer('pointerup', 350, 300);
  expect(left(looking) - before).toBeCloseTo(-50);
  expect(looking.space).toBe('used');
  expect(below).toHaveBeenCalledOnce();
  document.body.removeEventListener('pointerdown', below);
});

test('where nothing is drawn, dragging moves the picture and is no click', () => {
  const looking = look(true);
  looking.step(1);
  const clicked = vi.fn();
  element.addEventListener('click', clicked);
  const click = () => element.dispatchEvent(new MouseEvent('click'));
  const before = left(looking);
  pointer('pointerdown', 400, 300);
  pointer('pointermove', 430, 300);
  pointer('pointerup', 430, 300);
  click();
  expect(left(looking) - before).toBeCloseTo(30);
  expect(clicked).not.toHaveBeenCalled();
  pointer('pointerdown', 400, 300);
  pointer('pointermove', 401, 300);
  pointer('pointerup', 401, 300);
  click();
  expect(clicked).toHaveBeenCalledOnce();
});

test('a second finger takes over from the one that draws: both together zoom and move', () => {
  const taken = vi.fn();
  const looking = look(false, taken);
  touch('pointerdown', 1, 300, 300);
  expect(taken).not.toHaveBeenCalled();
  touch('pointerdown', 2, 500, 300);
  expect(taken).toHaveBeenCalledOnce();
  touch('pointermove', 1, 200, 300);
  touch('pointermove', 2, 600, 300);
  expect(looking.zoom.factor).toBeCloseTo(2);
  const before = left(looking);
  touch('pointermove', 1, 220, 300);
  touch('pointermove', 2, 620, 300);
  expect(looking.zoom.factor).toBeCloseTo(2);
  expect(left(looking) - before).toBeCloseTo(20);
  touch('pointerup', 2, 620, 300);
  touch('pointermove', 1, 100, 300);
  expect(left(looking) - before).toBeCloseTo(20);
});
