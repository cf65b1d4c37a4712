// Runs a fetch again and again, but never twice at a time and never so often that it becomes the main work. What the
// window does with the answer counts as part of it.

import { tick } from 'svelte';

const LEAST_PAUSE = 500;
/** Longer, what is on show would be out of date for no reason that a person sees: one slow answer says little of the next. */
const LONGEST_PAUSE = 4000;
/** Up to there, fetching takes at most about one part in this many of the time. */
const SHARE = 8;

export class Refresher {
  #fetch: () => Promise<void>;
  #running = false;
  #wanted = false;
  #urgent = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #notBefore = 0;

  /** A fetch deals with its own errors. */
  constructor(fetch: () => Promise<void>) {
    this.#fetch = fetch;
  }

  /** At once where that is possible, else as soon as it is. Many requests meanwhile are one. */
  request(): void {
    if (this.#running) {
      this.#wanted = true;
      return;
    }
    if (this.#timer) return;
    const wait = this.#notBefore - performance.now();
    if (wait <= 0) void this.#run();
    else this.#timer = setTimeout(() => void this.#run(), wait);
  }

  /** Without a pause: the person asked for something else. */
  now(): void {
    this.#notBefore = 0;
    this.#urgent = this.#running;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.request();
  }

  /** What is asked for next comes at once, also while the answer to the last is still awaited. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = false;
    this.#notBefore = 0;
    this.#urgent = this.#running;
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#running = true;
    const start = performance.now();
    await this.#fetch();
    await tick();
    const end = performance.now();
    this.#running = false;
    const pause = Math.min(LONGEST_PAUSE, Math.max(LEAST_PAUSE, SHARE * (end - start)));
    this.#notBefore = this.#urgent ? 0 : end + pause;
    this.#urgent = false;
    if (this.#wanted) {
      this.#wanted = false;
      this.request();
    }
  }
}
