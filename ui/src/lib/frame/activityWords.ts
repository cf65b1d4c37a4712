// The background work in words: what, how far, how fast, how long still.

import type { Activity, Work } from '../backend/types';
import { modelName } from '../state/models.svelte';
import { t } from '../strings/index.svelte';

/** The work of which one wants to know how many photos it does in a second. */
const COUNTS_PHOTOS: Work[] = ['indexing', 'looking-inside', 'switching'];

export function isBusy(activity: Activity | null): boolean {
  return activity !== null && activity.work !== 'idle';
}

/** All there is to say, what it is first; nothing when nothing goes on and nothing is held. */
export function activityWords(activity: Activity): string[] {
  if (isBusy(activity)) return [workWords(activity), ...progressWords(activity)];
  return activity.paused ? [t('status.paused')] : [];
}

/** Such as "Indexing Pictures". */
function workWords({ work, folder, model }: Activity): string {
  if (work === 'switching') return t('status.switching', { model: modelName(model ?? '') });
  if (work === 'calibrating') return t('status.calibrating', { model: modelName(model ?? '') });
  if (work === 'looking-inside') return t('status.lookingInside');
  if (work === 'building') return t('status.building');
  if (work === 'comparing') return t('status.comparing');
  if (work === 'scanning') return folder ? t('status.scanningFolder', { folder }) : t('status.scanning');
  return folder ? t('status.indexingFolder', { folder }) : t('status.indexing');
}

/** Such as "12,410 of 41,207", "58 photos/s" and "8 min left"; only what is known. */
function progressWords(activity: Activity): string[] {
  const { work, paused, done, total, perSecond, secondsLeft, answers } = activity;
  const words: string[] = [];
  if (work === 'scanning') words.push(t('status.looked', { done }));
  else if (total > 0) words.push(t('status.progress', { done, total }));
  if (answers !== null) words.push(t('status.answersMeanwhile', { model: modelName(answers) }));
  if (paused) return [...words, t('status.paused')];
  if (COUNTS_PHOTOS.includes(work) && perSecond !== null && perSecond >= 1) {
    words.push(t('status.rate', { rate: Math.round(perSecond) }));
  }
  if (secondsLeft !== null) words.push(timeLeft(secondsLeft));
  return words;
}

function timeLeft(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return t('status.soon');
  if (minutes < 60) return t('status.minutes', { minutes });
  return t('status.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
