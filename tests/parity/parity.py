"""Compares the image-embedder crate with tflite-support's ImageEmbedder.

Both embed the same models and photos: whole, in regions, and quantized. Photos are decoded once, by
Pillow, and both get the same pixels; with --cli the program under test decodes the files itself. The same
bad input goes to both as well. Results are printed as Markdown, and written to a file with --write.

    pip install -r tests/parity/requirements.txt        # CPython 3.11 or older; libusb-1.0-0 from the system
    cargo build --example embed_raw -p image-embedder
    python tests/parity/parity.py --embed-raw target/debug/examples/embed_raw --models *.tflite --photos DIR
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy
from PIL import Image, ImageOps

import errors
import reference

REGIONS_PER_PHOTO = 3
NEEDED_WORST, NEEDED_MEAN = 0.998, 0.999


class RawPixels:
    """The crate through its example `embed_raw`."""

    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def ask(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def embed(self, model, photo, region=None, **options):
        raw = self.folder / "pixels.rgb"
        photo.pixels.tofile(raw)
        height, width, _ = photo.pixels.shape
        request = {"model": str(model), "pixels": str(raw), "width": width, "height": height, "region": region}
        return values(self.ask({"embed": request | options}))


class CommandLine:
    """The built command, which decodes the photos itself."""

    def __init__(self, program):
        self.program = program

    def embed(self, model, photo, region=None, l2_normalize=False, quantize=False):
        command = [self.program, "--json", "embed", str(photo.path), "--model", str(model)]
        command += ["--crop", ",".join(map(str, region))] if region else []
        command += ["--l2-normalize"] if l2_normalize else []
        command += ["--quantize"] if quantize else []
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return values(json.loads(done.stdout))


class Photo:
    """An upright photo and regions of it: large, of odd sizes, and smaller than any model's input."""

    def __init__(self, path, seed):
        self.path = path
        self.pixels = numpy.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))
        height, width, _ = self.pixels.shape
        chance = random.Random(f"{seed} {path.name}")
        self.regions = []
        for share in (0.9, 0.5, 0.15):
            w = max(2, int(width * share * chance.uniform(0.6, 1.0)) | 1)
            h = max(2, int(height * share * chance.uniform(0.6, 1.0)) | 1)
            w, h = min(w, width), min(h, height)
            self.regions.append([chance.randint(0, width - w), chance.randint(0, height - h), w, h])


def values(answer):
    if "error" in answer:
        raise RuntimeError(f"{answer['error']}: {answer['message']}")
    return [numpy.array(embedding["values"]) for embedding in answer["embeddings"]]


def cosine(u, v):
    u, v = u.astype(float), v.astype(float)
    return float(u @ v / (numpy.linalg.norm(u) * numpy.linalg.norm(v)))


def compare_model(ours, model, photos):
    """Cosines by kind of comparison, and the share of quantized values that differ by how much."""
    raw = reference.create(model)
    unit = reference.create(model, l2_normalize=True)
    quantized = reference.create(model, l2_normalize=True, quantize=True)
    cosines = {"whole": [], "regions": [], "l2_normalize": [], "quantized": []}
    steps = []
    for photo in photos:
        jobs = [("whole", raw, {}, None)]
        jobs += [("regions", raw, {}, region) for region in photo.regions]
        jobs += [("l2_normalize", unit, {"l2_normalize": True}, None)]
        jobs += [("quantized", quantized, {"l2_normalize": True, "quantize": True}, None)]
        for kind, embedder, options, region in jobs:
            expected = reference.embed(embedder, photo.pixels, region)
            found = ours.embed(model, photo, region=region, **options)
            assert len(expected) == len(found), "different number of outputs"
            cosines[kind] += [cosine(u, v) for u, v in zip(expected, found)]
            if kind == "quantized":
                steps += [numpy.abs(u.astype(int) - v).max() for u, v in zip(expected, found)]
    return cosines, max(steps)


def similarity_tables(ours, models, photos):
    """Markdown rows for all models, and whether every one is good enough."""
    rows, good = [], True
    for model in models:
        print(f"{model.name}: {len(photos)} photos", file=sys.stderr)
        try:
            reference.create(model)
        except (RuntimeError, ValueError) as error:
            rows.append(f"| {model.name} | refused: {errors.cell(error)} | | | | {answer_to(ours, model, photos[0])} |")
            continue
        cosines, step = compare_model(ours, model, photos)
        for kind, found in cosines.items():
            worst, mean = min(found), float(numpy.mean(found))
            good &= worst >= NEEDED_WORST and mean >= NEEDED_MEAN
            note = f"values differ by at most {step}" if kind == "quantized" else ""
            rows.append(f"| {model.name} | {kind} | {len(found)} | {mean:.6f} | {worst:.6f} | {note} |")
    return rows, good


def answer_to(ours, model, photo):
    """What the program under test says to a model that tflite-support refuses."""
    try:
        ours.embed(model, photo)
        return "accepted here"
    except RuntimeError as error:
        return f"here: {errors.cell(error)}"


def pick_photos(given, sample, seed):
    """The photos named; from a folder with more than `sample`, that many, chosen by the seed."""
    chosen = []
    for path in given:
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
        if path.is_file():
            found = [path]
        chosen += found if len(found) <= sample else sorted(random.Random(seed).sample(found, sample))
    return [Photo(path, seed) for path in chosen]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    program = parser.add_mutually_exclusive_group(required=True)
    program.add_argument("--embed-raw", metavar="PROGRAM", help="the crate's example, built")
    program.add_argument("--cli", metavar="PROGRAM", help="the `lookalike` command, built")
    parser.add_argument("--models", nargs="+", type=pathlib.Path, required=True)
    parser.add_argument("--photos", nargs="+", type=pathlib.Path, required=True, help="photos and folders of photos")
    parser.add_argument("--sample", type=int, default=1000, help="photos at most from each folder")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=pathlib.Path, help="also write the results to this file")
    return parser.parse_args()


def main():
    given = arguments()
    photos = pick_photos(given.photos, given.sample, given.seed)
    if not photos:
        sys.exit("no photos found")
    with tempfile.TemporaryDirectory() as folder:
        ours = CommandLine(given.cli) if given.cli else RawPixels(given.embed_raw, folder)
        rows, good = similarity_tables(ours, given.models, photos)
        error_rows = [] if given.cli else errors.rows(ours, folder)
    report = render(rows, error_rows, photos, given)
    print(report, end="")
    if given.write:
        given.write.write_text(report)
    if not good:
        sys.exit(f"a cosine is below {NEEDED_WORST}, or a mean below {NEEDED_MEAN}")


def render(rows, error_rows, photos, given):
    way = "decoded by each side" if given.cli else "the same pixels for both sides"
    lines = [
        "# Parity with tflite-support 0.4.4",
        "",
        f"Written by `parity.py --seed {given.seed} --sample {given.sample}` over {len(photos)} photos, {way}.",
        f"Needed: a cosine of {NEEDED_WORST} in the worst case and {NEEDED_MEAN} on average.",
        "",
        "| model | compared | n | mean cosine | worst | |",
        "|---|---|---|---|---|---|",
        *rows,
    ]
    if error_rows:
        lines += ["", "## The same bad input", "", "| input | tflite-support | here |", "|---|---|---|", *error_rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
