import { describe, expect, it } from 'vitest';

import { layoutRows, rowOf, type Layout } from './layout';
import { madeUpSource } from './madeUpSource';
import { placeAt, scrollTo } from './place';

const OPTIONS = { width: 1000, rowHeight: 200, gap: 4, heading: 56 };
const source = madeUpSource([400], 101);
const layout = layoutRows(source, OPTIONS);
const topOf = (layout: Layout, position: number) => layout.rowTops[rowOf(layout, position)] ?? 0;

describe('the place in view', () => {
  it('stays when photos arrive above', () => {
    const scrollTop = topOf(layout, 200) + 30;
    const place = placeAt(source, layout, scrollTop);
    const longer = madeUpSource([450], 51);
    const now = layoutRows(longer, OPTIONS);
    const shift =
      topOf(now, longer.positionOf(place?.id ?? 0)) - topOf(layout, source.positionOf(place?.id ?? 0));
    expect(shift).toBeGreaterThan(1000);
    expect(scrollTo(place, longer, now, source)).toBe(scrollTop + shift);
  });

  it('stays when the window gets narrower', () => {
    const place = placeAt(source, layout, topOf(layout, 200));
    const narrow = layoutRows(source, { ...OPTIONS, width: 600 });
    expect(scrollTo(place, source, narrow, source)).toBe(topOf(narrow, source.positionOf(place?.id ?? 0)));
  });

  it('passes to the next photo when the first one in view is deleted', () => {
    const place = placeAt(source, layout, topOf(layout, 200));
    const gone = place?.id ?? 0;
    const rest = { ...source, positionOf: (id: number) => (id === gone ? -1 : source.positionOf(id)) };
    const heir = source.positionOf(gone) + 1;
    expect(scrollTo(place, rest, layout, source)).toBe(topOf(layout, heir));
  });

  it('is the top for someone who is at the top, so that new photos come into view', () => {
    expect(scrollTo(placeAt(source, layout, 0), madeUpSource([450], 51), layout, source)).toBe(0);
  });

  it('is the next row when only the gap above it is left in view', () => {
    const bottom = topOf(layout, 200) + (layout.rowHeights[rowOf(layout, 200)] ?? 0);
    const place = placeAt(source, layout, bottom + 1);
    expect(rowOf(layout, source.positionOf(place?.id ?? 0))).toBe(rowOf(layout, 200) + 1);
    expect(scrollTo(place, source, layout, source)).toBe(bottom + 1);
  });
});
