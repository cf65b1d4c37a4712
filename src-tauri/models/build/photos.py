"""The photos that come inside the pinned packages, and the way a photo becomes network input.

Those that calibrate the quantization and those that check it are different photos. Nothing is
downloaded: scikit-image and scikit-learn carry these files in their wheels.
"""

import importlib.util
from pathlib import Path

import numpy as np
from PIL import Image

_CALIBRATION = {
    "skimage": (
        "astronaut.png", "brick.png", "camera.png", "clock_motion.png", "coins.png", "grass.png", "gravel.png",
        "hubble_deep_field.jpg", "ihc.png", "moon.png", "motorcycle_left.png", "page.png", "retina.jpg",
    ),
    "sklearn": ("china.jpg",),
}
_HELD_OUT = {"skimage": ("chelsea.png", "coffee.png", "rocket.jpg"), "sklearn": ("flower.jpg",)}
_FOLDERS = {"skimage": "data", "sklearn": "datasets/images"}

_CROPS_PER_PHOTO = 3
_SMALLEST_CROP = 0.4


def calibration_photos():
    return [Image.open(path).convert("RGB") for path in _paths(_CALIBRATION)]


def held_out_photos():
    """Photos by name; none of them calibrates."""
    return {path.stem: Image.open(path).convert("RGB") for path in _paths(_HELD_OUT)}


def calibration_inputs(side):
    """Every calibration photo whole, and random crops of it: `[side, side, 3]` of uint8 each."""
    random = np.random.default_rng(0)
    for photo in calibration_photos():
        yield network_input(photo, side)
        for _ in range(_CROPS_PER_PHOTO):
            yield network_input(_random_crop(photo, random), side)


def network_input(photo, side):
    """The whole photo, aspect ratio not kept, as `[side, side, 3]` of uint8. Pillow's BILINEAR antialiases."""
    return np.asarray(photo.resize((side, side), Image.Resampling.BILINEAR))


def _random_crop(photo, random):
    size = np.array(photo.size)
    crop = (size * random.uniform(_SMALLEST_CROP, 1.0, 2)).astype(int)
    left, top = (random.uniform(0.0, 1.0, 2) * (size - crop)).astype(int)
    return photo.crop((left, top, left + crop[0], top + crop[1]))


def _paths(names_by_package):
    for package, names in names_by_package.items():
        root = Path(importlib.util.find_spec(package).origin).parent / _FOLDERS[package]
        yield from (root / name for name in names)
