//! What runs a model: tensors in, tensors out. Images, options and embeddings are unknown here.

#[cfg(feature = "litert-runtime")]
mod litert;
#[cfg(feature = "tflite-runtime")]
mod tflite;

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::error::Result;
use crate::model::Tensors;
use crate::options::Runtime;

#[cfg(not(any(feature = "litert-runtime", feature = "tflite-runtime")))]
compile_error!(
    "enable `litert-runtime` or `tflite-runtime`: without a runtime there is nothing to embed with"
);

/// The elements of a tensor.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Elements<'a> {
    UInt8(&'a [u8]),
    Int8(&'a [i8]),
    Float32(&'a [f32]),
}

/// A loaded model with its buffers, for one thread at a time.
pub(crate) trait Interpreter: Send {
    /// Runs the model on its one input, then hands each output to `visit` with its index.
    ///
    /// The input has the element type and length of the tensors that it was loaded or last resized with.
    fn run(
        &mut self,
        input: Elements<'_>,
        visit: &mut dyn FnMut(usize, Elements<'_>) -> Result<()>,
    ) -> Result<()>;

    /// Takes inputs of another size from now on. The tensors are the same but for their sizes.
    fn resize(&mut self, tensors: &Tensors) -> Result<()>;
}

/// Loads the model of these bytes into a runtime.
pub(crate) fn load(
    runtime: Runtime,
    bytes: &Arc<[u8]>,
    tensors: &Tensors,
    num_threads: Option<NonZeroU32>,
) -> Result<Box<dyn Interpreter>> {
    match runtime {
        #[cfg(feature = "litert-runtime")]
        Runtime::LiteRt => Ok(Box::new(litert::LiteRt::load(Arc::clone(bytes), tensors, num_threads)?)),
        #[cfg(feature = "tflite-runtime")]
        Runtime::TfLite => Ok(Box::new(tflite::TfLite::load(bytes, tensors, num_threads)?)),
    }
}
