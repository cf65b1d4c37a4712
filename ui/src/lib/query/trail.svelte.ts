// The query and the ones before it. Every step keeps what it found and how far one had scrolled, so that going back
// is instant. Before the first step lies the timeline.

import type { Backend } from '../backend/backend';
import type { Band, Example, Filter, ImageRef, Match, Region, SearchResults } from '../backend/types';
import type { Place } from '../grid/place';
import { selection } from '../state/selection.svelte';
import { within } from './bands';
import {
  askedBy,
  exampleFor,
  hasAim,
  requestFor,
  withExamples,
  withOtherSide,
  withoutExample,
  withPart,
  withWeight,
  type Query,
  type Subject,
} from './query';

/** More than most people look through: an answer stays small. Whoever scrolls to their end gets as many more. */
const RESULTS = 500;
/** Nobody scrolls further. */
const MOST_RESULTS = 16_000;
/** Steps that are kept. */
const LENGTH = 50;
/** A sign of progress before this would only flicker. */
const SLOW = 150;
/** Least time between two quiet refreshes while photos come in. */
const REFRESH = 2000;

export class Step {
  query: Query;
  results = $state.raw<SearchResults | null>(null);
  problem = $state.raw<unknown>(null);
  /** Whether the answer takes long enough to say so. */
  slow = $state(false);
  /** The band that the person chose to stop at. */
  chosenLimit = $state<Band | null>(null);
  /** What the grid has in view. */
  place = $state.raw<Place | null>(null);
  /** The photo that had the focus. */
  focused: number | null = null;
  /** Photos came or went since it was answered. */
  outdated = false;
  /** Results that are asked for. */
  wanted = RESULTS;
  /** Whether its query has changed while a search was on its way that is let arrive. */
  moved = false;
  /** Counts its searches: an answer to any but the last is dropped. */
  asked = 0;
  /** Whether the last of them is still to be answered. */
  searching = false;

  limit: Band = $derived(this.chosenLimit ?? 'related');
  shown: readonly Match[] = $derived(within(this.results?.matches ?? [], this.limit));

  constructor(query: Query) {
    this.query = $state.raw(query);
  }

  /** Whether there may be more within the limit than have been asked for. */
  get hasMore(): boolean {
    const found = this.results?.matches ?? [];
    return found.length >= this.wanted && this.shown.length === found.length && this.wanted < MOST_RESULTS;
  }

  get waiting(): boolean {
    return !this.results && this.problem === null;
  }
}

export class Trail {
  #steps = $state.raw<readonly Step[]>([]);
  #position = $state(-1);
  /** What stays on show until the current step has its first answer. */
  #previous = $state.raw<Step | null>(null);
  /** The photo that had the focus in the timeline. */
  #focusedBefore: number | null = null;
  #backend: Backend | null = null;
  #refresh: ReturnType<typeof setTimeout> | undefined;

  /** The step on show; none stands for the timeline. */
  get current(): Step | null {
    return this.#steps[this.#position] ?? null;
  }

