// Made-up images that are not in the library: chosen, or real ones that were dropped or pasted.

import { problem } from './madeUpProblem';
import { SCENES, sceneUrl } from './scenes';
import type { ForeignImage } from './types';

interface Foreign extends ForeignImage {
  readonly scene: number;
  readonly url: string | null;
}

export class MadeUpForeign {
  #images = new Map<string, Foreign>();

  /** The image that a person chooses. */
  chosen(): ForeignImage {
    return this.#keep({ name: 'Holiday.jpg', width: 1600, height: 1200, scene: 5, url: null });
  }

  async fromBytes(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<ForeignImage> {
    const blob = new Blob([bytes]);
    const size = await sizeOf(blob);
    if (!size) throw problem('not_an_image', `${name} cannot be read as an image`, { name });
    return this.#keep({ name, ...size, scene: bytes.length % SCENES, url: URL.createObjectURL(blob) });
  }

  image(key: string): Foreign {
    const image = this.#images.get(key);
    if (!image) throw problem('image_unknown', `there is no image ${key}`);
    return image;
  }

  url(key: string, size: 'thumb' | 'preview' | 'full'): string {
    const { scene, width, height, name, url } = this.image(key);
    const longest = { thumb: 320, preview: 2048, full: Infinity }[size];
    const scale = Math.min(1, longest / Math.max(width, height));
    return url ?? sceneUrl(scene, Math.round(width * scale), Math.round(height * scale), name);
  }

  #keep(image: Omit<Foreign, 'key'>): ForeignImage {
    const key = `made-up-${this.#images.size + 1}`;
    this.#images.set(key, { key, ...image });
    return { key, name: image.name, width: image.width, height: image.height };
  }
}

/** None when it is not an image. Tests run without a decoder: any bytes are an image there. */
async function sizeOf(blob: Blob): Promise<{ width: number; height: number } | null> {
  if (!('createImageBitmap' in globalThis)) return { width: 800, height: 600 };
  const bitmap = await createImageBitmap(blob).catch(() => null);
  return bitmap && { width: bitmap.width, height: bitmap.height };
}
