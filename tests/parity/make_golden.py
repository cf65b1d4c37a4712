"""Writes the golden set of the image-embedder crate: tiny models, and what tflite-support makes of patterns.

    python make_golden.py ../../src-tauri/crates/image-embedder/tests/golden ../../src-tauri/models/*.tflite

The crate's tests draw the same patterns and expect the same embeddings, without Python.
"""

import json
import pathlib
import sys

import numpy

import reference
import tiny_models

WIDTH, HEIGHT = 12, 10

# Sizes that take each of the resizer's paths, for an input of 12x10: the same size, even and odd whole
# factors, one axis unchanged, shrinking, growing, one of each, a third, and single rows and columns.
SIZES = [
    (12, 10), (24, 20), (24, 40), (48, 40), (72, 60), (36, 30), (60, 50), (12, 33), (33, 10), (36, 17),
    (17, 30), (37, 29), (500, 375), (13, 11), (11, 9), (7, 5), (5, 61), (61, 5), (2, 2), (1, 9), (9, 1), (1, 1),
]


def pattern(width, height):
    """A picture that both languages can draw: rings that get finer away from the corner."""
    y, x, channel = numpy.ogrid[0:height, 0:width, 0:3]
    return ((x * x * (channel + 1) + y * y * 3 + x * y * 5) // 16 % 256).astype(numpy.uint8)


def tiny():
    """The tiny models by name."""
    return {
        "uint8": tiny_models.uint8_model(WIDTH, HEIGHT),
        "uint8-scaled": tiny_models.uint8_model(WIDTH, HEIGHT, (0.25, 128)),
        "float-one-mean": tiny_models.float_model(WIDTH, HEIGHT, [127.0], [128.0]),
        "float-three-means": tiny_models.float_model(WIDTH, HEIGHT, [120.0, 110.0, 100.0], [50.0, 60.0, 70.0]),
        "float-no-metadata": tiny_models.float_model(WIDTH, HEIGHT),
        "two-outputs": tiny_models.two_output_model(WIDTH, HEIGHT),
        "int8": tiny_models.int8_model(WIDTH, HEIGHT),
    }


def case(model, name, size, region=None, digits=7, **options):
    """One embedding, as the crate's tests read it; seven digits are all that a 32-bit float has."""
    outputs = reference.embed(reference.create(model, **options), pattern(*size), region)
    return {
        "model": name,
        "size": size,
        "region": region,
        "l2_normalize": options.get("l2_normalize", False),
        "quantize": options.get("quantize", False),
        "outputs": [[shortened(value, digits) for value in output.tolist()] for output in outputs],
    }


def shortened(value, digits):
    """Whole numbers as such; others to so many digits."""
    return int(value) if value == int(value) else float(f"{value:.{digits}g}")


def tiny_cases(models):
    # A border all around, so that sizes of one pixel stay two-dimensional and the region is put to use.
    for width, height in SIZES:
        yield case(models["uint8"], "uint8", (width + 5, height + 3), [3, 1, width, height])
    for name in ("uint8-scaled", "float-one-mean", "float-three-means", "two-outputs"):
        yield case(models[name], name, (37, 29))
    for options in ({"l2_normalize": True}, {"quantize": True}, {"l2_normalize": True, "quantize": True}):
        yield case(models["uint8-scaled"], "uint8-scaled", (37, 29), **options)


def main():
    target = pathlib.Path(sys.argv[1])
    models = tiny()
    target.mkdir(parents=True, exist_ok=True)
    for name, content in models.items():
        (target / f"{name}.tflite").write_bytes(content)
    write(target / "tiny.json", tiny_cases(models))
    default = [
        case(path, path.name, (500, 375), region, digits=4, l2_normalize=True)
        for path in map(pathlib.Path, sys.argv[2:])
        for region in (None, [101, 37, 211, 189], [30, 40, 61, 47])
    ]
    write(target / "default-models.json", default)


def write(path, cases):
    path.write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
