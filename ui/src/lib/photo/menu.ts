// The context menu of photos, the same in the timeline and among results.

import type { Actions } from '../actions';
import { MOST_IMAGES, photoRef, sameSubject, type Subject } from '../query/query';
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
    ...(trail.current ? queryItems(ids, actions, trail) : []),
    ...(single && trail.current ? [{ label: t('actions.compare'), run: () => actions.compare(first) }] : []),
    ...(single ? [{ label: t('actions.open'), run: () => void actions.open(first), apart: true }] : []),
    ...(single ? [{ label: t('actions.showInFolder'), run: () => void actions.showInFolder(first) }] : []),
    { label: t('actions.reveal'), run: () => void actions.reveal(ids), apart: !single },
    { label: t('actions.copyPaths', { count: ids.length }), run: () => void actions.copyPaths(ids) },
    { label: t('actions.export'), run: () => void actions.exportCopies(ids) },
  ];
}

function queryItems(ids: readonly number[], actions: Actions, trail: Trail): MenuItem[] {
  const examples = trail.current?.query.examples ?? [];
  const subjects = ids.map((id) => ({ image: photoRef(id), crop: null }));
  const isIn = (subject: Subject) => examples.some((example) => sameSubject(example, subject));
  if (examples.length + ids.length > MOST_IMAGES || subjects.some(isIn)) return [];
  return [
    { label: t('actions.moreLikeThis', { count: ids.length }), run: () => actions.join(subjects, false) },
    { label: t('actions.lessLikeThis', { count: ids.length }), run: () => actions.join(subjects, true) },
  ];
}
