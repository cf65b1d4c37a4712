// Results as a grid shows them: best first, under a heading for each band.

import type { Band, Match } from '../backend/types';
import type { GridSource } from '../grid/source';
import { groupByBand, isUnsure } from './bands';

export interface ResultsWords {
  /** What a band is called. */
  band(band: Band): string;
  /** How many photos are in one. */
  count(photos: number, band: Band): string;
  /** What a screen reader says of a photo. */
  label(match: Match): string;
}

export function resultsSource(matches: readonly Match[], words: ResultsWords): GridSource {
  const positions = new Map(matches.map(({ id }, position) => [id, position]));
  const at = (position: number) => matches[position];
  return {
    count: matches.length,
    sections: groupByBand(matches).map(({ band, start, count }) => ({
      title: words.band(band),
      start,
      detail: words.count(count, band),
      ...(isUnsure(band) && start > 0 && !isUnsure(matches[start - 1]?.band ?? band) && { apart: true }),
    })),
    id: (position) => at(position)?.id ?? 0,
    version: (position) => at(position)?.version ?? 0,
    ratio(position) {
      const match = at(position);
      return match ? match.width / match.height : 1;
    },
    offline: (position) => at(position)?.online === false,
    placeholder(position) {
      const hash = at(position)?.placeholder;
      return hash ? Uint8Array.from(atob(hash), (letter) => letter.charCodeAt(0)) : null;
    },
    label(position) {
      const match = at(position);
      return match ? words.label(match) : '';
    },
    positionOf: (id) => positions.get(id) ?? -1,
  };
}
