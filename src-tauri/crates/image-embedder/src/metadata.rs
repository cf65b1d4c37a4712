//! What is taken from TFLite Metadata: how a float input is normalized, what the outputs are called, and what the
//! model's makers say of it. Everything else in the metadata is left alone.
//!
//! Slots follow the public schema `tensorflow_lite_support/metadata/metadata_schema.fbs`.

use crate::flatbuffer::{Malformed, Read, Table};

/// The facts, as found.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    /// Mean and standard deviation of the first input, one value or one a channel.
    pub(crate) normalization: Option<(Vec<f32>, Vec<f32>)>,
    /// Names of the outputs, in the graph's order.
    pub(crate) output_names: Vec<String>,
    /// What the makers say.
    pub(crate) about: About,
}

/// What a model file says of itself, in its makers' words: claims, which nobody has checked. Empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// The model's name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Who made it.
    pub author: String,
    /// The terms of its use.
    pub licence: String,
}

impl Metadata {
    /// Reads a metadata FlatBuffer.
    pub(crate) fn read(bytes: &[u8]) -> Read<Self> {
        const MODEL_NAME: usize = 0;
        const MODEL_DESCRIPTION: usize = 1;
        const MODEL_SUBGRAPHS: usize = 3;
        const MODEL_AUTHOR: usize = 4;
        const MODEL_LICENSE: usize = 5;
        const SUBGRAPH_INPUTS: usize = 2;
        const SUBGRAPH_OUTPUTS: usize = 3;
        const TENSOR_NAME: usize = 0;

        if bytes.get(4..8) != Some(b"M001") {
            return Err(Malformed("its metadata has no M001 identifier"));
        }
        let root = Table::root(bytes)?;
        let about = About {
            name: root.string(MODEL_NAME)?,
            description: root.string(MODEL_DESCRIPTION)?,
            author: root.string(MODEL_AUTHOR)?,
            licence: root.string(MODEL_LICENSE)?,
        };
        let subgraphs = root.tables(MODEL_SUBGRAPHS)?;
        let Some(main) = subgraphs.first() else { return Ok(Self { about, ..Self::default() }) };
        let inputs = main.tables(SUBGRAPH_INPUTS)?;
        let outputs = main.tables(SUBGRAPH_OUTPUTS)?;
        Ok(Self {
            normalization: inputs.first().map(normalization).transpose()?.flatten(),
            output_names: outputs.iter().map(|tensor| tensor.string(TENSOR_NAME)).collect::<Read<_>>()?,
            about,
        })
    }
}

fn normalization(input: &Table<'_>) -> Read<Option<(Vec<f32>, Vec<f32>)>> {
    const TENSOR_PROCESS_UNITS: usize = 4;
    const UNIT_TYPE: usize = 0;
    const UNIT_OPTIONS: usize = 1;
    const NORMALIZATION_OPTIONS: u8 = 1;
    const MEAN: usize = 0;
    const STD: usize = 1;

    for unit in input.tables(TENSOR_PROCESS_UNITS)? {
        if unit.byte(UNIT_TYPE)? == NORMALIZATION_OPTIONS {
            let options = unit.table(UNIT_OPTIONS)?.ok_or(Malformed("its normalization has no values"))?;
            return Ok(Some((options.f32s(MEAN)?, options.f32s(STD)?)));
        }
    }
    Ok(None)
}
