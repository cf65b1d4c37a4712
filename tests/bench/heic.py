"""Writes photos, enlarged to 12 megapixels, as HEIC the way telephones do: tiles of 512 pixels, a preview of 320 x 240.

    python heic.py FOLDER PHOTO...
"""

import pathlib
import sys

import pillow_heif
from pillow_heif import misc
from PIL import Image

# libheif scales previews down without a filter, as no camera does. It gets one that is filtered, with every pixel twice.
SIZE, PREVIEW, DOUBLED = (4000, 3000), (320, 240), (640, 480)

add_grid = misc.CtxEncode._add_image_grid


def add_grid_and_preview(self, size, mode, data, tile_size, **options):
    add_grid(self, size, mode, data, tile_size, **options)
    small = Image.frombytes("RGB", size, bytes(data)).resize(PREVIEW, Image.Resampling.BILINEAR)
    small = small.resize(DOUBLED, Image.Resampling.NEAREST)
    image = self.ctx_write.create_image(small.size, misc.MODE_INFO[mode][2], misc.MODE_INFO[mode][3], 0)
    misc._add_planes(image, small.size, mode, small.tobytes(), 0, 8)
    self._grid_images[-1].encode_thumbnail(self.ctx_write, PREVIEW[0], 1, image)


def main():
    misc.CtxEncode._add_image_grid = add_grid_and_preview
    pillow_heif.register_heif_opener()
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for photo in map(pathlib.Path, sys.argv[2:]):
        path = folder / (photo.stem + ".heic")
        large = Image.open(photo).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)
        large.save(path, quality=70, tile_size=512, enc_params={"preset": "ultrafast"})


if __name__ == "__main__":
    main()
