// Made-up folders, what could not be read in them, and what is left out.

import type { Exclusion, Failure, Folder } from './types';

export const FOLDERS = ['Pictures', 'Camera uploads', 'Scans', 'NAS'];
export const EXCLUSIONS: Exclusion[] = [
  { pattern: '#snapshot', kind: 'snapshots', by: 'Synology', active: true },
  { pattern: '#recycle', kind: 'trash', by: 'Synology', active: true },
  { pattern: '$Recycle.Bin', kind: 'trash', by: 'Windows', active: true },
  { pattern: '*.lrdata', kind: 'previews', by: 'Adobe Lightroom', active: true },
  { pattern: '.*', kind: 'hidden', by: null, active: true },
];

export function madeUpFolder(id: number, name: string, offline: boolean): Folder {
  const path = offline ? `/media/${name}` : `/home/kim/${name}`;
  const state = offline ? 'offline' : name === 'Scans' ? 'polling' : 'watching';
  const lastSeen = offline ? Date.UTC(2026, 2, 3, 12) : null;
  const counts = { photos: 0, absent: 0, inQuestion: 0 };
  return {
    id,
    path,
    name,
    ...counts,
    state,
    lastSeen,
    withoutPhotos: null,
    renamedTo: null,
    lookInside: true,
  };
}

const failure = (key: string, name: string, code: string, reason: string): Failure => ({
  key,
  path: `/home/kim/Pictures/${name}`,
  name,
  code,
  reason,
});

export const FAILURES: Failure[] = [
  failure('1', 'IMG_0412.jpg', 'truncated', 'the file ends too early'),
  failure('2', 'Poster.psd.jpg', 'unsupported', 'this is not a supported image format'),
  failure('3', 'Panorama.tif', 'too_large', 'the picture has more than 500 million pixels'),
];
