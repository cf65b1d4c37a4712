// A band that is drawn over photos from an empty place: all that it touches is selected. Places are those of the layout.

import type { Point } from '../photo/box';
import { rowAt, type Layout } from './layout';

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Less than this is a click. */
const SLACK = 4;
/** So near to an edge the photos scroll, the faster the nearer. */
const EDGE = 32;
const FASTEST = 24;

/** Positions of the photos that a rectangle touches. */
export function touched(layout: Layout, { left, top, right, bottom }: Rect): number[] {
  const positions: number[] = [];
  for (let row = rowAt(layout, top); row < layout.rows; row++) {
    const [start, height] = [layout.rowTops[row] ?? 0, layout.rowHeights[row] ?? 0];
    if (start > bottom) break;
    if (start + height < top) continue;
    const end = layout.rowStarts[row + 1] ?? 0;
    for (let position = layout.rowStarts[row] ?? 0; position < end; position++) {
      const from = layout.lefts[position] ?? 0;
      if (from <= right && from + (layout.widths[position] ?? 0) >= left) positions.push(position);
    }
  }
  return positions;
}

export interface Ground {
  /** Where in the layout a place of the window is. */
  at(clientX: number, clientY: number): Point;
  /** Where the photos are in the window. */
  bounds(): { readonly top: number; readonly bottom: number };
  scrollBy(distance: number): void;
  /** The band touches something else now. */
  ondrawn(rect: Rect): void;
}

export class Band {
  rect = $state.raw<Rect | null>(null);
  #ground: Ground;
  #from: Point | null = null;
  #last = { x: 0, y: 0 };
  #drawn = false;
  #frame = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  begin({ clientX, clientY }: PointerEvent): void {
    this.#from = this.#ground.at(clientX, clientY);
    this.#last = { x: clientX, y: clientY };
    this.#drawn = false;
  }

  move({ clientX, clientY }: PointerEvent): void {
    if (!this.#from) return;
    this.#last = { x: clientX, y: clientY };
    const to = this.#ground.at(clientX, clientY);
    if (!this.#drawn && Math.hypot(to.x - this.#from.x, to.y - this.#from.y) < SLACK) return;
    if (!this.#drawn) this.#frame = requestAnimationFrame(this.#scroll);
    this.#drawn = true;
    this.#draw();
  }

  /** Gives back whether there was one: then its end is no click. */
  end(): boolean {
    const drawn = this.#drawn && this.#from !== null;
    cancelAnimationFrame(this.#frame);
    this.#from = null;
    this.rect = null;
    return drawn;
  }

  #draw(): void {
    if (!this.#from) return;
    const to = this.#ground.at(this.#last.x, this.#last.y);
    this.rect = {
      left: Math.min(this.#from.x, to.x),
      top: Math.min(this.#from.y, to.y),
      right: Math.max(this.#from.x, to.x),
      bottom: Math.max(this.#from.y, to.y),
    };
    this.#ground.ondrawn(this.rect);
  }

  /** The photos come along when the pointer is at their edge, also while it rests there. */
  #scroll = (): void => {
    const { top, bottom } = this.#ground.bounds();
    const over = Math.max(0, this.#last.y - (bottom - EDGE)) - Math.max(0, top + EDGE - this.#last.y);
    if (over !== 0) {
      this.#ground.scrollBy(Math.max(-FASTEST, Math.min(FASTEST, over / 2)));
      this.#draw();
    }
    this.#frame = requestAnimationFrame(this.#scroll);
  };
}
