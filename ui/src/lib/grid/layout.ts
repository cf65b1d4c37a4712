// Places photos in justified rows: every row as wide as the grid, all its photos of one height. All photos at once,
// into typed arrays, so that finding what is on screen is a binary search.

import type { GridSource } from './source';

export interface LayoutOptions {
  readonly width: number;
  /** The height that rows come close to. */
  readonly rowHeight: number;
  readonly gap: number;
  /** Space for a heading above the first row of a section. */
  readonly heading: number;
}

export interface Layout {
  readonly height: number;
  readonly rows: number;
  readonly rowTops: Float64Array;
  readonly rowHeights: Float64Array;
  /** Position of a row's first photo; one entry more than there are rows. */
  readonly rowStarts: Uint32Array;
  /** The section a row belongs to. */
  readonly rowSections: Uint32Array;
  readonly sectionTops: Float64Array;
  /** By position. */
  readonly lefts: Float32Array;
  readonly widths: Float32Array;
}

/** Pictures wider or taller than these are shown cut at the edges; a row of one panorama would be a thread. */
const WIDEST = 2.6;
const TALLEST = 0.5;
/** A full row is at most this much higher than asked for. */
const STRETCH = 1.4;

export function layoutRows(source: GridSource, options: LayoutOptions): Layout {
  const { width, gap, heading } = options;
  const { count, sections } = source;
  const rowTops = new Float64Array(count);
  const rowHeights = new Float64Array(count);
  const rowStarts = new Uint32Array(count + 1);
  const rowSections = new Uint32Array(count);
  const sectionTops = new Float64Array(sections.length);
  const lefts = new Float32Array(count);
  const widths = new Float32Array(count);
  let rows = 0;
  let top = 0;

  // In whole pixels, so that the gaps look alike; what rounding takes from one photo the next one gets.
  const place = (start: number, end: number, section: number, exact: number) => {
    const height = Math.round(exact);
    let exactLeft = 0;
    for (let position = start; position < end; position++) {
      const exactRight = Math.min(width, exactLeft + shownRatio(source, position) * exact);
      const left = Math.round(exactLeft);
      lefts[position] = left;
      widths[position] = Math.round(exactRight) - left;
      exactLeft = exactRight + gap;
    }
    rowTops[rows] = top;
    rowHeights[rows] = height;
    rowStarts[rows] = start;
    rowSections[rows] = section;
    rows++;
    top += height + gap;
  };

  for (let section = 0; section < sections.length; section++) {
    sectionTops[section] = top;
    if (sections[section]?.title) top += heading;
    const end = sections[section + 1]?.start ?? count;
    let start = sections[section]?.start ?? 0;
    while (start < end) {
      const row = fill(source, start, end, options);
      place(start, row.end, section, row.height);
      start = row.end;
    }
  }
  rowStarts[rows] = count;

  return {
    height: Math.max(0, top - gap),
    rows,
    rowTops: rowTops.subarray(0, rows),
    rowHeights: rowHeights.subarray(0, rows),
    rowStarts: rowStarts.subarray(0, rows + 1),
    rowSections: rowSections.subarray(0, rows),
    sectionTops,
    lefts,
    widths,
  };
}

/** Takes as many photos as bring the row closest to the height asked for. The last row is not stretched. */
function fill(
  source: GridSource,
  start: number,
  end: number,
  options: LayoutOptions,
): { end: number; height: number } {
  const { width, rowHeight, gap } = options;
  let ratios = 0;
  for (let position = start; position < end; position++) {
    const before = ratios;
    ratios += shownRatio(source, position);
    const photos = position - start + 1;
    const height = (width - gap * (photos - 1)) / ratios;
    if (height > rowHeight) continue;
    const without = (width - gap * (photos - 2)) / before;
    const closer = without * Math.max(1, height) <= rowHeight * rowHeight;
    if (photos > 1 && without <= rowHeight * STRETCH && closer) return { end: position, height: without };
    return { end: position + 1, height };
  }
  return { end, height: rowHeight };
}

function shownRatio(source: GridSource, position: number): number {
  const ratio = source.ratio(position);
  return ratio > 0 ? Math.min(WIDEST, Math.max(TALLEST, ratio)) : 1;
}

/** The row at a height, or the one nearest to it. */
export function rowAt({ rowTops, rows }: Layout, y: number): number {
  return Math.max(0, lastAtMost(rowTops, rows, y));
}

/** The row that a photo is in. */
export function rowOf({ rowStarts, rows }: Layout, position: number): number {
  return Math.max(0, lastAtMost(rowStarts, rows, position));
}

/** The section at a height, or the one nearest to it. */
export function sectionAt({ sectionTops }: Layout, y: number): number {
  return Math.max(0, lastAtMost(sectionTops, sectionTops.length, y));
}

/** The photo of a row whose middle is nearest to `x`. */
export function nearestInRow({ rowStarts, lefts, widths }: Layout, row: number, x: number): number {
  const end = rowStarts[row + 1] ?? 0;
  let nearest = rowStarts[row] ?? 0;
  let least = Infinity;
  for (let position = nearest; position < end; position++) {
    const away = Math.abs((lefts[position] ?? 0) + (widths[position] ?? 0) / 2 - x);
    if (away < least) [nearest, least] = [position, away];
  }
  return nearest;
}

function lastAtMost(values: Float64Array | Uint32Array, count: number, limit: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
