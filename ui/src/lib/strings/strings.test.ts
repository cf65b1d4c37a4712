// What holds for all words of the window, in every language.

import { readFileSync } from 'node:fs';

import { IntlMessageFormat } from 'intl-messageformat';
import { parse, type AST } from 'svelte/compiler';
import { describe as group, expect, test } from 'vitest';

import { BackendError } from '../backend/error';
import de from './de.json';
import en from './en.json';
import { t, useLanguage } from './index.svelte';
import { describe, reasonOf } from './problems';

const sources = import.meta.glob<string>(['/src/**/*.{svelte,ts}', '!/src/**/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Messages by key. */
function flat(tree: object, path = ''): Record<string, string> {
  return Object.assign(
    {},
    ...Object.entries(tree).map(([key, value]: [string, unknown]) =>
      typeof value === 'object' && value ? flat(value, `${path}${key}.`) : { [path + key]: value },
    ),
  ) as Record<string, string>;
}

/** Names of a message's arguments. */
function argumentsOf(message: string): string[] {
  const names = new Set<string>();
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (typeof node !== 'object' || node === null) return;
    const { type, value, options } = node as { type?: number; value?: unknown; options?: object };
    // 0 is text and 7 the `#` of a plural; all others name an argument.
    if (type !== undefined && type !== 0 && type !== 7) names.add(String(value));
    Object.values(options ?? {}).forEach((option: { value: unknown }) => walk(option.value));
  };
  walk(new IntlMessageFormat(message, 'en', undefined, { ignoreTag: true }).getAst());
  return [...names].sort();
}

const english = flat(en);

group.each([['de', flat(de)]])('%s', (_, messages) => {
  test('has the same messages as English', () => {
    expect(Object.keys(messages)).toEqual(Object.keys(english));
  });

  test.each(Object.entries(english))('%s takes the same values', (key, message) => {
    expect(argumentsOf(messages[key] ?? '')).toEqual(argumentsOf(message));
  });
});

test('no message is empty', () => {
  const empty = [en, de].flatMap((tree) => Object.entries(flat(tree)).filter(([, text]) => !text.trim()));
  expect(empty).toEqual([]);
});

test('every message is used', () => {
  const code = Object.values(sources).join('\n');
  const used = new Set([...code.matchAll(/['"`]([a-z]\w*(?:\.[\w-]+)+)['"`]/g)].map(([, key]) => key));
  const families = [...code.matchAll(/`([a-z]\w*(?:\.[\w-]+)*\.)\$\{/g)].map(([, prefix]) => prefix ?? '');
  // For the tray and the system's dialogs: the shell reads these and has a test of its own.
  families.push('native.');
  const unused = Object.keys(english).filter(
    (key) => !used.has(key) && !families.some((family) => key.startsWith(family)),
  );
  expect(unused).toEqual([]);
});

test('all visible text comes from the catalogue', () => {
  const written = Object.entries(sources)
    .filter(([path]) => path.endsWith('.svelte'))
    .flatMap(([path, source]) =>
      textsOf(parse(source, { modern: true }).fragment).map((text) => `${path}: ${text}`),
    );
  expect(written).toEqual([]);
});

/** Literal text of a component that a person would see or hear. */
function textsOf(root: AST.Fragment): string[] {
  const heard = ['alt', 'aria-label', 'aria-valuetext', 'label', 'placeholder', 'title'];
  const texts: string[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (typeof node !== 'object' || node === null) return;
    const { type, name, data } = node as { type?: string; name?: string; data?: string };
    if (type === 'StyleDirective' || (type === 'Attribute' && !heard.includes(name ?? ''))) return;
    if (type === 'Text' && data && /\p{L}/u.test(data)) texts.push(data.trim());
    Object.values(node).forEach(walk);
  };
  walk(root.nodes);
  return texts;
}

group('every code', () => {
  /** Where the errors of a crate are. */
  const folders = [
    'library/src/base',
    ...['catalog/src', 'imaging/src', 'image-embedder/src', 'vector-index/src'],
  ];
  const ofShell = [
    ...[
      'clipboard_empty',
      'clipboard_unavailable',
      'duplicates_outdated',
      'export_failed',
      'export_into_library',
      'image_unknown',
    ],
    ...['internal', 'no_tray', 'not_ready', 'open_failed', 'photo_offline', 'too_many_examples'],
  ];
  const ofFiles = [
    ...['file_changing', 'file_missing', 'file_too_large', 'not_a_file', 'panicked', 'unreadable'],
    ...['reader_died', 'reader_killed', 'reader_took_too_long'],
  ];
  const codes = [...folders.flatMap(codesOf), ...ofShell, ...ofFiles];

  /** The stable names in a crate's error type. */
  function codesOf(folder: string): string[] {
    const path = `${import.meta.dirname}/../../../../src-tauri/crates/${folder}/error.rs`;
    const rust = readFileSync(path, 'utf8');
    return [...rust.matchAll(/(?:=>|Some\(|unwrap_or\() ?"(\w+)"/g)].map(([, code]) => code ?? '');
  }

  test('is found in the sources', () => expect(codes.length).toBeGreaterThan(70));

  test.each(codes)('%s has words in English and in German', (code) => {
    const words = ['en', 'de'].map((language) => {
      useLanguage(language);
      return describe(new BackendError({ code, details: {}, message: '' }));
    });
    expect(words.every((text) => text.length > 0)).toBe(true);
    expect(words[0]).not.toBe(words[1]);
  });

  test.each([...codesOf('imaging/src'), ...ofFiles])(
    '%s comes with advice as the reason of a failure',
    (code) => {
      useLanguage('en');
      const { reason, advice } = reasonOf({ code, reason: '' });
      expect(reason).not.toBe('');
      expect(advice).not.toBe('');
    },
  );
});

test('an unknown language falls back to English', () => {
  useLanguage('pt-BR', null, 'de');
  expect(t('settings.title')).toBe('Einstellungen');
  useLanguage('pt-BR');
  expect(t('settings.title')).toBe('Settings');
});
