import { expect, test } from 'vitest';

import { spansUpTo } from './spans';

const spans = (day: string) =>
  spansUpTo(new Date(`${day}T12:00`)).map(({ name, from, to }) => [name, from, to]);

test('months and years end on their last day', () => {
  expect(spans('2024-03-12')).toEqual([
    ['thisMonth', '2024-03-01', '2024-03-31'],
    ['lastMonth', '2024-02-01', '2024-02-29'],
    ['thisYear', '2024-01-01', '2024-12-31'],
    ['lastYear', '2023-01-01', '2023-12-31'],
  ]);
});

test('in January the last month is in the year before', () => {
  expect(spans('2026-01-31')[1]).toEqual(['lastMonth', '2025-12-01', '2025-12-31']);
});
