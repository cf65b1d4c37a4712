// Groups of duplicates among the made-up photos, and what was decided about them.

import { problem } from './madeUpProblem';
import type { MadeUpPhoto } from './madeUp';
import type { DuplicateGroup, Duplicates, KeepReason, Photo, Verdict } from './types';

interface Decision {
  readonly keep: number[];
  readonly verdict: Verdict;
}

/** Every so manieth group is one of copies to the byte. */
const COPIES = 3;
/** Photos of which a group is made where so many are asked for. */
const STRIDE = 4;
const REASONS: KeepReason[] = [
  'older',
  'larger',
  'sharper',
  'more_bytes',
  'raw',
  'first_by_name',
  'has_date',
];

export class MadeUpDuplicates {
  #wanted: number | undefined;
  #version = 0;
  #groups: number[][] = [];
  /** By the first photo of the group. */
  #decisions = new Map<number, Decision>();

  constructor(wanted: number | undefined) {
    this.#wanted = wanted;
  }

  find(photos: readonly MadeUpPhoto[]): Duplicates {
    this.#version++;
    this.#groups = this.#wanted === undefined ? bySeries(photos) : inTurn(photos, this.#wanted);
    const positions = (wanted: (group: number[], at: number) => boolean) =>
      this.#groups.flatMap((group, at) => (wanted(group, at) ? [at] : []));
    return {
      version: this.#version,
      groups: this.#groups.length,
      copies: positions((_, at) => areCopies(at)),
      settled: positions((group, at) => this.#decisionOn(group, at).verdict === 'settled'),
      notDuplicates: positions((group, at) => this.#decisionOn(group, at).verdict === 'not_duplicates'),
    };
  }

  groups(
    version: number,
    positions: number[],
    photo: (id: number) => Promise<Photo>,
  ): Promise<DuplicateGroup[]> {
    this.#check(version);
    return Promise.all(
      positions.map(async (at) => {
        const group = this.#groups[at] ?? [];
        const photos = await Promise.all(group.map(photo));
        const [suggested = 0, second = 0] = group;
        const pair = hasPair(at, group) ? [suggested, second] : [];
        return {
          photos: photos.map((photo, index) => {
            if (areCopies(at)) return { ...photo, version: 1 };
            const smaller = index > 0 && REASONS[at % REASONS.length] === 'larger' ? 2 : 1;
            const [width, height] = [photo.width / smaller, photo.height / smaller];
            return { ...photo, version: photo.id, width, height, bytes: Math.round(photo.bytes / smaller) };
          }),
          suggested,
          reason: REASONS[at % REASONS.length] ?? 'older',
          over: group.find((id) => id !== suggested && !pair.includes(id)) ?? 0,
          beside: pair.slice(1),
          pairs: pair.length > 0 ? [pair] : [],
          keep: this.#decisionOn(group, at).keep,
        };
      }),
    );
  }

  review(version: number, group: number, keep: number[], verdict: Verdict): void {
    this.#check(version);
    const first = this.#groups[group]?.[0];
    if (first !== undefined) this.#decisions.set(first, { keep, verdict });
  }

  #decisionOn(group: number[], at: number): Decision {
    const [first = 0] = group;
    const keep = hasPair(at, group) ? group.slice(0, 2) : [first];
    return this.#decisions.get(first) ?? { keep, verdict: 'open' };
  }

  #check(version: number): void {
    if (version === this.#version) return;
    throw problem('duplicates_outdated', 'there is a newer list');
  }
}

const areCopies = (at: number) => at % COPIES === 0;
/** A RAW is there with its JPEG, and with something else that could go. */
const hasPair = (at: number, group: readonly number[]) =>
  REASONS[at % REASONS.length] === 'raw' && group.length > 2 && !areCopies(at);

/** Each copy beside the photo that it shows again. */
function bySeries(photos: readonly MadeUpPhoto[]): number[][] {
  const groups = new Map<number, number[]>();
  for (const { id, copyOf } of photos) {
    if (copyOf !== null) groups.set(copyOf, [...(groups.get(copyOf) ?? [copyOf]), id]);
  }
  return [...groups.values()];
}

/** Groups of two, three and four photos in turn. */
function inTurn(photos: readonly MadeUpPhoto[], count: number): number[][] {
  return Array.from({ length: count }, (_, at) =>
    photos.slice(at * STRIDE, at * STRIDE + 2 + (at % 3)).map(({ id }) => id),
  );
}
