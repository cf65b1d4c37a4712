//! Checks that every index in a model file points at something and that nothing a runtime relies on is left
//! out: LiteRT verifies the FlatBuffer's structure but crashes on, say, an operator that names a tensor
//! beyond the last. What operators compute with their tensors is not checked.
//!
//! Slots follow the public schema `tensorflow/compiler/mlir/lite/schema/schema.fbs`, version 3.

use crate::flatbuffer::{Malformed, Read, Table};

const DANGLING: Malformed = Malformed("it refers to a part that it does not have");
const INCOMPLETE: Malformed = Malformed("a graph has an operator or a quantization with a part left out");

/// Checks all graphs and signatures of a model.
pub(crate) fn verify_references(model: &Table<'_>) -> Read<()> {
    const OPERATOR_CODES: usize = 1;
    const SUBGRAPHS: usize = 2;
    const BUFFERS: usize = 4;
    const METADATA: usize = 6;
    const SIGNATURES: usize = 7;
    const METADATA_BUFFER: usize = 1;

    let codes = model.tables(OPERATOR_CODES)?.len();
    let buffers = model.tables(BUFFERS)?.len();
    let graphs = model.tables(SUBGRAPHS)?;
    let tensors = graphs.iter().map(|graph| verify_graph(graph, codes, buffers)).collect::<Read<Vec<_>>>()?;
    for entry in model.tables(METADATA)? {
        require((entry.u32(METADATA_BUFFER)? as usize) < buffers, DANGLING)?;
    }
    model.tables(SIGNATURES)?.iter().try_for_each(|signature| verify_signature(signature, &tensors))
}

/// Checks one graph and returns how many tensors it has.
fn verify_graph(graph: &Table<'_>, codes: usize, buffers: usize) -> Read<usize> {
    const TENSORS: usize = 0;
    const INPUTS: usize = 1;
    const OUTPUTS: usize = 2;
    const OPERATORS: usize = 3;

    let tensors = graph.tables(TENSORS)?;
    tensors.iter().try_for_each(|tensor| verify_tensor(tensor, buffers))?;
    verify_indices(&graph.i32s(INPUTS)?, 0, tensors.len())?;
    verify_indices(&graph.i32s(OUTPUTS)?, 0, tensors.len())?;
    let operators = graph.tables(OPERATORS)?;
    require(!operators.is_empty(), INCOMPLETE)?;
    operators.iter().try_for_each(|operator| verify_operator(operator, codes, tensors.len()))?;
    Ok(tensors.len())
}

fn verify_tensor(tensor: &Table<'_>, buffers: usize) -> Read<()> {
    const SHAPE: usize = 0;
    const BUFFER: usize = 2;
    const QUANTIZATION: usize = 4;
    const SCALE: usize = 2;
    const ZERO_POINT: usize = 3;
    const QUANTIZED_DIMENSION: usize = 6;

    require((tensor.u32(BUFFER)? as usize) < buffers, DANGLING)?;
    let Some(quantization) = tensor.table(QUANTIZATION)? else { return Ok(()) };
    let scales = quantization.f32s(SCALE)?.len();
    require(scales == quantization.i64s(ZERO_POINT)?.len(), INCOMPLETE)?;
    if scales > 1 {
        // One for each slice along a dimension.
        let shape = tensor.i32s(SHAPE)?;
        let slices = shape.get(quantization.u32(QUANTIZED_DIMENSION)? as usize);
        require(slices.is_some_and(|&slices| slices as usize == scales), INCOMPLETE)?;
    }
    Ok(())
}

fn verify_operator(operator: &Table<'_>, codes: usize, tensors: usize) -> Read<()> {
    const CODE: usize = 0;
    const INPUTS: usize = 1;
    const OUTPUTS: usize = 2;
    const INTERMEDIATES: usize = 8;

    require((operator.u32(CODE)? as usize) < codes, DANGLING)?;
    let (inputs, outputs) = (operator.i32s(INPUTS)?, operator.i32s(OUTPUTS)?);
    require(!inputs.is_empty() && !outputs.is_empty(), INCOMPLETE)?;
    // -1 stands for an optional input that is not given.
    verify_indices(&inputs, -1, tensors)?;
    verify_indices(&outputs, 0, tensors)?;
    verify_indices(&operator.i32s(INTERMEDIATES)?, 0, tensors)
}

fn verify_signature(signature: &Table<'_>, tensors: &[usize]) -> Read<()> {
    const INPUTS: usize = 0;
    const OUTPUTS: usize = 1;
    const SUBGRAPH: usize = 4;
    const MAP_TENSOR: usize = 1;

    let count = *tensors.get(signature.u32(SUBGRAPH)? as usize).ok_or(DANGLING)?;
    for slot in [INPUTS, OUTPUTS] {
        for entry in signature.tables(slot)? {
            require((entry.u32(MAP_TENSOR)? as usize) < count, DANGLING)?;
        }
    }
    Ok(())
}

fn verify_indices(indices: &[i32], least: i32, count: usize) -> Read<()> {
    require(indices.iter().all(|&index| index >= least && i64::from(index) < count as i64), DANGLING)
}

fn require(holds: bool, otherwise: Malformed) -> Read<()> {
    if holds { Ok(()) } else { Err(otherwise) }
}
