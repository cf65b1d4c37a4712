// Which photos are selected and which one has the focus, by id: the timeline and results share it.

/** What a range needs to know of the photos' order. */
interface Order {
  readonly count: number;
  id(position: number): number;
  positionOf(id: number): number;
}

class Selection {
  ids = $state.raw<ReadonlySet<number>>(new Set());
  focused = $state<number | null>(null);
  /** Where a range starts. */
  #anchor: number | null = null;

  get count(): number {
    return this.ids.size;
  }

  has(id: number): boolean {
    return this.ids.has(id);
  }

  only(id: number): void {
    this.ids = new Set([id]);
    this.focused = this.#anchor = id;
  }

  /** The focus moves on to a photo; several that are selected stay selected. */
  visit(id: number): void {
    if (this.count > 1) this.focused = id;
    else this.only(id);
  }

  toggle(id: number): void {
    const others = [...this.ids].filter((other) => other !== id);
    this.ids = new Set(this.ids.has(id) ? others : [...others, id]);
    this.focused = this.#anchor = id;
  }

  /** From where the range starts to this photo, and nothing else. */
  extendTo(id: number, order: Order): void {
    const end = order.positionOf(id);
    const anchored = this.#anchor === null ? -1 : order.positionOf(this.#anchor);
    const start = anchored === -1 ? end : anchored;
    this.ids = between(Math.min(start, end), Math.max(start, end), order);
    this.focused = id;
    this.#anchor = order.id(start);
  }

  /** These, and nothing else; the first of them is where a range starts. */
  these(ids: Iterable<number>): void {
    this.ids = new Set(ids);
    const [first = null] = this.ids;
    this.#anchor = first;
    this.focused ??= first;
  }

  /** These beside what is selected; where all of them are already, they no longer are. */
  toggleAll(ids: readonly number[]): void {
    const all = ids.every((id) => this.ids.has(id));
    const others = [...this.ids].filter((id) => !ids.includes(id));
    this.these(all ? others : [...others, ...ids]);
  }

  all(order: Order): void {
    this.ids = between(0, order.count - 1, order);
  }

  /** The focus stays. */
  clear(): void {
    if (this.ids.size > 0) this.ids = new Set();
    this.#anchor = null;
  }

  /** Lets go of photos that are no longer shown. */
  keepTo(order: Order): void {
    const kept = [...this.ids].filter((id) => order.positionOf(id) !== -1);
    if (kept.length < this.ids.size) this.ids = new Set(kept);
    if (this.focused !== null && order.positionOf(this.focused) === -1) this.focused = null;
  }
}

function between(first: number, last: number, order: Order): ReadonlySet<number> {
  return new Set(Array.from({ length: last - first + 1 }, (_, index) => order.id(first + index)));
}

export const selection = new Selection();
