"""Reads files with the example `survey`, with Pillow and with ImageMagick, and writes what became of them as tables.

    cargo build --release -p imaging --example survey
    pip install pillow==13.0.0 pillow-heif==1.8.1 pillow-jxl-plugin==1.3.8 numpy==2.4.6
    python survey.py target/release/examples/survey FOLDER... > SURVEY.md

Transparency is laid on white everywhere. Differences are of thumbnails of 320 pixels, mean of all samples of 255 levels.
"""

import collections
import os
import statistics
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401, registers the plugin
from PIL import Image, ImageCms, ImageOps

warnings.simplefilter("ignore")
pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None
ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".hif", ".avif", ".jxl"}
SIDE = 320


def on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image


def thumbnail(image: Image.Image) -> np.ndarray:
    image = on_white(image).convert("RGB")
    image.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(image).astype(int)


def by_pillow(path: Path) -> np.ndarray | None:
    try:
        with Image.open(path) as image:
            if image.mode[0] in "IF":
                return None
            # A conversion by a profile would drop transparency.
            upright = on_white(ImageOps.exif_transpose(image))
            if profile := image.info.get("icc_profile"):
                try:
                    source = ImageCms.ImageCmsProfile(__import__("io").BytesIO(profile))
                    upright = ImageCms.profileToProfile(upright, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
                except (ImageCms.PyCMSError, OSError):
                    pass
            return thumbnail(upright)
    except Exception:
        return None


def by_magick(path: Path, folder: str) -> np.ndarray | None:
    made = Path(folder) / "magick.png"
    command = ["convert", "-quiet", f"{path}[0]", "-auto-orient", "-background", "white", "-flatten", "-colorspace", "sRGB", "-depth", "8", str(made)]
    try:
        subprocess.run(command, capture_output=True, timeout=120, check=True)
        with Image.open(made) as image:
            return thumbnail(image)
    except Exception:
        return None
    finally:
        made.unlink(missing_ok=True)


def by_ours(program: str, path: Path, folder: str) -> tuple[str, int, np.ndarray | None]:
    """The format or the reason, milliseconds of processor time, and the picture."""
    process = subprocess.Popen([program, folder, path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    line = process.stdout.read().decode().rstrip("\n")
    _, _, usage = os.wait4(process.pid, 0)
    milliseconds = round((usage.ru_utime + usage.ru_stime) * 1000)
    _, found, _, rest = line.split("\t")
    if found.startswith("!"):
        return rest, milliseconds, None
    with Image.open(rest) as image:
        return found, milliseconds, thumbnail(image)


def difference(one: np.ndarray | None, other: np.ndarray | None) -> float | None:
    if one is None or other is None:
        return None
    return float(abs(one - other).mean()) if one.shape == other.shape else 255.0


def main() -> None:
    program, *folders = sys.argv[1:]
    files = sorted(path for folder in folders for path in Path(folder).rglob("*") if path.suffix.lower() in ENDINGS)
    rows, odd = collections.defaultdict(list), []
    with tempfile.TemporaryDirectory() as folder:
        for path in files:
            found, milliseconds, ours = by_ours(program, path, folder)
            pillow, magick = by_pillow(path), by_magick(path, folder)
            to_pillow, to_magick = difference(ours, pillow), difference(ours, magick)
            kind = path.suffix.lower().lstrip(".").replace("jpeg", "jpg").replace("tiff", "tif")
            rows[kind].append((ours, pillow, magick, to_pillow, to_magick, milliseconds))
            nearest = min((value for value in (to_pillow, to_magick) if value is not None), default=None)
            if ours is None:
                others = ", ".join(name for name, one in (("Pillow", pillow), ("ImageMagick", magick)) if one is not None)
                odd.append((path.name, found, others or "neither"))
            elif nearest is not None and nearest > 3:
                odd.append((path.name, f"read, {nearest:.1f} levels from the nearer one", "both" if None not in (pillow is None, magick is None) else ""))
    print("# What is read\n\nMade by `survey.py`; its first lines tell how.\n")
    print("| ending | files | read | Pillow | ImageMagick | levels from the nearer, median and most | ms, median and most |")
    print("|---|---|---|---|---|---|---|")
    for kind, found in sorted(rows.items()):
        count = lambda at: sum(row[at] is not None for row in found)
        near = [min(value for value in row[3:5] if value is not None) for row in found if row[0] is not None and any(value is not None for value in row[3:5])]
        levels = f"{statistics.median(near):.1f}, {max(near):.1f}" if near else ""
        times = [row[5] for row in found]
        print(f"| {kind} | {len(found)} | {count(0)} | {count(1)} | {count(2)} | {levels} | {statistics.median(times):.0f}, {max(times)} |")
    print("\nFiles that are refused, or differ by more than 3 levels from both:\n\n| file | what becomes of it | who reads it |\n|---|---|---|")
    for row in odd:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
