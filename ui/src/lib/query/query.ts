// What a query is, and how one follows from another. Queries are values: a change makes a new one.

import type { Example, Filter, ImageRef, Region, SearchRequest } from '../backend/types';

export interface Query {
  readonly examples: readonly Example[];
  readonly filter: Filter;
  readonly hideCopies: boolean;
}

/** Images of a query at most: one of more says nothing any more. */
export const MOST_IMAGES = 16;
export const NO_FILTER: Filter = {
  folders: [],
  subfolder: null,
  from: null,
  to: null,
  formats: [],
};

export function photoRef(id: number): ImageRef {
  return { kind: 'photo', id };
}

export function exampleOf(image: ImageRef, crop: Region | null = null, negative = false): Example {
  return { image, crop, negative, weight: 1 };
}

/** Names an image, for comparing. */
export function imageKey(image: ImageRef): string {
  return image.kind === 'photo' ? `photo:${image.id}` : `foreign:${image.key}`;
}

export function sameImage(a: ImageRef, b: ImageRef): boolean {
  return imageKey(a) === imageKey(b);
}

/** An image, or a part of one: a query has each of them once. */
export type Subject = Pick<Example, 'image' | 'crop'>;

/** Names what an example shows, for lists and for comparing. */
export function subjectKey({ image, crop }: Subject): string {
  const part = crop ? `@${[crop.x, crop.y, crop.width, crop.height].join()}` : '';
  return imageKey(image) + part;
}

export function sameSubject(a: Subject, b: Subject): boolean {
  return subjectKey(a) === subjectKey(b);
}

/** The example by an image or by a part of it, the first where there are several. */
export function exampleFor(query: Query | undefined, image: ImageRef): Example | undefined {
  return query?.examples.find((example) => sameImage(example.image, image));
}

export function isFiltered({ folders, subfolder, from, to, formats }: Filter): boolean {
  const placed = folders.length > 0 || subfolder !== null;
  return placed || formats.length > 0 || from !== null || to !== null;
}

/** Asks by something else among the same photos. */
export function askedBy(examples: readonly Example[], previous?: Query): Query {
  return {
    examples,
    filter: previous?.filter ?? NO_FILTER,
    hideCopies: previous?.hideCopies ?? false,
  };
}

/**
 * The query with another part of one of its images; a query by that image alone when it is none of them. Where several
 * examples are of the image, `instead` is the one that changes.
 */
export function withPart(
  query: Query | undefined,
  image: ImageRef,
  crop: Region | null,
  instead: Subject | undefined = exampleFor(query, image),
): Query {
  const changed = query?.examples.find((example) => instead && sameSubject(example, instead));
  if (!query || !changed) return askedBy([exampleOf(image, crop)], query);
  const part = { ...changed, crop };
  const others = query.examples.filter((example) => example === changed || !sameSubject(example, part));
  return { ...query, examples: others.map((example) => (example === changed ? part : example)) };
}

/** The query with more examples; one that it has already only changes sides, and keeps its weight. */
export function withExamples(query: Query, more: readonly Example[]): Query {
  const had = (example: Example) => query.examples.find((other) => sameSubject(other, example));
  const kept = query.examples.filter((example) => !more.some((other) => sameSubject(other, example)));
  const added = more.map((example) => ({ ...example, weight: had(example)?.weight ?? example.weight }));
  return { ...query, examples: [...kept, ...added] };
}

/** None when nothing would be left to look for. */
export function withoutExample(query: Query, subject: Subject): Query | null {
  const examples = query.examples.filter((example) => !sameSubject(example, subject));
  return hasAim(examples) ? { ...query, examples } : null;
}

/** More like this image becomes less like it, and the other way round; none when nothing would be left to look for. */
export function withOtherSide(query: Query, subject: Subject): Query | null {
  const { examples } = changed(query, subject, ({ negative }) => ({ negative: !negative }));
  return hasAim(examples) ? { ...query, examples } : null;
}

/** The query with one of its examples counting for more or for less. */
export function withWeight(query: Query, subject: Subject, weight: number): Query {
  return changed(query, subject, () => ({ weight }));
}

/** Whether there is something to look for, and not only something to stay away from. */
export function hasAim(examples: readonly Example[]): boolean {
  return examples.some(({ negative }) => !negative);
}

function changed(query: Query, subject: Subject, change: (example: Example) => Partial<Example>): Query {
  const examples = query.examples.map((example) =>
    sameSubject(example, subject) ? { ...example, ...change(example) } : example,
  );
  return { ...query, examples };
}

export function requestFor(query: Query, limit: number): SearchRequest {
  return { ...query, examples: [...query.examples], limit };
}
