//! TensorFlow Lite through the crate `tflite`, which builds it from source: for platforms without a LiteRT
//! library. It is an older TensorFlow: some models that LiteRT runs fail to load here.
//!
//! It believes what a model file says: give it only files that you trust.

use std::num::NonZeroU32;

use tflite::ops::builtin::BuiltinOpResolver;
use tflite::{FlatBufferModel, InterpreterBuilder};

use super::{Elements, Interpreter};
use crate::error::{Error, Result};
use crate::model::{ElementType, Tensors, with_input_sizes};

/// An interpreter with its tensors allocated.
pub(crate) struct TfLite {
    interpreter: tflite::Interpreter<'static, BuiltinOpResolver>,
    input: i32,
    outputs: Vec<(i32, ElementType)>,
    /// What it was built from.
    bytes: Vec<u8>,
    num_threads: Option<NonZeroU32>,
}

impl TfLite {
    /// Builds the interpreter; the bytes are copied.
    pub(crate) fn load(bytes: &[u8], tensors: &Tensors, num_threads: Option<NonZeroU32>) -> Result<Self> {
        let action = "load the model";
        let model = FlatBufferModel::build_from_buffer(bytes.to_vec()).map_err(failed(action))?;
        let builder = InterpreterBuilder::new(model, BuiltinOpResolver::default()).map_err(failed(action))?;
        let interpreter = match num_threads {
            Some(threads) => builder.build_with_threads(threads.get().min(i32::MAX as u32) as i32),
            None => builder.build(),
        };
        let interpreter = interpreter.map_err(failed(action))?;
        let input = interpreter
            .inputs()
            .first()
            .copied()
            .ok_or_else(|| Error::Runtime { action, reason: "the interpreter found no input".into() })?;
        let outputs = tensors.outputs.iter().map(|(tensor, shape)| (*tensor as i32, shape.element)).collect();
        Ok(Self { interpreter, input, outputs, bytes: bytes.to_vec(), num_threads })
    }
}

impl Interpreter for TfLite {
    fn run(
        &mut self,
        input: Elements<'_>,
        visit: &mut dyn FnMut(usize, Elements<'_>) -> Result<()>,
    ) -> Result<()> {
        match input {
            Elements::UInt8(values) => self.write(values)?,
            Elements::Int8(values) => self.write(values)?,
            Elements::Float32(values) => self.write(values)?,
        }
        self.interpreter.invoke().map_err(failed("run the model"))?;
        for (index, &(tensor, element)) in self.outputs.iter().enumerate() {
            let reading = failed("read a tensor");
            let elements = match element {
                ElementType::UInt8 => Elements::UInt8(self.interpreter.tensor_data(tensor).map_err(reading)?),
                ElementType::Int8 => Elements::Int8(self.interpreter.tensor_data(tensor).map_err(reading)?),
                ElementType::Float32 => {
                    Elements::Float32(self.interpreter.tensor_data(tensor).map_err(reading)?)
                }
            };
            visit(index, elements)?;
        }
        Ok(())
    }

    /// The crate has no call for it: the model is built anew with another size written into it.
    fn resize(&mut self, tensors: &Tensors) -> Result<()> {
        let bytes = with_input_sizes(&self.bytes, &tensors.input.sizes)?;
        *self = Self::load(&bytes, tensors, self.num_threads)?;
        Ok(())
    }
}

impl TfLite {
    fn write<T: Copy + tflite::context::ElemKindOf>(&mut self, values: &[T]) -> Result<()> {
        let action = "write a tensor";
        let tensor = self.interpreter.tensor_data_mut::<T>(self.input).map_err(failed(action))?;
        if tensor.len() != values.len() {
            let reason = format!("it has {} elements, not {}", tensor.len(), values.len());
            return Err(Error::Runtime { action, reason });
        }
        tensor.copy_from_slice(values);
        Ok(())
    }
}

fn failed(action: &'static str) -> impl Fn(tflite::Error) -> Error {
    move |error| Error::Runtime { action, reason: error.to_string() }
}
