"""Full int8 conversion of an EfficientNet-Lite embedder, and the converted model as something to run."""

import numpy as np
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils

from efficientnet_lite import EMBEDDING_DIMENSION, INPUT_MEAN, INPUT_STD, normalize
from photos import calibration_inputs


def convert(network, side):
    """A .tflite file: uint8 RGB `[1, side, side, 3]` in, float32 `[1, 1280]` out, int8 between.

    Weights are quantized per output channel, activations per tensor by the range that they take on the
    calibration photos.
    """
    image = tf.TensorSpec([1, side, side, 3], tf.float32, name="image")
    graph = tf.function(network.embed, input_signature=[image]).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([graph], network)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([normalize(x)[None]] for x in calibration_inputs(side))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.uint8
    return converter.convert()


class Int8Model:
    """A converted model. Refuses one whose tensors are not what the model card promises."""

    def __init__(self, content):
        self._interpreter = tf.lite.Interpreter(model_content=content, num_threads=1)
        self._interpreter.allocate_tensors()
        (self._input,) = self._interpreter.get_input_details()
        (self._output,) = self._interpreter.get_output_details()
        # The pixel p must stand for (p - mean) / std exactly, or the bytes of a photo are not the input.
        if self._input["dtype"] is not np.uint8 or self._input["quantization"] != (1 / INPUT_STD, INPUT_MEAN):
            raise ValueError(f"unexpected input {self._input}")
        if self._output["dtype"] is not np.float32 or tuple(self._output["shape"]) != (1, EMBEDDING_DIMENSION):
            raise ValueError(f"unexpected output {self._output}")

    def embed(self, pixels):
        """The embedding `[1280]` of pixels `[side, side, 3]`, not normalized."""
        self._interpreter.set_tensor(self._input["index"], pixels[None])
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output["index"])[0]


class CutModel:
    """A converted model cut before its pooling, as the program runs it: its last feature map, of images of any size."""

    # Other sizes than these few are resized to, which takes longer than running does.
    _READY = 40

    def __init__(self, content):
        self._content = _cut_before_pooling(content)
        self._ready = {}

    def feature_map(self, pixels):
        """The map `[H / 32, W / 32, 1280]` of pixels `[H, W, 3]`, dequantized."""
        interpreter = self._ready.get(pixels.shape) or self._for(pixels.shape)
        (image,), (output,) = interpreter.get_input_details(), interpreter.get_output_details()
        interpreter.set_tensor(image["index"], pixels[None])
        interpreter.invoke()
        scale, zero = output["quantization"]
        return (interpreter.get_tensor(output["index"])[0].astype(np.float32) - zero) * scale

    def _for(self, shape):
        if len(self._ready) == self._READY:
            self._ready.clear()
        interpreter = tf.lite.Interpreter(model_content=self._content, num_threads=1)
        (image,) = interpreter.get_input_details()
        interpreter.resize_tensor_input(image["index"], [1, *shape])
        interpreter.allocate_tensors()
        self._ready[shape] = interpreter
        return interpreter


def _cut_before_pooling(content):
    """What `image-embedder/src/cut.rs` does: the input of the mean becomes the output, and what follows is left off."""
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    (graph,) = model.subgraphs
    kinds = [model.operatorCodes[operator.opcodeIndex].builtinCode for operator in graph.operators]
    mean = kinds.index(schema.BuiltinOperator.MEAN)
    feature_map = graph.operators[mean].inputs[0]
    graph.outputs = np.array([feature_map], np.int32)
    graph.operators = graph.operators[:mean]
    for signature in model.signatureDefs or []:
        signature.outputs[0].tensorIndex = feature_map
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))
