"""Builds TFLite models of a few hundred bytes for the parity tool and the Rust tests.

Each model hands its input through to its output, so that an embedding is the preprocessed image
itself: what the resizer and the normalization made of every pixel can be compared value by value.
"""

import flatbuffers
from tensorflow_lite_support.metadata import metadata_schema_py_generated as metadata
from tensorflow_lite_support.metadata import schema_py_generated as schema

UINT8 = schema.TensorType.UINT8
INT8 = schema.TensorType.INT8
FLOAT16 = schema.TensorType.FLOAT16
FLOAT32 = schema.TensorType.FLOAT32


def tensor(name, shape, kind, quantization=None):
    """A tensor; `quantization` is (scale, zero point)."""
    made = schema.TensorT()
    made.name, made.shape, made.type, made.buffer = name, list(shape), kind, 0
    if quantization is not None:
        parameters = schema.QuantizationParametersT()
        parameters.scale, parameters.zeroPoint = [quantization[0]], [quantization[1]]
        made.quantization = parameters
    return made


def reshape(source, target, shape):
    """The operator that copies tensor `source` to `target` under another shape."""
    options = schema.ReshapeOptionsT()
    options.newShape = list(shape)
    made = schema.OperatorT()
    made.opcodeIndex, made.inputs, made.outputs = 0, [source], [target]
    made.builtinOptionsType, made.builtinOptions = schema.BuiltinOptions.ReshapeOptions, options
    return made


def pass_through(input_tensor, output_tensors, metadata_bytes=None):
    """A model that reshapes its input into each output; returns the file's bytes."""
    graph = schema.SubGraphT()
    graph.tensors = [input_tensor, *output_tensors]
    graph.inputs, graph.outputs = [0], list(range(1, 1 + len(output_tensors)))
    graph.operators = [reshape(0, i, graph.tensors[i].shape) for i in graph.outputs]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.RESHAPE
    model = schema.ModelT()
    model.version, model.operatorCodes, model.subgraphs = 3, [code], [graph]
    model.buffers = [schema.BufferT()]
    if metadata_bytes is not None:
        holder = schema.BufferT()
        holder.data = list(metadata_bytes)
        entry = schema.MetadataT()
        entry.name, entry.buffer = "TFLITE_METADATA", 1
        model.buffers.append(holder)
        model.metadata = [entry]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def image_metadata(mean=None, std=None, output_names=("embedding",)):
    """TFLite Metadata for an RGB image input, with a normalization when `mean` is given."""
    properties = metadata.ImagePropertiesT()
    properties.colorSpace = metadata.ColorSpaceType.RGB
    content = metadata.ContentT()
    content.contentPropertiesType = metadata.ContentProperties.ImageProperties
    content.contentProperties = properties
    image = metadata.TensorMetadataT()
    image.name, image.content, image.processUnits = "image", content, []
    if mean is not None:
        normalization = metadata.NormalizationOptionsT()
        normalization.mean, normalization.std = list(mean), list(std)
        unit = metadata.ProcessUnitT()
        unit.optionsType = metadata.ProcessUnitOptions.NormalizationOptions
        unit.options = normalization
        image.processUnits = [unit]
    graph = metadata.SubGraphMetadataT()
    graph.inputTensorMetadata = [image]
    graph.outputTensorMetadata = []
    for name in output_names:
        output = metadata.TensorMetadataT()
        output.name = name
        graph.outputTensorMetadata.append(output)
    made = metadata.ModelMetadataT()
    made.name, made.subgraphMetadata = "pass-through", [graph]
    builder = flatbuffers.Builder(512)
    builder.Finish(made.Pack(builder), b"M001")
    return bytes(builder.Output())


def uint8_model(width, height, output_quantization=(1.0, 0), batch=1, channels=3):
    """uint8 in, uint8 out: the embedding is the resized image."""
    size = width * height * channels
    return pass_through(
        tensor("image", (batch, height, width, channels), UINT8, (1.0, 0)),
        [tensor("embedding", (batch, size), UINT8, output_quantization)],
    )


def float_model(width, height, mean=None, std=None):
    """float32 in, float32 out: the embedding is the normalized image. No metadata without `mean`."""
    size = width * height * 3
    return pass_through(
        tensor("image", (1, height, width, 3), FLOAT32),
        [tensor("raw", (1, 1, 1, size), FLOAT32)],
        None if mean is None else image_metadata(mean, std),
    )


def two_output_model(width, height):
    """uint8 in, two outputs of shapes [1,N] and [1,1,1,N] and different scales."""
    size = width * height * 3
    return pass_through(
        tensor("image", (1, height, width, 3), UINT8, (1.0, 0)),
        [
            tensor("first", (1, size), UINT8, (1.0, 0)),
            tensor("second", (1, 1, 1, size), UINT8, (0.5, 128)),
        ],
    )


def int8_model(width, height):
    """int8 in: refused by both."""
    return pass_through(
        tensor("image", (1, height, width, 3), INT8, (1.0, 0)),
        [tensor("embedding", (1, width * height * 3), INT8, (1.0, 0))],
    )


def other_input_model(width, height, kind):
    """An input of another element type."""
    return pass_through(
        tensor("image", (1, height, width, 3), kind), [tensor("embedding", (1, width * height * 3), kind)]
    )


def other_output_model(width, height, kind):
    """uint8 in, an output of another element type: it need not run, only be refused."""
    return pass_through(
        tensor("image", (1, height, width, 3), UINT8, (1.0, 0)),
        [tensor("embedding", (1, width * height * 3), kind)],
    )


def shaped_output_model(width, height, shape):
    """uint8 in, a uint8 output of the given shape."""
    return pass_through(
        tensor("image", (1, height, width, 3), UINT8, (1.0, 0)), [tensor("embedding", shape, UINT8, (1.0, 0))]
    )
