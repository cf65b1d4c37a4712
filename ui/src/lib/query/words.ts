// Numbers and days as the person writes them.

import { language } from '../strings/index.svelte';

/** Such as `0.87`. */
export function formatSimilarity(similarity: number): string {
  return new Intl.NumberFormat(language(), {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(similarity);
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
