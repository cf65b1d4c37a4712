// What results are described with: numbers and days as the person writes them, and how much could be found so far.

import type { Example, Overview } from '../backend/types';
import { language, t } from '../strings/index.svelte';

/** Such as `0.87`. */
export function formatSimilarity(similarity: number): string {
  return new Intl.NumberFormat(language(), {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(similarity);
}

/** How much an image counts, such as ×1.5. */
export function formatWeight(weight: number): string {
  return `×${new Intl.NumberFormat(language(), { maximumFractionDigits: 2 }).format(weight)}`;
}

/** What an image of the query is there for. */
export function nameOfExample({ crop, negative }: Example, name: string): string {
  if (crop) return t(negative ? 'query.lessLikePart' : 'query.partOf', { name });
  return t(negative ? 'query.lessLike' : 'query.like', { name });
}

/** A day, or a moment without a zone, such as `2026-03-12T18:30:00`. */
export function formatDay(day: string, style: 'medium' | 'long' = 'long'): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: style }).format(
    new Date(`${day.slice(0, 10)}T12:00`),
  );
}

export function formatMoment(moment: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'long', timeStyle: 'short' }).format(
    new Date(moment),
  );
}

/** That more will be found, while the model in use has not read all photos yet. */
export function partlyRead(overview: Overview | null): string | null {
  if (!overview || overview.read >= overview.photos) return null;
  return t('results.partlyRead', { read: overview.read, photos: overview.photos });
}
