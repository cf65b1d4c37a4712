// A source for tests: photos with ids from 1, of varied shapes, under headings.

import type { GridSource } from './source';

/** Sections are given by how many photos each has. */
export function madeUpSource(sizes: readonly number[], firstId = 1, ratioOf = variedRatio): GridSource {
  const count = sizes.reduce((sum, size) => sum + size, 0);
  let next = 0;
  const sections = sizes.map((size, index) => {
    const start = next;
    next += size;
    return { title: `Section ${index + 1}`, start };
  });
  return {
    count,
    sections,
    id: (position) => firstId + position,
    version: () => 1,
    ratio: ratioOf,
    offline: () => false,
    placeholder: () => null,
    label: (position) => `Photo ${firstId + position}`,
    positionOf: (id) => (id >= firstId && id < firstId + count ? id - firstId : -1),
  };
}

function variedRatio(position: number): number {
  return [1.33, 0.75, 1.5, 1, 0.67, 1.78, 9, 0.1][(position * 7) % 8] ?? 1;
}
