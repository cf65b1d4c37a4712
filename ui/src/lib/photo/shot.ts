// How a photo was taken, in the words and numbers that photographers use.

import type { Place, Shot } from '../backend/types';
import { language, t } from '../strings/index.svelte';

const number = (value: number, digits: number) =>
  new Intl.NumberFormat(language(), { maximumFractionDigits: digits }).format(value);

/** Such as `1/250 s`; from a third of a second on, as a decimal. */
export function exposureOf(seconds: number): string {
  const text = seconds < 0.3 ? `1/${Math.round(1 / seconds)}` : number(seconds, 1);
  return t('photo.seconds', { seconds: text });
}

/** Aperture, time, sensitivity and focal length, as far as they are known. */
export function settingsOf({ aperture, exposure, iso, focalLength, focalLength35 }: Shot): string[] {
  return [
    aperture && `ƒ/${number(aperture, 1)}`,
    exposure && exposureOf(exposure),
    iso && `ISO ${iso}`,
    focalLength && focalLengthOf(focalLength, focalLength35),
  ].filter((text) => text !== null && text !== 0);
}

function focalLengthOf(length: number, on35: number | null): string {
  const millimetres = t('photo.millimetres', { length: number(length, 1) });
  return on35 !== null && Math.abs(on35 - length) >= 1
    ? t('photo.millimetresOn35', { millimetres, on35 })
    : millimetres;
}

/** Latitude and longitude as map programs take them, in every language. */
export function coordinatesOf({ latitude, longitude }: Place): string {
  return `${latitude.toFixed(6)}, ${longitude.toFixed(6)}`;
}

export function altitudeOf({ altitude }: Place): string | null {
  return altitude === null ? null : t('photo.metres', { altitude: number(altitude, 0) });
}
