// Makes a layout of any height one that scrolls. Browsers lay out so many pixels and no more (WebKit's end is at 33.5
// million, and half a million photos in large rows take 90), so the document gets less than that: a stretch of the
// layout at a time. Within a stretch all is as if the whole were there; small steps lead on into the next one, and
// long ones go by proportion, as a scroll bar does. What is not taller than the limit is the document as it is.
//
// Places are heights in the layout.

/** The most that the document gets. */
const TALLEST = 16_000_000;
/** Enough that a step never meets the document's end before the layout's, up to a hundred times the limit. */
const STRETCHES = 100;
/** A step of more windows than this has left what was in view far behind. */
const LEAP = 10;

export interface ScrollSpace {
  /** What the content takes up in the document. */
  readonly height: number;
  /** The furthest place at the window's top. */
  readonly range: number;
  /** How much of the layout lies above the document while this is the place at the window's top. */
  above(top: number): number;
  /** The place after the document was scrolled to `scrolled`, when it was `top` before. */
  reached(scrolled: number, top: number): number;
}

export function scrollSpace(contentHeight: number, windowHeight: number, tallest = TALLEST): ScrollSpace {
  const height = Math.min(contentHeight, tallest);
  const range = Math.max(0, contentHeight - windowHeight);
  const spare = contentHeight - height;

  const stretchAt = (part: number) =>
    Math.min(STRETCHES - 1, Math.max(0, Math.floor(part * STRETCHES))) / (STRETCHES - 1);
  const above = (top: number) => (spare > 0 ? Math.round(spare * stretchAt(top / range)) : 0);

  function reached(scrolled: number, top: number): number {
    if (spare === 0) return scrolled;
    const step = scrolled - (top - above(top));
    if (Math.abs(step) <= LEAP * windowHeight) return Math.min(range, Math.max(0, top + step));
    return scrolled + Math.round(spare * stretchAt(scrolled / (height - windowHeight)));
  }

  return { height, range, above, reached };
}
