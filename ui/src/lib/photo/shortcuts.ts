// The keys for what can be done with photos: with those that are selected, the same in the timeline and among results,
// and those that go on working in a view that covers these.

import type { Actions } from '../actions';
import { photoRef } from '../query/query';
import { trail } from '../query/trail.svelte';
import { maskShortcuts, onShortcut } from '../state/keys.svelte';
import { selection } from '../state/selection.svelte';
import { view } from '../state/view.svelte';
import type { Looking } from './looking.svelte';

/** Registers them while the component that calls lives. `draw` opens a photo to draw a box on it. */
export function photoShortcuts(actions: Actions, draw: (id: number) => void): void {
  const onSelected = (act: (ids: number[], focused: number) => unknown) => () => {
    const { focused } = selection;
    if (focused === null) return false;
    act(selectedWith(focused), focused);
    return true;
  };
  onShortcut('find', onSelected(actions.find));
  const join = (negative: boolean) => (ids: number[]) =>
    actions.join(
      ids.map((id) => ({ image: photoRef(id), crop: null })),
      negative,
    );
  onShortcut('more', onSelected(join(false)));
  onShortcut('less', onSelected(join(true)));
  onShortcut('reveal', onSelected(actions.reveal));
  onShortcut(
    'showInFolder',
    onSelected((_, focused) => actions.showInFolder(focused)),
  );
  onShortcut('copyPaths', onSelected(actions.copyPaths));
  onShortcut('export', onSelected(actions.exportCopies));
  onShortcut(
    'compare',
    onSelected((_, focused) => actions.compare(focused)),
  );
  onShortcut(
    'box',
    onSelected((_, focused) => draw(focused)),
  );
}

/**
 * For a view that covers the photos: keeps their keys from them, not those of the window. Walking the trail leads out
 * of the view.
 */
export function coveringShortcuts(): void {
  maskShortcuts('query', 'window');
  const leaveIf = (walks: boolean) => {
    if (walks) view.closeAll();
    return false;
  };
  onShortcut('back', () => leaveIf(trail.canGoBack));
  onShortcut('forward', () => leaveIf(trail.canGoForward));
}

/** The keys for looking closely. */
export function zoomShortcuts(looking: Looking): void {
  onShortcut('zoomIn', () => looking.step(1));
  onShortcut('zoomOut', () => looking.step(-1));
  onShortcut('zoomToggle', () => looking.toggle());
}

/** The selection when the photo is part of it, with the photo first; else the photo alone. */
export function selectedWith(id: number): number[] {
  return selection.has(id) ? [id, ...[...selection.ids].filter((other) => other !== id)] : [id];
}
