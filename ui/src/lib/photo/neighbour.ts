// What lies before and after a photo in what the window shows: the results, or the timeline.

import { library } from '../state/library.svelte';
import { trail } from '../query/trail.svelte';

/** The photo before or after; none at the ends, and for photos that are not there. */
export function neighbour(id: number, by: 1 | -1): number | null {
  const ids = trail.current ? trail.current.shown.map((match) => match.id) : library.timeline?.ids;
  if (!ids) return null;
  const position = ids.indexOf(id);
  return position < 0 ? null : (ids[position + by] ?? null);
}
