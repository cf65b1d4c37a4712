import { expect, test } from 'vitest';

import type { Band, Match } from '../backend/types';
import { defaultLimit, groupByBand, within } from './bands';

const found = (...bands: Band[]) => bands.map((band, id) => ({ id, band }) as Match);

test('related photos show by themselves only when nothing is closer', () => {
  expect(defaultLimit(found('very-similar', 'related'))).toBe('similar');
  expect(defaultLimit(found('related', 'unrelated'))).toBe('related');
});

test('unrelated photos never show by themselves', () => {
  const matches = found('unrelated', 'unrelated');
  expect(within(matches, defaultLimit(matches))).toEqual([]);
});

test('a limit lets through its band and all closer ones', () => {
  const matches = found('near-identical', 'very-similar', 'similar', 'related');
  expect(within(matches, 'very-similar').map(({ band }) => band)).toEqual(['near-identical', 'very-similar']);
});

test('results fall into runs of one band, without empty ones', () => {
  expect(groupByBand(found('near-identical', 'near-identical', 'similar'))).toEqual([
    { band: 'near-identical', start: 0, count: 2 },
    { band: 'similar', start: 2, count: 1 },
  ]);
});
