// How the made-up photos were taken.

import type { Shot } from './types';

export const NO_SHOT: Shot = {
  camera: null,
  lens: null,
  exposure: null,
  aperture: null,
  iso: null,
  focalLength: null,
  focalLength35: null,
  place: null,
  profile: null,
};

export function madeUpShot(id: number): Shot {
  return {
    camera: 'Made-up 7',
    lens: 'Made-up 35mm F2',
    exposure: 1 / (60 + (id % 5) * 95),
    aperture: 2 + (id % 7) * 0.4,
    iso: 100 * 2 ** (id % 5),
    focalLength: 35,
    focalLength35: 52,
    place: { latitude: -33.85685 + id / 1000, longitude: 151.21528, altitude: 4.5 },
    profile: 'Display P3',
  };
}
