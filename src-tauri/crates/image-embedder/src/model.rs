//! What a TFLite file says about itself: the tensors that go in and come out, and whether an embedder can
//! use them. It reads the file's structure only; running the model is the runtime's work.
//!
//! Slots follow the public schema `tensorflow/compiler/mlir/lite/schema/schema.fbs`, version 3.

use crate::error::{Error, Result};
use crate::flatbuffer::{Malformed, Read, Table};
use crate::metadata::{About, Metadata};
use crate::options::Normalization;
use crate::verify::verify_references;

/// Element types that an embedder can handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ElementType {
    UInt8,
    /// Of feature maps only: the Task Library takes no such image and gives no such vector.
    Int8,
    Float32,
}

/// The one image that a model takes.
#[derive(Debug, Clone)]
pub(crate) struct ImageInput {
    pub(crate) element: ElementType,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// One feature vector that a model gives.
#[derive(Debug, Clone)]
pub(crate) struct VectorOutput {
    pub(crate) name: String,
    /// Place of the tensor among the graph's tensors.
    pub(crate) tensor: u32,
    pub(crate) dimension: usize,
    pub(crate) element: ElementType,
    /// Scale and zero point of a uint8 output.
    pub(crate) quantization: (f32, i32),
}

impl ImageInput {
    /// Takes images of another size.
    pub(crate) fn with_size(&self, (width, height): (u32, u32)) -> Self {
        Self { width, height, ..self.clone() }
    }

    pub(crate) fn tensor(&self) -> TensorShape {
        TensorShape { element: self.element, sizes: vec![1, self.height as i32, self.width as i32, 3] }
    }
}

/// A feature map inside a model: a vector for each cell of a grid over the image.
#[derive(Debug, Clone)]
pub(crate) struct MapTensor {
    /// Its place among the graph's tensors.
    pub(crate) tensor: u32,
    /// Of an image of the size that the file names.
    pub(crate) columns: u32,
    pub(crate) rows: u32,
    /// Values of each cell.
    pub(crate) channels: usize,
    pub(crate) element: ElementType,
    /// Scale and zero point where it is not of floats.
    pub(crate) quantization: (f32, i32),
}

/// What a tensor holds, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TensorShape {
    pub(crate) element: ElementType,
    pub(crate) sizes: Vec<i32>,
}

/// What a runtime needs to know of a model: what goes in, and where what comes out stands among the graph's tensors.
#[derive(Debug, Clone)]
pub(crate) struct Tensors {
    pub(crate) input: TensorShape,
    pub(crate) outputs: Vec<(u32, TensorShape)>,
}

/// A model's first subgraph, found fit for embedding images.
#[derive(Debug, Clone)]
pub(crate) struct ModelDescription {
    pub(crate) input: ImageInput,
    pub(crate) outputs: Vec<VectorOutput>,
    /// From TFLite Metadata; `None` without it.
    pub(crate) normalization: Option<Normalization>,
}

impl ModelDescription {
    /// Reads the bytes of a `.tflite` file.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        if bytes.get(4..8) != Some(b"TFL3") {
            return Err(Error::NotAModel { reason: "no TFL3 identifier" });
        }
        let graph = Graph::read(bytes).map_err(|Malformed(reason)| Error::NotAModel { reason })?;
        let [input] = graph.inputs.as_slice() else {
            return Err(Error::UnsupportedInput {
                reason: format!("{} inputs, not one", graph.inputs.len()),
            });
        };
        if graph.outputs.is_empty() {
            return Err(Error::UnsupportedOutput { index: 0, reason: "the model has no output".into() });
        }
        let outputs = graph.outputs.iter().enumerate().map(|(index, tensor)| {
            let name = graph.metadata.output_names.get(index).filter(|name| !name.is_empty());
            vector_output(index, tensor, name)
        });
        let normalization =
            graph.metadata.normalization.map(|(mean, std)| Normalization::new(&mean, &std)).transpose()?;
        Ok(Self { input: image_input(input)?, outputs: outputs.collect::<Result<_>>()?, normalization })
    }

    pub(crate) fn tensors(&self) -> Tensors {
        let outputs = self.outputs.iter().map(|output| {
            let sizes = vec![1, output.dimension as i32];
            (output.tensor, TensorShape { element: output.element, sizes })
        });
        Tensors { input: self.input.tensor(), outputs: outputs.collect() }
    }
}

