// Finds where a photo is among hundreds of thousands. A `Map` of as many takes most of a second to fill, each time
// that photos came in; this table takes some hundredths.

/** Knuth's: spreads ids that follow each other. */
const SPREAD = 2_654_435_761;

/** Gives back what tells the position of an id, or -1. */
export function positionsOf(ids: Uint32Array): (id: number) => number {
  // At least half of it stays empty, so that searches end soon.
  const bits = Math.max(1, Math.ceil(Math.log2(ids.length * 2 + 1)));
  const last = 2 ** bits - 1;
  /** Positions, counted from 1; 0 is empty. */
  const table = new Uint32Array(last + 1);
  const slotOf = (id: number) => Math.imul(id, SPREAD) >>> (32 - bits);

  for (let position = 0; position < ids.length; position++) {
    let slot = slotOf(ids[position] ?? 0);
    while (table[slot] !== 0) slot = (slot + 1) & last;
    table[slot] = position + 1;
  }
  return (id) => {
    for (let slot = slotOf(id); ; slot = (slot + 1) & last) {
      const position = (table[slot] ?? 0) - 1;
      if (position === -1 || ids[position] === id) return position;
    }
  };
}
