// Which thumbnails were on screen before. The browser has them at hand: they come back without waiting or fading.

const addresses = new Set<string>();

export function wasShown(address: string): boolean {
  return addresses.has(address);
}

export function markShown(address: string): void {
  addresses.add(address);
}
