"""Rounds depthwise kernels to the int8 grid so that each keeps its sum.

Plain rounding is what moved the int8 embeddings furthest from the float ones: neighbouring pixels are
much alike, so a kernel's summed rounding error acts on them as one wrong constant, and kernels that
take differences have large weights and a sum near zero. Pointwise kernels gain nothing from this.
"""

import numpy as np

_LARGEST = 127


def balanced(kernel):
    """`kernel` `[C, ...]` on the grid that the TFLite converter uses (per channel, symmetric).

    The largest weight of each channel stays as it is, so the converter finds the same grid again.
    """
    flat = kernel.reshape(len(kernel), -1).astype(np.float64)
    step = np.abs(flat).max(axis=1, keepdims=True) / _LARGEST
    exact = np.divide(flat, step, out=np.zeros_like(flat), where=step > 0)
    rounded = np.floor(exact)
    missing = np.round((exact - rounded).sum(axis=1)).astype(int)
    by_remainder = np.argsort(rounded - exact, axis=1, kind="stable")
    for channel, count in enumerate(missing):
        rounded[channel, by_remainder[channel, :count]] += 1
    return (rounded * step).reshape(kernel.shape).astype(np.float32)
