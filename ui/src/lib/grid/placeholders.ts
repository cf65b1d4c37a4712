// Turns ThumbHashes into pictures. One takes a tenth of a millisecond or two, too long for the hundred of them that a
// fling brings in a frame: their mean colour shows at once, the pictures follow a few each frame.

import { thumbHashToAverageRGBA, thumbHashToDataURL } from 'thumbhash';

/** Share of a frame that may go into it. */
const MILLISECONDS_A_FRAME = 3;
/** Pictures that are kept; some 4 kB each. */
const KEPT = 1500;

const pictures = new Map<string, string>();
const waiting = new Map<symbol, { hash: Uint8Array; show: (url: string) => void }>();
let frame = 0;

/** A colour for CSS. */
export function meanColour(hash: Uint8Array): string {
  const { r, g, b } = thumbHashToAverageRGBA(hash);
  return `rgb(${Math.round(r * 255)} ${Math.round(g * 255)} ${Math.round(b * 255)})`;
}

/** Gives the picture's address now or soon. The function it gives back calls it off. */
export function picture(hash: Uint8Array, show: (url: string) => void): () => void {
  const known = pictures.get(keyOf(hash));
  if (known) {
    show(known);
    return () => undefined;
  }
  const ticket = Symbol();
  waiting.set(ticket, { hash, show });
  frame ||= requestAnimationFrame(afterNext);
  return () => waiting.delete(ticket);
}

/** By then, what a drag of the scrubber only passed by has been called off. */
function afterNext(): void {
  frame = requestAnimationFrame(work);
}

function work(): void {
  const end = performance.now() + MILLISECONDS_A_FRAME;
  frame = 0;
  for (const [ticket, { hash, show }] of waiting) {
    waiting.delete(ticket);
    show(decode(hash));
    if (performance.now() >= end) break;
  }
  if (waiting.size > 0) frame = requestAnimationFrame(work);
}

function decode(hash: Uint8Array): string {
  const key = keyOf(hash);
  const url = pictures.get(key) ?? thumbHashToDataURL(hash);
  pictures.delete(key);
  pictures.set(key, url);
  if (pictures.size > KEPT) pictures.delete(pictures.keys().next().value ?? '');
  return url;
}

function keyOf(hash: Uint8Array): string {
  return String.fromCharCode(...hash);
}
