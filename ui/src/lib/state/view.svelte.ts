// What covers the photos, if anything: the photo view, a comparison or a group of duplicates, and a dialog above them. Closing one leads back
// to what is below it and gives the focus back.

import type { ImageRef, Region } from '../backend/types';

export type Overlay =
  | {
      readonly kind: 'photo';
      readonly image: ImageRef;
      readonly crop?: boolean;
      /** The part by which it is an example of the query; left open where it need not be one. */
      readonly part?: Region | null;
    }
  | { readonly kind: 'compare'; readonly image: ImageRef; readonly with: ImageRef }
  /** A group of duplicates, by its position in the list of them. */
  | { readonly kind: 'duplicates'; readonly group: number }
  | { readonly kind: 'settings' }
  | { readonly kind: 'failures' }
  | { readonly kind: 'shortcuts' };

interface Layer {
  readonly overlay: Overlay;
  readonly giveBackFocus: () => void;
}

class View {
  #layers = $state.raw<readonly Layer[]>([]);

  /** From the lowest to the one that is in use; no kind is there twice. */
  get overlays(): readonly Overlay[] {
    return this.#layers.map(({ overlay }) => overlay);
  }

  /** The one that is in use. */
  get overlay(): Overlay | null {
    return this.#layers.at(-1)?.overlay ?? null;
  }

  /** Whether the whole window is covered: a dialog sees to what lies below it by itself. */
  get covered(): boolean {
    return this.overlays.some(coversAll);
  }

  /** Whether the photos may take the focus: nothing lies over them, and nothing else has it. */
  leavesFocus(): boolean {
    return this.overlay === null && (document.activeElement ?? document.body) === document.body;
  }

  /**
   * Takes the place of one of its kind and of what lies above that. On closing, the focus goes where it was, or where
   * the caller puts it.
   */
  open(overlay: Overlay, giveBackFocus: () => void = focusGiver()): void {
    const same = this.#layers.findIndex((layer) => layer.overlay.kind === overlay.kind);
    const below =
      same === -1 ? this.#layers.filter((layer) => coversAll(layer.overlay)) : this.#layers.slice(0, same);
    this.#layers = [...below, { overlay, giveBackFocus: this.#layers[same]?.giveBackFocus ?? giveBackFocus }];
  }

  close(): void {
    const top = this.#layers.at(-1);
    this.#layers = this.#layers.slice(0, -1);
    if (top) queueMicrotask(top.giveBackFocus);
  }

  /** Closes all there is: something else is to be seen. */
  closeAll(): void {
    const [lowest] = this.#layers;
    this.#layers = [];
    if (lowest) queueMicrotask(lowest.giveBackFocus);
  }
}

function coversAll({ kind }: Overlay): boolean {
  return kind === 'photo' || kind === 'compare' || kind === 'duplicates';
}

/** Gives the focus back to what has it now, if that is still there by then. */
function focusGiver(): () => void {
  const opener = document.activeElement;
  return () => opener instanceof HTMLElement && opener.isConnected && opener.focus();
}

export const view = new View();
