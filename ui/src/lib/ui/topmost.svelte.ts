// For what has to show over everything: a modal dialog covers the window, so each has its own copy of it.

import { onDestroy } from 'svelte';

/** The copies of one component. */
export class Topmost {
  #copies = $state.raw<readonly object[]>([]);

  /** Called while a copy starts; gives back whether it is the one to show. */
  join(): () => boolean {
    const copy = {};
    this.#copies = [...this.#copies, copy];
    onDestroy(() => (this.#copies = this.#copies.filter((other) => other !== copy)));
    return () => this.#copies.at(-1) === copy;
  }
}
