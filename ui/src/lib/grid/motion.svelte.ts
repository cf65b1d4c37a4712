// Whether the photos fly past, move or rest: what will not be seen need not be drawn, and what is looked at may be
// drawn better.

/** A leap is over when none follows for this long. */
const LANDED = 80;
const RESTED = 200;

export class Motion {
  /** Scrolling by more than a window at a time: what lies beyond the edges will not be seen. */
  leaping = $state(false);
  /** Nothing has moved for a while. */
  resting = $state(true);
  #landing: ReturnType<typeof setTimeout> | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;

  moved(leap: boolean): void {
    this.resting = false;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => (this.resting = true), RESTED);
    if (!leap) return;
    this.leaping = true;
    clearTimeout(this.#landing);
    this.#landing = setTimeout(() => (this.leaping = false), LANDED);
  }

  stop(): void {
    clearTimeout(this.#rest);
    clearTimeout(this.#landing);
  }
}