  /** The step whose results to draw: the one before while the current one waits for its first answer. */
  get shown(): Step | null {
    return this.current?.waiting ? (this.#previous ?? this.current) : this.current;
  }

  get canGoBack(): boolean {
    return this.#position >= 0;
  }

  get canGoForward(): boolean {
    return this.#position < this.#steps.length - 1;
  }

  /** Searches through this backend from now on, until the function it gives back is called. */
  attach(backend: Backend): () => void {
    this.#backend = backend;
    const listening = backend.on('changed', ({ photos }) => photos && this.#photosChanged());
    return () => {
      clearTimeout(this.#refresh);
      this.#refresh = undefined;
      void listening.then((unlisten) => unlisten());
    };
  }

  /** A new step. */
  ask(examples: readonly Example[]): void {
    this.#push(askedBy(examples, this.current?.query));
  }

  /**
   * By an image or a part of it: a new step, unless the query is about that image already. Where several examples are
   * of the image, `instead` is the one that changes.
   */
  find(image: ImageRef, crop: Region | null = null, instead?: Subject): void {
    const query = withPart(this.current?.query, image, crop, instead);
    if (exampleFor(this.current?.query, image)) this.#replace(query);
    else this.#push(query);
  }

  /** More like these, or less; without a query they become one. Nothing, when nothing would be left to look for. */
  add(examples: readonly Example[]): boolean {
    const query = this.current ? withExamples(this.current.query, examples) : askedBy(examples);
    if (!hasAim(query.examples)) return false;
    if (this.current) this.#replace(query);
    else this.#push(query);
    return true;
  }

  /** Taking away the last image to look for leads to the timeline. */
  remove(subject: Subject): void {
    if (!this.current) return;
    const query = withoutExample(this.current.query, subject);
    if (query) this.#replace(query);
    else this.leave();
  }

  /** More like it becomes less like it, and the other way round, as long as something is left to look for. */
  switchSide(subject: Subject): void {
    const query = this.current && withOtherSide(this.current.query, subject);
    if (query) this.#replace(query);
  }

  /**
   * The box on one of its images moves. The page follows, a search at a time, and where the box rests is searched for in
   * any case.
   */
  move(subject: Subject, crop: Region | null): void {
    const step = this.current;
    if (!step) return;
    step.query = withPart(step.query, subject.image, crop, subject);
    if (step.searching) step.moved = true;
    else void this.#search(step);
  }

  /** More of what was found, after the last that is there. */
  more(): void {
    const step = this.current;
    if (!step?.hasMore || step.searching) return;
    step.wanted *= 2;
    void this.#search(step, true);
  }

  weigh(subject: Subject, weight: number): void {
    if (this.current) this.#replace(withWeight(this.current.query, subject, weight));
  }

  filter(change: Partial<Filter>): void {
    if (!this.current) return;
    const { query } = this.current;
    this.#replace({ ...query, filter: { ...query.filter, ...change } });
  }

  /** Other folders are no longer there to filter by. */
  keepFolders(ids: readonly number[]): void {
    for (const step of this.#steps) {
      const { filter } = step.query;
      const folders = filter.folders.filter((id) => ids.includes(id));
      if (folders.length === filter.folders.length) continue;
      step.query = { ...step.query, filter: { ...filter, folders, subfolder: null } };
      step.outdated = true;
      if (step === this.current) void this.#search(step);
    }
  }

  hideCopies(hideCopies: boolean): void {
    if (this.current) this.#replace({ ...this.current.query, hideCopies });
  }

  retry(): void {
    if (this.current) void this.#search(this.current);
  }

  back(): void {
    if (this.canGoBack) this.#go(this.#position - 1);
  }

  forward(): void {
    if (this.canGoForward) this.#go(this.#position + 1);
  }

  /** To the timeline; forward leads back to the first step. */
  leave(): void {
    this.#go(-1);
  }

  #go(position: number): void {
    this.#keepFocus();
    this.#position = position;
    this.#previous = null;
    const focused = this.current ? this.current.focused : this.#focusedBefore;
    if (focused !== null) selection.only(focused);
    else selection.clear();
    if (this.current?.outdated) void this.#search(this.current, true);
  }

  #push(query: Query): void {
    const step = new Step(query);
    const shown = this.shown;
    this.#keepFocus();
    this.#steps = [...this.#steps.slice(0, this.#position + 1), step].slice(-LENGTH);
    this.#position = this.#steps.length - 1;
    this.#previous = shown;
    void this.#search(step);
  }

  #keepFocus(): void {
    if (this.current) this.current.focused = selection.focused;
    else this.#focusedBefore = selection.focused;
  }

  #replace(query: Query): void {
    const step = this.current;
    if (!step) return;
    step.query = query;
    void this.#search(step);
  }

  /**
   * A quiet search shows no progress, and leaves what is there when it fails. It waits for an answer that is on its way:
   * that may be to another query, whose results begin at the top.
   */
  async #search(step: Step, quiet = false): Promise<void> {
    if (!this.#backend || (quiet && step.searching)) return;
    const asked = ++step.asked;
    const slow = quiet ? undefined : setTimeout(() => (step.slow = asked === step.asked), SLOW);
    step.outdated = step.moved = false;
    step.searching = true;
    try {
      const results = await this.#backend.search(requestFor(step.query, step.wanted));
      if (asked !== step.asked) return;
      if (!quiet) step.place = null;
      step.results = results;
      step.problem = null;
    } catch (problem) {
      if (asked === step.asked && !(quiet && step.results)) step.problem = problem;
    } finally {
      clearTimeout(slow);
      if (asked === step.asked) {
        step.slow = step.searching = false;
        if (step.moved && step === this.current) void this.#search(step);
        else if (step.outdated && step === this.current) this.#refreshSoon();
      }
    }
  }

  #photosChanged(): void {
    for (const step of this.#steps) step.outdated = true;
    this.#refreshSoon();
  }

  #refreshSoon(): void {
    this.#refresh ??= setTimeout(() => {
      this.#refresh = undefined;
      if (this.current?.outdated) void this.#search(this.current, true);
    }, REFRESH);
  }
}

export const trail = new Trail();
