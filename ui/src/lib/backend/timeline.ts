// The timeline as columns: 500,000 photos as objects would take the window's memory and its time.

/** Bytes a photo's ThumbHash takes up in its column; shorter ones end in zeros. */
export const PLACEHOLDER_BYTES = 25;

/** Photos, newest first; index `i` is the same photo in every column. */
export interface Timeline {
  readonly count: number;
  readonly ids: Uint32Array;
  /** Changes with the picture; part of its addresses. */
  readonly versions: Uint32Array;
  /** Days since 1970-01-01 in local time. */
  readonly days: Int32Array;
  /** Width by height. */
  readonly ratios: Float32Array;
  /** 1 for photos whose folder is offline. */
  readonly offline: Uint8Array;
  /** ThumbHashes, `PLACEHOLDER_BYTES` each; all zero where there is none. */
  readonly placeholders: Uint8Array;
}

/** Reads what the shell sends: the count, then the columns in the order of the interface, little endian. */
export function decodeTimeline(buffer: ArrayBuffer): Timeline {
  const count = new DataView(buffer).getUint32(0, true);
  let offset = 4;
  const column = <Column>(
    make: new (buffer: ArrayBuffer, offset: number, length: number) => Column,
    bytes: number,
    length = count,
  ) => {
    const values = new make(buffer, offset, length);
    offset += bytes * length;
    return values;
  };
  return {
    count,
    ids: column(Uint32Array, 4),
    versions: column(Uint32Array, 4),
    days: column(Int32Array, 4),
    ratios: column(Float32Array, 4),
    offline: column(Uint8Array, 1),
    placeholders: column(Uint8Array, 1, count * PLACEHOLDER_BYTES),
  };
}
