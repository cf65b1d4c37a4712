import { describe, expect, it } from 'vitest';

import { layoutRows, rowAt, rowOf, type Layout } from './layout';
import { madeUpSource } from './madeUpSource';

const OPTIONS = { width: 1000, rowHeight: 200, gap: 4, heading: 56 };

function rowsOf(layout: Layout): number[][] {
  return Array.from({ length: layout.rows }, (_, row) => {
    const start = layout.rowStarts[row] ?? 0;
    return Array.from({ length: (layout.rowStarts[row + 1] ?? 0) - start }, (_, index) => start + index);
  });
}

const right = (layout: Layout, position: number) =>
  (layout.lefts[position] ?? 0) + (layout.widths[position] ?? 0);

describe('justified rows', () => {
  it('keeps every photo once and in order', () => {
    const layout = layoutRows(madeUpSource([40, 1, 300]), OPTIONS);
    expect(rowsOf(layout).flat()).toEqual(Array.from({ length: 341 }, (_, position) => position));
  });

  it.each([320, 480, 1000, 2400])('keeps rows near the height asked for at a width of %i', (width) => {
    const layout = layoutRows(
      madeUpSource([500], 1, (position) => [1.5, 0.75, 1][position % 3] ?? 1),
      { ...OPTIONS, width },
    );
    const least = Math.min(200, width / 2.6);
    for (const height of layout.rowHeights) {
      expect(height).toBeGreaterThanOrEqual(Math.floor(least * 0.6));
      expect(height).toBeLessThanOrEqual(200 * 1.4);
    }
  });

  it('fills the width exactly, with equal gaps, except in the last row', () => {
    const layout = layoutRows(madeUpSource([200]), OPTIONS);
    rowsOf(layout).forEach((positions, row) => {
      positions.slice(1).forEach((position) => {
        expect((layout.lefts[position] ?? 0) - right(layout, position - 1)).toBe(OPTIONS.gap);
      });
      const end = right(layout, positions.at(-1) ?? 0);
      if (row < layout.rows - 1) expect(end).toBe(OPTIONS.width);
      else expect(end).toBeLessThanOrEqual(OPTIONS.width);
    });
  });

  it('lets no row overlap the next, nor a heading', () => {
    const source = madeUpSource([30, 3, 77]);
    const layout = layoutRows(source, OPTIONS);
    for (let row = 1; row < layout.rows; row++) {
      const bottom = (layout.rowTops[row - 1] ?? 0) + (layout.rowHeights[row - 1] ?? 0);
      const headed = layout.rowSections[row] !== layout.rowSections[row - 1];
      expect((layout.rowTops[row] ?? 0) - bottom).toBe(OPTIONS.gap + (headed ? OPTIONS.heading : 0));
    }
    source.sections.forEach(({ start }, section) => {
      const row = rowOf(layout, start);
      expect(layout.rowTops[row]).toBe((layout.sectionTops[section] ?? 0) + OPTIONS.heading);
    });
  });

  it('does not blow up the last row of a section', () => {
    const layout = layoutRows(
      madeUpSource([1, 2], 1, () => 1.5),
      OPTIONS,
    );
    expect([...layout.rowHeights]).toEqual([200, 200]);
    expect([...layout.widths]).toEqual([300, 300, 300]);
  });

  it('cuts panoramas and towers rather than making threads of them', () => {
    const layout = layoutRows(
      madeUpSource([2], 1, (position) => [40, 0.02][position] ?? 1),
      OPTIONS,
    );
    expect([...layout.widths]).toEqual([520, 100]);
  });

  it('shows a photo of unknown shape as a square', () => {
    expect([
      ...layoutRows(
        madeUpSource([1], 1, () => NaN),
        OPTIONS,
      ).widths,
    ]).toEqual([200]);
  });

  it('moves nothing that is there when photos come at the end', () => {
    const before = layoutRows(madeUpSource([100]), OPTIONS);
    const after = layoutRows(madeUpSource([150]), OPTIONS);
    const settled = before.rowStarts[before.rows - 1] ?? 0;
    expect(settled).toBeGreaterThan(80);
    expect(after.lefts.slice(0, settled)).toEqual(before.lefts.slice(0, settled));
    expect(after.rowTops.slice(0, before.rows - 1)).toEqual(before.rowTops.slice(0, before.rows - 1));
  });

  it('finds the row at a height', () => {
    const layout = layoutRows(madeUpSource([100]), OPTIONS);
    const top = layout.rowTops[5] ?? 0;
    expect(rowAt(layout, top)).toBe(5);
    expect(rowAt(layout, top - 1)).toBe(4);
    expect(rowAt(layout, -50)).toBe(0);
    expect(rowAt(layout, 1e9)).toBe(layout.rows - 1);
  });

  it('is empty without photos', () => {
    expect(layoutRows(madeUpSource([]), OPTIONS)).toMatchObject({ rows: 0, height: 0 });
  });
});
