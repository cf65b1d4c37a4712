"""EfficientNet-Lite rebuilt in TensorFlow from PyTorch weights, as an embedder and as the classifier it was.

Follows Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks"
(arXiv:1905.11946) and the Lite changes of the TensorFlow authors: ReLU6, no squeeze-and-excite, stem and
head not scaled by width. Widths and kernel sizes come from the weights themselves. Inference only:
batch normalisation is folded into the convolution before it.
"""

import math

import numpy as np
import tensorflow as tf

INPUT_MEAN = 127.0
INPUT_STD = 128.0
EMBEDDING_DIMENSION = 1280

_BATCH_NORM_EPSILON = 1e-3
# Repeats and stride of the seven stages at depth 1; the first and the last stage are never deepened.
_STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))


class EfficientNetLite(tf.Module):
    """The network over images `[N, H, W, 3]` that went through `normalize`.

    `round_depthwise` may change the folded depthwise kernels `[C, 1, H, W]`.
    """

    def __init__(self, weights, depth, round_depthwise=lambda kernel: kernel):
        super().__init__()
        self._weights = weights
        self._round_depthwise = round_depthwise
        self._strides = _block_strides(depth)
        blocks = {name.split(".")[1] for name in weights if name.startswith("_blocks.")}
        if len(blocks) != len(self._strides):
            raise ValueError(f"{len(blocks)} blocks of weights for {len(self._strides)} blocks of network")

    def embed(self, images):
        """Global average of the last feature map: `[N, 1280]`."""
        return tf.reduce_mean(self.feature_map(images), axis=[1, 2])

    def feature_map(self, images):
        """The last feature map: `[N, H / 32, W / 32, 1280]`."""
        x = tf.nn.relu6(self._conv(images, "_conv_stem", "_bn0", stride=2))
        for index, stride in enumerate(self._strides):
            x = self._block(x, f"_blocks.{index}.", stride)
        return tf.nn.relu6(self._conv(x, "_conv_head", "_bn1"))

    def classify(self, images):
        """Scores of the 1000 ImageNet classes, before softmax: `[N, 1000]`."""
        kernel, bias = self._weights["_fc.weight"], self._weights["_fc.bias"]
        return tf.matmul(self.embed(images), kernel, transpose_b=True) + bias

    def _block(self, inputs, name, stride):
        x = inputs
        if f"{name}_expand_conv.weight" in self._weights:
            x = tf.nn.relu6(self._conv(x, f"{name}_expand_conv", f"{name}_bn0"))
        x = tf.nn.relu6(self._depthwise_conv(x, f"{name}_depthwise_conv", f"{name}_bn1", stride))
        x = self._conv(x, f"{name}_project_conv", f"{name}_bn2")
        return x + inputs if stride == 1 and x.shape[-1] == inputs.shape[-1] else x

    def _conv(self, x, conv, batch_norm, stride=1):
        kernel, bias = self._folded(conv, batch_norm)
        return tf.nn.conv2d(x, kernel.transpose(2, 3, 1, 0), stride, "SAME") + bias

    def _depthwise_conv(self, x, conv, batch_norm, stride):
        kernel, bias = self._folded(conv, batch_norm)
        kernel = self._round_depthwise(kernel).transpose(2, 3, 0, 1)
        return tf.nn.depthwise_conv2d(x, kernel, [1, stride, stride, 1], "SAME") + bias

    def _folded(self, conv, batch_norm):
        """Kernel (output channel first, as PyTorch has it) and bias, in float32."""
        kernel = self._weights[f"{conv}.weight"].astype(np.float64)
        gamma, beta, mean, variance = (
            self._weights[f"{batch_norm}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gamma / np.sqrt(variance + _BATCH_NORM_EPSILON)
        folded = kernel * scale[:, None, None, None]
        return folded.astype(np.float32), (beta - mean * scale).astype(np.float32)


def normalize(pixels):
    """RGB values 0 to 255 as the network wants them."""
    return (np.asarray(pixels, np.float32) - INPUT_MEAN) / INPUT_STD


def _block_strides(depth):
    strides = []
    for index, (repeats, stride) in enumerate(_STAGES):
        if 0 < index < len(_STAGES) - 1:
            repeats = math.ceil(repeats * depth)
        strides += [stride] + [1] * (repeats - 1)
    return strides
