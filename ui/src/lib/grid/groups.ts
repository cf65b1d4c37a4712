// Which photos are drawn, by the section whose heading they are under.

import { rowOf, type Layout } from './layout';

export interface Group {
  readonly section: number;
  readonly positions: number[];
}

/** The photos of these rows. The focused one is always among them: focus must not fall out of the document. */
export function groupsBetween(layout: Layout, first: number, last: number, focused: number): Group[] {
  const groups: Group[] = [];
  const add = (from: number, to: number, section: number) => {
    const group = groups.find((other) => other.section === section) ?? { section, positions: [] };
    if (group.positions.length === 0) groups.push(group);
    for (let position = from; position < to; position++) group.positions.push(position);
  };
  for (let row = first; row <= last; row++) {
    add(layout.rowStarts[row] ?? 0, layout.rowStarts[row + 1] ?? 0, layout.rowSections[row] ?? 0);
  }
  const focusedRow = rowOf(layout, focused);
  const drawn = focused === -1 || (focusedRow >= first && focusedRow <= last);
  if (!drawn) add(focused, focused + 1, layout.rowSections[focusedRow] ?? 0);
  return groups;
}
