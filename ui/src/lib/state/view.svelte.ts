// What covers the grid, if anything. One thing at a time; closing it gives the focus back.

import type { ImageRef } from '../backend/types';

export type Overlay =
  | { readonly kind: 'photo'; readonly image: ImageRef; readonly crop?: boolean }
  | { readonly kind: 'compare'; readonly image: ImageRef; readonly with: ImageRef }
  | { readonly kind: 'settings' }
  | { readonly kind: 'failures' }
  | { readonly kind: 'shortcuts' };

class View {
  overlay = $state.raw<Overlay | null>(null);
  #opener: HTMLElement | null = null;

  open(overlay: Overlay): void {
    if (!this.overlay) this.#opener = document.activeElement as HTMLElement | null;
    this.overlay = overlay;
  }

  close(): void {
    this.overlay = null;
    const opener = this.#opener;
    this.#opener = null;
    queueMicrotask(() => opener?.isConnected && opener.focus());
  }
}

export const view = new View();
