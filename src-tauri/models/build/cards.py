"""Writes what people and programs read about the models: a card for each, and models.json."""

import dataclasses
import json

AUTHORS = "Mingxing Tan, Quoc V. Le and the TensorFlow authors; PyTorch weights packaged by ML Illustrated"
LICENCE = "Apache-2.0"


@dataclasses.dataclass(frozen=True)
class Built:
    """A model as written: its recipe, SHA-256, size in bytes and the figures of its measurement."""

    recipe: object
    sha256: str
    size: int
    figures: dict


def summary(recipe):
    """One sentence, also written into the model's own metadata."""
    name = recipe.variant.capitalize()
    return f"EfficientNet-{name} without its classifier, as an image embedder: global average pooling, full int8"


def write(folder, models):
    for model in models:
        (folder / f"{model.recipe.id}.md").write_text(_card(model))
    entries = [_entry(model) for model in models]
    (folder / "models.json").write_text(json.dumps({"models": entries}, indent=2) + "\n")


def _entry(model):
    return {
        "id": model.recipe.id,
        "file": f"{model.recipe.id}.tflite",
        "sha256": model.sha256,
        "input_size": model.recipe.side,
        "area_side": model.recipe.area_side,
        "dimension": model.recipe.dimension,
        "licence": LICENCE,
        "bands": model.figures["bands"],
    }


def _card(model):
    recipe, figures = model.recipe, model.figures
    held_out, labelled = figures["held_out"], figures["agreement"]
    own_class, bands = figures["own_class_first"], figures["bands"]
    different, unrelated = figures["different_photos"], figures["unrelated"]
    near_identical_pairs = "none is" if different["near_identical"] == 0 else f"{different['near_identical']} are"
    edits = "\n".join(f"| {edit} | {share:.1%} |" for edit, share in figures["edits_near_identical"].items())
    measured = "this file" if figures["sha256"] == model.sha256 else f"an earlier build, SHA-256 `{figures['sha256']}`"
    return f"""# {recipe.id}

{summary(recipe)}.

| | |
|---|---|
| File | `{recipe.id}.tflite`, {model.size:,} bytes |
| SHA-256 | `{model.sha256}` |
| Input | uint8 RGB, `[1, {recipe.side}, {recipe.side}, 3]`; (x - 127) / 128 is part of the quantization |
| Output | float32, `[1, {recipe.dimension}]`, not normalized to unit length |
| Feature map | int8, `[1, height / 32, width / 32, {recipe.dimension}]`, in front of its last two operators |
| Licence | Apache License 2.0, <https://www.apache.org/licenses/LICENSE-2.0> |

## Two ways to use it
- As it is: a photo is squeezed into the input, and the network averages all cells of its last feature map alike. That is what
  `lookalike embed` and `similarity` do, as TFLite's Task Library does.
- Cut before the average, which `image-embedder/src/cut.rs` does when the program loads it: the output is the feature map, of
  an image of any size. The library looks at photos in their own aspect (at most 2 : 1), on the area of {recipe.area_side} x {recipe.area_side}
  pixels, and pools the map about its middle (`image-embedder/src/pooling.rs`); parts of photos come of windows on the same
  map.

## Origin
- Architecture and training: Mingxing Tan and Quoc V. Le, "EfficientNet: Rethinking Model Scaling for
  Convolutional Neural Networks", 2019, arXiv:1905.11946; the Lite variants and their ImageNet weights are by the
  TensorFlow authors (`tensorflow/tpu`, Apache-2.0).
- Weights: the PyPI package `{recipe.package}` 0.1.0, copyright 2020 ML Illustrated, Apache-2.0.
- Changes made here: the classifier is left out, batch normalization is folded into the convolutions, the weights are
  quantized, and the file format is TFLite.

## How it was made
`cargo xtask models` runs `build/build.py` with the packages pinned in `build/requirements.txt`:
1. Read the PyTorch weights, rebuild the network in TensorFlow, and check that with its classifier it still
   recognises a cat and an espresso.
2. Round the depthwise kernels so that each keeps its sum (`build/rounding.py`). With plain rounding the mean
   agreement below was 0.992.
3. Convert to int8: weights per output channel, activations per tensor. The ranges come from 14 photos inside
   scikit-image and scikit-learn, each whole and in three random crops.
4. Refuse the result if its mean agreement with the float network is below 0.99 in either way of use, and write TFLite
   Metadata.

Two builds on one machine gave the same file byte for byte. Builds on other processors have not been compared: the
activation ranges come from float arithmetic, whose last bits may differ there.

## Quality
Measured on {measured}. Photos are resized with an antialiased bilinear filter. None of them was used to calibrate. But for the
first row all is about vectors pooled from feature maps, as the library has them.

| Cosine of int8 to float32 embedding | mean | worst |
|---|---|---|
| 4 held-out photos from scikit-image and scikit-learn, squeezed and pooled by the network | {held_out["mean"]:.4f} | {held_out["worst"]:.4f} |
| the same, pooled from feature maps | {held_out["maps"]["mean"]:.4f} | {held_out["maps"]["worst"]:.4f} |
| {figures["photos"]} CC0 clothing photos in {figures["classes"]} classes | {labelled["mean"]:.4f} | {labelled["worst"]:.4f} |

Leaving one out over the clothing photos, the most similar photo has the query's own class for
{own_class["int8"]:.1%} (float32: {own_class["float32"]:.1%}); the mean average precision is {figures["mean_average_precision"]:.3f}.

## Similarity bands
Lowest cosine of each band, as in `models.json`:

| Band | From | How it was set |
|---|---|---|
| near-identical | {bands["near_identical"]:.2f} | reached by 99% of all mild edits (below) of these and the packages' photos, rounded down |
| very similar | {bands["very_similar"]:.2f} | of the pairs of clothing photos above it, two in three share their class |
| similar | {bands["similar"]:.2f} | of the pairs of clothing photos above it, one in three shares its class |
| related | {bands["related"]:.2f} | above 99% of {unrelated["pairs"]:,} pairs of unrelated photos |

For comparison, {different["same_class"]:.1%} of all pairs of clothing photos share their class. Of {different["pairs"]:,} pairs of different
clothing photos {near_identical_pairs} near-identical; the highest has {different["highest"]:.3f}. Unrelated pairs are a clothing photo with a photo
from the packages, or two of those; their median is {unrelated["median"]:.2f}.

| Edit | Found near-identical |
|---|---|
{edits}

Sizes are never reduced below the side of that area.

## Use and limits
For finding photos that look alike: same scene, same kind of object, edited copies. It is not made to tell persons
apart, to read text, or to judge what a photo means. It was trained on ImageNet and sees best what ImageNet
shows; the bands for "very similar" and "similar" rest on clothing photos and may sit too high or too low for other
subjects. A mirrored photo counts as near-identical to its original; one turned by a quarter or a half does not.
"""
