// Results that follow a box while it moves: one request at a time, and the latest box is asked next.

import type { Backend } from '../backend/backend';
import type { Match, SearchRequest } from '../backend/types';

export class LiveSearch {
  matches = $state.raw<readonly Match[]>([]);
  problem = $state.raw<unknown>(null);
  /** Whether the matches answer the last request. */
  settled = $state(false);
  #backend: Backend;
  #wanted: SearchRequest | null = null;
  #running = false;
  /** Changes with the subject: answers about an earlier one are dropped. */
  #subject = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  ask(request: SearchRequest): void {
    this.#wanted = request;
    this.settled = false;
    if (!this.#running) void this.#run();
  }

  /** Turns to another image. */
  reset(): void {
    this.#subject += 1;
    this.#wanted = null;
    this.settled = false;
    this.matches = [];
    this.problem = null;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#wanted) {
      const request = this.#wanted;
      this.#wanted = null;
      await this.#answer(request);
    }
    this.#running = false;
  }

  async #answer(request: SearchRequest): Promise<void> {
    const subject = this.#subject;
    try {
      const { matches } = await this.#backend.search(request);
      if (subject !== this.#subject) return;
      this.matches = matches;
      this.problem = null;
    } catch (problem) {
      if (subject !== this.#subject) return;
      this.problem = problem;
    }
    this.settled = !this.#wanted;
  }
}
