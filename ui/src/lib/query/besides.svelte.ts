// Whether the query has room beside what it found; else the top bar shows it.

import { innerWidth } from 'svelte/reactivity/window';

/** The sidebar, the query, and three photos in a row. */
const WIDE = 1080;

export const besides = {
  get query(): boolean {
    return (innerWidth.current ?? 0) >= WIDE;
  },
};
