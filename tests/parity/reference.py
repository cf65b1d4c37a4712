"""tflite-support's ImageEmbedder, reduced to plain functions that the parity tool and the golden set share."""

import numpy
from tflite_support.task import core, processor, vision


def create(model, l2_normalize=False, quantize=False):
    """An embedder for a model file (a path) or a model's bytes."""
    base = core.BaseOptions(file_content=model) if isinstance(model, bytes) else core.BaseOptions(file_name=str(model))
    return vision.ImageEmbedder.create_from_options(
        vision.ImageEmbedderOptions(
            base, processor.EmbeddingOptions(l2_normalize=l2_normalize, quantize=quantize)
        )
    )


def embed(embedder, pixels, region=None):
    """The values of each output for an array of RGB pixels; int8 where quantized."""
    box = None if region is None else processor.BoundingBox(*region)
    result = embedder.embed(vision.TensorImage.create_from_array(pixels), box)
    return [plain(embedding.feature_vector.value) for embedding in result.embeddings]


def plain(values):
    """The library hands quantized values out as the uint8 of the same bits."""
    return values.view(numpy.int8) if values.dtype == numpy.uint8 else values


def feature_vector(values):
    """The library's feature vector of a list of floats, or of an int8 array."""
    values = numpy.asarray(values)
    return processor.FeatureVector(
        values.view(numpy.uint8) if values.dtype == numpy.int8 else values.astype(float)
    )
