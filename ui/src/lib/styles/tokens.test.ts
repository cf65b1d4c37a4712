// Text can be read on every ground it stands on, in light and in dark, as WCAG 2.2 level AA asks for.

import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

const css = readFileSync(`${import.meta.dirname}/tokens.css`, 'utf8');

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

/** The tokens of a theme; dark ones stand over the light ones. */
function tokensOf(theme: 'light' | 'dark'): Map<string, string> {
  const blocks = [...css.matchAll(/([^{}]+)\{([^{}]*)\}/g)].filter(
    ([, selector]) => /:root\s*$/.test(selector ?? '') || selector?.includes(`'${theme}'`),
  );
  return new Map(
    blocks.flatMap(([, , body]) =>
      [...(body ?? '').matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [
        name ?? '',
        value ?? '',
      ]),
    ),
  );
}

function parse(value: string): Colour {
  const hex = /^#(..)(..)(..)$/.exec(value);
  if (hex) return [...hex.slice(1).map((part) => parseInt(part, 16)), 1] as unknown as Colour;
  const rgb = /^rgb\((\d+) (\d+) (\d+) \/ (\d+)%\)$/.exec(value);
  if (!rgb) throw new Error(`no colour: ${value}`);
  const [red = 0, green = 0, blue = 0, percent = 0] = rgb.slice(1).map(Number);
  return [red, green, blue, percent / 100];
}

/** A see-through colour on an opaque one. */
function over([red, green, blue, alpha]: Colour, ground: Colour): Colour {
  const mix = (value: number, below: number) => value * alpha + below * (1 - alpha);
  return [mix(red, ground[0]), mix(green, ground[1]), mix(blue, ground[2]), 1];
}

function luminance([red, green, blue]: Colour): number {
  const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: Colour, other: Colour): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ['background', 'surface', 'surface-raised'];
const TEXTS = ['text', 'text-quiet', 'warning', 'danger', 'accent'];
const READ = 4.5;
/** For what is seen rather than read, such as the ring around the focus. */
const SEEN = 3;

const pairs: (readonly [front: string, ground: string, veil: string | null, least: number])[] = [
  ...GROUNDS.flatMap((ground) => TEXTS.map((text) => [text, ground, null, READ] as const)),
  ...GROUNDS.flatMap((ground) =>
    ['hover', 'pressed', 'accent-soft'].flatMap((veil) => [
      ['text', ground, veil, READ] as const,
      ['text-quiet', ground, veil, READ] as const,
    ]),
  ),
  ['on-accent', 'accent', null, READ],
  ['on-danger', 'danger', null, READ],
  ['text', 'segment', null, READ],
  ['on-stage', 'stage', null, READ],
  ['on-stage-quiet', 'stage', null, READ],
  ['accent', 'stage', null, SEEN],
];

for (const theme of ['light', 'dark'] as const) {
  const tokens = tokensOf(theme);
  const colour = (name: string) => parse(tokens.get(name) ?? `${name} is missing`);

  test.each(pairs)(`${theme}: %s on %s under %s`, (front, ground, veil, least) => {
    const below = veil ? over(colour(veil), colour(ground)) : colour(ground);
    expect(contrast(over(colour(front), below), below)).toBeGreaterThanOrEqual(least);
  });
}

test('a known pair has its known ratio', () => {
  expect(contrast(parse('#777777'), parse('#ffffff'))).toBeCloseTo(4.48, 2);
});
