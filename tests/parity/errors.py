"""The same bad input for tflite-support and for the image-embedder crate, and what each says to it."""

import pathlib

import numpy

import reference
import tiny_models

WIDTH, HEIGHT = 12, 10


def rows(ours, folder):
    """Markdown rows: the input, tflite-support's answer, the crate's."""
    folder = pathlib.Path(folder)
    made = []
    for name, theirs, request in embed_cases(folder) + compare_cases():
        made.append(f"| {name} | {said(theirs)} | {answered(ours.ask(request))} |")
    return made


def embed_cases(folder):
    pixels = numpy.arange(WIDTH * HEIGHT * 3, dtype=numpy.uint8).reshape(HEIGHT, WIDTH, 3)
    raw = folder / "bad-input.rgb"
    pixels.tofile(raw)
    good = tiny_models.uint8_model(4, 3)
    cases = []

    def add(name, content, region=None, index=None):
        model = folder / f"{len(cases)}.tflite"
        if content is not None:
            model.write_bytes(content)
        request = {"model": str(model), "pixels": str(raw), "width": WIDTH, "height": HEIGHT}
        cases.append((name, lambda: theirs(model, region, index), {"embed": request | {"region": region, "index": index}}))

    def theirs(model, region, index):
        embedder = reference.create(model)
        if index is None:
            return reference.embed(embedder, pixels, region)
        image = reference.vision.TensorImage.create_from_array(pixels)
        return embedder.get_embedding_by_index(embedder.embed(image), index)

    add("no such file", None)
    add("text instead of a model", b"This is not a model. " * 20)
    add("empty file", b"")
    add("model cut off in the middle", good[: len(good) // 2])
    add("int8 input", tiny_models.int8_model(4, 3))
    add("float32 input without metadata", tiny_models.float_model(4, 3))
    add("float32 input, two means", tiny_models.float_model(4, 3, [1.0, 2.0], [1.0, 2.0]))
    add("float32 input, std of zero", tiny_models.float_model(4, 3, [1.0], [0.0]))
    add("float16 input", tiny_models.other_input_model(4, 3, tiny_models.FLOAT16))
    add("float16 output", tiny_models.other_output_model(4, 3, tiny_models.FLOAT16))
    add("two images a batch", tiny_models.uint8_model(4, 3, batch=2))
    add("one channel", tiny_models.uint8_model(4, 3, channels=1))
    add("output [1, 2, 18]", tiny_models.shaped_output_model(4, 3, (1, 2, 18)))
    add("output [1, 2, 1, 18]", tiny_models.shaped_output_model(4, 3, (1, 2, 1, 18)))
    add("region past the right edge", good, region=[4, 0, 9, 5])
    add("region past the bottom edge", good, region=[0, 4, 5, 7])
    add("region of no width", good, region=[2, 2, 0, 4])
    add("embedding 1 of 1", good, index=1)
    return cases


def compare_cases():
    cases = []

    def add(name, u, v):
        def theirs():
            embedder = reference.create(tiny_models.uint8_model(4, 3))
            return embedder.cosine_similarity(reference.feature_vector(u), reference.feature_vector(v))

        cases.append((name, theirs, {"compare": [tagged(u), tagged(v)]}))

    floats = [0.6, 0.8, 0.0]
    add("vectors of different sizes", floats, floats[:2])
    add("a float vector against a quantized one", floats, numpy.array([1, 2, 3], dtype=numpy.int8))
    add("a vector of norm zero", floats, [0.0, 0.0, 0.0])
    add("a quantized vector of norm zero", *[numpy.array(v, dtype=numpy.int8) for v in ([1, 2], [0, 0])])
    return cases


def tagged(values):
    if isinstance(values, numpy.ndarray):
        return {"quantized": values.tolist()}
    return {"float": values}


def said(call):
    try:
        call()
        return "accepted"
    except (RuntimeError, ValueError) as error:
        return f"{type(error).__name__}: {cell(error)}"


def answered(answer):
    return f"`{answer['error']}`: {cell(answer['message'])}" if "error" in answer else "accepted"


def cell(text):
    """One table cell: the first line, without the path of the temporary folder."""
    words = str(text).splitlines()[0].replace("|", "\\|").split(" ")
    return " ".join("MODEL" if ".tflite" in word else word for word in words)
