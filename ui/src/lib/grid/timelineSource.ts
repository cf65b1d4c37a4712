// The timeline as a grid shows it: all photos, newest first, under a heading for each month.

import { PLACEHOLDER_BYTES, type Timeline } from '../backend/timeline';
import { positionsOf } from './positions';
import type { GridSource, Section } from './source';

/** Where a year begins, for the scrubber. */
export interface Year {
  readonly label: string;
  /** Index of its first section. */
  readonly section: number;
}

export interface TimelineSource extends GridSource {
  readonly years: readonly Year[];
}

const DAY = 86_400_000;

export interface TimelineWords {
  /** How many photos a month has. */
  count(photos: number): string;
  /** What a screen reader says of a photo. */
  label(date: string, offline: boolean): string;
}

export function timelineSource(timeline: Timeline, language: string, words: TimelineWords): TimelineSource {
  const { count, ids, versions, days, ratios, offline, placeholders } = timeline;
  const { sections, years } = months(days, language, words);
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  let positionOf: ((id: number) => number) | undefined;

  return {
    count,
    sections,
    years,
    id: (position) => ids[position] ?? 0,
    version: (position) => versions[position] ?? 0,
    ratio: (position) => ratios[position] ?? 1,
    offline: (position) => offline[position] === 1,
    placeholder(position) {
      const start = position * PLACEHOLDER_BYTES;
      const hash = placeholders.subarray(start, start + PLACEHOLDER_BYTES);
      return hash.some((byte) => byte !== 0) ? hash : null;
    },
    label: (position) => words.label(date.format((days[position] ?? 0) * DAY), offline[position] === 1),
    positionOf(id) {
      positionOf ??= positionsOf(ids);
      return positionOf(id);
    },
  };
}

function months(days: Int32Array, language: string, words: TimelineWords) {
  const month = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const starts: { title: string; year: number; start: number }[] = [];
  let firstDay = Infinity;
  days.forEach((day, start) => {
    if (day >= firstDay) return;
    const date = new Date(day * DAY);
    firstDay = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / DAY;
    starts.push({ title: month.format(date), year: date.getUTCFullYear(), start });
  });
  const sections: Section[] = starts.map(({ title, start }, index) => ({
    title,
    start,
    detail: words.count((starts[index + 1]?.start ?? days.length) - start),
  }));
  const years: Year[] = [];
  starts.forEach(({ year }, section) => {
    const label = String(year);
    if (years.at(-1)?.label !== label) years.push({ label, section });
  });
  return { sections, years };
}
