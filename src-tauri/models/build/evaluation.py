"""Measures a converted model on labelled photos and sets its similarity bands from them.

The labelled photos are a folder with one subfolder per class. Photos from the packages stand beside
them as a second subject, so that "unrelated" does not only mean another class of the same collection.
"""

import io
import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

from efficientnet_lite import normalize
from photos import calibration_photos, held_out_photos
from pooling import about_middle, own_aspect_input

# How the bands are set; the model cards say it in words.
_EDITS_KEPT = 0.99
_VERY_SIMILAR_PRECISION = 2 / 3
_SIMILAR_PRECISION = 1 / 3
_UNRELATED_BELOW_RELATED = 0.99


def agreement(network, model, inputs):
    """Cosine between the int8 and the float embeddings of `inputs`, pooled by the network: mean and worst."""
    float_vectors = _unit([network.embed(normalize(pixels)[None]).numpy()[0] for pixels in inputs])
    return _agreement(float_vectors, _unit([model.embed(pixels) for pixels in inputs]))


def agreement_of_maps(network, model, inputs):
    """The same of the embeddings that the program pools from feature maps."""
    return _agreement(_embed_float(network, inputs), _embed(model, inputs))


def measure(network, model, side, folder):
    """The figures of the model card and the bands, as plain numbers for JSON, of photos on the area of `side` squared."""
    photos, classes = _labelled(folder)
    inputs = [own_aspect_input(photo, side) for photo in photos]
    float_vectors, vectors = _embed_float(network, inputs), _embed(model, inputs)
    package_photos = calibration_photos() + list(held_out_photos().values())
    package_vectors = _embed(model, [own_aspect_input(photo, side) for photo in package_photos])
    edited = _edited_similarities(
        model, side, photos + package_photos, np.concatenate([vectors, package_vectors])
    )
    unrelated = np.concatenate([(vectors @ package_vectors.T).ravel(), _pairs(package_vectors @ package_vectors.T)])
    similarity = _pairs(vectors @ vectors.T)
    same_class = _pairs(classes[:, None] == classes[None, :])
    bands = _bands(edited, unrelated, similarity, same_class)
    return {
        "photos": len(photos),
        "classes": len(set(classes)),
        "agreement": _agreement(float_vectors, vectors),
        "own_class_first": {
            "float32": _own_class_first(float_vectors, classes),
            "int8": _own_class_first(vectors, classes),
        },
        "mean_average_precision": _mean_average_precision(vectors, classes),
        "bands": bands,
        "edits_near_identical": {
            edit: float((values >= bands["near_identical"]).mean()) for edit, values in edited.items()
        },
        "different_photos": {
            "pairs": similarity.size,
            "same_class": float(same_class.mean()),
            "highest": float(similarity.max()),
            "near_identical": int((similarity >= bands["near_identical"]).sum()),
        },
        "unrelated": {"pairs": unrelated.size, "median": float(np.median(unrelated)), "highest": float(unrelated.max())},
    }


def _labelled(folder):
    paths = sorted(path for path in Path(folder).glob("*/*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    if not paths:
        raise ValueError(f"{folder}: no photos in class subfolders")
    return [Image.open(path).convert("RGB") for path in paths], np.array([path.parent.name for path in paths])


def _embed_float(network, inputs):
    return _unit([about_middle(network.feature_map(normalize(pixels)[None]).numpy()[0]) for pixels in inputs])


def _embed(model, inputs):
    return _unit([about_middle(model.feature_map(pixels)) for pixels in inputs])


def _unit(vectors):
    vectors = np.array(vectors, np.float64)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _agreement(float_vectors, vectors):
    cosines = (float_vectors * vectors).sum(axis=1)
    return {"mean": float(cosines.mean()), "worst": float(cosines.min())}


def _own_class_first(vectors, classes):
    """Leaving one out, the share of photos whose most similar photo has their own class."""
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -1.0)
    return float((classes[similarity.argmax(axis=1)] == classes).mean())


def _mean_average_precision(vectors, classes):
    """Leaving one out, over all photos: the mean, over those of its class, of the share of its class up to each."""
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -1.0)
    precisions = []
    for row, own in zip(similarity, classes):
        right = classes[np.argsort(-row, kind="stable")[:-1]] == own
        precisions.append((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean())
    return float(np.mean(precisions))


def _pairs(matrix):
    """Each unordered pair of two different photos once."""
    return matrix[np.triu_indices(len(matrix), 1)]


def _bands(edited, unrelated, similarity, same_class):
    near_identical = np.quantile(np.concatenate(list(edited.values())), 1 - _EDITS_KEPT)
    return {
        "near_identical": math.floor(near_identical * 100) / 100,
        "very_similar": _threshold_of_precision(similarity, same_class, _VERY_SIMILAR_PRECISION),
        "similar": _threshold_of_precision(similarity, same_class, _SIMILAR_PRECISION),
        "related": round(float(np.quantile(unrelated, _UNRELATED_BELOW_RELATED)), 2),
    }


def _threshold_of_precision(similarity, same_class, precision):
    """The lowest similarity above which at least this share of the pairs has one class."""
    order = np.argsort(-similarity)
    reached = np.cumsum(same_class[order]) / np.arange(1, len(order) + 1)
    return round(float(similarity[order][np.flatnonzero(reached >= precision)[-1]]), 2)


def _edited_similarities(model, side, photos, vectors):
    """Similarity of every photo to each mild edit of itself, by the edit's name."""
    random = np.random.default_rng(0)
    edits = {
        "JPEG quality 30": lambda photo: _jpeg(photo, 30),
        "JPEG quality 60": lambda photo: _jpeg(photo, 60),
        "JPEG quality 90": lambda photo: _jpeg(photo, 90),
        "half size": lambda photo: _shrunk(photo, 0.5, side),
        "quarter size": lambda photo: _shrunk(photo, 0.25, side),
        "cropped by 2%": lambda photo: _cropped(photo, 0.02, random),
        "cropped by 5%": lambda photo: _cropped(photo, 0.05, random),
        "15% darker": lambda photo: ImageEnhance.Brightness(photo).enhance(0.85),
        "15% brighter": lambda photo: ImageEnhance.Brightness(photo).enhance(1.15),
        "half size, JPEG quality 60": lambda photo: _jpeg(_shrunk(photo, 0.5, side), 60),
        "cropped by 5%, JPEG quality 60": lambda photo: _jpeg(_cropped(photo, 0.05, random), 60),
    }
    return {
        name: (_embed(model, [own_aspect_input(edit(photo), side) for photo in photos]) * vectors).sum(axis=1)
        for name, edit in edits.items()
    }


def _jpeg(photo, quality):
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=quality)
    return Image.open(file)


def _shrunk(photo, factor, side):
    """Never smaller than the network's input: below it a smaller photo is a blurred photo."""
    factor = min(1.0, max(factor, side / min(photo.size)))
    return photo.resize([round(length * factor) for length in photo.size], Image.Resampling.BILINEAR)


def _cropped(photo, share, random):
    size = np.array(photo.size)
    crop = np.round(size * (1 - share)).astype(int)
    left, top = random.integers(0, size - crop + 1)
    return photo.crop((left, top, left + crop[0], top + crop[1]))
