// The context menu of photos, the same in the timeline and among results.

import type { Actions } from '../actions';
import { exampleFor, exampleOf, MOST_IMAGES, photoRef } from '../query/query';
import type { Trail } from '../query/trail.svelte';
import { t } from '../strings/index.svelte';
import type { MenuItem } from '../ui/Menu.svelte';

/** What can be done with these photos; the first is the one that was pointed at. */
export function photoMenu(ids: readonly number[], actions: Actions, trail: Trail): MenuItem[] {
  const [first] = ids;
  if (first === undefined) return [];
  const single = ids.length === 1;
  return [
    { label: t('actions.find'), run: () => actions.find(ids) },
    ...(trail.current ? queryItems(ids, trail) : []),
    ...(single && trail.current ? [{ label: t('actions.compare'), run: () => actions.compare(first) }] : []),
    ...(single ? [{ label: t('actions.open'), run: () => void actions.open(first), apart: true }] : []),
    { label: t('actions.reveal'), run: () => void actions.reveal(ids), apart: !single },
    { label: t('actions.copyPaths', { count: ids.length }), run: () => void actions.copyPaths(ids) },
    { label: t('actions.export'), run: () => void actions.exportCopies(ids) },
  ];
}

function queryItems(ids: readonly number[], trail: Trail): MenuItem[] {
  const query = trail.current?.query;
  const add = (negative: boolean) => trail.add(ids.map((id) => exampleOf(photoRef(id), null, negative)));
  const count = (query?.examples.length ?? 0) + ids.length;
  if (count > MOST_IMAGES || ids.some((id) => exampleFor(query, photoRef(id)))) return [];
  return [
    { label: t('actions.moreLikeThis', { count: ids.length }), run: () => add(false) },
    { label: t('actions.lessLikeThis', { count: ids.length }), run: () => add(true) },
  ];
}
