// The keys that do something anywhere in the window: one table, one listener.
//
// Keys that only mean something inside one control, such as the arrows of a slider, stay with that control: what a
// control has dealt with (`preventDefault`) is not looked at here.

import { onDestroy } from 'svelte';

import type { MessageKey } from '../strings/index.svelte';

/** What a shortcut is about; the sheet of shortcuts is grouped by it. */
export const AREAS = ['photos', 'closely', 'query', 'box', 'duplicates', 'window'] as const;
export type Area = (typeof AREAS)[number];

export interface Shortcut {
  readonly id: string;
  /** Any of these, such as `f`, `Mod+o` or `Shift+ArrowUp`. `Mod` is Cmd on a Mac and Ctrl elsewhere. */
  readonly keys: readonly string[];
  readonly area: Area;
  readonly label: MessageKey;
  /** Goes on while the key is held. */
  readonly repeats?: true;
  /** Belongs to the text field, or to selected text, when there is one. */
  readonly editing?: true;
}

const ARROWS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'] as const;
const SHIFT_ARROWS = ['Shift+ArrowLeft', 'Shift+ArrowRight', 'Shift+ArrowUp', 'Shift+ArrowDown'] as const;
const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

const TABLE = [
  { id: 'move', keys: ARROWS, area: 'photos', label: 'keys.move', repeats: true },
  { id: 'extend', keys: SHIFT_ARROWS, area: 'photos', label: 'keys.extend', repeats: true },
  { id: 'selectAll', keys: ['Mod+a'], area: 'photos', label: 'keys.selectAll', editing: true },
  { id: 'open', keys: ['Enter'], area: 'photos', label: 'keys.open' },
  { id: 'preview', keys: ['Space'], area: 'photos', label: 'keys.preview' },
  { id: 'find', keys: ['f'], area: 'photos', label: 'keys.find' },
  { id: 'more', keys: ['m'], area: 'photos', label: 'keys.more' },
  { id: 'less', keys: ['l'], area: 'photos', label: 'keys.less' },
  { id: 'compare', keys: ['c'], area: 'photos', label: 'keys.compare' },
  { id: 'reveal', keys: ['r'], area: 'photos', label: 'keys.reveal' },
  { id: 'showInFolder', keys: ['o'], area: 'photos', label: 'keys.showInFolder' },
  { id: 'copyPaths', keys: ['Mod+c'], area: 'photos', label: 'keys.copyPaths', editing: true },
  { id: 'export', keys: ['e'], area: 'photos', label: 'keys.export' },
  { id: 'larger', keys: ['+'], area: 'photos', label: 'keys.larger', repeats: true },
  { id: 'smaller', keys: ['-'], area: 'photos', label: 'keys.smaller', repeats: true },
  { id: 'zoomIn', keys: ['+', '='], area: 'closely', label: 'keys.zoomIn', repeats: true },
  { id: 'zoomOut', keys: ['-'], area: 'closely', label: 'keys.zoomOut', repeats: true },
  { id: 'zoomToggle', keys: ['z'], area: 'closely', label: 'keys.zoomToggle' },
  // Only listed: what it does hangs on the drag.
  { id: 'pan', keys: ['Space'], area: 'closely', label: 'keys.pan' },
  { id: 'details', keys: ['i'], area: 'closely', label: 'keys.details' },
  // Only listed: the paste event brings what is on the clipboard.
  { id: 'paste', keys: ['Mod+v'], area: 'query', label: 'keys.paste', editing: true },
  { id: 'pick', keys: ['Mod+o'], area: 'query', label: 'keys.pick' },
  { id: 'back', keys: ['Alt+ArrowLeft'], area: 'query', label: 'keys.back' },
  { id: 'forward', keys: ['Alt+ArrowRight'], area: 'query', label: 'keys.forward' },
  // Only listed: it belongs to the number on an image of the query.
  { id: 'weigh', keys: ['ArrowUp', 'ArrowDown'], area: 'query', label: 'keys.weigh', repeats: true },
  { id: 'dismiss', keys: ['Escape'], area: 'query', label: 'keys.dismiss' },
  { id: 'box', keys: ['b'], area: 'box', label: 'keys.box' },
  { id: 'moveBox', keys: ARROWS, area: 'box', label: 'keys.moveBox', repeats: true },
  { id: 'resizeBox', keys: SHIFT_ARROWS, area: 'box', label: 'keys.resizeBox', repeats: true },
  { id: 'searchBox', keys: ['Enter'], area: 'box', label: 'keys.searchBox' },
  { id: 'moreBox', keys: ['m'], area: 'box', label: 'keys.moreBox' },
  { id: 'lessBox', keys: ['l'], area: 'box', label: 'keys.lessBox' },
  { id: 'nextGroup', keys: ['ArrowDown', 'j'], area: 'duplicates', label: 'keys.nextGroup', repeats: true },
  {
    id: 'previousGroup',
    keys: ['ArrowUp', 'k'],
    area: 'duplicates',
    label: 'keys.previousGroup',
    repeats: true,
  },
  {
    id: 'pickPhoto',
    keys: ['ArrowLeft', 'ArrowRight'],
    area: 'duplicates',
    label: 'keys.pickPhoto',
    repeats: true,
  },
  { id: 'keep', keys: ['Space'], area: 'duplicates', label: 'keys.keep' },
  { id: 'keepNumber', keys: DIGITS, area: 'duplicates', label: 'keys.keepNumber' },
  { id: 'settle', keys: ['d'], area: 'duplicates', label: 'keys.settle' },
  { id: 'notDuplicates', keys: ['n'], area: 'duplicates', label: 'keys.notDuplicates' },
  { id: 'copyOthers', keys: ['c'], area: 'duplicates', label: 'keys.copyOthers' },
  { id: 'pause', keys: ['p'], area: 'window', label: 'keys.pause' },
  // Only listed: they belong to the folder that has the focus.
  { id: 'openFolder', keys: ['ArrowRight', 'ArrowLeft'], area: 'window', label: 'keys.openFolder' },
  { id: 'settings', keys: ['Mod+,'], area: 'window', label: 'keys.settings' },
  { id: 'shortcuts', keys: ['?'], area: 'window', label: 'keys.shortcuts' },
] as const satisfies readonly Shortcut[];

