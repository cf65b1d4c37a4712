// How closely a picture is looked at: as plain numbers, so that pictures of any size side by side can share them.

import type { Point } from './box';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Zoom {
  /** How many times as large as the picture is where all of it can be seen. */
  readonly factor: number;
  /** What lies in the middle of the room, in parts of the picture. */
  readonly x: number;
  readonly y: number;
}

export const FITS: Zoom = { factor: 1, x: 0.5, y: 0.5 };

/** A picture and the room it is shown in. */
export interface Sight {
  readonly room: Size;
  /** The picture's size on screen where all of it can be seen. */
  readonly fitted: Size;
  /** The factor at which a pixel of the picture is a pixel of the screen. */
  readonly full: number;
}

/** A pixel of the picture grows no larger than this many of the screen, whatever the room. */
const LARGEST_PIXEL = 8;
/** Small pictures can be looked at this closely all the same. */
const LEAST_REACH = 4;
/** Below this, a picture in full is hardly larger than it was: there is more to see further in. */
const WORTH_WHILE = 1.2;

/** `largest` is how far a small picture grows to fill the room; `density` is pixels of the screen a CSS pixel. */
export function sightOf(picture: Size, room: Size, largest: number, density = 1): Sight {
  const scale = Math.min(room.width / picture.width, room.height / picture.height, largest) || 1;
  const fitted = { width: picture.width * scale, height: picture.height * scale };
  return { room, fitted, full: 1 / (scale * density) };
}

/** Looks at `factor`, and keeps what is under a point, given from the room's middle, where it is. */
export function zoomed({ factor: before, x, y }: Zoom, factor: number, at: Point, sight: Sight): Zoom {
  const most = Math.max(sight.full * LARGEST_PIXEL, LEAST_REACH);
  const after = Math.min(Math.max(factor, 1), most);
  const shift = (point: number, size: number) =>
    size > 0 ? point / (size * before) - point / (size * after) : 0;
  const { width, height } = sight.fitted;
  return held({ factor: after, x: x + shift(at.x, width), y: y + shift(at.y, height) }, sight);
}

/** Moves the picture along with a hand. */
export function panned({ factor, x, y }: Zoom, by: Point, sight: Sight): Zoom {
  const { width, height } = sight.fitted;
  return held({ factor, x: x - by.x / (width * factor), y: y - by.y / (height * factor) }, sight);
}

/** From all of the picture to its pixels, and back. */
export function toggled(zoom: Zoom, at: Point, sight: Sight): Zoom {
  if (zoom.factor > 1) return FITS;
  return zoomed(zoom, sight.full > WORTH_WHILE ? sight.full : 2, at, sight);
}

/** Where the picture lies in the room. */
export function placeOf(zoom: Zoom, sight: Sight): Size & { readonly left: number; readonly top: number } {
  const { factor, x, y } = held(zoom, sight);
  const [width, height] = [sight.fitted.width * factor, sight.fitted.height * factor];
  return { left: sight.room.width / 2 - x * width, top: sight.room.height / 2 - y * height, width, height };
}

/** No emptier than it must be: the picture's edges come no further in than the room's, and a short side is in the middle. */
function held({ factor, x, y }: Zoom, { room, fitted }: Sight): Zoom {
  const along = (middle: number, length: number, size: number) => {
    const half = length / 2 / (size * factor);
    return half < 0.5 ? Math.min(Math.max(middle, half), 1 - half) : 0.5;
  };
  return { factor, x: along(x, room.width, fitted.width), y: along(y, room.height, fitted.height) };
}
