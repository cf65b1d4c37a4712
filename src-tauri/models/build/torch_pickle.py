"""Reads a PyTorch checkpoint of the pre-1.6 format into NumPy arrays, without PyTorch.

Such a file is a row of pickles (magic number, protocol, system, the checkpoint itself, the order of
the storages) followed by the storages as raw little-endian numbers, each led by its count. Only
dense float and integer tensors of a state dict are understood; the zip format of later versions is not.
Nothing but the names listed here can be loaded, so a checkpoint cannot run code.
"""

import collections
import pickle

import numpy as np

_MAGIC = 0x1950A86A20F9469CFC6C
_STORAGE_TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


def read_state_dict(path):
    """The tensors of the checkpoint at `path`: name -> array, in PyTorch's own shapes."""
    with open(path, "rb") as file:
        if pickle.load(file) != _MAGIC:
            raise ValueError(f"{path}: not a legacy PyTorch checkpoint")
        pickle.load(file)
        system = pickle.load(file)
        if not system["little_endian"]:
            raise ValueError(f"{path}: written on a big-endian machine")
        reader = _StateDictUnpickler(file)
        tensors = reader.load()
        for key in pickle.load(file):
            _fill(file, reader.storages[key], path)
    return tensors


def _fill(file, storage, path):
    count = int.from_bytes(file.read(8), "little")
    if count != storage.size or file.readinto(storage.view(np.uint8)) != storage.nbytes:
        raise ValueError(f"{path}: truncated or damaged")


class _StateDictUnpickler(pickle.Unpickler):
    """Makes each tensor a view on a storage that is still empty: the numbers follow after the pickle."""

    def __init__(self, file):
        super().__init__(file)
        self.storages = {}

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _view
        if module == "torch" and name in _STORAGE_TYPES:
            return _STORAGE_TYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a state dict")

    def persistent_load(self, reference):
        _kind, dtype, key, _device, count, _view_of = reference
        return self.storages.setdefault(key, np.zeros(count, dtype))


def _view(storage, offset, shape, strides, *_autograd):
    steps = [step * storage.itemsize for step in strides]
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, steps)
