// Where in their folders the made-up photos lie: by year and month, but for scans, which lie all together.

import type { MadeUpPhoto } from './madeUp';
import type { Subfolder, SubfolderName } from './types';

const MONTHS = [
  '01',
  '02 Lisbon',
  '03',
  '04 Garden',
  '05',
  '06',
  '07 Rome',
  '08 Lake',
  '09',
  '10',
  '11',
  '12',
];
/** The folder without any within it. */
const FLAT = 3;

/** The folders around a photo, the outermost first. */
export function subfoldersAround({ folder, taken }: MadeUpPhoto): SubfolderName[] {
  if (folder === FLAT) return [];
  const date = new Date(taken);
  const year = String(date.getUTCFullYear());
  const month = MONTHS[date.getUTCMonth()] ?? '';
  return [
    { key: `${folder}-${year}`, name: year },
    { key: `${folder}-${year}/${month}`, name: month },
  ];
}

/** Those that lie directly in a folder, or within another one in it. */
export function subfoldersOf(
  photos: readonly MadeUpPhoto[],
  folder: number,
  within: string | null,
): Subfolder[] {
  const found = new Map<string, Subfolder>();
  for (const photo of photos) {
    const around = subfoldersAround(photo);
    const depth = within === null ? 0 : around.findIndex(({ key }) => key === within) + 1;
    const here = within !== null && depth === 0 ? undefined : around[depth];
    if (!here || photo.folder !== folder) continue;
    const counted = (found.get(here.key)?.photos ?? 0) + 1;
    found.set(here.key, { ...here, photos: counted, hasSubfolders: depth + 1 < around.length });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
