// Draws the made-up photos of the in-memory library: skies over hills, as small SVG pictures, with the ThumbHashes
// that belong to them. A scene is a number; equal scenes look alike.

import { rgbaToThumbHash } from 'thumbhash';

import type { Region, Thing } from './types';

/** How many scenes there are. */
export const SCENES = 36;

interface Colours {
  readonly sky: readonly [number, number, number];
  readonly glow: readonly [number, number, number];
  readonly hill: readonly [number, number, number];
}

function colours(scene: number): Colours {
  const hue = (scene * 137) % 360;
  return {
    sky: [hue, 30 + (scene % 4) * 12, 40 + (scene % 5) * 8],
    glow: [(hue + 40) % 360, 55, 78 - (scene % 3) * 10],
    hill: [(hue + 150) % 360, 22, 18 + (scene % 4) * 7],
  };
}

const hsl = ([hue, saturation, lightness]: readonly [number, number, number]) =>
  `hsl(${hue} ${saturation}% ${lightness}%)`;

function sunOf(scene: number, width: number, height: number) {
  return {
    x: width * (0.2 + ((scene * 7) % 13) / 20),
    y: height * 0.42,
    r: Math.min(width, height) * 0.11,
  };
}

/** The sun and the hills. */
export function thingsIn(scene: number, width: number, height: number): Thing[] {
  const { x, y, r } = sunOf(scene, width, height);
  const box = (left: number, top: number, right: number, bottom: number): Region => ({
    x: Math.round(left),
    y: Math.round(top),
    width: Math.round(right - left),
    height: Math.round(bottom - top),
  });
  const on = (region: Region): Thing => ({
    region,
    x: region.x + Math.round(region.width / 2),
    y: region.y + Math.round(region.height / 2),
  });
  return [
    on(box(x - r, y - r, x + r, y + r)),
    on(box(width * 0.08, height * 0.55, width * 0.5, height * 0.8)),
    on(box(width * 0.65, height * 0.58, width * 0.95, height * 0.85)),
  ];
}

/** The address of a picture of a scene. */
export function sceneUrl(scene: number, width: number, height: number, caption: string): string {
  const { sky, glow, hill } = colours(scene);
  const sun = sunOf(scene, width, height);
  const ridge = `M0 ${height * 0.7} Q${width * 0.3} ${height * 0.45} ${width * 0.55} ${height * 0.68} T${width} ${height * 0.6} V${height} H0Z`;
  const shore = `M0 ${height * 0.86} Q${width * 0.5} ${height * 0.72} ${width} ${height * 0.9} V${height} H0Z`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<linearGradient id="s" x2="0" y2="1"><stop stop-color="${hsl(sky)}"/><stop offset=".75" stop-color="${hsl(glow)}"/></linearGradient>
<rect width="100%" height="100%" fill="url(#s)"/><circle cx="${sun.x}" cy="${sun.y}" r="${sun.r}" fill="#fff" fill-opacity=".75"/>
<path d="${ridge}" fill="${hsl(hill)}" fill-opacity=".75"/><path d="${shore}" fill="${hsl(hill)}"/>
<text x="50%" y="95%" font-family="sans-serif" font-size="${Math.min(width, height) / 14}" fill="#fff" fill-opacity=".8" text-anchor="middle">${caption}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

const hashes = new Map<string, Uint8Array>();

/** The ThumbHash of a picture of a scene. */
export function sceneHash(scene: number, ratio: number): Uint8Array {
  const key = `${scene}/${ratio.toFixed(2)}`;
  let hash = hashes.get(key);
  if (!hash) {
    hash = hashOf(scene, ratio);
    hashes.set(key, hash);
  }
  return hash;
}

function hashOf(scene: number, ratio: number): Uint8Array {
  const width = Math.max(4, Math.round(24 * Math.min(1, ratio)));
  const height = Math.max(4, Math.round(24 / Math.max(1, ratio)));
  const { sky, glow, hill } = colours(scene);
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    const depth = y / height;
    for (let x = 0; x < width; x++) {
      const ground = depth > 0.62 + 0.06 * Math.sin((x / width) * 6);
      const blend = Math.min(1, depth / 0.75);
      const colour = ground ? rgb(hill) : mix(rgb(sky), rgb(glow), blend);
      pixels.set([...colour, 255], (y * width + x) * 4);
    }
  }
  return rgbaToThumbHash(width, height, pixels);
}

function mix(from: number[], to: number[], share: number): number[] {
  return from.map((value, channel) => Math.round(value + ((to[channel] ?? 0) - value) * share));
}

function rgb([hue, saturation, lightness]: readonly [number, number, number]): number[] {
  const light = lightness / 100;
  const reach = (saturation / 100) * Math.min(light, 1 - light);
  return [0, 8, 4].map((offset) => {
    const turn = (offset + hue / 30) % 12;
    return Math.round(255 * (light - reach * Math.max(-1, Math.min(turn - 3, 9 - turn, 1))));
  });
}
