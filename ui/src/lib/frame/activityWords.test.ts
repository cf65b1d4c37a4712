import { afterEach, describe, expect, it } from 'vitest';

import type { Activity } from '../backend/types';
import { useLanguage } from '../strings/index.svelte';
import { activityWords } from './activityWords';

const INDEXING: Activity = {
  work: 'indexing',
  paused: false,
  folder: 'Pictures',
  model: null,
  answers: null,
  done: 12_410,
  total: 41_207,
  perSecond: 58.3,
  secondsLeft: 490,
};
const words = (change: Partial<Activity> = {}) => activityWords({ ...INDEXING, ...change }).join(' - ');

afterEach(() => useLanguage('en'));

describe('the words for background work', () => {
  it('says what, how far, how fast and how long still', () => {
    expect(words()).toBe('Indexing Pictures - 12,410 of 41,207 - 58 photos/s - 8 min left');
  });

  it('speaks German', () => {
    useLanguage('de');
    expect(words()).toBe('Pictures wird eingelesen - 12.410 von 41.207 - 58 Fotos/s - noch 8 Min.');
  });

  it('leaves out what is not known', () => {
    expect(words({ folder: null, perSecond: null, secondsLeft: null })).toBe(
      'Indexing photos - 12,410 of 41,207',
    );
  });

  it('does not pretend to know how much there is while it looks', () => {
    expect(words({ work: 'scanning', total: 0, perSecond: null, secondsLeft: null })).toBe(
      'Looking through Pictures - 12,410 files',
    );
  });

  it.each([
    [12, 'Less than a minute left'],
    [3 * 3600 + 25 * 60, '3 h 25 min left'],
  ])('tells %i seconds as a person would', (secondsLeft, left) => {
    expect(words({ secondsLeft })).toContain(left);
  });

  it('gives no rate and no time while it is held', () => {
    expect(words({ paused: true })).toBe('Indexing Pictures - 12,410 of 41,207 - Paused');
  });

  it('says for which model photos are read and which one answers', () => {
    const switching = { work: 'switching', folder: null, model: 'accurate', answers: 'fast' } as const;
    expect(words(switching)).toBe(
      'Reading photos for Accurate - 12,410 of 41,207 - Fast answers meanwhile - 58 photos/s - 8 min left',
    );
    expect(words({ work: 'calibrating', folder: null, model: 'Birds' })).toMatch(
      /^Measuring the bands of Birds - 12,410 of 41,207/,
    );
  });

  it('says that photos are being looked into, and how fast', () => {
    expect(words({ work: 'looking-inside', folder: null })).toBe(
      'Looking inside photos - 12,410 of 41,207 - 58 photos/s - 8 min left',
    );
  });

  it('has nothing to say when nothing is done', () => {
    expect(words({ work: 'idle' })).toBe('');
  });

  it('says that all work is held, also when there is none', () => {
    expect(words({ work: 'idle', paused: true })).toBe('Paused');
  });
});
