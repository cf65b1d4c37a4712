// What lies before and after a photo in what the window shows: the results, or the timeline.

import { library } from '../state/library.svelte';
import { trail } from '../query/trail.svelte';

function shown(): ArrayLike<number> & { indexOf(id: number): number } {
  return trail.current ? trail.current.shown.map((match) => match.id) : (library.timeline?.ids ?? []);
}

/** The photo before or after; none at the ends, and for photos that are not there. */
export function neighbour(id: number, by: 1 | -1): number | null {
  const ids = shown();
  const position = ids.indexOf(id);
  return position < 0 ? null : (ids[position + by] ?? null);
}

/** Which one of how many it is, counted from 1; none for photos that are not there. */
export function rank(id: number): { number: number; count: number } | null {
  const ids = shown();
  const position = ids.indexOf(id);
  return position < 0 ? null : { number: position + 1, count: ids.length };
}
