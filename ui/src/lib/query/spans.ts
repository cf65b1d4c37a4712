// Stretches of days that people ask for by name.

export type SpanName = 'thisMonth' | 'lastMonth' | 'thisYear' | 'lastYear';

export interface Span {
  readonly name: SpanName;
  /** First and last day, `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
}

export function spansUpTo(today: Date): Span[] {
  const [year, month] = [today.getFullYear(), today.getMonth()];
  return [
    monthSpan('thisMonth', year, month),
    monthSpan('lastMonth', year, month - 1),
    { name: 'thisYear', from: `${year}-01-01`, to: `${year}-12-31` },
    { name: 'lastYear', from: `${year - 1}-01-01`, to: `${year - 1}-12-31` },
  ];
}

/** The day before the first of the next month is the last, however long the month is. */
function monthSpan(name: SpanName, year: number, month: number): Span {
  const day = (date: Date) => date.toISOString().slice(0, 10);
  return {
    name,
    from: day(new Date(Date.UTC(year, month, 1))),
    to: day(new Date(Date.UTC(year, month + 1, 0))),
  };
}