/// Whether these bytes are a `.tflite` file that an embedder can use, as far as can be told without running it.
///
/// # Errors
/// What [`ImageEmbedder::create_from_options`](crate::ImageEmbedder::create_from_options) would refuse it for.
pub fn check_model(bytes: &[u8]) -> Result<()> {
    ModelDescription::read(bytes).map(drop)
}

/// What goes into a model and what comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelShape {
    /// Width and height in pixels of the image that it takes.
    pub input: (u32, u32),
    /// How many values its first embedding has.
    pub dimension: usize,
}

/// Reads the shape of a model from the bytes of a `.tflite` file, which takes no time beside loading it.
///
/// # Errors
/// As [`check_model`].
pub fn model_shape(bytes: &[u8]) -> Result<ModelShape> {
    let ModelDescription { input, outputs, .. } = ModelDescription::read(bytes)?;
    let dimension = outputs.first().map_or(0, |output| output.dimension);
    Ok(ModelShape { input: (input.width, input.height), dimension })
}

/// What the bytes of a `.tflite` file say of the model; nothing where they have no TFLite Metadata.
///
/// # Errors
/// [`Error::NotAModel`].
pub fn about_model(bytes: &[u8]) -> Result<About> {
    if bytes.get(4..8) != Some(b"TFL3") {
        return Err(Error::NotAModel { reason: "no TFL3 identifier" });
    }
    let graph = Graph::read(bytes).map_err(|Malformed(reason)| Error::NotAModel { reason })?;
    Ok(graph.metadata.about)
}

/// Whether a model needs a normalization that its file does not name: it is then to be given as an option.
///
/// # Errors
/// As [`check_model`].
pub fn lacks_normalization(bytes: &[u8]) -> Result<bool> {
    let model = ModelDescription::read(bytes)?;
    Ok(model.input.element == ElementType::Float32 && model.normalization.is_none())
}

const MODEL_SUBGRAPHS: usize = 2;
const SUBGRAPH_TENSORS: usize = 0;

/// The parts of a file that matter here, not yet judged.
struct Graph {
    inputs: Vec<Tensor>,
    outputs: Vec<Tensor>,
    metadata: Metadata,
}

struct Tensor {
    index: u32,
    name: String,
    shape: Vec<i32>,
    /// The shape with -1 for dimensions that may change; empty when none may.
    signature: Vec<i32>,
    kind: u8,
    scales: Vec<f32>,
    zero_points: Vec<i64>,
}

impl Graph {
    fn read(bytes: &[u8]) -> Read<Self> {
        const SUBGRAPH_INPUTS: usize = 1;
        const SUBGRAPH_OUTPUTS: usize = 2;

        let model = Table::root(bytes)?;
        verify_references(&model)?;
        let subgraphs = model.tables(MODEL_SUBGRAPHS)?;
        let main = subgraphs.first().ok_or(Malformed("it has no graph"))?;
        let tensors = main.tables(SUBGRAPH_TENSORS)?;
        let pick = |slot| -> Read<Vec<Tensor>> {
            let indices = main.i32s(slot)?;
            indices.into_iter().map(|index| Tensor::read(&tensors, index)).collect()
        };
        Ok(Self {
            inputs: pick(SUBGRAPH_INPUTS)?,
            outputs: pick(SUBGRAPH_OUTPUTS)?,
            metadata: embedded_metadata(&model)?,
        })
    }
}

