// Where a box on a photo may lie: in full-size upright pixels, never outside, never too small to grab. Drags start
// from the box or point where they began, so that the box stays under the pointer after it was beyond an edge.

import type { Region } from '../backend/types';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Limits {
  /** The photo's size. */
  readonly width: number;
  readonly height: number;
  /** The least side of a box. */
  readonly least: number;
}

/** The edges that a handle moves, as on a compass; all four move the box as a whole. */
export type Handle = 'n' | 's' | 'e' | 'w' | 'ne' | 'nw' | 'se' | 'sw';
export const HANDLES: readonly Handle[] = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'];

/** What a box needs to be at least that large on screen, where `scale` is screen pixels a photo pixel. */
export function limitsOf(width: number, height: number, scale: number, onScreen = 16): Limits {
  const least = Math.min(width, height, Math.max(1, Math.ceil(onScreen / scale)));
  return { width, height, least };
}

/** The box between two corners. */
export function drawn(from: Point, to: Point, limits: Limits): Region {
  const [x, width] = span(from.x, to.x, limits.width, limits.least);
  const [y, height] = span(from.y, to.y, limits.height, limits.least);
  return { x, y, width, height };
}

export function moved(box: Region, by: Point, limits: Limits): Region {
  return {
    ...box,
    x: Math.round(clamp(box.x + by.x, 0, limits.width - box.width)),
    y: Math.round(clamp(box.y + by.y, 0, limits.height - box.height)),
  };
}

/** The box with the handle's edges moved; an edge stops before the one across. */
export function resized(box: Region, handle: Handle, by: Point, { width, height, least }: Limits): Region {
  let [left, top, right, bottom] = [box.x, box.y, box.x + box.width, box.y + box.height];
  if (handle.includes('w')) left = clamp(left + by.x, 0, right - least);
  if (handle.includes('e')) right = clamp(right + by.x, left + least, width);
  if (handle.includes('n')) top = clamp(top + by.y, 0, bottom - least);
  if (handle.includes('s')) bottom = clamp(bottom + by.y, top + least, height);
  return between(left, top, right, bottom);
}

/** A box to start from with the keyboard: the middle half. */
export function middle({ width, height, least }: Limits): Region {
  const side = (length: number) => Math.max(least, Math.round(length / 2));
  const [w, h] = [side(width), side(height)];
  return { x: Math.floor((width - w) / 2), y: Math.floor((height - h) / 2), width: w, height: h };
}

const DIRECTIONS: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** The box after an arrow key: moved, or with its lower right corner moved. */
export function stepped(box: Region, key: string, resize: boolean, step: number, limits: Limits): Region {
  const direction = DIRECTIONS[key] ?? { x: 0, y: 0 };
  const by = { x: direction.x * step, y: direction.y * step };
  return resize ? resized(box, 'se', by, limits) : moved(box, by, limits);
}

/** A stretch of at least `least` within 0..length, from the anchor towards the other end. */
function span(anchor: number, end: number, length: number, least: number): [start: number, size: number] {
  const from = clamp(anchor, 0, length);
  const to = clamp(end, 0, length);
  const size = Math.max(least, Math.round(Math.abs(to - from)));
  const start = to < from ? from - size : from;
  return [Math.round(clamp(start, 0, length - size)), size];
}

function between(left: number, top: number, right: number, bottom: number): Region {
  const [x, y] = [Math.round(left), Math.round(top)];
  return { x, y, width: Math.round(right) - x, height: Math.round(bottom) - y };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
