"""Writes TFLite Metadata into a model: name, description, licence and the input's normalization.

Only the few tables of the metadata schema (file identifier M001) that an image embedder needs are built,
field by field; reading metadata and attaching files are not done here. The package that carries the
generated schema, tflite-support, has no release for current Python.
"""

import flatbuffers
import numpy as np
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils

_METADATA_NAME = "TFLITE_METADATA"
_FILE_IDENTIFIER = b"M001"
_CONTENT_IMAGE_PROPERTIES = 2
_COLOR_SPACE_RGB = 1
_PROCESS_NORMALIZATION = 1


def with_metadata(model_bytes, **facts):
    """The model with metadata made of the keyword arguments of `_pack`."""
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(model_bytes))
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(_pack(**facts), np.uint8)
    entry = schema.MetadataT()
    entry.name, entry.buffer = _METADATA_NAME, len(model.buffers)
    model.buffers.append(buffer)
    model.metadata = (model.metadata or []) + [entry]
    return flatbuffer_utils.convert_object_to_bytearray(model)


def _pack(name, description, author, licence, mean, std):
    builder = flatbuffers.Builder()
    image = _tensor(
        builder, "image", "RGB, 0 to 255", _image_content(builder), _normalization(builder, mean, std)
    )
    embedding = _tensor(builder, "embedding", "Global average of the last feature map")
    subgraph = _table(builder, 10, {2: _vector(builder, [image]), 3: _vector(builder, [embedding])})
    texts = {0: name, 1: description, 4: author, 5: licence}
    fields = {slot: builder.CreateString(text) for slot, text in texts.items()}
    fields[3] = _vector(builder, [subgraph])
    builder.Finish(_table(builder, 8, fields), _FILE_IDENTIFIER)
    return bytes(builder.Output())


def _tensor(builder, name, description, content=None, process_unit=None):
    fields = {0: builder.CreateString(name), 1: builder.CreateString(description)}
    if content is not None:
        fields |= {3: content, 4: _vector(builder, [process_unit])}
    return _table(builder, 7, fields)


def _image_content(builder):
    properties = _table(builder, 2, {}, {0: _COLOR_SPACE_RGB})
    return _table(builder, 3, {1: properties}, {0: _CONTENT_IMAGE_PROPERTIES})


def _normalization(builder, mean, std):
    values = {slot: builder.CreateNumpyVector(np.float32([value])) for slot, value in ((0, mean), (1, std))}
    return _table(builder, 2, {1: _table(builder, 2, values)}, {0: _PROCESS_NORMALIZATION})


def _table(builder, slots, offsets, small_integers=None):
    """A table of `slots` fields: offsets and one-byte enum values by slot."""
    builder.StartObject(slots)
    for slot, offset in offsets.items():
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    for slot, value in (small_integers or {}).items():
        builder.PrependUint8Slot(slot, value, 0)
    return builder.EndObject()


def _vector(builder, offsets):
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return builder.EndVector()
