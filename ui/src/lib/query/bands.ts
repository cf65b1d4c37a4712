// How much of what was found is on show: results are cut by band, never by a number, and reach down to what is related.

import type { Band, Match } from '../backend/types';

/** Most alike first. */
export const BANDS: readonly Band[] = ['near-identical', 'very-similar', 'similar', 'related', 'unrelated'];

/** The bands that a person steps through; unrelated photos are shown only when asked for by name. */
export const STEPS: readonly Band[] = BANDS.slice(0, 4);

export interface BandGroup {
  readonly band: Band;
  /** Position of its first match. */
  readonly start: number;
  readonly count: number;
}

export function reaches(limit: Band, band: Band): boolean {
  return BANDS.indexOf(band) <= BANDS.indexOf(limit);
}

/** As far as there is something worth a glance beside a photo: related ones only when nothing is closer. */
export function defaultLimit(matches: readonly Match[]): Band {
  return matches.some(({ band }) => reaches('similar', band)) ? 'similar' : 'related';
}

/** The matches within the limit; they come best first. */
export function within(matches: readonly Match[], limit: Band): Match[] {
  return matches.filter(({ band }) => reaches(limit, band));
}

/** Whether photos of a band are rather a guess. */
export function isUnsure(band: Band): boolean {
  return !reaches('similar', band);
}

/** Runs of one band, in order. */
export function groupByBand(matches: readonly Match[]): BandGroup[] {
  return BANDS.map((band) => ({
    band,
    start: matches.findIndex((match) => match.band === band),
    count: matches.filter((match) => match.band === band).length,
  })).filter(({ count }) => count > 0);
}
