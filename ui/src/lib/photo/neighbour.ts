// What lies before and after a photo in what the window shows: the results, or the timeline.

import { trail } from '../query/trail.svelte';

/** The photo that many places further; none at the ends, and for photos that are not there. */
export function neighbour(id: number, by: 1 | -1): number | null {
  const ids = trail.current?.shown.map((match) => match.id) ?? [];
  const position = ids.indexOf(id);
  return position < 0 ? null : (ids[position + by] ?? null);
}
