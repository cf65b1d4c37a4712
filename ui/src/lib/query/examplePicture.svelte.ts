// The picture of an image of the query, and what the image is called.

import { getBackend } from '../backend/context';
import type { Example } from '../backend/types';
import { loadPicture, type Picture } from '../photo/picture';
import { t } from '../strings/index.svelte';

/** Follows the image that `example` gives. To be called while a component is set up. */
export function examplePicture(example: () => Example): {
  readonly picture: Picture | null;
  readonly name: string;
} {
  const backend = getBackend();
  let picture = $state.raw<Picture | null>(null);
  $effect(() => {
    const { image } = example();
    void loadPicture(backend, image).then(
      (loaded) => image === example().image && (picture = loaded),
      () => (picture = null),
    );
  });
  return {
    get picture() {
      return picture;
    },
    get name() {
      return picture?.name || t('query.pasted');
    },
  };
}
