"""Measures tflite-support's ImageEmbedder: the fastest of many runs on one thread, in milliseconds.

    python embed.py MODEL SIDE
"""

import sys
import time

import numpy
from tflite_support.task import core, processor, vision

RUNS = 100


def main():
    model, side = sys.argv[1], int(sys.argv[2])
    options = vision.ImageEmbedderOptions(
        base_options=core.BaseOptions(file_name=model, num_threads=1),
        embedding_options=processor.EmbeddingOptions(l2_normalize=True),
    )
    embedder = vision.ImageEmbedder.create_from_options(options)
    pixels = (numpy.arange(side * side * 3) * 31 % 251).astype(numpy.uint8).reshape(side, side, 3)
    image = vision.TensorImage.create_from_array(pixels)
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        embedder.embed(image)
        times.append(1000 * (time.perf_counter() - started))
    print(min(times))


if __name__ == "__main__":
    main()
