//! Checks that every index in a model file points at something, before a runtime follows it: LiteRT verifies
//! the FlatBuffer's structure but crashes on, say, an operator that names a tensor beyond the last. It does
//! not check what operators compute with their tensors.
//!
//! Slots follow the public schema `tensorflow/compiler/mlir/lite/schema/schema.fbs`, version 3.

use crate::flatbuffer::{Malformed, Read, Table};

const DANGLING: Malformed = Malformed("it refers to a part that it does not have");

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
        require((entry.u32(METADATA_BUFFER)? as usize) < buffers)?;
    }
    model.tables(SIGNATURES)?.iter().try_for_each(|signature| verify_signature(signature, &tensors))
}

/// Checks one graph and returns how many tensors it has.
fn verify_graph(graph: &Table<'_>, codes: usize, buffers: usize) -> Read<usize> {
    const TENSORS: usize = 0;
    const INPUTS: usize = 1;
    const OUTPUTS: usize = 2;
    const OPERATORS: usize = 3;
    const TENSOR_BUFFER: usize = 2;
    const OPERATOR_CODE: usize = 0;
    const OPERATOR_INPUTS: usize = 1;
    const OPERATOR_OUTPUTS: usize = 2;
    const OPERATOR_INTERMEDIATES: usize = 8;

    let tensors = graph.tables(TENSORS)?;
    for tensor in &tensors {
        require((tensor.u32(TENSOR_BUFFER)? as usize) < buffers)?;
    }
    let count = tensors.len();
    verify_indices(&graph.i32s(INPUTS)?, 0, count)?;
    verify_indices(&graph.i32s(OUTPUTS)?, 0, count)?;
    for operator in graph.tables(OPERATORS)? {
        require((operator.u32(OPERATOR_CODE)? as usize) < codes)?;
        // -1 stands for an optional input that is not given.
        verify_indices(&operator.i32s(OPERATOR_INPUTS)?, -1, count)?;
        verify_indices(&operator.i32s(OPERATOR_OUTPUTS)?, 0, count)?;
        verify_indices(&operator.i32s(OPERATOR_INTERMEDIATES)?, 0, count)?;
    }
    Ok(count)
}

fn verify_signature(signature: &Table<'_>, tensors: &[usize]) -> Read<()> {
    const INPUTS: usize = 0;
    const OUTPUTS: usize = 1;
    const SUBGRAPH: usize = 4;
    const MAP_TENSOR: usize = 1;

    let count = *tensors.get(signature.u32(SUBGRAPH)? as usize).ok_or(DANGLING)?;
    for slot in [INPUTS, OUTPUTS] {
        for entry in signature.tables(slot)? {
            require((entry.u32(MAP_TENSOR)? as usize) < count)?;
        }
    }
    Ok(())
}

fn verify_indices(indices: &[i32], least: i32, count: usize) -> Read<()> {
    require(indices.iter().all(|&index| index >= least && i64::from(index) < count as i64))
}

fn require(holds: bool) -> Read<()> {
    if holds { Ok(()) } else { Err(DANGLING) }
}