impl Tensor {
    fn read(tensors: &[Table<'_>], index: i32) -> Read<Self> {
        const SHAPE: usize = 0;
        const TYPE: usize = 1;
        const NAME: usize = 3;
        const QUANTIZATION: usize = 4;
        const SHAPE_SIGNATURE: usize = 7;
        const QUANTIZATION_SCALE: usize = 2;
        const QUANTIZATION_ZERO_POINT: usize = 3;

        // `verify_references` has seen to it that the index is one of a tensor.
        let index = index as u32;
        let table = &tensors[index as usize];
        let quantization = table.table(QUANTIZATION)?;
        let (scales, zero_points) = match quantization {
            Some(q) => (q.f32s(QUANTIZATION_SCALE)?, q.i64s(QUANTIZATION_ZERO_POINT)?),
            None => (Vec::new(), Vec::new()),
        };
        Ok(Self {
            index,
            name: table.string(NAME)?,
            shape: table.i32s(SHAPE)?,
            signature: table.i32s(SHAPE_SIGNATURE)?,
            kind: table.byte(TYPE)?,
            scales,
            zero_points,
        })
    }

    fn element(&self) -> std::result::Result<ElementType, &'static str> {
        // The schema's TensorType, in its order.
        const NAMES: [&str; 11] = [
            "float32",
            "float16",
            "int32",
            "uint8",
            "int64",
            "string",
            "bool",
            "int16",
            "complex64",
            "int8",
            "float64",
        ];
        match NAMES.get(usize::from(self.kind)).copied().unwrap_or("an unknown type") {
            "float32" => Ok(ElementType::Float32),
            "uint8" => Ok(ElementType::UInt8),
            other => Err(other),
        }
    }

    /// Whether a dimension other than the batch may change its size.
    fn is_dynamic(&self) -> bool {
        self.signature.iter().skip(1).any(|&size| size < 0)
    }
}

/// The tensor at this place of a model's main graph, as a feature map.
pub(crate) fn map_tensor(bytes: &[u8], index: u32) -> Result<MapTensor> {
    let damaged = |Malformed(reason)| Error::NotAModel { reason };
    let read = || -> Read<Tensor> {
        let graphs = Table::root(bytes)?.tables(MODEL_SUBGRAPHS)?;
        let main = graphs.first().ok_or(Malformed("it has no graph"))?;
        let tensors = main.tables(SUBGRAPH_TENSORS)?;
        if index as usize >= tensors.len() {
            return Err(Malformed("it refers to a part that it does not have"));
        }
        Tensor::read(&tensors, index as i32)
    };
    let tensor = read().map_err(damaged)?;
    let refuse = |reason: String| Err(Error::UnsupportedOutput { index: 0, reason });
    let (rows, columns, channels) = match *tensor.shape.as_slice() {
        [1, rows @ 1..=16_384, columns @ 1..=16_384, channels @ 1..=16_384] => {
            (rows as u32, columns as u32, channels as usize)
        }
        _ => return refuse(format!("a mean over shape {:?}, not [1, rows, columns, N]", tensor.shape)),
    };
    let (element, quantization) =
        match (tensor.element(), tensor.scales.as_slice(), tensor.zero_points.as_slice()) {
            (Ok(ElementType::Float32), ..) => (ElementType::Float32, (1.0, 0)),
            (Ok(ElementType::UInt8), &[scale], &[zero @ 0..=255]) => {
                (ElementType::UInt8, (scale, zero as i32))
            }
            (Err("int8"), &[scale], &[zero @ -128..=127]) => (ElementType::Int8, (scale, zero as i32)),
            _ => {
                return refuse("its feature map is neither of floats nor of bytes with one scale".to_owned());
            }
        };
    Ok(MapTensor { tensor: tensor.index, columns, rows, channels, element, quantization })
}

