// What stays where it is when photos come or go, the window gets narrower or the rows lower: the first photo in view.

import { rowAt, rowOf, type Layout } from './layout';
import type { GridSource } from './source';

export interface Place {
  /** The first photo in view. */
  readonly id: number;
  /** Where it was, so that a neighbour takes over when it is gone. */
  readonly position: number;
  /** How far its row is scrolled out at the top, in pixels; negative when it is below the edge. */
  readonly offset: number;
}

/** None at the very top: whoever is there sees what comes. */
export function placeAt(source: GridSource, layout: Layout, scrollTop: number): Place | null {
  if (scrollTop <= 0 || layout.rows === 0) return null;
  let row = rowAt(layout, scrollTop);
  const hidden = (layout.rowTops[row] ?? 0) + (layout.rowHeights[row] ?? 0) <= scrollTop;
  if (hidden && row + 1 < layout.rows) row++;
  const position = layout.rowStarts[row] ?? 0;
  return { id: source.id(position), position, offset: scrollTop - (layout.rowTops[row] ?? 0) };
}

/** Where to scroll so that the place is where it was. `before` are the photos among which it was taken, if known. */
export function scrollTo(
  place: Place | null,
  source: GridSource,
  layout: Layout,
  before: GridSource | null,
): number {
  if (!place || layout.rows === 0) return 0;
  const row = rowOf(layout, positionNow(place, source, before));
  return Math.max(0, (layout.rowTops[row] ?? 0) + place.offset);
}

/** How many neighbours are asked before giving up. */
const NEIGHBOURS = 500;

function positionNow(place: Place, source: GridSource, before: GridSource | null): number {
  const found = source.positionOf(place.id);
  if (found !== -1) return found;
  const end = Math.min(before?.count ?? 0, place.position + NEIGHBOURS);
  for (let position = place.position + 1; before && position < end; position++) {
    const neighbour = source.positionOf(before.id(position));
    if (neighbour !== -1) return neighbour;
  }
  return Math.min(place.position, source.count - 1);
}
