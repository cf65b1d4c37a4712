// What is needed to draw an image and to name it, whether it is a photo of the library or came from outside.

import type { Backend } from '../backend/backend';
import type { ForeignImage, ImageRef, Photo } from '../backend/types';

export interface Picture {
  readonly image: ImageRef;
  readonly name: string;
  /** Upright pixels. */
  readonly width: number;
  readonly height: number;
  readonly thumbnail: string;
  readonly preview: string;
  /** In its own size, for looking closely. */
  readonly full: string;
  /** None for images from outside. */
  readonly photo: Photo | null;
}

/** Names of images from outside that are kept: many more than the shell keeps images. */
const KEPT = 1000;

const names = new Map<string, string>();

export function rememberNames(images: readonly ForeignImage[]): void {
  for (const { key, name } of images) {
    names.delete(key);
    names.set(key, name);
    if (names.size > KEPT) names.delete(names.keys().next().value ?? '');
  }
}

export async function loadPicture(backend: Backend, image: ImageRef): Promise<Picture> {
  if (image.kind === 'photo') {
    const photo = await backend.photo(image.id);
    const { id, version, name, width, height } = photo;
    return {
      image,
      name,
      width,
      height,
      thumbnail: backend.thumbnailUrl(id, version),
      preview: backend.previewUrl(id, version),
      full: backend.fullUrl(id, version),
      photo,
    };
  }
  const { width, height } = await backend.imageSize(image);
  return {
    image,
    name: names.get(image.key) ?? '',
    width,
    height,
    thumbnail: backend.foreignUrl(image.key, 'thumb'),
    preview: backend.foreignUrl(image.key, 'preview'),
    full: backend.foreignUrl(image.key, 'full'),
    photo: null,
  };
}
