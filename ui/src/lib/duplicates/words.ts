// What groups of duplicates are described with.

import type { DuplicateGroup, Photo } from '../backend/types';
import { formatBytes } from '../settings/bytes';
import { language, t } from '../strings/index.svelte';

/** Names in the label of a group; more are counted. */
const NAMED = 3;

/** The photo that is suggested to be kept. */
export function suggestedOf({ photos, suggested }: DuplicateGroup): Photo | undefined {
  return photos.find(({ id }) => id === suggested) ?? photos[0];
}

/** Whether the person, or nobody yet, wants to keep what is suggested. */
export function isAsSuggested({ keep, suggested, beside }: DuplicateGroup): boolean {
  const wanted = new Set([suggested, ...beside]);
  return keep.length === wanted.size && keep.every((id) => wanted.has(id));
}

/** The other pieces of a photo's shot, such as the JPEG of a RAW. */
export function pairOf({ id }: Photo, { pairs, photos }: DuplicateGroup): Photo[] {
  const pair = pairs.find((pieces) => pieces.includes(id)) ?? [];
  return photos.filter((other) => other.id !== id && pair.includes(other.id));
}

/** What is suggested, and why: of which photo that is said, where there are others. */
export function adviceFor(group: DuplicateGroup): string {
  const name = suggestedOf(group)?.name ?? '';
  const reason = reasonFor(group);
  const over = group.photos.find(({ id }) => id === group.over);
  if (!over || group.photos.length < 3) return t('duplicates.keepOf', { name, reason });
  return t('duplicates.keepRather', { name, other: over.name, reason });
}

/** Why that one, such as "larger, 4032 × 3024". */
export function reasonFor(group: DuplicateGroup): string {
  const { width = 0, height = 0, bytes = 0 } = suggestedOf(group) ?? {};
  return t(`duplicates.reasons.${group.reason}`, {
    width: `${width}`,
    height: `${height}`,
    size: sizeOf(bytes),
  });
}

export function sizeOf(bytes: number): string {
  return formatBytes(bytes, language());
}

export function namesOf(photos: readonly Photo[]): string {
  const names = photos.slice(0, NAMED).map(({ name }) => name);
  const more = photos.length - names.length;
  return [...names, ...(more > 0 ? [t('duplicates.more', { count: more })] : [])].join(', ');
}

/** The folder that a photo lies in, as a path. */
export function placeOf({ path, name }: Photo): string {
  return path.endsWith(name) ? path.slice(0, -name.length - 1) || '/' : path;
}

/** The other photos of a group with the same bytes. */
export function copiesOf(photo: Photo, photos: readonly Photo[]): Photo[] {
  return photos.filter((other) => other.id !== photo.id && other.version === photo.version);
}
