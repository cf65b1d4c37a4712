import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { BackendError } from '../backend/error';
import { t } from '../strings/index.svelte';
import { describe as words, notices } from './notices.svelte';

const texts = () => notices.list.map(({ text }) => text);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  notices.list.forEach(({ id }) => notices.dismiss(id));
  vi.useRealTimers();
});

test('a notice goes by itself, a problem stays longer', () => {
  notices.note('3 paths copied');
  notices.problem(new Error('odd'));
  vi.advanceTimersByTime(6000);
  expect(texts()).toEqual([t('problems.internal')]);
  vi.advanceTimersByTime(6000);
  expect(texts()).toEqual([]);
});

test('a notice stays while somebody reads it and then has its full time', () => {
  notices.note('read me');
  notices.hold();
  notices.note('me too');
  vi.advanceTimersByTime(60_000);
  expect(texts()).toEqual(['read me', 'me too']);
  notices.release();
  vi.advanceTimersByTime(5999);
  expect(texts()).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(texts()).toEqual([]);
});

test('taking away the one that was held frees those that come later', () => {
  notices.note('read me');
  notices.hold();
  notices.list.forEach(({ id }) => notices.dismiss(id));
  notices.note('next');
  vi.advanceTimersByTime(6000);
  expect(texts()).toEqual([]);
});

test('the same words do not pile up, and only the newest are kept', () => {
  ['one', 'two', 'two', 'three', 'four'].forEach((text) => notices.note(text));
  expect(texts()).toEqual(['two', 'three', 'four']);
});

test('no timer outlives its notice', () => {
  ['one', 'two', 'two', 'three', 'four'].forEach((text) => notices.note(text));
  notices.list.forEach(({ id }) => notices.dismiss(id));
  expect(vi.getTimerCount()).toBe(0);
});

test('a problem names its file and says what can be done', () => {
  const problem = (code: string) =>
    words(new BackendError({ code, details: { name: 'Holiday.jpg' }, message: 'In English' }));
  expect(problem('truncated')).toBe(
    'Holiday.jpg: The file is incomplete: the picture ends too early. Copy it again from the camera or a backup.',
  );
  expect(problem('no_such_code')).toBe('Holiday.jpg: In English');
});
