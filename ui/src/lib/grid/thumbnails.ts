// Which thumbnails were on screen lately. The browser has them at hand: they come back without waiting or fading.

/** Addresses that are kept; about what a browser keeps of pictures this small. */
const KEPT = 5000;

/** The one shown last comes last. */
const addresses = new Set<string>();

export function wasShown(address: string): boolean {
  return addresses.has(address);
}

export function markShown(address: string): void {
  addresses.delete(address);
  addresses.add(address);
  if (addresses.size > KEPT) addresses.delete(addresses.keys().next().value ?? '');
}

/** It could not be had this time. */
export function forgetShown(address: string): void {
  addresses.delete(address);
}
