// Every string that a person reads. One file a language; adding a file here adds the language to the settings.
//
// Messages are ICU MessageFormat: `{count, plural, one {# photo} other {# photos}}`.

import { IntlMessageFormat } from 'intl-messageformat';

import type en from './en.json';

type Paths<Tree> = {
  [Key in keyof Tree & string]: Tree[Key] extends string ? Key : `${Key}.${Paths<Tree[Key]>}`;
}[keyof Tree & string];

/** The name of a message, such as `grid.empty`. English has all of them. */
export type MessageKey = Paths<typeof en>;
export type Values = Record<string, string | number | Date>;
interface Messages {
  [key: string]: string | Messages;
}

const CATALOGUES: Record<string, Messages> = Object.fromEntries(
  Object.entries(import.meta.glob<Messages>('./*.json', { eager: true, import: 'default' })).map(
    ([path, messages]) => [path.slice('./'.length, -'.json'.length), messages],
  ),
);

/** The languages there are. */
export const LANGUAGES = Object.keys(CATALOGUES);

let current = $state('en');
let regional = $state('en');
const formats: Record<string, IntlMessageFormat> = {};

/** The language in use as the system spells it where that is the same one: `en-GB` writes dates in its own way. */
export function language(): string {
  return regional;
}

/** Takes the first language we have of those asked for, such as `de-AT`; English when there is none. */
export function useLanguage(...wanted: (string | null)[]): void {
  const tags = wanted.flatMap((tag) => (tag ? [tag.replaceAll('_', '-')] : []));
  current = tags.map(baseOf).find((base) => base in CATALOGUES) ?? 'en';
  regional = tags.find((tag) => tag.includes('-') && baseOf(tag) === current && isLocale(tag)) ?? current;
  document.documentElement.lang = current;
}

function baseOf(tag: string): string {
  return tag.split('-')[0]?.toLowerCase() ?? '';
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

/** The message in the language in use. */
export function t(key: MessageKey, values: Values = {}): string {
  return message(current, key, values) ?? message('en', key, values) ?? key;
}

/** Like `t`, for keys that are only known when the program runs; none when the catalogue lacks it. */
export function lookUp(key: string): string | undefined {
  return message(current, key, {}) ?? message('en', key, {});
}

function message(language: string, key: string, values: Values): string | undefined {
  const id = `${language}:${key}`;
  let format = formats[id];
  if (!format) {
    const text = find(CATALOGUES[language], key);
    if (text === undefined) return undefined;
    format = new IntlMessageFormat(text, language, undefined, { ignoreTag: true });
    formats[id] = format;
  }
  return format.format<string>(values) as string;
}

function find(messages: Messages | undefined, key: string): string | undefined {
  let node: string | Messages | undefined = messages;
  for (const part of key.split('.')) node = typeof node === 'object' ? node[part] : undefined;
  return typeof node === 'string' ? node : undefined;
}
