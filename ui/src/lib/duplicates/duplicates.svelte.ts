// The groups of duplicates as the window knows them: which there are, those that were looked at, and what the person
// decided. Details come a few groups at a time, for those in sight.

import { SvelteMap } from 'svelte/reactivity';

import type { Backend, Unlisten } from '../backend/backend';
import type { DuplicateGroup, Duplicates, Verdict } from '../backend/types';
import { describe, notices } from '../state/notices.svelte';
import { Refresher } from '../state/refresher';
import { view } from '../state/view.svelte';

export const KINDS = ['all', 'copies', 'near'] as const;
export type Kind = (typeof KINDS)[number];

/** Groups whose details are asked for at a time. */
const BATCH = 40;
/** Groups whose details are kept. */
const KEPT = 1000;

class DuplicateGroups {
  /** Whether the person chose to see them in place of the photos. */
  shown = $state(false);
  kind = $state<Kind>('all');
  /** Groups that were decided about show as well. */
  withReviewed = $state(false);
  /** None until they were looked for. */
  list = $state.raw<Duplicates | null>(null);
  /** What kept them from being found. */
  problem = $state.raw<string | null>(null);
  /** The group that has the focus, by its position in the list. */
  focused = $state<number | null>(null);

  #verdicts = $state.raw<ReadonlyMap<number, Verdict>>(new Map());
  #details = new SvelteMap<number, DuplicateGroup>();
  #loading = new Set<number>();
  /** Asked for last: they are in sight. */
  #inSight: readonly number[] = [];
  #outdated = true;
  #backend: Backend | null = null;
  #finding = new Refresher(() => this.#find());

  #copies = $derived(new Set(this.list?.copies));
  /** How many there are of each kind, without those that were decided about. */
  counts = $derived.by(() => {
    let [copies, all, reviewed] = [0, 0, 0];
    for (let group = 0; group < (this.list?.groups ?? 0); group++) {
      if (this.#verdicts.has(group)) reviewed++;
      else {
        all++;
        if (this.#copies.has(group)) copies++;
      }
    }
    return { all, copies, near: all - copies, reviewed };
  });
  /** Positions of the groups to show, in order. */
  positions: readonly number[] = $derived.by(() => {
    const all = Array.from({ length: this.list?.groups ?? 0 }, (_, group) => group);
    return all.filter((group) => this.#isOfKind(group) && (this.withReviewed || !this.#verdicts.has(group)));
  });

  /** Follows this backend until the function it gives back is called. */
  async connect(backend: Backend): Promise<Unlisten> {
    this.#backend = backend;
    const unlisten = await backend.on('changed', ({ photos }) => {
      if (!photos) return;
      this.#outdated = true;
      this.refresh();
    });
    return () => {
      unlisten();
      this.#finding.stop();
      this.#backend = this.list = this.problem = this.focused = null;
      this.shown = this.withReviewed = false;
      this.kind = 'all';
      this.#outdated = true;
      this.#forget();
    };
  }

  show(): void {
    this.shown = true;
    if (this.#outdated) this.#finding.now();
  }

  /** Looks for them again where that is needed and somebody sees them. A group under review stays as it is. */
  refresh(): void {
    if (this.shown && this.#outdated && !underReview()) this.#finding.request();
  }

  retry(): void {
    this.#outdated = true;
    this.problem = null;
    this.#finding.now();
  }

  isCopies(group: number): boolean {
    return this.#copies.has(group);
  }

  verdict(group: number): Verdict {
    return this.#verdicts.get(group) ?? 'open';
  }

  /** What is in a group; none until it was asked for with `need`. */
  details(group: number): DuplicateGroup | undefined {
    return this.#details.get(group);
  }

  /** Has the details of these groups loaded. */
  need(groups: readonly number[]): void {
    this.#inSight = groups;
    const missing = groups.filter((group) => !this.#details.has(group) && !this.#loading.has(group));
    for (let from = 0; from < missing.length; from += BATCH)
      void this.#load(missing.slice(from, from + BATCH));
  }

  /** Keeps a decision: which photos to keep, and whether the group needs another look. */
  async decide(group: number, keep: readonly number[], verdict: Verdict): Promise<void> {
    const before = this.#details.get(group);
    if (!this.#backend || !this.list || !before) return;
    const verdictBefore = this.verdict(group);
    this.#note(group, { ...before, keep: [...keep] }, verdict);
    try {
      await this.#backend.reviewDuplicates(this.list.version, group, [...keep], verdict);
    } catch (error) {
      this.#note(group, before, verdictBefore);
      notices.problem(error);
    }
  }

  /** Groups for the exported list: those of the kind on show, reviewed ones included. */
  exported(): number[] {
    const all = Array.from({ length: this.list?.groups ?? 0 }, (_, group) => group);
    return all.filter((group) => this.#isOfKind(group) && this.verdict(group) !== 'not_duplicates');
  }

  #isOfKind(group: number): boolean {
    return this.kind === 'all' || this.#copies.has(group) === (this.kind === 'copies');
  }

  #note(group: number, details: DuplicateGroup, verdict: Verdict): void {
    this.#details.set(group, details);
    const others = [...this.#verdicts].filter(([other]) => other !== group);
    this.#verdicts = new Map(verdict === 'open' ? others : [...others, [group, verdict]]);
  }

  async #load(groups: number[]): Promise<void> {
    const { list } = this;
    if (!this.#backend || !list) return;
    groups.forEach((group) => this.#loading.add(group));
    try {
      const details = await this.#backend.duplicateGroups(list.version, groups);
      if (list === this.list) details.forEach((detail, index) => this.#keep(groups[index] ?? 0, detail));
    } catch (error) {
      if (list === this.list) notices.problem(error);
    }
    if (list === this.list) groups.forEach((group) => this.#loading.delete(group));
  }

  #keep(group: number, details: DuplicateGroup): void {
    this.#details.set(group, details);
    const seen = new Set(this.#inSight);
    for (const known of this.#details.keys()) {
      if (this.#details.size <= KEPT) return;
      if (!seen.has(known)) this.#details.delete(known);
    }
  }

  async #find(): Promise<void> {
    const backend = this.#backend;
    if (!backend) return;
    this.#outdated = false;
    try {
      const list = await backend.duplicates();
      // What is in sight comes with it, so that nothing blinks.
      const groups = this.#inSight.filter((group) => group < list.groups);
      const details = groups.length > 0 ? await backend.duplicateGroups(list.version, groups) : [];
      if (backend !== this.#backend || underReview()) {
        this.#outdated = true;
        return;
      }
      this.#forget();
      details.forEach((detail, index) => this.#details.set(groups[index] ?? 0, detail));
      this.#verdicts = new Map([
        ...list.settled.map((group) => [group, 'settled'] as const),
        ...list.notDuplicates.map((group) => [group, 'not_duplicates'] as const),
      ]);
      this.list = list;
      this.problem = null;
    } catch (error) {
      this.#outdated = true;
      if (this.list) notices.problem(error);
      else this.problem = describe(error);
    }
  }

  #forget(): void {
    this.#details.clear();
    this.#loading.clear();
    this.#verdicts = new Map();
  }
}

/** Whether a group is open, maybe with something over it. */
function underReview(): boolean {
  return view.overlays.some(({ kind }) => kind === 'duplicates');
}

export const duplicates = new DuplicateGroups();
