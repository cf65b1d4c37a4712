// The library as the window knows it: kept up to date by what the shell tells.

import type { Backend } from '../backend/backend';
import type { Timeline } from '../backend/timeline';
import type { Activity, Overview, SubfolderName } from '../backend/types';
import { NO_FILTER } from '../query/query';
import { notices } from './notices.svelte';
import { Refresher } from './refresher';

class Library {
  /** None until it is known. */
  overview = $state.raw<Overview | null>(null);
  timeline = $state.raw<Timeline | null>(null);
  activity = $state.raw<Activity | null>(null);
  /** The one folder whose photos are shown; none for all. */
  folder = $state<number | null>(null);
  /** The one within it, where not all of it is shown. */
  subfolder = $state.raw<SubfolderName | null>(null);
  /** The photo to go to as soon as it is among those shown. */
  sought = $state<number | null>(null);

  #backend: Backend | null = null;
  #overviews = new Refresher(() => this.#fetch((backend) => this.#fetchOverview(backend)));
  #timelines = new Refresher(() => this.#fetch((backend) => this.#fetchTimeline(backend)));

  /** Follows this backend until the function it gives back is called. Resolves once all is known. */
  async connect(backend: Backend): Promise<() => void> {
    this.#backend = backend;
    const unlisten = await Promise.all([
      backend.on('changed', ({ photos, folders, failures }) => {
        if (photos) this.#timelines.request();
        if (photos || folders || failures) this.#overviews.request();
      }),
      backend.on('activity', (activity) => (this.activity = activity)),
    ]);
    const [activity] = await Promise.all([
      backend.activity(),
      this.#fetchOverview(backend),
      this.#fetchTimeline(backend),
    ]);
    this.activity ??= activity;
    return () => {
      unlisten.forEach((stop) => stop());
      this.#overviews.stop();
      this.#timelines.stop();
      this.#backend = null;
      this.overview = this.timeline = this.activity = this.folder = null;
      this.subfolder = this.sought = null;
    };
  }

  /** Shows the photos of one folder, or of one within it, or all. */
  show(folder: number | null, subfolder: SubfolderName | null = null): void {
    this.sought = null;
    if (folder === this.folder && subfolder?.key === this.subfolder?.key) return;
    this.folder = folder;
    this.subfolder = subfolder;
    this.#timelines.now();
  }

  async #fetch(what: (backend: Backend) => Promise<void>): Promise<void> {
    if (!this.#backend) return;
    try {
      await what(this.#backend);
    } catch (problem) {
      notices.problem(problem);
    }
  }

  async #fetchOverview(backend: Backend): Promise<void> {
    const overview = await backend.overview();
    if (backend !== this.#backend) return;
    this.overview = overview;
    if (this.folder !== null && !overview.folders.some(({ id }) => id === this.folder)) this.show(null);
  }

  async #fetchTimeline(backend: Backend): Promise<void> {
    const { folder, subfolder } = this;
    const folders = folder === null ? [] : [folder];
    const timeline = await backend.timeline({ ...NO_FILTER, folders, subfolder: subfolder?.key ?? null });
    if (backend !== this.#backend || folder !== this.folder || subfolder !== this.subfolder) return;
    this.timeline = timeline;
  }
}

export const library = new Library();
