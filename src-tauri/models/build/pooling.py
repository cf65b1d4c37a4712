"""How the program makes one vector of a feature map, and how it sizes a photo for it.

The same as `image-embedder/src/pooling.rs` and `mapper.rs`, for the figures of the model cards.
"""

import numpy as np
from PIL import Image

STRIDE = 32
SIGMA = 0.5
POWER = 1.5

_MOST_ASPECT = 2.0


def own_aspect_input(photo, area_side):
    """The whole photo as `[H, W, 3]` of uint8, of about `area_side` squared pixels, in its own aspect as far as that goes."""
    aspect = min(max(photo.width / photo.height, 1 / _MOST_ASPECT), _MOST_ASPECT)
    width, height = (max(1, round(area_side * by**0.5 / STRIDE)) * STRIDE for by in (aspect, 1 / aspect))
    return np.asarray(photo.resize((width, height), Image.Resampling.BILINEAR))


def about_middle(feature_map):
    """The vector of a photo as a whole: a power mean, weighted by a Gaussian over [-1, 1] x [-1, 1] about the middle."""
    rows, columns, _ = feature_map.shape
    weights = np.outer(_bell(rows), _bell(columns))[..., None] / (_bell(rows).sum() * _bell(columns).sum())
    return (weights * np.maximum(feature_map, 0) ** POWER).sum(axis=(0, 1)) ** (1 / POWER)


def _bell(cells):
    places = np.linspace(-1, 1, cells) if cells > 1 else np.zeros(1)
    return np.exp(-(places**2) / (2 * SIGMA**2))
