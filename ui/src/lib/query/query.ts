// What a query is, and how one follows from another. Queries are values: a change makes a new one.

import type { Example, Filter, ImageRef, Region, SearchRequest } from '../backend/types';

export interface Query {
  readonly examples: readonly Example[];
  readonly filter: Filter;
  readonly hideCopies: boolean;
}

/** Images of a query at most: one of more says nothing any more. */
export const MOST_IMAGES = 16;
export const NO_FILTER: Filter = { folders: [], from: null, to: null, formats: [] };

export function photoRef(id: number): ImageRef {
  return { kind: 'photo', id };
}

export function exampleOf(image: ImageRef, crop: Region | null = null, negative = false): Example {
  return { image, crop, negative };
}

/** Names an image, for lists and for comparing. */
export function imageKey(image: ImageRef): string {
  return image.kind === 'photo' ? `photo:${image.id}` : `foreign:${image.key}`;
}

export function sameImage(a: ImageRef, b: ImageRef): boolean {
  return imageKey(a) === imageKey(b);
}

export function exampleFor(query: Query | undefined, image: ImageRef): Example | undefined {
  return query?.examples.find((example) => sameImage(example.image, image));
}

export function isFiltered({ folders, from, to, formats }: Filter): boolean {
  return folders.length > 0 || formats.length > 0 || from !== null || to !== null;
}

/** Asks by something else among the same photos. */
export function askedBy(examples: readonly Example[], previous?: Query): Query {
  return {
    examples,
    filter: previous?.filter ?? NO_FILTER,
    hideCopies: previous?.hideCopies ?? false,
  };
}

/** The query with another part of one of its images; a query by that image alone when it is none of them. */
export function withPart(query: Query | undefined, image: ImageRef, crop: Region | null): Query {
  if (!query || !exampleFor(query, image)) return askedBy([exampleOf(image, crop)], query);
  const examples = query.examples.map((example) =>
    sameImage(example.image, image) ? { ...example, crop } : example,
  );
  return { ...query, examples };
}

/** The query with more examples; an image that it has already only changes sides. */
export function withExamples(query: Query, more: readonly Example[]): Query {
  const kept = query.examples.filter(({ image }) => !more.some((other) => sameImage(other.image, image)));
  return { ...query, examples: [...kept, ...more] };
}

/** None when nothing would be left to look for. */
export function withoutExample(query: Query, image: ImageRef): Query | null {
  const examples = query.examples.filter((example) => !sameImage(example.image, image));
  return examples.some(({ negative }) => !negative) ? { ...query, examples } : null;
}

/** More like this image becomes less like it, and the other way round; none when nothing would be left to look for. */
export function withOtherSide(query: Query, image: ImageRef): Query | null {
  const examples = query.examples.map((example) =>
    sameImage(example.image, image) ? { ...example, negative: !example.negative } : example,
  );
  return examples.some(({ negative }) => !negative) ? { ...query, examples } : null;
}

export function requestFor(query: Query, limit: number): SearchRequest {
  return { ...query, examples: [...query.examples], limit };
}
