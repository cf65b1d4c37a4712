"""What somebody would write in an hour: Pillow decodes each photo, tflite-support embeds it, two processes.

    python plain_script.py FOLDER MODEL OUT.npy
"""

import multiprocessing
import pathlib
import sys

import numpy
from PIL import Image
from tflite_support.task import core, processor, vision


def start(model):
    global embedder
    options = vision.ImageEmbedderOptions(
        base_options=core.BaseOptions(file_name=model, num_threads=1),
        embedding_options=processor.EmbeddingOptions(l2_normalize=True),
    )
    embedder = vision.ImageEmbedder.create_from_options(options)


def embed(path):
    pixels = numpy.asarray(Image.open(path).convert("RGB"))
    result = embedder.embed(vision.TensorImage.create_from_array(pixels))
    return result.embeddings[0].feature_vector.value


def main():
    folder, model, out = sys.argv[1:]
    photos = sorted(pathlib.Path(folder).rglob("*.jpg"))
    with multiprocessing.Pool(2, start, (model,)) as pool:
        numpy.save(out, numpy.array(pool.map(embed, photos)))


if __name__ == "__main__":
    main()
