//! Cuts a model before its global average pooling, so that what comes out is its last feature map: a vector for each cell of
//! a grid over the image, in place of the mean of them all.
//!
//! The file stays as it is, and so does what it gives uncut. In a copy of its bytes the graph's output is named anew, and the
//! operators after it are left off. No tensor is added or moved, and running the model is the runtime's work.
//!
//! Slots follow the public schema `tensorflow/compiler/mlir/lite/schema/schema.fbs`, version 3.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::flatbuffer::{Malformed, Read, Table};
use crate::model::{ElementType, ImageInput, MapTensor, TensorShape, Tensors, map_tensor};

const MODEL_OPERATOR_CODES: usize = 1;
const MODEL_SUBGRAPHS: usize = 2;
const MODEL_SIGNATURES: usize = 7;
const GRAPH_OUTPUTS: usize = 2;
const GRAPH_OPERATORS: usize = 3;
const OPERATOR_CODE: usize = 0;
const OPERATOR_INPUTS: usize = 1;
const OPERATOR_OUTPUTS: usize = 2;
const CODE_BUILTIN_ONE_BYTE: usize = 0;
const CODE_BUILTIN: usize = 3;
const SIGNATURE_OUTPUTS: usize = 1;
const SIGNATURE_GRAPH: usize = 4;
const MAP_TENSOR: usize = 1;

/// The schema's `BuiltinOperator`s that matter here.
const DEQUANTIZE: u32 = 6;
const MEAN: u32 = 40;

const ENDS_OTHERWISE: &str = "it is not the mean of a feature map";

/// A model that gives its last feature map.
#[derive(Debug, Clone)]
pub(crate) struct CutModel {
    pub(crate) bytes: Arc<[u8]>,
    /// Images of the size that the file names; others do as well.
    pub(crate) input: ImageInput,
    pub(crate) map: MapTensor,
}

impl CutModel {
    /// Cuts the model of these bytes, which `ModelDescription::read` has found fit.
    pub(crate) fn of(bytes: &[u8], input: &ImageInput) -> Result<Self> {
        let refused = || Error::UnsupportedOutput { index: 0, reason: ENDS_OTHERWISE.to_owned() };
        let damaged = |Malformed(reason)| Error::NotAModel { reason };
        let ending = Ending::find(bytes).map_err(damaged)?.ok_or_else(refused)?;
        let map = map_tensor(bytes, ending.map)?;
        let mut cut = bytes.to_vec();
        for place in ending.named_at {
            cut[place..place + 4].copy_from_slice(&ending.map.to_le_bytes());
        }
        let (place, count) = ending.operators;
        cut[place..place + 4].copy_from_slice(&count.to_le_bytes());
        Ok(Self { bytes: cut.into(), input: input.clone(), map })
    }

    /// Pixels of the input, along one side, for each cell of the map.
    pub(crate) fn stride(&self) -> u32 {
        // Where the input's side is no multiple of it, the last cell has less.
        self.input.height.div_ceil(self.map.rows).next_power_of_two()
    }

    /// What goes in and comes out for images of this many cells.
    pub(crate) fn tensors(&self, (columns, rows): (u32, u32)) -> Tensors {
        let input = self.input.with_size((columns * self.stride(), rows * self.stride())).tensor();
        self.tensors_of(input, (columns, rows))
    }

    /// The same for images of the size that the file names.
    pub(crate) fn own_tensors(&self) -> Tensors {
        self.tensors_of(self.input.tensor(), (self.map.columns, self.map.rows))
    }

    /// Scale and zero point of the map as unsigned bytes; none of one of floats.
    pub(crate) fn unsigned_quantization(&self) -> Option<(f32, f32)> {
        let (scale, zero) = self.map.quantization;
        match self.map.element {
            ElementType::UInt8 => Some((scale, zero as f32)),
            ElementType::Int8 => Some((scale, (zero + 128) as f32)),
            ElementType::Float32 => None,
        }
    }

    fn tensors_of(&self, input: TensorShape, (columns, rows): (u32, u32)) -> Tensors {
        let sizes = vec![1, rows as i32, columns as i32, self.map.channels as i32];
        let map = TensorShape { element: self.map.element, sizes };
        Tensors { input, outputs: vec![(self.map.tensor, map)] }
    }
}

/// The last operators of a model whose only output is the mean of a feature map.
struct Ending {
    /// The feature map's place among the graph's tensors.
    map: u32,
    /// Where the bytes name the output's place among them.
    named_at: Vec<usize>,
    /// Where the bytes say how many operators there are, and how many there are without these.
    operators: (usize, u32),
}

impl Ending {
    /// `None` when the model ends otherwise.
    fn find(bytes: &[u8]) -> Read<Option<Self>> {
        let model = Table::root(bytes)?;
        let graphs = model.tables(MODEL_SUBGRAPHS)?;
        let Some(graph) = graphs.first() else { return Ok(None) };
        let codes = model.tables(MODEL_OPERATOR_CODES)?;
        let operators = graph.tables(GRAPH_OPERATORS)?;
        let outputs = graph.i32s(GRAPH_OUTPUTS)?;
        let (&[output], Some(named), Some(counted)) =
            (outputs.as_slice(), graph.vector_place(GRAPH_OUTPUTS)?, graph.vector_place(GRAPH_OPERATORS)?)
        else {
            return Ok(None);
        };
        let (mut map, mut left) = (output, operators.as_slice());
        // A quantized mean is made floats last.
        for (code, is_optional) in [(DEQUANTIZE, true), (MEAN, false)] {
            match left.split_last() {
                Some((last, before)) if is(last, code, &codes)? && last.i32s(OPERATOR_OUTPUTS)? == [map] => {
                    map = last.i32s(OPERATOR_INPUTS)?.first().copied().unwrap_or(-1);
                    left = before;
                }
                _ if is_optional => {}
                _ => return Ok(None),
            }
        }
        let Ok(map) = u32::try_from(map) else { return Ok(None) };
        let mut named_at = vec![named + 4];
        for signature in model.tables(MODEL_SIGNATURES)? {
            if signature.u32(SIGNATURE_GRAPH)? == 0 {
                for entry in signature.tables(SIGNATURE_OUTPUTS)? {
                    let Some(place) = entry.scalar_place(MAP_TENSOR)? else { return Ok(None) };
                    named_at.push(place);
                }
            }
        }
        Ok(Some(Self { map, named_at, operators: (counted, left.len() as u32) }))
    }
}

fn is(operator: &Table<'_>, builtin: u32, codes: &[Table<'_>]) -> Read<bool> {
    let Some(code) = codes.get(operator.u32(OPERATOR_CODE)? as usize) else { return Ok(false) };
    // Files of before there were so many operators name them in one byte.
    Ok(code.u32(CODE_BUILTIN)?.max(u32::from(code.byte(CODE_BUILTIN_ONE_BYTE)?)) == builtin)
}
