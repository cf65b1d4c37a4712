// What is written on keys.

import { ON_MAC, SHORTCUTS, type Shortcut, type ShortcutId } from '../state/keys.svelte';
import { t } from '../strings/index.svelte';

/** The keys to press for a shortcut: what to hold, then any of the others. */
export function keycaps({ keys }: Shortcut): { held: string[]; pressed: string[] } {
  const combinations = keys.map((combination) => combination.split('+').map((part) => part || '+'));
  return {
    held: (combinations[0] ?? [])
      .slice(0, -1)
      .filter((key) => key !== '+')
      .map(cap),
    pressed: shortened(combinations.map((parts) => cap(parts.at(-1) ?? ''))),
  };
}

/** The first keys of a shortcut as menus write them, such as `Ctrl+C`. */
export function keysOf(id: ShortcutId): string {
  const combination = SHORTCUTS.find((shortcut) => shortcut.id === id)?.keys[0] ?? '';
  return combination
    .split('+')
    .map((part) => cap(part || '+'))
    .join(ON_MAC ? '' : '+');
}

/** The same for assistive technology. */
export function ariaKeysOf(id: ShortcutId): string {
  const combination = SHORTCUTS.find((shortcut) => shortcut.id === id)?.keys[0] ?? '';
  return combination
    .replace('Mod', ON_MAC ? 'Meta' : 'Control')
    .replace(/\b[a-z]$/, (key) => key.toUpperCase());
}

/** A row of keys is written by its ends. */
const A_ROW = 5;

function shortened(caps: string[]): string[] {
  return caps.length < A_ROW ? caps : [caps[0] ?? '', '…', caps.at(-1) ?? ''];
}

function cap(key: string): string {
  switch (key) {
    case 'Mod':
      return ON_MAC ? '⌘' : t('keys.names.ctrl');
    case 'Alt':
      return ON_MAC ? '⌥' : t('keys.names.alt');
    case 'Shift':
      return ON_MAC ? '⇧' : t('keys.names.shift');
    case 'Space':
      return t('keys.names.space');
    case 'Enter':
      return t('keys.names.enter');
    case 'Escape':
      return t('keys.names.escape');
    case 'ArrowLeft':
      return '←';
    case 'ArrowRight':
      return '→';
    case 'ArrowUp':
      return '↑';
    case 'ArrowDown':
      return '↓';
    default:
      return key.toUpperCase();
  }
}