/// The bytes of a model whose main graph takes inputs of these sizes. What follows from it is the runtime's to find out.
#[cfg(feature = "tflite-runtime")]
pub(crate) fn with_input_sizes(bytes: &[u8], sizes: &[i32]) -> Result<Vec<u8>> {
    const SUBGRAPH_INPUTS: usize = 1;
    const SHAPE: usize = 0;

    let place = || -> Read<Option<usize>> {
        let graphs = Table::root(bytes)?.tables(MODEL_SUBGRAPHS)?;
        let main = graphs.first().ok_or(Malformed("it has no graph"))?;
        let (inputs, tensors) = (main.i32s(SUBGRAPH_INPUTS)?, main.tables(SUBGRAPH_TENSORS)?);
        let input = inputs.first().and_then(|&input| tensors.get(input as usize));
        let Some(input) = input.filter(|_| inputs.len() == 1) else { return Ok(None) };
        if input.i32s(SHAPE)?.len() == sizes.len() { input.vector_place(SHAPE) } else { Ok(None) }
    };
    let place = place().map_err(|Malformed(reason)| Error::NotAModel { reason })?;
    let refused = || Error::UnsupportedInput { reason: "its size cannot be changed".to_owned() };
    let first = place.ok_or_else(refused)? + 4;
    let mut resized = bytes.to_vec();
    for (nth, size) in sizes.iter().enumerate() {
        resized[first + 4 * nth..first + 4 * nth + 4].copy_from_slice(&size.to_le_bytes());
    }
    Ok(resized)
}

/// TFLite Metadata is a FlatBuffer of its own, in the buffer that the model's metadata entry names.
fn embedded_metadata(model: &Table<'_>) -> Read<Metadata> {
    const MODEL_BUFFERS: usize = 4;
    const MODEL_METADATA: usize = 6;
    const ENTRY_NAME: usize = 0;
    const ENTRY_BUFFER: usize = 1;
    const BUFFER_DATA: usize = 0;

    for entry in model.tables(MODEL_METADATA)? {
        if entry.string(ENTRY_NAME)? == "TFLITE_METADATA" {
            let buffer = model.tables(MODEL_BUFFERS)?[entry.u32(ENTRY_BUFFER)? as usize];
            return Metadata::read(buffer.bytes(BUFFER_DATA)?);
        }
    }
    Ok(Metadata::default())
}

fn image_input(tensor: &Tensor) -> Result<ImageInput> {
    let refuse = |reason: String| Err(Error::UnsupportedInput { reason });
    let element = match tensor.element() {
        Ok(element) => element,
        Err(found) => return refuse(format!("element type {found}, not uint8 or float32")),
    };
    match *tensor.shape.as_slice() {
        // The upper bound keeps every size computed from it far from overflow.
        [1, height @ 1..=16_384, width @ 1..=16_384, 3] if !tensor.is_dynamic() => {
            Ok(ImageInput { element, width: width as u32, height: height as u32 })
        }
        _ => refuse(format!("shape {:?}, not [1, height, width, 3] of fixed size", tensor.shape)),
    }
}

fn vector_output(index: usize, tensor: &Tensor, name: Option<&String>) -> Result<VectorOutput> {
    let refuse = |reason: String| Err(Error::UnsupportedOutput { index, reason });
    let element = match tensor.element() {
        Ok(element) => element,
        Err(found) => return refuse(format!("element type {found}, not uint8 or float32")),
    };
    let dimension = match *tensor.shape.as_slice() {
        [1, n @ 1..=16_777_216] | [1, 1, 1, n @ 1..=16_777_216] if !tensor.is_dynamic() => n as usize,
        _ => return refuse(format!("shape {:?}, not [1, N] or [1, 1, 1, N] of fixed size", tensor.shape)),
    };
    let quantization = match (element, tensor.scales.as_slice(), tensor.zero_points.as_slice()) {
        (ElementType::Float32, ..) => (1.0, 0),
        (ElementType::UInt8, &[scale], &[zero_point @ 0..=255]) => (scale, zero_point as i32),
        (ElementType::UInt8 | ElementType::Int8, ..) => {
            return refuse("uint8 without one scale and one zero point of 0 to 255".into());
        }
    };
    let name = name.unwrap_or(&tensor.name).clone();
    Ok(VectorOutput { name, tensor: tensor.index, dimension, element, quantization })
}
