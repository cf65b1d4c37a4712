// Where a key leads from a photo: by place on screen, not by order, so that up and down stay in their column.

import { nearestInRow, rowAt, rowOf, type Layout } from './layout';

export type Step = 'left' | 'right' | 'up' | 'down' | 'pageUp' | 'pageDown' | 'first' | 'last';

const STEPS: Record<string, Step> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
  Home: 'first',
  End: 'last',
};

export function stepFor(key: string): Step | undefined {
  return STEPS[key];
}

/** Walks from photo to photo. Remembers the column while only going up and down. */
export class Walk {
  #column: number | null = null;
  #reached = -1;

  from(position: number, step: Step, layout: Layout, page: number): number {
    const last = layout.lefts.length - 1;
    if (step === 'left' || step === 'right' || step === 'first' || step === 'last') {
      this.#column = null;
      const aims = { left: position - 1, right: position + 1, first: 0, last };
      return Math.min(last, Math.max(0, aims[step]));
    }
    if (this.#reached !== position) this.#column = null;
    this.#column ??= (layout.lefts[position] ?? 0) + (layout.widths[position] ?? 0) / 2;
    this.#reached = this.#vertically(position, step, layout, page, this.#column);
    return this.#reached;
  }

  #vertically(position: number, step: Step, layout: Layout, page: number, column: number): number {
    const row = rowOf(layout, position);
    const top = layout.rowTops[row] ?? 0;
    const rows = {
      up: row - 1,
      down: row + 1,
      pageUp: Math.min(row - 1, rowAt(layout, top - page)),
      pageDown: Math.max(row + 1, rowAt(layout, top + page)),
    };
    const target = rows[step as keyof typeof rows];
    if (target < 0 || target >= layout.rows) return position;
    return nearestInRow(layout, target, column);
  }
}
