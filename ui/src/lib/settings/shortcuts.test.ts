import { screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';

import { faultsOf } from '../../test/axe';
import { madeUpLibrary, show } from '../../test/library';
import Shortcuts from './Shortcuts.svelte';

const keysOf = (label: string) =>
  [...(screen.getByText(label).parentElement?.querySelectorAll('kbd') ?? [])].map((key) => key.textContent);

test.each(['light', 'dark'] as const)('have no fault for assistive technology in %s', async (theme) => {
  show(Shortcuts, await madeUpLibrary({ settings: { theme } }));
  expect(await faultsOf(document.body)).toEqual([]);
});

test('keys are written as on the keyboard', async () => {
  show(Shortcuts, await madeUpLibrary({ settings: { language: 'de' } }));
  expect(keysOf('Alle auswählen')).toEqual(['Strg', 'A']);
  expect(keysOf('Auswahl erweitern')).toEqual(['Umschalt', '←', '→', '↑', '↓']);
  expect(keysOf('Größere Fotos')).toEqual(['+']);
});
