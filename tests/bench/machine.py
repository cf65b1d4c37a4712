"""Prints what a measurement has to be read with: the day, the machine, and the versions of what is measured beside."""

import datetime
import importlib.metadata
import json
import os
import pathlib
import platform

PACKAGES = ["tflite-support", "pillow", "pillow-heif", "numpy", "usearch", "hnswlib", "faiss-cpu"]


def processor():
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def main():
    document = {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "python": platform.python_version(),
        "packages": {package: importlib.metadata.version(package) for package in PACKAGES},
    }
    if hasattr(os, "sysconf"):
        document["memory_gb"] = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)
    print(json.dumps(document))


if __name__ == "__main__":
    main()
