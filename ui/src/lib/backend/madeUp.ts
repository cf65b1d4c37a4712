// The made-up photos of the in-memory library: the same ones each time, taken over fifteen years on outings of a few
// days, with several pictures of a scene each, now and then a copy.

import { subfoldersAround } from './madeUpSubfolders';
import { SCENES } from './scenes';
import type { Band, Filter } from './types';

export interface MadeUpPhoto {
  readonly id: number;
  readonly folder: number;
  readonly scene: number;
  /** Photos of one outing and scene share it. */
  readonly series: number;
  /** The photo that this one shows again. */
  readonly copyOf: number | null;
  readonly width: number;
  readonly height: number;
  readonly format: string;
  /** Unix milliseconds, as if local time were UTC. */
  readonly taken: number;
}

const DAY = 86_400_000;
const NEWEST = Date.UTC(2026, 2, 14);
const YEARS = 15;
const SIZES = [
  [4000, 3000],
  [3000, 4000],
  [6000, 4000],
  [4000, 6000],
  [3840, 2160],
  [4000, 3000],
  [2048, 2048],
] as const;
const FORMATS = ['jpeg', 'jpeg', 'jpeg', 'heic', 'jpeg', 'png', 'webp'];

/** Always the same numbers from 0 to 1 (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Photos, newest first, spread over folders with these ids. */
export function madeUpPhotos(count: number, folders: readonly number[], firstId = 1): MadeUpPhoto[] {
  const next = random(firstId);
  const photos: MadeUpPhoto[] = [];
  const outing = Math.max(6, Math.min(60, count / 40));
  const step = (YEARS * 365 * DAY) / Math.max(1, count / outing);
  let outingStart = NEWEST;
  let series = firstId;
  while (photos.length < count) {
    const folder = folders[Math.floor(next() ** 2 * folders.length)] ?? 1;
    const size = Math.ceil(outing * (0.3 + next() * 1.4));
    let scene = Math.floor(next() * SCENES);
    let taken = outingStart + 20 * 3_600_000;
    for (let shot = 0; shot < size && photos.length < count; shot++) {
      if (next() < 0.25) {
        scene = Math.floor(next() * SCENES);
        series++;
      }
      taken -= next() * 3_000_000;
      const previous = photos.at(-1);
      const copyOf = previous && shot > 0 && previous.copyOf === null && next() < 0.04 ? previous.id : null;
      const [width, height] = copyOf && previous ? [previous.width, previous.height] : dimensions(next);
      const format = FORMATS[Math.floor(next() * FORMATS.length)] ?? 'jpeg';
      const id = firstId + photos.length;
      photos.push({
        id,
        folder,
        scene: copyOf && previous ? previous.scene : scene,
        series,
        copyOf,
        width,
        height,
        format,
        taken,
      });
    }
    series++;
    outingStart = taken - step * (0.2 + next() * 1.6);
  }
  return photos;
}

function dimensions(next: () => number): readonly [number, number] {
  const rare = next();
  if (rare < 0.008) return [12000, 2400];
  if (rare < 0.016) return [1170, 5200];
  return SIZES[Math.floor(next() * SIZES.length)] ?? SIZES[0];
}

/** The day a photo was taken, `YYYY-MM-DD`. */
export const dayOf = (photo: MadeUpPhoto) => new Date(photo.taken).toISOString().slice(0, 10);

export const nameOf = (photo: MadeUpPhoto) => `IMG_${String(photo.id).padStart(5, '0')}.${photo.format}`;

export const daysSinceEpoch = (photo: MadeUpPhoto) => Math.floor(photo.taken / DAY);

export function passes(photo: MadeUpPhoto, filter: Filter): boolean {
  const day = dayOf(photo);
  return (
    (filter.folders.length === 0 || filter.folders.includes(photo.folder)) &&
    (filter.subfolder === null || subfoldersAround(photo).some(({ key }) => key === filter.subfolder)) &&
    (filter.formats.length === 0 || filter.formats.includes(photo.format)) &&
    (filter.from === null || day >= filter.from) &&
    (filter.to === null || day <= filter.to)
  );
}

/** Says how alike a photo and a scene are, the more so within a series. */
export function similarity(photo: MadeUpPhoto, scene: number, series: number | null): number {
  const noise = ((photo.id * 2_654_435_761) % 1000) / 1000;
  if (photo.scene === scene) {
    if (photo.copyOf !== null && photo.series === series) return 0.97 + noise * 0.02;
    return photo.series === series ? 0.8 + noise * 0.12 : 0.55 + noise * 0.2;
  }
  const apart = Math.abs(photo.scene - scene);
  return Math.max(0.05, 0.52 - apart * 0.06 + noise * 0.04);
}

export function bandOf(similarity: number): Band {
  if (similarity >= 0.95) return 'near-identical';
  if (similarity >= 0.78) return 'very-similar';
  if (similarity >= 0.54) return 'similar';
  return similarity >= 0.4 ? 'related' : 'unrelated';
}
