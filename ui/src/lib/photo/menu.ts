// The context menu of photos, the same in the timeline and among results: all that can be done with them, and by which key.

import type { Actions } from '../actions';
import { MOST_IMAGES, photoRef, sameSubject, type Subject } from '../query/query';
import type { Trail } from '../query/trail.svelte';
import { t } from '../strings/index.svelte';
import type { MenuItem } from '../ui/Menu.svelte';

/** What the grid itself does with a photo. */
export interface Opening {
  view(id: number): void;
  /** With a box to draw on it. */
  draw(id: number): void;
}

/** What can be done with these photos; the first is the one that was pointed at. */
export function photoMenu(
  ids: readonly number[],
  actions: Actions,
  trail: Trail,
  opening?: Opening,
): MenuItem[] {
  const [first] = ids;
  if (first === undefined) return [];
  const one = ids.length === 1;
  return [
    { label: t('actions.find'), shortcut: 'find', run: () => actions.find(ids) },
    ...(one && opening
      ? [{ label: t('photo.drawBox'), shortcut: 'box' as const, run: () => opening.draw(first) }]
      : []),
    ...(trail.current ? queryItems(ids, actions, trail) : []),
    ...(one && trail.current
      ? [{ label: t('actions.compare'), shortcut: 'compare' as const, run: () => actions.compare(first) }]
      : []),
    ...(one ? openItems(first, actions, opening) : []),
    {
      label: t('actions.reveal'),
      shortcut: 'reveal',
      run: () => void actions.reveal(ids),
      apart: !one,
    },
    {
      label: t('actions.copyPaths', { count: ids.length }),
      shortcut: 'copyPaths',
      run: () => void actions.copyPaths(ids),
    },
    { label: t('actions.export'), shortcut: 'export', run: () => void actions.exportCopies(ids) },
  ];
}

function openItems(id: number, actions: Actions, opening?: Opening): MenuItem[] {
  const outside = { label: t('actions.open'), run: () => void actions.open(id) };
  const folder: MenuItem = {
    label: t('actions.showInFolder'),
    shortcut: 'showInFolder',
    run: () => void actions.showInFolder(id),
  };
  if (!opening) return [{ ...outside, apart: true }, folder];
  const view: MenuItem = {
    label: t('actions.view'),
    shortcut: 'open',
    run: () => opening.view(id),
    apart: true,
  };
  return [view, outside, folder];
}

function queryItems(ids: readonly number[], actions: Actions, trail: Trail): MenuItem[] {
  const examples = trail.current?.query.examples ?? [];
  const subjects = ids.map((id) => ({ image: photoRef(id), crop: null }));
  const isIn = (subject: Subject) => examples.some((example) => sameSubject(example, subject));
  if (examples.length + ids.length > MOST_IMAGES || subjects.some(isIn)) return [];
  return [
    {
      label: t('actions.moreLikeThis', { count: ids.length }),
      shortcut: 'more',
      run: () => actions.join(subjects, false),
    },
    {
      label: t('actions.lessLikeThis', { count: ids.length }),
      shortcut: 'less',
      run: () => actions.join(subjects, true),
    },
  ];
}