export type ShortcutId = (typeof TABLE)[number]['id'];
export const SHORTCUTS: readonly (Shortcut & { readonly id: ShortcutId })[] = TABLE;

/** Returning `false` declines: the next one in line is asked. */
export type ShortcutHandler = (event: KeyboardEvent) => unknown;

interface Layer {
  /** None: a mask, which keeps keys from all below it. */
  readonly id: ShortcutId | null;
  readonly handler: ShortcutHandler;
  /** What a mask lets through. */
  readonly through?: readonly Area[];
}

let layers: readonly Layer[] = [];

/**
 * Calls the handler while the component lives; call it while the component starts. Whoever came last is asked first.
 * Gives back a function that ends it earlier.
 */
export function onShortcut(id: ShortcutId, handler: ShortcutHandler): () => void {
  return put({ id, handler });
}

/**
 * Keeps keys from all handlers that are there already, while the component lives: what modal views do. Those of the
 * areas named get through.
 */
export function maskShortcuts(...through: Area[]): () => void {
  return put({ id: null, handler: () => false, through });
}

function put(layer: Layer): () => void {
  if (layers.length === 0) window.addEventListener('keydown', dispatch);
  layers = [...layers, layer];
  const remove = () => {
    layers = layers.filter((other) => other !== layer);
    if (layers.length === 0) window.removeEventListener('keydown', dispatch);
  };
  onDestroy(remove);
  return remove;
}

function dispatch(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const pressed = combination(event);
  let meant = SHORTCUTS.filter((shortcut) => shortcut.keys.includes(pressed) && applies(shortcut, event));
  for (const layer of [...layers].reverse()) {
    if (layer.through) meant = meant.filter(({ area }) => layer.through?.includes(area));
    if (meant.length === 0) return;
    if (meant.some(({ id }) => id === layer.id) && layer.handler(event) !== false) {
      event.preventDefault();
      return;
    }
  }
}

export const ON_MAC = navigator.userAgent.includes('Mac');

/** Writes a key press as the table does. */
function combination(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (ON_MAC ? event.metaKey : event.ctrlKey) parts.push('Mod');
  if (ON_MAC ? event.ctrlKey : event.metaKey) parts.push('Other');
  if (event.altKey) parts.push('Alt');
  const key = event.key === ' ' ? 'Space' : letter(event);
  // Keyboards differ in what needs Shift: `?` and `+` are what they are however they are typed.
  if (event.shiftKey && (key.length > 1 || /^[a-z]$/.test(key))) parts.push('Shift');
  return [...parts, key].join('+');
}

/** The letter on the key where the keyboard writes another alphabet. */
function letter(event: KeyboardEvent): string {
  const latin = /^Key([A-Z])$/.exec(event.code)?.[1];
  const key = latin && event.key > '\u{ff}' ? latin : event.key;
  return key.length === 1 ? key.toLowerCase() : key;
}

const TEXT_FIELDS =
  'textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range], [type=button])';
const PRESSED = 'button, a[href], summary, input';
const PRESSES: readonly string[] = ['Enter', 'Space'];
const STEPPED = 'input';

/** Whether the shortcut means anything where the focus is. */
function applies(shortcut: Shortcut, event: KeyboardEvent): boolean {
  if (event.repeat && !shortcut.repeats) return false;
  const target = event.target instanceof Element ? event.target : document.body;
  const typing = target.closest(TEXT_FIELDS) !== null;
  if (shortcut.editing) return !typing && getSelection()?.type !== 'Range';
  if (typing) return shortcut.keys.some((keys) => keys.startsWith('Mod+') || keys === 'Escape');
  if (target.closest(PRESSED) && shortcut.keys.some((keys) => PRESSES.includes(keys))) return false;
  return !(target.closest(STEPPED) && shortcut.keys.some((keys) => keys.includes('Arrow')));
}
