// What a grid of photos shows: the timeline or results, as columns that are read by position.

/** A heading and where its photos begin. */
export interface Section {
  readonly title: string;
  /** Position of its first photo. Ascending over sections; the first is 0. */
  readonly start: number;
  /** Shown small beside the title, such as a count. */
  readonly detail?: string;
  /** A line sets it apart from what is above. */
  readonly apart?: boolean;
}

/** Photos in the order in which they are shown. */
export interface GridSource {
  readonly count: number;
  readonly sections: readonly Section[];
  id(position: number): number;
  version(position: number): number;
  /** Width by height. */
  ratio(position: number): number;
  offline(position: number): boolean;
  /** ThumbHash, or none. */
  placeholder(position: number): Uint8Array | null;
  /** What a screen reader says, such as "12 March 2026". */
  label(position: number): string;
  /** Position of a photo, or -1. */
  positionOf(id: number): number;
}
